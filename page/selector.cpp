#include "page/selector.hpp"

namespace greenroom::page {

using base::errc;
using base::Error;
using Kind = SelectorPart::Kind;

namespace {
constexpr std::size_t longest = 16 * 1024;
constexpr std::size_t deepest_selector = 32;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blanks = " \t\r\n";
  const auto first = text.find_first_not_of(blanks);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

bool equal_ignoring_case(std::string_view a, std::string_view lower) {
  if (a.size() != lower.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    const char c = a[i] >= 'A' && a[i] <= 'Z' ? static_cast<char>(a[i] - 'A' + 'a') : a[i];
    if (c != lower[i]) return false;
  }
  return true;
}

/// Where the step that begins at `at` ends: at a slash outside brackets and quotes, or the end.
std::size_t end_of_step(std::string_view path, std::size_t at) {
  int depth = 0;
  char quote = 0;
  for (; at < path.size(); ++at) {
    const char c = path[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '[' || c == '(') {
      ++depth;
    } else if (c == ']' || c == ')') {
      --depth;
    } else if (c == '/' && depth <= 0) {
      break;
    }
  }
  return at;
}

bool names_a_frame(std::string_view step) {
  const std::string_view name = trimmed(step.substr(0, step.find('[')));
  return equal_ignoring_case(name, "iframe") || equal_ignoring_case(name, "frame");
}

void split_xpath(std::string_view path, std::vector<SelectorPart>& out) {
  std::size_t begin = 0;  // of the part
  // "(//iframe)[2]/…" is one expression: where it ends is for the page's own evaluator to say.
  for (std::size_t at = 0; !path.starts_with('(') && at < path.size();) {
    std::size_t step = at;
    while (step < path.size() && path[step] == '/') ++step;
    const std::size_t end = end_of_step(path, step);
    if (end < path.size() && names_a_frame(path.substr(step, end - step))) {
      out.push_back({Kind::xpath, std::string(path.substr(begin, end - begin))});
      begin = end;
    }
    if (end <= at) break;
    at = end;
  }
  std::string_view rest = path.substr(begin);
  // A path that ends behind a frame means that frame's document element.
  out.push_back({Kind::xpath, rest == "/" ? "/html" : std::string(rest)});
}

/// " >> " outside quotes and brackets.
std::size_t find_hop(std::string_view text) {
  int depth = 0;
  char quote = 0;
  for (std::size_t at = 0; at + 4 <= text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (c == '[' || c == '(') {
      ++depth;
    } else if (c == ']' || c == ')') {
      --depth;
    } else if (depth <= 0 && text.substr(at, 4) == " >> ") {
      return at;
    }
  }
  return text.npos;
}

void add_part(std::string_view text, std::vector<SelectorPart>& out) {
  text = trimmed(text);
  if (text.starts_with("xpath=")) return split_xpath(trimmed(text.substr(6)), out);
  if (text.starts_with('/') || text.starts_with('(')) return split_xpath(text, out);
  if (text.starts_with("text=")) {
    std::string_view words = trimmed(text.substr(5));
    const bool is_quoted =
        words.size() >= 2 && (words.front() == '"' || words.front() == '\'') && words.back() == words.front();
    if (is_quoted) words = words.substr(1, words.size() - 2);
    out.push_back({Kind::text, std::string(words)});
    return;
  }
  if (text.starts_with("css=")) text = trimmed(text.substr(4));
  out.push_back({Kind::css, std::string(text)});
}
}  // namespace

base::Result<std::vector<SelectorPart>> parse_selector(std::string_view text) {
  text = trimmed(text);
  if (text.size() > longest) return Error{errc::invalid_argument, "the selector is longer than 16 KiB"};
  std::vector<SelectorPart> out;
  // A hop from nowhere or to nowhere: its blanks were trimmed.
  if (text.starts_with(">> ") || text.ends_with(" >>"))
    return Error{errc::invalid_argument, "the selector is empty"};
  for (;;) {
    const std::size_t hop = find_hop(text);
    add_part(text.substr(0, hop), out);
    if (hop == text.npos) break;
    text.remove_prefix(hop + 4);
  }
  if (out.size() > deepest_selector) return Error{errc::invalid_argument, "the selector is too deep"};
  for (const SelectorPart& part : out)
    if (part.expression.empty()) return Error{errc::invalid_argument, "the selector is empty"};
  return out;
}

}  // namespace greenroom::page
