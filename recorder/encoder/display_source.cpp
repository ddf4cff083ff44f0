// The session's X display as a source: the visible window's content, whenever something in it was damaged.
#include <algorithm>
#include <chrono>
#include <utility>

#include "recorder/encoder/display.hpp"
#include "recorder/encoder/source.hpp"

namespace greenroom::recorder::encoder {

namespace {

int even_down(int n) { return n & ~1; }
int even_up(int n) { return (n + 1) & ~1; }

class DisplaySource final : public Source {
 public:
  DisplaySource(std::unique_ptr<Display> display, Track& track)
      : display_(std::move(display)), track_(track) {}

  int fd() const override { return display_->fd(); }
  Result<void> look(Milliseconds at) override;
  bool is_dirty() const override;
  Result<Milliseconds> paint(Milliseconds at) override;
  Milliseconds patience() const override { return Milliseconds(is_dirty() ? 100 : 0); }
  Milliseconds look_again_at() const override { return next_area_.due(); }
  void offer(FrameCommand) override {}
  void point(const PointerCommand& at) override;
  std::int64_t lost() const override { return 0; }

 private:
  void change_area(const Rect& area, Milliseconds since);
  Rect unseen() const;

  std::unique_ptr<Display> display_;
  Track& track_;
  Rect area_;  // what is recorded, in the screen's coordinates
  Milliseconds area_since_{};
  bool is_placed_ = false;    // area_ has been set
  bool paint_all_ = true;     // the area is new: damage alone would not fill it
  Settling<Rect> next_area_;  // waits until it has settled
  std::optional<PointerCommand> pointer_;
  Rect pointer_trail_;  // of the area: where the arrow is or was, and has not been painted yet
};

/// Follows the visible window. Its content is recorded; a new size is taken over when it has settled.
Result<void> DisplaySource::look(Milliseconds at) {
  if (const auto handled = display_->handle_events(); !handled) return handled;
  if (!is_placed_ || display_->windows_changed()) {
    const auto window = display_->visible_window();
    if (!window) return window.error();
    if (!is_placed_) {
      change_area(window->value_or(display_->screen()), at);
      return {};
    }
    const Rect wanted = window->value_or(intersect({0, 0, area_.width, area_.height}, display_->screen()));
    if (wanted == area_)
      next_area_.forget();
    else
      next_area_.propose(wanted, at);
  }
  if (const auto settled = next_area_.take(at)) change_area(*settled, next_area_.since());
  return {};
}

void DisplaySource::change_area(const Rect& area, Milliseconds since) {
  area_ = area;
  area_since_ = since;
  is_placed_ = true;
  paint_all_ = true;
}

void DisplaySource::point(const PointerCommand& at) {
  if (pointer_ == at) return;
  if (pointer_) pointer_trail_ = unite(pointer_trail_, arrow_at(pointer_->x, pointer_->y));
  pointer_ = at;
  pointer_trail_ = unite(pointer_trail_, arrow_at(at.x, at.y));
}

/// What has to be painted, in the screen's coordinates.
Rect DisplaySource::unseen() const {
  if (paint_all_) return area_;
  const Rect trail{area_.x + pointer_trail_.x, area_.y + pointer_trail_.y, pointer_trail_.width,
                   pointer_trail_.height};
  return intersect(unite(display_->damage(), trail), area_);
}

bool DisplaySource::is_dirty() const {
  if (!is_placed_ || next_area_.is_waiting())
    return false;  // between two sizes the picture belongs to neither
  return !unseen().is_empty();
}

Result<Milliseconds> DisplaySource::paint(Milliseconds at) {
  Rect part = unseen();
  // Chroma is shared by two by two pixels: the corner and size, counted from the area's corner, are even.
  const int left = even_down(part.x - area_.x);
  const int top = even_down(part.y - area_.y);
  const int right = even_up(part.x - area_.x + part.width);
  const int bottom = even_up(part.y - area_.y + part.height);
  const Rect in_area{left, top, right - left, bottom - top};
  part = {area_.x + left, area_.y + top, in_area.width, in_area.height};
  // An arrow that has moved is new though nothing was drawn.
  const bool is_drawn = pointer_trail_.is_empty();
  const auto asked = std::chrono::steady_clock::now();
  const auto pixels = display_->capture(part);
  if (!pixels) return pixels.error();
  const auto drawn = is_drawn ? display_->drawn_at().value_or(asked) : asked;
  Milliseconds seen = at + std::chrono::duration_cast<Milliseconds>(drawn - asked);
  // Another window may have been drawn before it was shown; that it stays was known only later.
  if (std::exchange(paint_all_, false)) seen = std::max(seen, area_since_);
  if (const auto begun = track_.begin_picture(area_.width, area_.height, seen); !begun) return begun.error();
  pointer_trail_ = {};
  Picture420& canvas = track_.canvas(in_area);
  canvas.paint(*pixels, in_area);
  // Every time: what was painted may have covered it. Where it was not painted over, the arrow is there
  // already.
  if (pointer_) canvas.draw_arrow(pointer_->x, pointer_->y);
  return seen;
}

}  // namespace

Result<std::unique_ptr<Source>> make_display_source(const StartCommand& start, Track& track) {
  auto display = Display::open(start.display, start.cookie);
  if (!display) return display.error();
  return std::unique_ptr<Source>(std::make_unique<DisplaySource>(std::move(*display), track));
}

}  // namespace greenroom::recorder::encoder
