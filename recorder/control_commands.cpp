// The half of control.hpp that the daemon speaks and the encoder hears.
#include <utility>

#include "base/crypto.hpp"
#include "recorder/control.hpp"
#include "recorder/control_json.hpp"

namespace greenroom::recorder {

using base::errc;
using base::Error;
using base::Result;

namespace {

constexpr std::size_t longest_command = 64u << 10;
constexpr std::int64_t largest_frame = 24 << 20;

bool flag(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

Result<EncoderCommand> read_start(const json::object& object) {
  bool good = true;
  const auto integer = [&](std::string_view key, std::int64_t least, std::int64_t most) {
    return number(object, key, least, most, good);
  };
  const std::string source = text(object, "source");
  if (source != "display" && source != "frames")
    return Error{errc::protocol, "a start command without a source"};
  StartCommand start;
  start.source = source == "display" ? CaptureSource::display : CaptureSource::frames;
  start.display = static_cast<int>(integer("display", 0, 65535));
  start.frames_per_second = static_cast<int>(integer("fps", 1, 60));
  start.max_width = static_cast<int>(integer("max_width", 16, largest_side));
  start.max_height = static_cast<int>(integer("max_height", 16, largest_side));
  start.quantizer = static_cast<int>(integer("qp", 0, 51));
  start.segment_length = Milliseconds(integer("segment_ms", 500, 60'000));
  start.started_at = WallTime(Milliseconds(integer("wall_ms", 0, largest_count)));
  start.zero = std::chrono::microseconds(integer("zero_us", 0, largest_count));
  start.is_resumed = flag(object, "resumed");
  start.preset = text(object, "preset");
  const std::optional<std::string> cookie = base::from_hex(text(object, "cookie"));
  if (!good || !cookie || start.preset.empty())
    return Error{errc::protocol, "a start command with bad members"};
  start.cookie = *cookie;
  return EncoderCommand(std::move(start));
}

std::string start_line(const StartCommand& start) {
  const json::object object{{"source", start.source == CaptureSource::display ? "display" : "frames"},
                            {"display", start.display},
                            {"cookie", base::to_hex(start.cookie)},
                            {"fps", start.frames_per_second},
                            {"max_width", start.max_width},
                            {"max_height", start.max_height},
                            {"preset", start.preset},
                            {"qp", start.quantizer},
                            {"segment_ms", start.segment_length.count()},
                            {"wall_ms", start.started_at.time_since_epoch().count()},
                            {"zero_us", start.zero.count()},
                            {"resumed", start.is_resumed}};
  return one_line("start", object);
}

/// One line without its newline; of a frame, all but its bytes, whose number becomes `frame_size`.
Result<EncoderCommand> parse_line(std::string_view line, std::size_t& frame_size) {
  const std::optional<json::object> object = parse_object(line);
  if (!object) return Error{errc::protocol, "a command that is no JSON object"};
  bool good = true;
  if (const auto* frame = inner_object(*object, "frame")) {
    FrameCommand command;
    command.at = Milliseconds(number(*frame, "at_ms", 0, largest_count, good));
    frame_size = static_cast<std::size_t>(number(*frame, "bytes", 0, largest_frame, good));
    if (!good) return Error{errc::protocol, "a frame command with bad members"};
    return EncoderCommand(std::move(command));
  }
  if (const auto* start = inner_object(*object, "start")) return read_start(*start);
  if (inner_object(*object, "cut") != nullptr) return EncoderCommand(CutCommand{});
  if (inner_object(*object, "finish") != nullptr) return EncoderCommand(FinishCommand{});
  if (const auto* pointer = inner_object(*object, "pointer")) {
    PointerCommand command;
    command.x = static_cast<int>(number(*pointer, "x", -largest_side, largest_side, good));
    command.y = static_cast<int>(number(*pointer, "y", -largest_side, largest_side, good));
    if (!good) return Error{errc::protocol, "a pointer command with bad members"};
    return EncoderCommand(command);
  }
  if (const auto* snapshot = inner_object(*object, "snapshot")) {
    SnapshotCommand command;
    command.id = static_cast<std::uint32_t>(number(*snapshot, "id", 0, 0xffffffff, good));
    command.quality = static_cast<int>(number(*snapshot, "quality", 1, 100, good));
    if (!good) return Error{errc::protocol, "a snapshot command with bad members"};
    return EncoderCommand(command);
  }
  return Error{errc::protocol, "an unknown command"};
}

}  // namespace

std::string to_message(const EncoderCommand& command) {
  const Overloaded visitor{
      [](const StartCommand& start) { return start_line(start); },
      [](const FrameCommand& frame) {
        const json::object object{{"at_ms", frame.at.count()},
                                  {"bytes", static_cast<std::int64_t>(frame.base64.size())}};
        return one_line("frame", object) + frame.base64;
      },
      [](const SnapshotCommand& snapshot) {
        const json::object object{{"id", std::int64_t{snapshot.id}}, {"quality", snapshot.quality}};
        return one_line("snapshot", object);
      },
      [](const CutCommand&) { return one_line("cut", json::object()); },
      [](const PointerCommand& pointer) {
        return one_line("pointer", json::object{{"x", pointer.x}, {"y", pointer.y}});
      },
      [](const FinishCommand&) { return one_line("finish", json::object()); }};
  return std::visit(visitor, command);
}

Result<std::optional<EncoderCommand>> CommandParser::next() {
  if (failure_) return *failure_;
  auto command = read_next();
  if (!command) {
    failure_ = command.error();
  } else if (!*command) {
    buffer_.erase(0, consumed_);
    consumed_ = 0;
  }
  return command;
}

Result<std::optional<EncoderCommand>> CommandParser::read_next() {
  if (!frame_) {
    const std::string_view waiting = std::string_view(buffer_).substr(consumed_);
    const std::size_t newline = waiting.find('\n');
    if (newline == std::string_view::npos ? waiting.size() > longest_command : newline > longest_command)
      return Error{errc::too_large, "a command without an end"};
    if (newline == std::string_view::npos) return std::optional<EncoderCommand>();
    consumed_ += newline + 1;
    auto command = parse_line(waiting.substr(0, newline), frame_size_);
    if (!command) return command.error();
    auto* frame = std::get_if<FrameCommand>(&*command);
    if (frame == nullptr) return std::optional<EncoderCommand>(std::move(*command));
    frame_ = std::move(*frame);
  }
  if (waiting() < frame_size_) return std::optional<EncoderCommand>();
  frame_->base64 = buffer_.substr(consumed_, frame_size_);
  consumed_ += frame_size_;
  std::optional<EncoderCommand> whole(std::move(*frame_));
  frame_.reset();
  return whole;
}

}  // namespace greenroom::recorder
