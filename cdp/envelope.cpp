#include "cdp/envelope.hpp"

#include <charconv>
#include <cstring>
#include <string>

namespace greenroom::cdp {

namespace {
using base::errc;
using base::Error;

constexpr std::size_t npos = std::string_view::npos;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::size_t skip_blanks(std::string_view text, std::size_t at) {
  while (at < text.size() && is_blank(text[at])) ++at;
  return at;
}

/// `at` is the opening quote. Index just behind the closing one, or npos.
std::size_t skip_string(std::string_view text, std::size_t at) {
  std::size_t from = at + 1;
  for (;;) {
    // memchr: strings of many megabytes (screenshots) are the reason why scanning must be cheap.
    const void* found =
        from < text.size() ? std::memchr(text.data() + from, '"', text.size() - from) : nullptr;
    if (found == nullptr) return npos;
    const auto quote = static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
    std::size_t escapes = 0;
    while (quote - escapes > at + 1 && text[quote - escapes - 1] == '\\') ++escapes;
    if (escapes % 2 == 0) return quote + 1;
    from = quote + 1;
  }
}

/// Index just behind the value that starts at `at`, or npos.
std::size_t skip_value(std::string_view text, std::size_t at) {
  if (at >= text.size()) return npos;
  if (text[at] == '"') return skip_string(text, at);
  if (text[at] != '{' && text[at] != '[') {
    const std::size_t begin = at;
    while (at < text.size() && text[at] != ',' && text[at] != '}' && text[at] != ']' && !is_blank(text[at])) {
      // A bare word has none of these; Chromium's parser knows comments, and a quote in one would mislead us.
      if (text[at] == '"' || text[at] == '/' || text[at] == '{' || text[at] == '[') return npos;
      ++at;
    }
    return at == begin ? npos : at;
  }
  std::size_t depth = 0;
  while (at < text.size()) {
    switch (text[at]) {
      case '"':
        at = skip_string(text, at);
        if (at == npos) return npos;
        continue;
      case '{':
      case '[':
        ++depth;
        break;
      case '}':
      case ']':
        if (--depth == 0) return at + 1;
        break;
      case '/':
        return npos;  // a comment, see above
      default:
        break;
    }
    ++at;
  }
  return npos;
}

struct Member {
  std::string_view key;    // without quotes
  std::string_view value;  // raw
  std::size_t begin = 0;   // of the key's quote
  std::size_t end = 0;     // just behind the value
};

/// Walks the members of one object; `visit` answers false to stop.
template <class Visit>
base::Result<void> each_member(std::string_view text, Visit visit) {
  std::size_t at = skip_blanks(text, 0);
  if (at >= text.size() || text[at] != '{') return Error{errc::protocol, "a message must be a JSON object"};
  at = skip_blanks(text, at + 1);
  if (at < text.size() && text[at] == '}') {
    if (skip_blanks(text, at + 1) != text.size()) return Error{errc::protocol, "text behind the message"};
    return {};
  }
  for (;;) {
    if (at >= text.size() || text[at] != '"') return Error{errc::protocol, "a member name was expected"};
    Member member;
    member.begin = at;
    const std::size_t key_end = skip_string(text, at);
    if (key_end == npos) return Error{errc::protocol, "a member name does not end"};
    member.key = text.substr(at + 1, key_end - at - 2);
    if (member.key.find('\\') != npos) return Error{errc::protocol, "an escape in a member name"};
    at = skip_blanks(text, key_end);
    if (at >= text.size() || text[at] != ':') return Error{errc::protocol, "a colon was expected"};
    at = skip_blanks(text, at + 1);
    member.end = skip_value(text, at);
    if (member.end == npos) return Error{errc::protocol, "a value does not end"};
    member.value = text.substr(at, member.end - at);
    if (!visit(member)) return {};
    at = skip_blanks(text, member.end);
    if (at < text.size() && text[at] == ',') {
      at = skip_blanks(text, at + 1);
      continue;
    }
    if (at >= text.size() || text[at] != '}') return Error{errc::protocol, "a comma or a brace was expected"};
    if (skip_blanks(text, at + 1) != text.size()) return Error{errc::protocol, "text behind the message"};
    return {};
  }
}

/// The member with one comma beside it: the one behind it, or else the one before it.
Span with_comma(std::string_view text, const Member& member) {
  std::size_t end = skip_blanks(text, member.end);
  if (end < text.size() && text[end] == ',') return {member.begin, end + 1 - member.begin};
  std::size_t begin = member.begin;
  while (begin > 0 && is_blank(text[begin - 1])) --begin;
  if (begin > 0 && text[begin - 1] == ',') return {begin - 1, member.end - begin + 1};
  return {member.begin, member.end - member.begin};
}
}  // namespace

base::Result<Envelope> scan(std::string_view message) {
  Envelope envelope;
  const char* problem = nullptr;
  bool seen_id = false, seen_method = false, seen_session = false, seen_params = false;
  auto once = [&](bool& seen) {
    if (seen) problem = "a member twice";
    seen = true;
  };
  auto text_of = [&](const Member& member, std::string_view& into) {
    const std::string_view text = plain_string(member.value);
    if (text.empty() && member.value != "\"\"") problem = "method and sessionId must be plain strings";
    into = text;
  };
  bool any = false;
  auto walked = each_member(message, [&](const Member& member) {
    any = true;
    if (member.key == "id") {
      once(seen_id);
      std::int64_t id = 0;
      const char* end = member.value.data() + member.value.size();
      const auto [stop, failure] = std::from_chars(member.value.data(), end, id);
      if (failure != std::errc() || stop != end) problem = "id must be an integer";
      envelope.id = id;
    } else if (member.key == "method") {
      once(seen_method);
      text_of(member, envelope.method);
    } else if (member.key == "sessionId") {
      once(seen_session);
      text_of(member, envelope.session_id);
      envelope.session_member = with_comma(message, member);
    } else if (member.key == "params") {
      once(seen_params);
      envelope.params = member.value;
    } else if (member.key == "result") {
      envelope.result = member.value;
    } else if (member.key == "error") {
      envelope.has_error = true;
    }
    return problem == nullptr;
  });
  if (!walked) return walked.error();
  if (problem != nullptr) return Error{errc::protocol, problem};
  envelope.open = skip_blanks(message, 0) + 1;
  envelope.is_empty = !any;
  return envelope;
}

base::Result<Envelope> scan_answer(std::string_view message) {
  constexpr std::size_t large = 64 * 1024;
  constexpr std::string_view id_begin = "{\"id\":", result_begin = ",\"result\":";
  constexpr std::string_view tail_begin = ",\"sessionId\":\"", tail_end = "\"}";
  if (message.size() < large || !message.starts_with(id_begin) || !message.ends_with(tail_end))
    return scan(message);
  // Outside of strings no quote stands without a backslash before it, so that what follows the last but one
  // quote is the last member's value, and the brace behind it closes the message.
  const std::size_t value = message.rfind('"', message.size() - tail_end.size() - 1) + 1;
  const std::size_t tail = value - tail_begin.size();
  if (value < large / 2 || message.substr(tail, tail_begin.size()) != tail_begin) return scan(message);
  Envelope envelope;
  std::int64_t id = 0;
  const char* digits = message.data() + id_begin.size();
  const auto [stop, failure] = std::from_chars(digits, message.data() + tail, id);
  const auto result = static_cast<std::size_t>(stop - message.data());
  if (failure != std::errc() || message.substr(result, result_begin.size()) != result_begin)
    return scan(message);
  envelope.id = id;
  envelope.result = message.substr(result + result_begin.size(), tail - result - result_begin.size());
  envelope.session_id = message.substr(value, message.size() - tail_end.size() - value);
  if (envelope.session_id.find('\\') != npos) return scan(message);
  envelope.session_member = {tail, message.size() - 1 - tail};
  envelope.open = 1;
  return envelope;
}

std::string_view member(std::string_view object, std::string_view name) {
  std::string_view found;
  const auto walked = each_member(object, [&](const Member& m) {
    if (m.key != name) return true;
    found = m.value;
    return false;
  });
  return walked ? found : std::string_view();
}

std::string_view plain_string(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return {};
  value = value.substr(1, value.size() - 2);
  for (const char c : value)
    // JSON allows no control character unescaped: written again it would become an escape.
    if (c == '\\' || static_cast<unsigned char>(c) < ' ') return {};
  return value;
}

std::string text_member(std::string_view object, std::string_view name) {
  return std::string(plain_string(member(object, name)));
}

}  // namespace greenroom::cdp
