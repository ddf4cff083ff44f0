// Where a recording's pictures come from. Everything behind it is the same for all sources.
#pragma once

#include <memory>

#include "base/error.hpp"
#include "recorder/control.hpp"
#include "recorder/encoder/track.hpp"

namespace greenroom::recorder::encoder {

/// Further away than any recording lasts.
inline constexpr Milliseconds never{std::int64_t{1} << 50};

/// One source of pictures.
///
/// Units    every time: since the recording's time 0.
/// Lifetime the track that it is given outlives it.
class Source {
 public:
  virtual ~Source() = default;

  /// To be polled for reading, or -1 when pictures come by offer().
  virtual int fd() const = 0;
  /// Takes in what has happened; a new size is taken over by the track when it has settled.
  /// Errors: closed (nothing more will come); those of Track.
  virtual Result<void> look(Milliseconds at) = 0;
  /// True when there is something to paint.
  virtual bool is_dirty() const = 0;
  /// Paints what is new. Returns when it looked so; it is to be shown from then on.
  /// Errors: closed; io (the source does not give its picture).
  virtual Result<Milliseconds> paint(Milliseconds at) = 0;
  /// How long behind now the time of a picture may be that is still to come: a still one is not written again
  /// before that, because time cannot go back behind what is written.
  virtual Milliseconds patience() const = 0;
  /// When look() is wanted although nothing happens.
  virtual Milliseconds look_again_at() const = 0;
  /// The newest picture, of a source that is given them; it replaces one that still waits.
  virtual void offer(FrameCommand frame) = 0;
  /// An arrow is shown there from now on, if the source can show one.
  virtual void point(const PointerCommand& at) = 0;
  /// Pictures that came and could not be used, or were replaced before their turn.
  virtual std::int64_t lost() const = 0;
};

/// What a display shows. Errors: as Display::open().
Result<std::unique_ptr<Source>> make_display_source(const StartCommand& start, Track& track);
/// Pictures that the daemon sends.
std::unique_ptr<Source> make_frames_source(Track& track);

/// A size that is taken over only once it has stayed the same for a moment: windows are mapped, moved and
/// resized in steps, and each of them as a size of its own would be a segment each.
template <class T>
class Settling {
 public:
  void propose(const T& value, Milliseconds at) {
    if (value_ == value) return;
    if (!value_) unsettled_since_ = at;
    value_ = value;
    since_ = at;
  }
  void forget() { value_.reset(); }
  bool is_waiting() const { return value_.has_value(); }
  /// When what is waited for, or was taken last, came.
  Milliseconds since() const { return since_; }
  Milliseconds due() const {
    return value_ ? std::min(since_ + settles_in, unsettled_since_ + at_latest) : never;
  }
  /// The value, once it has settled.
  std::optional<T> take(Milliseconds at) {
    if (at < due()) return std::nullopt;
    return std::exchange(value_, std::nullopt);
  }

 private:
  static constexpr Milliseconds settles_in{150};
  static constexpr Milliseconds at_latest{1000};

  std::optional<T> value_;
  Milliseconds since_{};
  Milliseconds unsettled_since_{};
};

}  // namespace greenroom::recorder::encoder
