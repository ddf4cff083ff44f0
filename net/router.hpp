// From a verb and a path to a route. Pure: it knows neither requests nor handlers.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace greenroom::net {

/// Values of a pattern's {names}, percent-decoded, in the order of the pattern.
class PathParameters {
 public:
  void add(std::string_view name, std::string value) { list_.emplace_back(name, std::move(value)); }
  std::string_view operator[](std::string_view name) const;

 private:
  std::vector<std::pair<std::string, std::string>> list_;
};

/// Patterns such as "/v1/sessions/{id}/debug". A literal segment wins over a parameter, whatever the order of
/// registration. A parameter is one segment and never empty; its decoded value never holds '/' or NUL.
class Router {
 public:
  /// `route` is the caller's own index. Registering the same verb and shape twice is a bug (asserted).
  void add(std::string_view method, std::string_view pattern, std::size_t route);

  struct Match {
    std::size_t route = 0;
    PathParameters parameters;
    std::size_t literals = 0;  ///< segments of the pattern that are no parameters
  };
  struct Outcome {
    std::optional<Match> match;
    std::vector<std::string_view> allowed;  ///< when only the verb does not fit: for 405 and Allow
  };
  /// One trailing slash is tolerated. HEAD finds GET.
  Outcome find(std::string_view method, std::string_view path) const;

 private:
  struct Segment {
    std::string text;  ///< of a parameter its name
    bool is_parameter = false;
  };
  struct Entry {
    std::string method;
    std::vector<Segment> segments;
    std::size_t route = 0;
  };
  static bool matches(const Entry& entry, const std::vector<std::string_view>& path);
  static bool is_more_literal(const Entry& a, const Entry& b);
  static bool same_shape(const Entry& a, const Entry& b);
  static Match match_of(const Entry& entry, const std::vector<std::string_view>& path);

  std::vector<std::vector<Entry>> entries_;  ///< by their number of segments
};

}  // namespace greenroom::net
