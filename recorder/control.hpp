// The control socket between daemon and encoder: JSON lines both ways, and after a snapshot's line its JPEG.
// Both ends compile this file, so there is one truth about it. Pure: no socket here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.hpp"
#include "recorder/archive.hpp"

namespace greenroom::recorder {

// Daemon to encoder.

struct StartCommand {
  int display = 0;                   ///< the X display's number
  std::string cookie;                ///< MIT-MAGIC-COOKIE-1, raw bytes
  int frames_per_second = 10;        ///< at most; a still picture costs none
  int max_width = 1920;              ///< pixels; larger windows are scaled down
  int max_height = 1080;             ///< pixels
  std::string preset = "superfast";  ///< one of x264's
  int quality = 24;                  ///< x264's constant rate factor: 0 best, 51 worst
  Milliseconds segment_length{4000};
  WallTime started_at{};  ///< what the wall clock says at the recording's time 0
  bool operator==(const StartCommand&) const = default;
};

struct SnapshotCommand {
  std::uint32_t id = 0;
  int quality = 70;  ///< JPEG, 1 to 100
  bool operator==(const SnapshotCommand&) const = default;
};

struct FinishCommand {
  bool operator==(const FinishCommand&) const = default;
};

using EncoderCommand = std::variant<StartCommand, SnapshotCommand, FinishCommand>;

std::string to_line(const EncoderCommand& command);

/// One line without its newline. Errors: protocol (with what is wrong).
base::Result<EncoderCommand> parse_command(std::string_view line);

// Encoder to daemon.

struct EncoderStarted {
  int width = 0;   ///< pixels
  int height = 0;  ///< pixels
  bool operator==(const EncoderStarted&) const = default;
};

struct EncoderStats {
  std::int64_t captured = 0;  ///< pictures taken from the screen
  std::int64_t encoded = 0;   ///< pictures written, held ones included
  std::int64_t dropped = 0;   ///< pictures due but skipped because the encoder was late
  Milliseconds lag{};         ///< how late the latest capture was
  bool operator==(const EncoderStats&) const = default;
};

struct EncoderPicture {
  std::uint32_t id = 0;
  int width = 0;     ///< pixels
  int height = 0;    ///< pixels
  std::string jpeg;  ///< empty: there is no picture
  bool operator==(const EncoderPicture&) const = default;
};

struct EncoderFinished {
  RecordingEnd end;
  bool operator==(const EncoderFinished&) const = default;
};

struct EncoderFailed {
  std::string reason;  ///< "storage_full", "display_refused", "encoder", ...
  std::string detail;
  bool operator==(const EncoderFailed&) const = default;
};

using EncoderEvent =
    std::variant<EncoderStarted, Segment, EncoderStats, EncoderPicture, EncoderFinished, EncoderFailed>;

/// The event's line, and for a picture its bytes behind it.
std::string to_message(const EncoderEvent& event);

/// Cuts the encoder's bytes into events.
///
/// Bounds   a line of 1 MiB, a picture of 16 MiB. Unknown lines of a newer encoder are skipped.
/// Errors   protocol, too_large: for ever after.
class EventParser {
 public:
  void feed(std::string_view bytes) { buffer_.append(bytes); }

  /// The next whole event; none when more bytes are needed.
  base::Result<std::optional<EncoderEvent>> next();

 private:
  base::Result<bool> take_line();
  base::Result<bool> read_line(std::string_view line);

  std::string buffer_;
  std::size_t consumed_ = 0;
  std::size_t picture_size_ = 0;
  std::optional<EncoderPicture> picture_;  ///< its line came, its bytes have not
  std::optional<EncoderEvent> event_;
  std::optional<base::Error> failure_;
};

}  // namespace greenroom::recorder
