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
/// Units    every `at`: since the recording's time 0; grows from call to call.
/// Errors   storage_full and io of the archive, internal of the codec.
/// Lifetime the directory's descriptor outlives this. `tell` is called for each finished segment and each
/// piece of the open one.
class Track {
 public:
  Track(int directory, const StartCommand& options, std::function<void(const EncoderEvent&)> tell);

  /// Errors also: conflict (the directory holds a recording), not_found (there is none to go on with).
  Result<void> create();

  /// A source's next picture looked so at `at`, and has this size (even numbers). To be called before it is
  /// painted: what is shown until then is written again where that is due, and ends its segment if it had
  /// another size; then paint() must cover everything.
  Result<void> begin_picture(int width, int height, Milliseconds at);

  /// Pictures are shrunk by this in both directions from `at` on: 1 is their own size.
  Result<void> set_shrink(int divisor, Milliseconds at);

  /// Another scene begins about now: the next picture begins a segment. One comes soon even if nothing
  /// changes.
  void cut(Milliseconds at);

  /// What sources paint on, of the size that was set; they change `part` of it and nothing else.
  Picture420& canvas(const Rect& part) {
    changed_ = unite(changed_, part);
    return source_;
  }
  /// For a source that paints all of it anew.
  Picture420& canvas() { return canvas(source_.area()); }
  bool has_size() const { return encoder_ != nullptr; }

  /// Encodes what was painted as the picture that is shown from `at` on. Before the first one everything is
  /// black, unless it comes within a tenth of a second.
  Result<void> show(Milliseconds at);

  /// When the picture must be written again although nothing changes: once a second, and where a segment or a
  /// piece of it ends.
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
  Result<void> hold(Milliseconds until);
  Result<void> begin_unseen(Milliseconds until);
  Result<void> write(Milliseconds at);
  bool segment_is_over(Milliseconds at) const;
  Result<void> end_size(Milliseconds at);
  Result<void> end_segment(Milliseconds at);
  Result<void> open_encoder();
  Result<AccessUnit> next_unit(bool as_key);

  StartCommand options_;
  std::function<void(const EncoderEvent&)> tell_;
  Range range_;
  int shrink_ = 1;
  ArchiveWriter archive_;
  Picture420 source_;
  Rect changed_;                      // of source_, since it was encoded
  std::optional<Picture420> scaled_;  // when the source is larger than allowed
  std::unique_ptr<H264Encoder> encoder_;
  Milliseconds segment_start_{};
  std::optional<Milliseconds> cut_due_;  // a segment begins then at the latest
  Milliseconds last_shown_{-1};
  std::int64_t encoded_ = 0;
};

}  // namespace greenroom::recorder::encoder
