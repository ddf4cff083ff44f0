// JPEG pictures from the daemon as a source: what a browser without a display paints.
#include <algorithm>
#include <memory>
#include <turbojpeg.h>
#include <utility>

#include "base/crypto.hpp"
#include "recorder/encoder/source.hpp"

namespace greenroom::recorder::encoder {

namespace {

constexpr int smallest_side = 16;
constexpr int largest_side = 8192;

struct FrameSize {
  int width = 0;
  int height = 0;
  bool operator==(const FrameSize&) const = default;
};

class FramesSource final : public Source {
 public:
  explicit FramesSource(Track& track) : track_(track), decoder_(tjInitDecompress(), tjDestroy) {}

  int fd() const override { return -1; }
  Result<void> look(Milliseconds at) override;
  bool is_dirty() const override { return !jpeg_.empty() && !next_size_.is_waiting(); }
  Result<Milliseconds> paint(Milliseconds at) override;
  Milliseconds patience() const override;
  Milliseconds look_again_at() const override { return next_size_.due(); }
  void point(const PointerCommand&) override {}
  void offer(FrameCommand frame) override;
  std::int64_t lost() const override { return lost_; }

 private:
  Track& track_;
  std::unique_ptr<void, int (*)(tjhandle)> decoder_;
  std::string jpeg_;  // waits for its turn; empty: none does
  Milliseconds jpeg_at_{};
  Milliseconds on_its_way_{0};  // how long pictures were, the longest of the newest ones
  std::string newest_;          // as it came: a page that is asked anew sends the same picture again
  FrameSize jpeg_size_;
  FrameSize size_;
  Settling<FrameSize> next_size_;
  std::int64_t lost_ = 0;
};

/// A picture that is broken, or of an absurd size, is left out: the next one may be better.
void FramesSource::offer(FrameCommand frame) {
  if (frame.base64 == newest_) return;
  auto jpeg = base::from_base64(frame.base64);
  int width = 0;
  int height = 0;
  int sampling = 0;
  int colours = 0;
  const bool is_jpeg =
      jpeg && tjDecompressHeader3(decoder_.get(), reinterpret_cast<const unsigned char*>(jpeg->data()),
                                  jpeg->size(), &width, &height, &sampling, &colours) == 0;
  const bool fits =
      width >= smallest_side && height >= smallest_side && width <= largest_side && height <= largest_side;
  if (!is_jpeg || !fits) {
    ++lost_;
    return;
  }
  if (!jpeg_.empty()) ++lost_;
  newest_ = std::move(frame.base64);
  jpeg_ = std::move(*jpeg);
  jpeg_at_ = frame.at;
  jpeg_size_ = {width, height};
}

Result<void> FramesSource::look(Milliseconds at) {
  if (!jpeg_.empty() && jpeg_size_ == size_) next_size_.forget();
  if (!jpeg_.empty() && jpeg_size_ != size_) next_size_.propose(jpeg_size_, at);
  const bool is_first = size_ == FrameSize{};
  if (const auto settled = next_size_.take(is_first ? next_size_.due() : at)) size_ = *settled;
  return {};
}

/// On a machine with too much to do pictures come later, and the one that opens a tab latest.
Milliseconds FramesSource::patience() const {
  constexpr Milliseconds at_least{300};
  constexpr Milliseconds at_most{800};  // or what is live is too far behind
  return std::clamp(on_its_way_ * 2, at_least, at_most);
}

Result<Milliseconds> FramesSource::paint(Milliseconds at) {
  on_its_way_ = std::max(at - jpeg_at_, on_its_way_ * 7 / 8);
  const std::string jpeg = std::exchange(jpeg_, {});
  const auto begun = track_.begin_picture(size_.width & ~1, size_.height & ~1, jpeg_at_);
  if (!begun) return begun.error();
  if (!track_.canvas().paint_jpeg(decoder_.get(), jpeg)) ++lost_;
  return jpeg_at_;
}

}  // namespace

std::unique_ptr<Source> make_frames_source(Track& track) { return std::make_unique<FramesSource>(track); }

}  // namespace greenroom::recorder::encoder
