// From a verb and a path to a route.
#include "net/router.hpp"

#include <algorithm>
#include <cassert>

#include "net/http.hpp"

namespace greenroom::net {
namespace {

std::vector<std::string_view> split(std::string_view path) {
  std::vector<std::string_view> segments;
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

bool is_parameter(std::string_view segment) {
  return segment.size() > 2 && segment.front() == '{' && segment.back() == '}';
}

// A segment of a path, decoded; nothing when it may not be a parameter's value.
std::optional<std::string> parameter_value(std::string_view segment) {
  std::optional<std::string> value = percent_decode(segment);
  if (!value || value->empty() || value->find('/') != std::string::npos) return std::nullopt;
  if (value->find('\0') != std::string::npos) return std::nullopt;
  return value;
}

bool matches(const std::vector<std::string>& pattern, const std::vector<std::string_view>& path) {
  if (pattern.size() != path.size()) return false;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (is_parameter(pattern[i])) {
      if (!parameter_value(path[i])) return false;
    } else if (pattern[i] != path[i]) {
      return false;
    }
  }
  return true;
}

// Both match the same path: the first segment where one is a literal decides.
bool is_more_literal(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (is_parameter(a[i]) != is_parameter(b[i])) return is_parameter(b[i]);
  }
  return false;
}

[[maybe_unused]] bool same_shape(const std::vector<std::string>& a, const std::vector<std::string>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
    return x == y || (is_parameter(x) && is_parameter(y));
  });
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

void Router::add(std::string_view method, std::string_view pattern, std::size_t route) {
  Entry entry;
  entry.method = method;
  for (const std::string_view segment : split(pattern)) entry.segments.emplace_back(segment);
  entry.route = route;
  assert(std::none_of(entries_.begin(), entries_.end(), [&entry](const Entry& other) {
    return other.method == entry.method && same_shape(other.segments, entry.segments);
  }));
  entries_.push_back(std::move(entry));
}

Router::Outcome Router::find(std::string_view method, std::string_view path) const {
  Outcome outcome;
  if (path.empty() || path.front() != '/') return outcome;
  const std::vector<std::string_view> segments = split(path);

  const Entry* best = nullptr;
  for (const Entry& entry : entries_) {
    if (!matches(entry.segments, segments)) continue;
    if (!serves(entry.method, method)) {
      if (std::find(outcome.allowed.begin(), outcome.allowed.end(), entry.method) == outcome.allowed.end()) {
        outcome.allowed.push_back(entry.method);
      }
      continue;
    }
    // Of one shape, a HEAD of its own wins over GET.
    const bool better = !best || is_more_literal(entry.segments, best->segments) ||
                        (entry.method == method && !is_more_literal(best->segments, entry.segments));
    if (better) best = &entry;
  }
  if (!best) return outcome;

  outcome.allowed.clear();
  Match match;
  match.route = best->route;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const std::string_view name = best->segments[i];
    if (!is_parameter(name)) {
      ++match.literals;
    } else {
      match.parameters.add(name.substr(1, name.size() - 2), parameter_value(segments[i]).value_or(""));
    }
  }
  outcome.match = std::move(match);
  return outcome;
}

}  // namespace greenroom::net
