// From a verb and a path to a route.
#include "net/router.hpp"

#include <algorithm>
#include <cassert>

#include "net/http.hpp"

namespace greenroom::net {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
  segments.reserve(8);
  if (!path.empty() && path.front() == '/') path.remove_prefix(1);
  if (!path.empty() && path.back() == '/') path.remove_suffix(1);
  if (path.empty()) return segments;
  for (;;) {
    const std::size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == path.npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

// A segment of a path, decoded; nothing when it may not be a parameter's value.
std::optional<std::string> parameter_value(std::string_view segment) {
  std::optional<std::string> value = percent_decode(segment);
  if (!value || value->empty() || value->find('/') != std::string::npos) return std::nullopt;
  if (value->find('\0') != std::string::npos) return std::nullopt;
  return value;
}

// The same question without the value: ids need no decoding.
bool can_be_parameter(std::string_view segment) {
  return segment.find_first_of(std::string_view("%\0", 2)) == segment.npos
             ? !segment.empty()
             : parameter_value(segment).has_value();
}

bool serves(std::string_view registered, std::string_view asked) {
  return registered == asked || (asked == "HEAD" && registered == "GET");
}

}  // namespace

std::string_view PathParameters::operator[](std::string_view name) const {
  for (const auto& [key, value] : list_) {
    if (key == name) return value;
  }
  return {};
}

// Literals first: they tell most patterns apart.
bool Router::matches(const Entry& entry, const std::vector<std::string_view>& path) {
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (!entry.segments[i].is_parameter && entry.segments[i].text != path[i]) return false;
  }
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (entry.segments[i].is_parameter && !can_be_parameter(path[i])) return false;
  }
  return true;
}

// Both match the same path: the first segment where one is a literal decides.
bool Router::is_more_literal(const Entry& a, const Entry& b) {
  for (std::size_t i = 0; i < a.segments.size(); ++i) {
    if (a.segments[i].is_parameter != b.segments[i].is_parameter) return b.segments[i].is_parameter;
  }
  return false;
}

bool Router::same_shape(const Entry& a, const Entry& b) {
  return std::equal(a.segments.begin(), a.segments.end(), b.segments.begin(), b.segments.end(),
                    [](const Segment& x, const Segment& y) {
                      return x.is_parameter == y.is_parameter && (x.is_parameter || x.text == y.text);
                    });
}

void Router::add(std::string_view method, std::string_view pattern, std::size_t route) {
  Entry entry;
  entry.method = method;
  for (const std::string_view segment : split(pattern)) {
    const bool is_parameter = segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
    entry.segments.push_back(
        {std::string(is_parameter ? segment.substr(1, segment.size() - 2) : segment), is_parameter});
  }
  entry.route = route;
  if (entries_.size() <= entry.segments.size()) entries_.resize(entry.segments.size() + 1);
  std::vector<Entry>& alike = entries_[entry.segments.size()];
  assert(std::none_of(alike.begin(), alike.end(), [&entry](const Entry& other) {
    return other.method == entry.method && same_shape(other, entry);
  }));
  alike.push_back(std::move(entry));
}

Router::Match Router::match_of(const Entry& entry, const std::vector<std::string_view>& path) {
  Match match;
  match.route = entry.route;
  for (std::size_t i = 0; i < path.size(); ++i) {
    const Segment& segment = entry.segments[i];
    if (segment.is_parameter) {
      match.parameters.add(segment.text, parameter_value(path[i]).value_or(""));
    } else {
      ++match.literals;
    }
  }
  return match;
}

Router::Outcome Router::find(std::string_view method, std::string_view path) const {
  Outcome outcome;
  if (path.empty() || path.front() != '/') return outcome;
  const std::vector<std::string_view> segments = split(path);
  if (segments.size() >= entries_.size()) return outcome;

  const Entry* best = nullptr;
  for (const Entry& entry : entries_[segments.size()]) {
    if (!matches(entry, segments)) continue;
    if (!serves(entry.method, method)) {
      if (std::find(outcome.allowed.begin(), outcome.allowed.end(), entry.method) == outcome.allowed.end()) {
        outcome.allowed.push_back(entry.method);
      }
      continue;
    }
    // Of one shape, a HEAD of its own wins over GET.
    const bool better =
        !best || is_more_literal(entry, *best) || (entry.method == method && !is_more_literal(*best, entry));
    if (better) best = &entry;
  }
  if (!best) return outcome;
  outcome.allowed.clear();
  outcome.match = match_of(*best, segments);
  return outcome;
}

}  // namespace greenroom::net
