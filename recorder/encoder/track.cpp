#include "recorder/encoder/track.hpp"

#include <algorithm>
#include <tuple>
#include <utility>

namespace greenroom::recorder::encoder {

namespace {

/// The largest even size of the same shape within the limits.
std::pair<int, int> fit(int width, int height, const StartCommand& limits) {
  if (width <= limits.max_width && height <= limits.max_height) return {width, height};
  const double factor = std::min(static_cast<double>(limits.max_width) / width,
                                 static_cast<double>(limits.max_height) / height);
  const auto scaled = [&](int side) { return std::max(16, static_cast<int>(side * factor) & ~1); };
  return {scaled(width), scaled(height)};
}

/// However often tabs change: each segment costs a file and a key picture.
constexpr Milliseconds shortest_segment{500};
/// A first picture that comes no later than this is shown from time 0.
constexpr Milliseconds unseen_beginning{100};
/// From the word that another tab is shown to its picture, which the screen brings a little later.
constexpr Milliseconds cut_patience{300};

}  // namespace

Track::Track(int directory, const StartCommand& options, std::function<void(const EncoderEvent&)> tell)
    : options_(options),
      tell_(std::move(tell)),
      range_(options.source == CaptureSource::frames ? Range::full : Range::limited),
      archive_(directory, options.started_at, [this](const EncoderPart& part) { tell_(part); }) {}

Result<void> Track::create() {
  if (!options_.is_resumed) return archive_.create();
  const auto length = archive_.resume();
  if (!length) return length.error();
  last_shown_ = *length;
  return {};
}

Result<void> Track::begin_picture(int width, int height, Milliseconds at) {
  if (const auto held = hold(at); !held) return held;
  if (encoder_ && width == source_.width() && height == source_.height()) return {};
  if (const auto ended = end_size(at); !ended) return ended;
  source_ = Picture420(width, height, range_);
  return open_encoder();
}

Result<void> Track::set_shrink(int divisor, Milliseconds at) {
  if (divisor == shrink_) return {};
  shrink_ = divisor;
  if (!encoder_) return {};
  if (const auto ended = end_size(at); !ended) return ended;
  return open_encoder();
}

Result<void> Track::open_encoder() {
  StartCommand limits = options_;
  limits.max_width = std::min(limits.max_width, source_.width() / shrink_);
  limits.max_height = std::min(limits.max_height, source_.height() / shrink_);
  H264Options options;
  std::tie(options.width, options.height) = fit(source_.width(), source_.height(), limits);
  scaled_.reset();
  if (options.width != source_.width() || options.height != source_.height())
    scaled_.emplace(options.width, options.height, range_);
  options.frames_per_second = options_.frames_per_second;
  options.quantizer = options_.quantizer;
  options.preset = options_.preset;
  options.range = range_;
  encoder_.reset();  // first, so that there are never two
  auto encoder = H264Encoder::open(options);
  if (!encoder) return encoder.error();
  encoder_ = std::move(*encoder);
  changed_ = source_.area();
  return archive_.use_config(encoder_->config());
}

void Track::cut(Milliseconds at) {
  if (archive_.has_open_segment() && !cut_due_)
    cut_due_ = std::max(at + cut_patience, segment_start_ + shortest_segment);
}

bool Track::segment_is_over(Milliseconds at) const {
  return at - segment_start_ >= (cut_due_ ? shortest_segment : options_.segment_length);
}

Result<AccessUnit> Track::next_unit(bool as_key) {
  const Rect changed = std::exchange(changed_, Rect());
  if (changed.is_empty()) return encoder_->repeat(shown(), as_key);
  if (!scaled_) return encoder_->encode(source_, changed, as_key);
  scaled_->scale_from(source_);
  return encoder_->encode(*scaled_, scaled_->area(), as_key);
}

Result<void> Track::show(Milliseconds at) {
  if (last_shown_ < Milliseconds(0)) {
    if (at <= unseen_beginning)
      at = Milliseconds(0);
    else if (const auto begun = begin_unseen(at); !begun)
      return begun;
  }
  return write(at);
}

/// A recording begins at its time 0, whenever somebody looked first: it is black until then.
Result<void> Track::begin_unseen(Milliseconds until) {
  Picture420 seen = std::exchange(source_, Picture420(source_.width(), source_.height(), range_));
  changed_ = source_.area();
  Result<void> wrote = write(Milliseconds(0));
  if (wrote) wrote = hold(until);
  source_ = std::move(seen);
  changed_ = source_.area();
  return wrote;
}

Result<void> Track::write(Milliseconds at) {
  at = std::max(at, last_shown_ + Milliseconds(1));  // the container's clock ticks in milliseconds
  if (archive_.has_open_segment() && segment_is_over(at))
    if (const auto ended = end_segment(at); !ended) return ended;
  const bool is_first = !archive_.has_open_segment();
  const auto unit = next_unit(is_first);
  if (!unit) return unit.error();
  if (is_first) {
    segment_start_ = at;
    if (const auto begun = archive_.begin_segment(at); !begun) return begun;
  }
  last_shown_ = at;
  ++encoded_;
  return archive_.add(unit->bytes, unit->is_key, at);
}

/// No second is without its picture, however late the next one comes.
Result<void> Track::hold(Milliseconds until) {
  while (archive_.has_open_segment() && must_show_again_at() < until)
    if (const auto wrote = write(must_show_again_at()); !wrote) return wrote;
  return {};
}

/// The last picture of a size once more, where it ends: tools that begin anew with each size forget how long
/// they were to hold it.
Result<void> Track::end_size(Milliseconds at) {
  const Milliseconds end = at - Milliseconds(1);
  if (archive_.has_open_segment() && end > last_shown_) {
    const auto unit = next_unit(false);
    if (!unit) return unit.error();
    if (const auto added = archive_.add(unit->bytes, unit->is_key, end); !added) return added;
    last_shown_ = end;
    ++encoded_;
  }
  return end_segment(at);
}

Result<void> Track::end_segment(Milliseconds at) {
  if (!archive_.has_open_segment()) return {};
  at = std::max(at, last_shown_ + Milliseconds(1));
  const auto segment = archive_.finish_segment(at);
  if (!segment) return segment.error();
  cut_due_.reset();
  last_shown_ = at - Milliseconds(1);
  tell_(*segment);
  return {};
}

Milliseconds Track::must_show_again_at() const {
  // A still picture is written once a second all the same: a tool that looks for the picture at a second
  // takes the next one that begins, and must not find one of another scene. It costs some hundred bytes.
  constexpr Milliseconds longest_hold{1000};
  if (!archive_.has_open_segment()) return last_shown_ + longest_hold;
  const Milliseconds segment_end = segment_start_ + longest_segment(options_.segment_length);
  const Milliseconds cut_due = cut_due_.value_or(segment_end);
  return std::min({segment_end, cut_due, last_shown_ + longest_hold, archive_.fragment_due()});
}

Result<RecordingEnd> Track::finish(const std::string& reason, Milliseconds at) {
  if (const auto held = hold(at); !held) return held.error();
  // The last picture once more, where it ends: what looks for the end finds it.
  if (archive_.has_open_segment() && at > last_shown_ + Milliseconds(1))
    if (const auto shown = show(at); !shown) return shown.error();
  if (const auto ended = end_segment(at); !ended) return ended.error();
  const RecordingEnd end{reason, last_shown_ + Milliseconds(1)};
  if (const auto wrote = archive_.write_end(end); !wrote) return wrote.error();
  return end;
}

EncoderPicture Track::snapshot(const SnapshotCommand& command) const {
  EncoderPicture picture{command.id, width(), height(), {}};
  if (encoded_ > 0) picture.jpeg = shown().to_jpeg(command.quality);
  return picture;
}

}  // namespace greenroom::recorder::encoder
