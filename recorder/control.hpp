// The control socket between daemon and encoder: JSON lines both ways, after a snapshot's line its JPEG, and
// after a frame's line its picture. Both ends compile this file, so there is one truth about it. Pure: no
// socket here.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "base/error.hpp"
#include "recorder/archive.hpp"

namespace greenroom::recorder {

// Daemon to encoder.

/// Where pictures come from.
enum class CaptureSource {
  display,  ///< the encoder takes them from an X display
  frames,   ///< the daemon sends them, as FrameCommand
};

struct StartCommand {
  CaptureSource source = CaptureSource::display;
  int display = 0;                   ///< the X display's number
  std::string cookie;                ///< MIT-MAGIC-COOKIE-1, raw bytes
  int frames_per_second = 10;        ///< at most; a still picture costs none
  int max_width = 1920;              ///< pixels; larger windows are scaled down
  int max_height = 1080;             ///< pixels
  std::string preset = "superfast";  ///< one of x264's
  int quantizer = 26;                ///< of H.264, constant: 0 best, 51 worst
  Milliseconds segment_length = usual_segment;
  WallTime started_at{};  ///< what the wall clock says at the recording's time 0
  /// The same moment on CLOCK_MONOTONIC, which all processes of a machine share: a wall clock that is set
  /// cannot stretch a recording.
  std::chrono::microseconds zero{};
  /// The directory holds the beginning of this recording, of an encoder that died: it is gone on with.
  bool is_resumed = false;
  bool operator==(const StartCommand&) const = default;
};

/// One picture of CaptureSource::frames. Behind its line come the bytes.
struct FrameCommand {
  Milliseconds at{};   ///< since the recording's time 0; when the page looked so
  std::string base64;  ///< a JPEG, as the browser sends it: decoding it is not the daemon's work
  bool operator==(const FrameCommand&) const = default;
};

struct SnapshotCommand {
  std::uint32_t id = 0;
  int quality = 70;  ///< JPEG, 1 to 100
  bool operator==(const SnapshotCommand&) const = default;
};

/// Another tab is shown from about now on: a segment begins with the picture that comes next.
struct CutCommand {
  bool operator==(const CutCommand&) const = default;
};

/// Where a client's mouse is: an arrow is drawn there from now on. Only CaptureSource::display has one.
struct PointerCommand {
  int x = 0;  ///< pixels from the left edge of what is recorded
  int y = 0;  ///< pixels from the upper edge
  bool operator==(const PointerCommand&) const = default;
};

struct FinishCommand {
  bool operator==(const FinishCommand&) const = default;
};

using EncoderCommand =
    std::variant<StartCommand, FrameCommand, SnapshotCommand, CutCommand, PointerCommand, FinishCommand>;

/// The command's line, and for a frame its bytes behind it.
std::string to_message(const EncoderCommand& command);

/// Cuts the daemon's bytes into commands.
///
/// Bounds   a line of 64 KiB, a frame of 24 MiB.
/// Errors   protocol (with what is wrong), too_large: for ever after.
class CommandParser {
 public:
  void feed(std::string_view bytes) { buffer_.append(bytes); }
  /// Bytes that wait for the rest of their command.
  std::size_t waiting() const { return buffer_.size() - consumed_; }

  /// The next whole command; none when more bytes are needed.
  base::Result<std::optional<EncoderCommand>> next();

 private:
  base::Result<std::optional<EncoderCommand>> read_next();

  std::string buffer_;
  std::size_t consumed_ = 0;
  std::size_t frame_size_ = 0;
  std::optional<FrameCommand> frame_;  ///< its line came, its bytes have not
  std::optional<base::Error> failure_;
};

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

/// A piece of the open segment that is in its file already: what live players fetch.
struct EncoderPart {
  Segment segment;           ///< the open segment so far
  std::uint64_t offset = 0;  ///< bytes, of the part in the segment's file
  std::uint64_t size = 0;    ///< bytes
  Milliseconds duration{};
  bool is_independent = false;  ///< begins with a key picture
  bool operator==(const EncoderPart&) const = default;
};

/// The encoder does less, or again more, than it was asked for, because the machine is too busy.
struct EncoderPace {
  int frames_per_second = 0;
  int width = 0;   ///< pixels
  int height = 0;  ///< pixels
  bool operator==(const EncoderPace&) const = default;
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

using EncoderEvent = std::variant<EncoderStarted, Segment, EncoderPart, EncoderPace, EncoderStats,
                                  EncoderPicture, EncoderFinished, EncoderFailed>;

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
