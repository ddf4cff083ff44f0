#include "recorder/control.hpp"

#include <utility>

#include "recorder/control_json.hpp"

namespace greenroom::recorder {

using base::errc;
using base::Error;
using base::Result;

namespace {

constexpr std::size_t longest_message = 1u << 20;
constexpr std::int64_t largest_picture = 16 << 20;

std::string part_line(const EncoderPart& part) {
  // The segment's own line is an object: it is taken in as it stands, so that there is one form of it.
  const std::string segment = to_line(part.segment);
  const json::object object{{"segment", json::parse(segment)},
                            {"offset", static_cast<std::int64_t>(part.offset)},
                            {"size", static_cast<std::int64_t>(part.size)},
                            {"duration_ms", part.duration.count()},
                            {"independent", part.is_independent}};
  return one_line("part", object);
}

Result<EncoderPart> read_part(const json::object& object) {
  bool good = true;
  const json::object* inner = inner_object(object, "segment");
  if (inner == nullptr) return Error{errc::protocol, "a part without its segment"};
  Result<Segment> segment = parse_segment_line(json::serialize(*inner));
  if (!segment) return segment.error();
  EncoderPart part;
  part.segment = std::move(*segment);
  part.offset = static_cast<std::uint64_t>(number(object, "offset", 0, largest_count, good));
  part.size = static_cast<std::uint64_t>(number(object, "size", 1, largest_count, good));
  part.duration = Milliseconds(number(object, "duration_ms", 1, largest_count, good));
  const json::value* independent = object.if_contains("independent");
  part.is_independent = independent != nullptr && independent->is_bool() && independent->get_bool();
  if (!good) return Error{errc::protocol, "a part with bad members"};
  return part;
}

}  // namespace

std::string to_message(const EncoderEvent& event) {
  const Overloaded visitor{
      [](const EncoderStarted& started) {
        return one_line("started", json::object{{"width", started.width}, {"height", started.height}});
      },
      [](const Segment& segment) { return to_line(segment); },
      [](const EncoderPart& part) { return part_line(part); },
      [](const EncoderPace& pace) {
        return one_line(
            "pace",
            json::object{{"fps", pace.frames_per_second}, {"width", pace.width}, {"height", pace.height}});
      },
      [](const EncoderStats& stats) {
        const json::object object{{"captured", stats.captured},
                                  {"encoded", stats.encoded},
                                  {"dropped", stats.dropped},
                                  {"lag_ms", stats.lag.count()}};
        return one_line("stats", object);
      },
      [](const EncoderPicture& picture) {
        const json::object object{{"id", std::int64_t{picture.id}},
                                  {"bytes", static_cast<std::int64_t>(picture.jpeg.size())},
                                  {"width", picture.width},
                                  {"height", picture.height}};
        return one_line("snapshot", object) + picture.jpeg;
      },
      [](const EncoderFinished& finished) {
        const json::object object{{"reason", finished.end.reason},
                                  {"duration_ms", finished.end.duration.count()}};
        return one_line("finished", object);
      },
      [](const EncoderFailed& failed) {
        return json::serialize(json::object{{"error", failed.reason}, {"detail", failed.detail}}) + "\n";
      }};
  return std::visit(visitor, event);
}

Result<std::optional<EncoderEvent>> EventParser::next() {
  if (failure_) return *failure_;
  while (!event_) {
    if (picture_) {
      if (buffer_.size() - consumed_ < picture_size_) break;
      picture_->jpeg = buffer_.substr(consumed_, picture_size_);
      consumed_ += picture_size_;
      event_ = std::move(*picture_);
      picture_.reset();
      break;
    }
    const Result<bool> took = take_line();
    if (!took) {
      failure_ = took.error();
      return *failure_;
    }
    if (!*took) break;
  }
  if (!event_) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  return std::exchange(event_, std::nullopt);
}

/// False: no whole line is there.
Result<bool> EventParser::take_line() {
  const std::string_view waiting = std::string_view(buffer_).substr(consumed_);
  const std::size_t newline = waiting.find('\n');
  if (newline == std::string_view::npos ? waiting.size() > longest_message : newline > longest_message)
    return Error{errc::too_large, "a line of the encoder"};
  if (newline == std::string_view::npos) return false;
  consumed_ += newline + 1;
  return read_line(waiting.substr(0, newline));
}

Result<bool> EventParser::read_line(std::string_view line) {
  const std::optional<json::object> object = parse_object(line);
  if (!object) return Error{errc::protocol, "a line of the encoder that is no JSON object"};
  bool good = true;
  const auto integer = [&](const json::object& in, std::string_view key, std::int64_t most) {
    return number(in, key, 0, most, good);
  };
  if (object->contains("segment")) {
    Result<Segment> segment = parse_segment_line(line);
    if (!segment) return segment.error();
    event_ = std::move(*segment);
  } else if (const auto* started = inner_object(*object, "started")) {
    event_ = EncoderStarted{static_cast<int>(integer(*started, "width", largest_side)),
                            static_cast<int>(integer(*started, "height", largest_side))};
  } else if (const auto* part = inner_object(*object, "part")) {
    Result<EncoderPart> read = read_part(*part);
    if (!read) return read.error();
    event_ = std::move(*read);
  } else if (const auto* pace = inner_object(*object, "pace")) {
    event_ = EncoderPace{static_cast<int>(integer(*pace, "fps", 60)),
                         static_cast<int>(integer(*pace, "width", largest_side)),
                         static_cast<int>(integer(*pace, "height", largest_side))};
  } else if (const auto* stats = inner_object(*object, "stats")) {
    event_ = EncoderStats{
        integer(*stats, "captured", largest_count), integer(*stats, "encoded", largest_count),
        integer(*stats, "dropped", largest_count), Milliseconds(integer(*stats, "lag_ms", largest_count))};
  } else if (const auto* snapshot = inner_object(*object, "snapshot")) {
    EncoderPicture picture;
    picture.id = static_cast<std::uint32_t>(integer(*snapshot, "id", 0xffffffff));
    picture.width = static_cast<int>(integer(*snapshot, "width", largest_side));
    picture.height = static_cast<int>(integer(*snapshot, "height", largest_side));
    picture_size_ = static_cast<std::size_t>(integer(*snapshot, "bytes", largest_picture));
    picture_ = std::move(picture);
  } else if (const auto* finished = inner_object(*object, "finished")) {
    const Milliseconds duration(integer(*finished, "duration_ms", largest_count));
    event_ = EncoderFinished{RecordingEnd{text(*finished, "reason"), duration}};
  } else if (object->contains("error")) {
    event_ = EncoderFailed{text(*object, "error"), text(*object, "detail")};
  }
  if (!good) return Error{errc::protocol, "a line of the encoder with bad members"};
  return true;
}

}  // namespace greenroom::recorder
