#include "net/multipart.hpp"

#include <algorithm>
#include <utility>

#include "net/ascii.hpp"
#include "net/http.hpp"

namespace greenroom::net {
namespace {

using base::errc;
using base::Error;
using base::Result;

constexpr std::size_t longest_boundary = 70;  // RFC 2046 §5.1.1
constexpr std::size_t longest_padding = 256;  // blanks behind a boundary

Error malformed(std::string what) {
  return {errc::invalid_argument, "the form is malformed: " + std::move(what)};
}

bool is_token_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_boundary_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         std::string_view("'()+_,-./:=? ").find(c) != std::string_view::npos;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

std::string_view take_token(std::string_view& text) {
  std::size_t length = 0;
  while (length < text.size() && is_token_character(text[length])) ++length;
  const std::string_view token = text.substr(0, length);
  text.remove_prefix(length);
  return token;
}

// Browsers escape nothing with a backslash (the Fetch standard has "%22"), old ones even sent C:\paths; curl
// does escape the two characters that need it. So only these two are taken as escaped.
std::optional<std::string> take_quoted(std::string_view& text) {
  std::string out;
  for (std::size_t i = 1; i < text.size(); ++i) {
    char c = text[i];
    if (c == '"') {
      text.remove_prefix(i + 1);
      return out;
    }
    if (c == '\\' && i + 1 < text.size() && (text[i + 1] == '"' || text[i + 1] == '\\')) c = text[++i];
    out += c;
  }
  return std::nullopt;
}

struct Parameter {
  std::string name;
  std::string value;
};

// The next of "; name=value; name="value"", or nothing when it is malformed. `text` is not empty.
std::optional<Parameter> take_parameter(std::string_view& text) {
  if (text.front() != ';') return std::nullopt;
  text = trim(text.substr(1));
  Parameter found;
  found.name = take_token(text);
  text = trim(text);
  if (found.name.empty() && text.empty()) return found;  // a semicolon at the end, which some put there
  if (found.name.empty() || !text.starts_with('=')) return std::nullopt;
  text = trim(text.substr(1));
  if (text.starts_with('"')) {
    std::optional<std::string> value = take_quoted(text);
    if (!value) return std::nullopt;
    found.value = std::move(*value);
  } else {
    const std::string_view value = trim(text.substr(0, text.find(';')));
    if (value.find('"') != value.npos) return std::nullopt;
    found.value = value;
    text.remove_prefix(std::min(text.find(';'), text.size()));
  }
  text = trim(text);
  return found;
}

// RFC 8187: charset'language'percent-encoded.
std::optional<std::string> extended_value(std::string_view text) {
  const std::size_t first = text.find('\'');
  const std::size_t second = first == text.npos ? text.npos : text.find('\'', first + 1);
  if (second == text.npos || !equal_ignoring_case(text.substr(0, first), "utf-8")) return std::nullopt;
  return percent_decode(text.substr(second + 1));
}

bool is_clean(std::string_view text) { return std::none_of(text.begin(), text.end(), is_control); }

// `lines` each end with CR LF.
Result<PartHead> parse_head(std::string_view lines, const MultipartLimits& limits) {
  std::optional<PartHead> head;
  std::string type = "text/plain";
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find("\r\n"));
    lines.remove_prefix(line.size() + 2);
    std::string_view rest = line;
    const std::string_view name = take_token(rest);
    if (name.empty() || !rest.starts_with(':')) return malformed("a line in a part's head is no field");
    const std::string_view value = trim(rest.substr(1));
    if (equal_ignoring_case(name, "content-disposition")) {
      if (head) return malformed("a part with two Content-Dispositions");
      auto parsed = parse_disposition(value, limits);
      if (!parsed) return parsed.error();
      head = std::move(*parsed);
    } else if (equal_ignoring_case(name, "content-type")) {
      if (!is_clean(value)) return malformed("a control character in a part's type");
      type = value;
    } else if (equal_ignoring_case(name, "content-transfer-encoding")) {
      const bool is_plain = equal_ignoring_case(value, "binary") || equal_ignoring_case(value, "8bit") ||
                            equal_ignoring_case(value, "7bit");
      if (!is_plain) return malformed("an encoding that forms may not have (RFC 7578 section 4.7)");
    }
  }
  if (!head) return malformed("a part without Content-Disposition");
  head->content_type = std::move(type);
  return std::move(*head);
}

}  // namespace

Result<std::string> boundary_of(std::string_view content_type) {
  const Error refused{errc::invalid_argument,
                      "the body has to be multipart/form-data, and its Content-Type has to name a boundary"};
  std::string_view rest = trim(content_type);
  constexpr std::string_view wanted = "multipart/form-data";
  if (!starts_with_ignoring_case(rest, wanted)) return refused;
  rest = trim(rest.substr(wanted.size()));
  std::string boundary;
  while (!rest.empty()) {
    auto parameter = take_parameter(rest);
    if (!parameter) return refused;
    if (!equal_ignoring_case(parameter->name, "boundary")) continue;
    if (!boundary.empty()) return refused;  // two readers might choose differently
    boundary = std::move(parameter->value);
  }
  const bool is_valid = !boundary.empty() && boundary.size() <= longest_boundary && boundary.back() != ' ' &&
                        std::all_of(boundary.begin(), boundary.end(), is_boundary_character);
  if (!is_valid) return refused;
  return boundary;
}

