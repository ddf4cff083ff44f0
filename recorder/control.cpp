#include "recorder/control.hpp"

#include <boost/json.hpp>

#include "base/crypto.hpp"

namespace greenroom::recorder {

using base::errc;
using base::Error;
using base::Result;
namespace json = boost::json;

namespace {

constexpr std::size_t longest_line = 1u << 20;
constexpr std::int64_t largest_picture = 16 << 20;
constexpr std::int64_t largest_side = 16384;
constexpr std::int64_t largest_count = std::int64_t{1} << 50;

template <class... Parts>
struct Overloaded : Parts... {
  using Parts::operator()...;
};
template <class... Parts>
Overloaded(Parts...) -> Overloaded<Parts...>;

/// A whole number of `object` in its range; else `all_good` becomes false.
std::int64_t number(const json::object& object, std::string_view key, std::int64_t least, std::int64_t most,
                    bool& all_good) {
  const json::value* value = object.if_contains(key);
  if (value != nullptr && value->is_int64() && value->get_int64() >= least && value->get_int64() <= most)
    return value->get_int64();
  all_good = false;
  return least;
}

std::string text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_string()) return {};
  return std::string(std::string_view(value->get_string()));
}

const json::object* inner_object(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_object() ? &value->get_object() : nullptr;
}

std::optional<json::object> parse_object(std::string_view line) {
  boost::system::error_code error;
  json::value value = json::parse(line, error);
  if (error || !value.is_object()) return {};
  return std::move(value.get_object());
}

std::string one_line(std::string_view key, const json::value& value) {
  return json::serialize(json::object{{key, value}}) + "\n";
}

Result<EncoderCommand> read_start(const json::object& object) {
  bool good = true;
  const auto integer = [&](std::string_view key, std::int64_t least, std::int64_t most) {
    return number(object, key, least, most, good);
  };
  StartCommand start;
  start.display = static_cast<int>(integer("display", 0, 65535));
  start.frames_per_second = static_cast<int>(integer("fps", 1, 60));
  start.max_width = static_cast<int>(integer("max_width", 16, largest_side));
  start.max_height = static_cast<int>(integer("max_height", 16, largest_side));
  start.quality = static_cast<int>(integer("crf", 0, 51));
  start.segment_length = Milliseconds(integer("segment_ms", 500, 60'000));
  start.started_at = WallTime(Milliseconds(integer("wall_ms", 0, largest_count)));
  start.preset = text(object, "preset");
  const std::optional<std::string> cookie = base::from_hex(text(object, "cookie"));
  if (!good || !cookie || start.preset.empty())
    return Error{errc::protocol, "a start command with bad members"};
  start.cookie = *cookie;
  return EncoderCommand(std::move(start));
}

}  // namespace

std::string to_line(const EncoderCommand& command) {
  const Overloaded visitor{
      [](const StartCommand& start) {
        const json::object object{{"display", start.display},
                                  {"cookie", base::to_hex(start.cookie)},
                                  {"fps", start.frames_per_second},
                                  {"max_width", start.max_width},
                                  {"max_height", start.max_height},
                                  {"preset", start.preset},
                                  {"crf", start.quality},
                                  {"segment_ms", start.segment_length.count()},
                                  {"wall_ms", start.started_at.time_since_epoch().count()}};
        return one_line("start", object);
      },
      [](const SnapshotCommand& snapshot) {
        const json::object object{{"id", std::int64_t{snapshot.id}}, {"quality", snapshot.quality}};
        return one_line("snapshot", object);
      },
      [](const FinishCommand&) { return one_line("finish", json::object()); }};
  return std::visit(visitor, command);
}

Result<EncoderCommand> parse_command(std::string_view line) {
  const std::optional<json::object> object = parse_object(line);
  if (!object) return Error{errc::protocol, "a command that is no JSON object"};
  if (const auto* start = inner_object(*object, "start")) return read_start(*start);
  if (inner_object(*object, "finish") != nullptr) return EncoderCommand(FinishCommand{});
  if (const auto* snapshot = inner_object(*object, "snapshot")) {
    bool good = true;
    SnapshotCommand command;
    command.id = static_cast<std::uint32_t>(number(*snapshot, "id", 0, 0xffffffff, good));
    command.quality = static_cast<int>(number(*snapshot, "quality", 1, 100, good));
    if (!good) return Error{errc::protocol, "a snapshot command with bad members"};
    return EncoderCommand(command);
  }
  return Error{errc::protocol, "an unknown command"};
}

std::string to_message(const EncoderEvent& event) {
  const Overloaded visitor{
      [](const EncoderStarted& started) {
        return one_line("started", json::object{{"width", started.width}, {"height", started.height}});
      },
      [](const Segment& segment) { return to_line(segment); },
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
  if (newline == std::string_view::npos ? waiting.size() > longest_line : newline > longest_line)
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
