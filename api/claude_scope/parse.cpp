#include "api/claude_scope/parse.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>

#include <boost/json.hpp>

#include "api/json_fields.hpp"
#include "base/ids.hpp"

namespace greenroom::api::claude_scope {

namespace {
enum class Kind { text, whole, flag, texts, word };

/// One field of a body. `least` and `most`: of a number, or of a text's characters.
struct Field {
  std::string_view name;
  Kind kind;
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  std::span<const std::string_view> words = {};
  bool is_required = false;
};

constexpr std::string_view targets[] = {"CLAUDE_CODE", "CODEX", "CURSOR", "RAW"};
constexpr std::string_view statuses[] = {"processing", "complete", "error"};
constexpr std::int64_t any_number = std::numeric_limits<std::int64_t>::max();

constexpr Field of_new_session[] = {
    {"title", Kind::text, 1, 500, {}, true},
    {"agentTarget", Kind::word, 0, any_number, targets},
    {"frameCount", Kind::whole},
    {"urlCount", Kind::whole},
    {"prompt", Kind::text},
};

constexpr Field of_change[] = {
    {"title", Kind::text, 1, 500},
    {"status", Kind::word, 0, any_number, statuses},
    {"duration", Kind::whole},
    {"urls", Kind::texts},
    {"prompt", Kind::text},
    {"agentTarget", Kind::word, 0, any_number, targets},
    {"frameCount", Kind::whole},
    {"urlCount", Kind::whole},
    {"processingTime", Kind::whole},
    {"notes", Kind::text, 0, 2000},  // ours: its own interface writes notes at the upload only
};

constexpr Field of_settings[] = {
    {"defaultAgent", Kind::word, 0, any_number, targets},
    {"includeScreenshots", Kind::flag},
    {"inlineAriaTree", Kind::flag},
    {"includeRawDiff", Kind::flag},
    {"maxRecordingLength", Kind::whole, 5, 300},
};

constexpr std::string_view measured[] = {"status",     "duration", "urls",
                                         "frameCount", "urlCount", "processingTime"};

/// Enough for a person; a body of a million odd members must not become an answer of that size.
constexpr std::size_t most_messages = 50;

std::int64_t characters_of(std::string_view utf8) {
  return std::count_if(utf8.begin(), utf8.end(),
                       [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; });
}

/// A whole number; 30.0 is one.
std::optional<std::int64_t> whole_of(const json::value& value) {
  if (value.is_int64()) return value.get_int64();
  constexpr double exact = 1e15;
  const bool is_whole = value.is_double() && std::abs(value.get_double()) < exact &&
                        std::trunc(value.get_double()) == value.get_double();
  return is_whole ? std::optional(static_cast<std::int64_t>(value.get_double())) : std::nullopt;
}

/// Reads a body by its table. The words are class-validator's, as the provider's framework sends them.
class Reader {
 public:
  explicit Reader(Body& out) : out_(out) {}

  void read(const Field& field, const json::value* value) {
    name_ = field.name;
    const bool is_missing = value == nullptr || value->is_null();
    if (is_missing && field.is_required) must("must be a string");
    if (is_missing) return;
    const std::size_t broken = out_.broken.size();
    check(field, *value);
    if (out_.broken.size() > broken) return;
    const auto whole = whole_of(*value);
    out_.said[field.name] = field.kind == Kind::whole && whole ? json::value(*whole) : *value;
  }

 private:
  void must(std::string_view rule) { out_.broken.push_back(std::string(name_) + " " + std::string(rule)); }

  void check(const Field& field, const json::value& value) {
    switch (field.kind) {
      case Kind::text:
        return check_text(field, value);
      case Kind::whole:
        return check_whole(field, value);
      case Kind::flag:
        return value.is_bool() ? void() : must("must be a boolean value");
      case Kind::texts:
        return check_texts(value);
      case Kind::word:
        return check_word(field, value);
    }
  }
  void check_text(const Field& field, const json::value& value) {
    if (!value.is_string()) return must("must be a string");
    const std::int64_t length = characters_of(value.get_string());
    if (length < field.least)
      must("must be longer than or equal to " + std::to_string(field.least) + " characters");
    if (length > field.most)
      must("must be shorter than or equal to " + std::to_string(field.most) + " characters");
  }
  void check_whole(const Field& field, const json::value& value) {
    const auto number = whole_of(value);
    if (!number) return must("must be an integer number");
    if (*number < field.least) must("must not be less than " + std::to_string(field.least));
    if (*number > field.most) must("must not be greater than " + std::to_string(field.most));
  }
  void check_texts(const json::value& value) {
    if (!value.is_array()) return must("must be an array");
    const json::array& list = value.get_array();
    const bool all = std::all_of(list.begin(), list.end(), [](const auto& item) { return item.is_string(); });
    if (!all) out_.broken.push_back("each value in " + std::string(name_) + " must be a string");
  }
  void check_word(const Field& field, const json::value& value) {
    const auto is_it = [&](std::string_view word) { return value.is_string() && value.get_string() == word; };
    if (std::any_of(field.words.begin(), field.words.end(), is_it)) return;
    std::string all;
    for (const std::string_view word : field.words) all += (all.empty() ? "" : ", ") + std::string(word);
    must("must be one of the following values: " + all);
  }

  Body& out_;
  std::string_view name_;
};

base::Result<Body> parse_by(std::string_view body, std::span<const Field> table) {
  const auto sent = parse_body(body);
  if (!sent) return sent.error();
  Body out;
  for (const auto& member : *sent) {
    const auto is_it = [&](const Field& field) { return field.name == member.key(); };
    if (std::none_of(table.begin(), table.end(), is_it) && out.broken.size() < most_messages)
      out.broken.push_back("property " + std::string(member.key()) + " should not exist");
  }
  Reader reader(out);
  for (const Field& field : table) reader.read(field, sent->if_contains(field.name));
  return out;
}
}  // namespace

base::Result<Body> parse_new_session(std::string_view body) { return parse_by(body, of_new_session); }
base::Result<Body> parse_change(std::string_view body) { return parse_by(body, of_change); }
base::Result<Body> parse_settings(std::string_view body) { return parse_by(body, of_settings); }

std::vector<std::string> measured_in(const json::object& said) {
  std::vector<std::string> broken;
  for (const std::string_view name : measured)
    if (said.contains(name)) broken.push_back(std::string(name) + " follows from the recording");
  return broken;
}

ListRequest parse_list(const net::Target& target) {
  constexpr std::size_t most = 100;
  ListRequest out;
  out.limit = std::numeric_limits<std::size_t>::max();
  const auto text = target.parameter("limit");
  if (!text) return out;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), out.limit);
  const bool is_negative = text->starts_with('-');
  if (failure == std::errc::result_out_of_range)
    out.limit = std::numeric_limits<std::size_t>::max();
  else if (!is_negative && (failure != std::errc() || end != text->data() + text->size()))
    out.broken.emplace_back("limit must be an integer number");
  if (out.broken.empty() && (is_negative || out.limit < 1))
    out.broken.emplace_back("limit must not be less than 1");
  if (out.broken.empty() && out.limit > most) out.broken.emplace_back("limit must not be greater than 100");
  return out;
}

std::string parse_id(std::string_view id) {
  constexpr std::string_view prefix = "sess_";
  if (id.starts_with(prefix)) return std::string(id.substr(prefix.size()));
  return base::is_uuid(id) ? std::string(id) : std::string();
}

}  // namespace greenroom::api::claude_scope
