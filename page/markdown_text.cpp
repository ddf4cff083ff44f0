#include "page/markdown_text.hpp"

#include <algorithm>

namespace greenroom::page {

namespace {
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

/// "&lt;" and its like, which Markdown would take for the character.
bool is_entity(std::string_view text) {
  constexpr std::size_t longest = 33;
  std::size_t end = 1;
  while (end < text.size() && end < longest && (is_alphanumeric(text[end]) || (end == 1 && text[end] == '#')))
    ++end;
  return end > 1 && end < text.size() && text[end] == ';';
}

/// Whether the line so far is a number that a dot would make the beginning of a list.
bool is_list_number(std::string_view before) {
  std::size_t digits = 0;
  while (digits < before.size() && is_digit(before[before.size() - 1 - digits]) && digits < 10) ++digits;
  const bool begins = digits == before.size() || before[before.size() - 1 - digits] == '\n';
  return digits > 0 && digits < 10 && begins;
}
}  // namespace

bool is_markdown_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; }

std::string_view trimmed_text(std::string_view text) {
  while (!text.empty() && is_markdown_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_markdown_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string one_line(std::string_view text) {
  std::string out;
  for (const char c : trimmed_text(text)) {
    if (!is_markdown_blank(c))
      out += c;
    else if (out.back() != ' ')
      out += ' ';
  }
  return out;
}

std::string prefixed_lines(std::string_view text, std::string_view prefix, bool first_too) {
  std::string out;
  bool is_first = true;
  for (;;) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const std::size_t from = out.size();
    if (!is_first || first_too) out += prefix;
    out += line;
    if (line.empty())
      while (out.size() > from && out.back() == ' ') out.pop_back();
    if (end == std::string_view::npos) return out;
    out += '\n';
    text.remove_prefix(end + 1);
    is_first = false;
  }
}

std::size_t longest_ticks(std::string_view text) {
  std::size_t longest = 0, run = 0;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
  }
  return longest;
}

std::string link_target(std::string_view address) {
  std::string out;
  for (const char c : trimmed_text(address)) {
    if (c == '(')
      out += "%28";
    else if (c == ')')
      out += "%29";
    else if (c == '<')
      out += "%3C";
    else if (c == '>')
      out += "%3E";
    else if (c == '\\')
      out += "%5C";
    else if (is_markdown_blank(c))
      out += "%20";
    else
      out += c;
  }
  return out;
}

std::string escaped_character(std::string_view text, std::size_t at, const TextPlace& place) {
  const char c = text[at];
  const std::string plain(1, c), escaped = std::string("\\") + c;
  if (c == '|' && place.is_cell) return escaped;
  if (place.is_code) return plain;
  if (std::string_view("\\*_`[]<").find(c) != std::string_view::npos) return escaped;
  if (place.begins_line && std::string_view("#>+-=").find(c) != std::string_view::npos) return escaped;
  if (c == '~' && at + 1 < text.size() && text[at + 1] == '~') return escaped;
  if (c == '&' && is_entity(text.substr(at))) return escaped;
  if ((c == '.' || c == ')') && is_list_number(place.before)) return escaped;
  return plain;
}

std::string language_in(std::string_view classes) {
  for (const std::string_view mark : {"language-", "lang-", "highlight-source-"}) {
    const std::size_t at = classes.find(mark);
    if (at == std::string_view::npos || (at > 0 && classes[at - 1] != ' ')) continue;
    const std::string_view rest = classes.substr(at + mark.size());
    const std::string_view name = rest.substr(0, rest.find_first_of(" \t\r\n`"));
    return std::string(name.substr(0, 40));
  }
  return {};
}

bool is_script(std::string_view link) {
  std::string scheme;
  for (const char c : link.substr(0, 64)) {
    if (static_cast<unsigned char>(c) <= ' ') continue;
    scheme += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return scheme.starts_with("javascript:") || scheme.starts_with("vbscript:") || scheme.starts_with("data:");
}

std::string titled(std::string_view title) {
  std::string out;
  for (const char c : one_line(title)) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out.empty() ? out : " \"" + out + "\"";
}

}  // namespace greenroom::page
