#include "recorder/encoder/picture.hpp"

#include <algorithm>
#include <iterator>
#include <libyuv.h>
#include <memory>
#include <turbojpeg.h>

namespace greenroom::recorder::encoder {

namespace {
/// The usual pointer: X its edge, a dot its inside.
constexpr const char* arrow[] = {"X           ", "XX          ", "X.X         ", "X..X        ",
                                 "X...X       ", "X....X      ", "X.....X     ", "X......X    ",
                                 "X.......X   ", "X........X  ", "X.........X ", "X......XXXXX",
                                 "X...X..X    ", "X..XX..X    ", "X.X  X..X   ", "XX   X..X   ",
                                 "X     X..X  ", "      X..X  ", "       XX   "};
constexpr int arrow_width = 12, arrow_height = 19;
static_assert(std::size(arrow) == arrow_height);
}  // namespace

Rect arrow_at(int x, int y) { return {x, y, arrow_width, arrow_height}; }

Rect intersect(const Rect& a, const Rect& b) {
  const int left = std::max(a.x, b.x);
  const int top = std::max(a.y, b.y);
  const int right = std::min(a.x + a.width, b.x + b.width);
  const int bottom = std::min(a.y + a.height, b.y + b.height);
  if (right <= left || bottom <= top) return {};
  return {left, top, right - left, bottom - top};
}

Rect unite(const Rect& a, const Rect& b) {
  if (a.is_empty()) return b;
  if (b.is_empty()) return a;
  const int left = std::min(a.x, b.x);
  const int top = std::min(a.y, b.y);
  const int right = std::max(a.x + a.width, b.x + b.width);
  const int bottom = std::max(a.y + a.height, b.y + b.height);
  return {left, top, right - left, bottom - top};
}

Picture420::Picture420(int width, int height, Range range)
    : width_(width),
      height_(height),
      range_(range),
      bytes_(static_cast<std::size_t>(width) * static_cast<std::size_t>(height) * 3 / 2) {
  std::fill(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset(1)), std::uint8_t{16});
  std::fill(bytes_.begin() + static_cast<std::ptrdiff_t>(offset(1)), bytes_.end(), std::uint8_t{128});
}

std::size_t Picture420::offset(int i) const {
  const std::size_t luma = static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_);
  return i == 0 ? 0 : i == 1 ? luma : luma + luma / 4;
}

void Picture420::paint(const PixelView& pixels, const Rect& area) {
  const auto at = [&](int i, int x, int y) { return plane(i) + y * stride(i) + x; };
  const auto convert = range_ == Range::full ? libyuv::ARGBToJ420 : libyuv::ARGBToI420;
  convert(pixels.bytes, pixels.stride, at(0, area.x, area.y), stride(0), at(1, area.x / 2, area.y / 2),
          stride(1), at(2, area.x / 2, area.y / 2), stride(2), area.width, area.height);
}

void Picture420::draw_arrow(int x, int y) {
  for (int row = 0; row < arrow_height; ++row) {
    for (int column = 0; column < arrow_width; ++column) {
      const char dot = arrow[row][column];
      const int to_x = x + column;
      const int to_y = y + row;
      if (dot == ' ' || to_x < 0 || to_y < 0 || to_x >= width_ || to_y >= height_) continue;
      const bool is_full = range_ == Range::full;
      const int black = is_full ? 0 : 16;
      const int white = is_full ? 255 : 235;
      plane(0)[to_y * stride(0) + to_x] = static_cast<std::uint8_t>(dot == 'X' ? black : white);
      for (const int i : {1, 2}) plane(i)[to_y / 2 * stride(i) + to_x / 2] = 128;
    }
  }
}

bool Picture420::paint_jpeg(void* decoder, std::string_view jpeg) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(jpeg.data());
  int width = 0;
  int height = 0;
  int sampling = 0;
  int colours = 0;
  if (tjDecompressHeader3(decoder, bytes, jpeg.size(), &width, &height, &sampling, &colours) != 0)
    return false;
  if ((width & ~1) != width_ || (height & ~1) != height_) return false;
  // A JPEG's planes are what x264 wants already: no colour is computed twice.
  if (sampling == TJSAMP_420 && width == width_ && height == height_ && range_ == Range::full) {
    unsigned char* planes[] = {plane(0), plane(1), plane(2)};
    int strides[] = {stride(0), stride(1), stride(2)};
    return tjDecompressToYUVPlanes(decoder, bytes, jpeg.size(), planes, width, strides, height, 0) == 0;
  }
  const int stride_bgrx = width * 4;
  std::vector<std::uint8_t> bgrx(static_cast<std::size_t>(stride_bgrx) * static_cast<std::size_t>(height));
  const bool is_whole =
      tjDecompress2(decoder, bytes, jpeg.size(), bgrx.data(), width, stride_bgrx, height, TJPF_BGRX, 0) == 0;
  paint({bgrx.data(), stride_bgrx}, {0, 0, width_, height_});
  return is_whole;
}

void Picture420::scale_from(const Picture420& from) {
  libyuv::I420Scale(from.plane(0), from.stride(0), from.plane(1), from.stride(1), from.plane(2),
                    from.stride(2), from.width(), from.height(), plane(0), stride(0), plane(1), stride(1),
                    plane(2), stride(2), width_, height_, libyuv::kFilterBox);
}

std::string Picture420::to_jpeg(int quality) const {
  // Through RGB: a JPEG's own planes are full range, ours are not.
  const int stride_bgrx = width_ * 4;
  std::vector<std::uint8_t> bgrx(static_cast<std::size_t>(stride_bgrx) * static_cast<std::size_t>(height_));
  const auto convert = range_ == Range::full ? libyuv::J420ToARGB : libyuv::I420ToARGB;
  convert(plane(0), stride(0), plane(1), stride(1), plane(2), stride(2), bgrx.data(), stride_bgrx, width_,
          height_);
  const std::unique_ptr<void, int (*)(tjhandle)> compressor(tjInitCompress(), tjDestroy);
  if (!compressor) return {};
  unsigned char* bytes = nullptr;
  unsigned long size = 0;
  const int failed = tjCompress2(compressor.get(), bgrx.data(), width_, stride_bgrx, height_, TJPF_BGRX,
                                 &bytes, &size, TJSAMP_420, quality, TJFLAG_FASTDCT);
  std::string jpeg;
  if (failed == 0) jpeg.assign(bytes, bytes + size);
  tjFree(bytes);
  return jpeg;
}

}  // namespace greenroom::recorder::encoder
