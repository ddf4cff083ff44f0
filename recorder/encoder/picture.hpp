// Pictures in memory: planar YUV as the codec wants it, and what is made of it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace greenroom::recorder::encoder {

/// A rectangle of the screen, in pixels.
struct Rect {
  int x = 0;
  int y = 0;
  int width = 0;
  int height = 0;
  bool is_empty() const { return width <= 0 || height <= 0; }
  bool operator==(const Rect&) const = default;
};

/// The part that both cover; empty when they do not meet.
Rect intersect(const Rect& a, const Rect& b);
/// The smallest one that covers both; an empty one covers nothing.
Rect unite(const Rect& a, const Rect& b);

/// What an arrow covers whose point is there.
Rect arrow_at(int x, int y);

/// Pixels as the X server hands them out: four bytes each, blue first.
struct PixelView {
  const std::uint8_t* bytes = nullptr;
  int stride = 0;  ///< bytes from line to line
};

/// How much of a byte brightness and colour use.
enum class Range {
  limited,  ///< 16 to 235, as video has it
  full,     ///< 0 to 255, as JPEG has it
};

/// One I420 picture (BT.601). Width and height are even.
class Picture420 {
 public:
  Picture420() = default;
  Picture420(int width, int height, Range range);

  int width() const { return width_; }
  int height() const { return height_; }
  Rect area() const { return {0, 0, width_, height_}; }
  std::uint8_t* plane(int i) { return bytes_.data() + offset(i); }
  const std::uint8_t* plane(int i) const { return bytes_.data() + offset(i); }
  int stride(int i) const { return i == 0 ? width_ : width_ / 2; }

  /// Converts `pixels` into `area`, whose corner and size are even.
  void paint(const PixelView& pixels, const Rect& area);
  /// Draws a mouse's arrow whose point is there; what is outside of the picture is left out.
  void draw_arrow(int x, int y);
  /// Becomes the picture of a JPEG that has this size, or one more in either direction; `decoder` is a
  /// tjhandle. False when it is broken: what is shown then is its readable part.
  bool paint_jpeg(void* decoder, std::string_view jpeg);
  /// Becomes `from`, scaled to this picture's size.
  void scale_from(const Picture420& from);
  /// As a JPEG; empty when it cannot be made. `quality`: 1 to 100.
  std::string to_jpeg(int quality) const;

 private:
  std::size_t offset(int i) const;

  int width_ = 0;
  int height_ = 0;
  Range range_ = Range::limited;
  std::vector<std::uint8_t> bytes_;
};

}  // namespace greenroom::recorder::encoder