Result<PartHead> parse_disposition(std::string_view value, const MultipartLimits& limits) {
  std::string_view rest = trim(value);
  if (!equal_ignoring_case(take_token(rest), "form-data")) return malformed("a part is no form-data");
  rest = trim(rest);
  std::optional<std::string> name;
  std::optional<std::string> plain;
  std::optional<std::string> extended;
  while (!rest.empty()) {
    auto parameter = take_parameter(rest);
    if (!parameter) return malformed("a part's Content-Disposition");
    std::optional<std::string>* to = nullptr;
    if (equal_ignoring_case(parameter->name, "name")) to = &name;
    if (equal_ignoring_case(parameter->name, "filename")) to = &plain;
    if (equal_ignoring_case(parameter->name, "filename*")) to = &extended;
    if (to == nullptr) continue;
    if (to->has_value()) return malformed("a part's Content-Disposition says one thing twice");
    *to = std::move(parameter->value);
  }
  if (!name) return malformed("a part has no name");
  PartHead head;
  head.name = std::move(*name);
  head.file_name = std::move(plain);
  if (extended) {
    head.file_name = extended_value(*extended);
    if (!head.file_name) return malformed("a file's name is not encoded as UTF-8");
  }
  if (head.name.size() > limits.name) return Error{errc::too_large, "the name of a form's part"};
  if (!is_clean(head.name)) return malformed("a control character in a part's name");
  if (!head.file_name) return head;
  if (head.file_name->size() > limits.file_name) return Error{errc::too_large, "the name of a file"};
  if (!is_clean(*head.file_name)) return malformed("a control character in a file's name");
  return head;
}

// The first boundary may stand at the very beginning, so the line end that comes before each is put there.
MultipartParser::MultipartParser(const std::string& boundary, MultipartLimits limits)
    : delimiter_("\r\n--" + boundary), limits_(limits), buffer_("\r\n") {}

void MultipartParser::feed(std::string_view bytes) {
  buffer_.erase(0, used_);
  used_ = 0;
  buffer_ += bytes;
}

Result<MultipartParser::Event> MultipartParser::next() {
  switch (state_) {
    case State::preamble:
      return preamble();
    case State::delimiter:
      return delimiter();
    case State::head:
      return part_head();
    case State::data:
      return content();
    case State::part_end:
      state_ = State::delimiter;
      return Event{Kind::part_end, {}};
    case State::end:
      break;
  }
  used_ = buffer_.size();
  return Event{Kind::end, {}};
}

Result<MultipartParser::Event> MultipartParser::preamble() {
  const std::size_t at = rest().find(delimiter_);
  if (at != std::string_view::npos) {
    skipped_ += at;
    used_ += at + delimiter_.size();
    state_ = State::delimiter;
  } else {
    const std::size_t dropped = rest().size() - std::min(rest().size(), delimiter_.size() - 1);
    used_ += dropped;
    skipped_ += dropped;
  }
  if (skipped_ > limits_.preamble.count) return malformed("its boundary does not come");
  return state_ == State::delimiter ? delimiter() : Result<Event>(Event{});
}

// Behind a boundary: a line's end, or two hyphens after the last one.
Result<MultipartParser::Event> MultipartParser::delimiter() {
  const std::string_view seen = rest();
  if (seen.size() < 2) return Event{};
  if (seen.starts_with("--")) {
    state_ = State::end;
    return next();
  }
  const std::size_t line = seen.find_first_not_of(" \t");
  if ((line == seen.npos ? seen.size() : line) > longest_padding)
    return malformed("blanks behind a boundary");
  if (line == seen.npos || seen.size() < line + 2) return Event{};
  if (seen.substr(line, 2) != "\r\n") return malformed("a line that only begins with the boundary");
  if (parts_ >= limits_.parts) return Error{errc::too_large, "the form has too many parts"};
  ++parts_;
  used_ += line;  // the line's end stays: it may be the first half of the empty line that ends the head
  state_ = State::head;
  return part_head();
}

Result<MultipartParser::Event> MultipartParser::part_head() {
  constexpr std::string_view mark = "\r\n\r\n";
  const std::size_t end = rest().find(mark);
  const bool is_there = end != std::string_view::npos;
  // While it is not there, it may begin within the last bytes.
  const std::size_t least = is_there ? end : rest().size() - std::min(rest().size(), mark.size() - 1);
  if (least > limits_.head.count) return Error{errc::too_large, "the head of a form's part"};
  if (!is_there) return Event{};
  auto head = parse_head(rest().substr(0, end + 2).substr(2), limits_);
  if (!head) return head.error();
  head_ = std::move(*head);
  used_ += end + 4;
  at_start_ = true;
  state_ = State::data;
  return Event{Kind::part, {}};
}

MultipartParser::Event MultipartParser::content() {
  const std::string_view seen = rest();
  // A part without any content may leave out the empty line's own end (RFC 2046 §5.1.1, body-part).
  const std::string_view bare = std::string_view(delimiter_).substr(2);
  if (at_start_ && seen.size() < bare.size() && bare.starts_with(seen)) return {};
  const bool is_absent = at_start_ && seen.starts_with(bare);
  at_start_ = false;
  const std::size_t at = is_absent ? 0 : seen.find(delimiter_);
  if (at == std::string_view::npos) {
    const std::size_t sure = seen.size() - std::min(seen.size(), delimiter_.size() - 1);
    used_ += sure;
    return sure == 0 ? Event{} : Event{Kind::data, seen.substr(0, sure)};
  }
  used_ += at + (is_absent ? bare.size() : delimiter_.size());
  state_ = State::part_end;
  if (at > 0) return {Kind::data, seen.substr(0, at)};
  state_ = State::delimiter;
  return {Kind::part_end, {}};
}

}  // namespace greenroom::net
