#include "recorder/archive.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "base/fd.hpp"
#include "recorder/archive_file.hpp"

namespace greenroom::recorder {

namespace json = boost::json;

namespace {

constexpr std::size_t longest_line = 4096;
constexpr std::int64_t longest_recording_ms = std::int64_t{1000} * 3600 * 24 * 366;
constexpr std::int64_t longest_segment_ms = 1000 * 3600;
constexpr std::int64_t largest_side = 16384;
constexpr std::int64_t largest_count = std::int64_t{1} << 50;

bool is_numbered(std::string_view name, std::string_view prefix, std::string_view suffix) {
  constexpr std::size_t most_digits = 9;
  if (name.size() <= prefix.size() + suffix.size() || !name.starts_with(prefix) || !name.ends_with(suffix))
    return false;
  name.remove_prefix(prefix.size());
  name.remove_suffix(suffix.size());
  return name.size() <= most_digits &&
         std::all_of(name.begin(), name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Reads the members of one line, and remembers whether all were there and in range.
class Fields {
 public:
  explicit Fields(const json::object& object) : object_(object) {}

  std::int64_t number(std::string_view key, std::int64_t least, std::int64_t most) {
    const json::value* value = object_.if_contains(key);
    if (value != nullptr && value->is_int64()) {
      const std::int64_t n = value->get_int64();
      if (n >= least && n <= most) return n;
    }
    all_good_ = false;
    return least;
  }

  std::string text(std::string_view key) {
    const json::value* value = object_.if_contains(key);
    if (value != nullptr && value->is_string()) return std::string(std::string_view(value->get_string()));
    all_good_ = false;
    return {};
  }

  bool flag(std::string_view key) {
    const json::value* value = object_.if_contains(key);
    if (value != nullptr && value->is_bool()) return value->get_bool();
    all_good_ = false;
    return false;
  }

  bool all_good() const { return all_good_; }

 private:
  const json::object& object_;
  bool all_good_ = true;
};

std::optional<Segment> read_segment(const json::object& object) {
  Fields fields(object);
  Segment segment;
  segment.file = fields.text("segment");
  segment.init = fields.text("init");
  segment.start = Milliseconds(fields.number("start_ms", 0, longest_recording_ms));
  segment.duration = Milliseconds(fields.number("duration_ms", 1, longest_segment_ms));
  segment.wall = WallTime(Milliseconds(fields.number("wall_ms", 0, largest_count)));
  segment.size = Bytes{static_cast<std::uint64_t>(fields.number("bytes", 0, largest_count))};
  segment.width = static_cast<int>(fields.number("width", 1, largest_side));
  segment.height = static_cast<int>(fields.number("height", 1, largest_side));
  segment.frames = fields.number("frames", 0, largest_count);
  segment.is_discontinuity = fields.flag("discontinuity");
  if (!fields.all_good() || !is_segment_name(segment.file) || !is_init_name(segment.init)) return {};
  return segment;
}

std::optional<RecordingEnd> read_end(const json::object& object) {
  const json::value* inner = object.if_contains("end");
  if (inner == nullptr || !inner->is_object()) return {};
  Fields fields(inner->get_object());
  RecordingEnd end;
  end.reason = fields.text("reason");
  end.duration = Milliseconds(fields.number("duration_ms", 0, longest_recording_ms));
  if (!fields.all_good()) return {};
  return end;
}

std::optional<json::object> parse_object(std::string_view line) {
  if (line.size() > longest_line) return {};
  boost::system::error_code error;
  json::value value = json::parse(line, error);
  if (error || !value.is_object()) return {};
  return std::move(value.get_object());
}

/// Takes in one line. False: not one of ours.
bool take_line(RecordingIndex& index, std::string_view line) {
  const std::optional<json::object> object = parse_object(line);
  if (!object || index.end) return false;
  if (auto segment = read_segment(*object)) {
    if (segment->start < index.duration()) return false;
    index.segments.push_back(std::move(*segment));
    return true;
  }
  index.end = read_end(*object);
  return index.end.has_value();
}

}  // namespace

Milliseconds RecordingIndex::duration() const {
  return segments.empty() ? Milliseconds(0) : segments.back().start + segments.back().duration;
}

bool is_segment_name(std::string_view name) { return is_numbered(name, "seg-", ".m4s"); }
bool is_init_name(std::string_view name) { return is_numbered(name, "init-", ".mp4"); }
std::string segment_name(std::uint32_t number) { return "seg-" + std::to_string(number) + ".m4s"; }
std::string init_name(std::uint32_t number) { return "init-" + std::to_string(number) + ".mp4"; }

RecordingIndex parse_index(std::string_view text) {
  RecordingIndex index;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    if (newline == std::string_view::npos) {
      // Its newline is written with a line; without it the line may lack its tail and still be JSON.
      index.ends_in_torn_line = true;
      ++index.skipped_lines;
      break;
    }
    if (!take_line(index, text.substr(0, newline))) ++index.skipped_lines;
    text.remove_prefix(newline + 1);
  }
  return index;
}

std::string to_line(const Segment& segment) {
  const json::object object{{"segment", segment.file},
                            {"init", segment.init},
                            {"start_ms", segment.start.count()},
                            {"duration_ms", segment.duration.count()},
                            {"wall_ms", segment.wall.time_since_epoch().count()},
                            {"bytes", static_cast<std::int64_t>(segment.size.count)},
                            {"width", segment.width},
                            {"height", segment.height},
                            {"frames", segment.frames},
                            {"discontinuity", segment.is_discontinuity}};
  return json::serialize(object) + "\n";
}

std::string to_line(const RecordingEnd& end) {
  const json::object inner{{"reason", end.reason}, {"duration_ms", end.duration.count()}};
  const json::object object{{"end", inner}};
  return json::serialize(object) + "\n";
}

Result<Segment> parse_segment_line(std::string_view line) {
  if (const auto object = parse_object(line))
    if (auto segment = read_segment(*object)) return std::move(*segment);
  return Error{errc::protocol, "a segment line that is none"};
}

Result<RecordingIndex> read_index(const std::string& directory) {
  const Result<std::string> text = read_recording_file(directory, index_file_name);
  if (!text) return text.error();
  return parse_index(*text);
}

}  // namespace greenroom::recorder
