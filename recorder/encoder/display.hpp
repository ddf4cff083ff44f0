// The session's X display, seen by the encoder: what is visible, what changed, and its pixels. Knows nothing
// of time, files or codecs.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "recorder/encoder/picture.hpp"

namespace greenroom::recorder::encoder {

/// A connection to one X server on this machine. Everything is pushed by the server: between two events
/// nothing runs.
class Display {
 public:
  /// `cookie`: MIT-MAGIC-COOKIE-1, raw. Errors: unavailable (no such display, or it refuses the cookie),
  /// unsupported (an extension or the pixel format is missing).
  static base::Result<std::unique_ptr<Display>> open(int number, const std::string& cookie);
  virtual ~Display() = default;

  /// To be polled for reading. Poll only after handle_events(): events may wait in memory already.
  virtual int fd() const = 0;

  /// Takes in what the server has sent. Errors: closed.
  virtual base::Result<void> handle_events() = 0;

  /// What changed on the screen since the last capture(); screen coordinates, may be empty.
  virtual Rect damage() const = 0;

  /// When the last of what capture() saw was drawn, of what the server has told; none before the first.
  virtual std::optional<std::chrono::steady_clock::time_point> drawn_at() const = 0;

  /// True when visible_window() would ask the server because a window came, went or moved.
  virtual bool windows_changed() const = 0;
  /// The content of the topmost ordinary window, clipped to the screen, width and height even; none when no
  /// window is mapped. Asks the server when windows moved. Errors: closed.
  virtual base::Result<std::optional<Rect>> visible_window() = 0;
  /// The whole screen, even.
  virtual Rect screen() const = 0;

  /// The pixels of `area` (within the screen), valid until the next call. What was damaged before counts as
  /// seen. Errors: closed, io (the server refuses).
  virtual base::Result<PixelView> capture(const Rect& area) = 0;
};

}  // namespace greenroom::recorder::encoder
