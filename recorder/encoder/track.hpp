// From pixels to segments: conversion, codec and archive of one recording, in the recording's own time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "recorder/control.hpp"
#include "recorder/encoder/archive_writer.hpp"
#include "recorder/encoder/h264.hpp"
#include "recorder/encoder/picture.hpp"

namespace greenroom::recorder::encoder {

/// One recording being written.
///
/// Units    every `at`: since the recording's start; grows from call to call.
/// Errors   storage_full and io of the archive, internal of the codec.
/// Lifetime the directory's descriptor outlives this. `on_segment` is called for each finished segment.
class Track {
 public:
  Track(int directory, const StartCommand& options, std::function<void(const Segment&)> on_segment);

  /// Errors also: conflict (the directory holds a recording).
  Result<void> create() { return archive_.create(); }

  /// The source's pictures have this size from `at` on (even numbers). Another size than before ends the
  /// segment. The next paint() must cover everything.
  Result<void> set_source_size(int width, int height, Milliseconds at);

  /// Converts new pixels; `area` is in the source's coordinates and even.
  void paint(const PixelView& pixels, const Rect& area) { source_.paint(pixels, area); }

  /// Encodes what was painted as the picture that is shown from `at` on.
  Result<void> show(Milliseconds at);

  /// When the picture must be written again although nothing changes: once a second, and where a segment
  /// ends.
  Milliseconds must_show_again_at() const;

  /// Ends segment and index.
  Result<RecordingEnd> finish(const std::string& reason, Milliseconds at);
  void abandon() { archive_.abandon(); }

  /// The picture shown now. `jpeg` is empty when there is none.
  EncoderPicture snapshot(const SnapshotCommand& command) const;
  std::int64_t encoded() const { return encoded_; }
  int width() const { return shown().width(); }
  int height() const { return shown().height(); }

 private:
  const Picture420& shown() const { return scaled_ ? *scaled_ : source_; }
  Result<void> end_segment(Milliseconds at);

  StartCommand options_;
  std::function<void(const Segment&)> on_segment_;
  ArchiveWriter archive_;
  Picture420 source_;
  std::optional<Picture420> scaled_;  // when the source is larger than allowed
  std::unique_ptr<H264Encoder> encoder_;
  Milliseconds segment_start_{};
  Milliseconds last_shown_{-1};
  std::int64_t encoded_ = 0;
};

}  // namespace greenroom::recorder::encoder
