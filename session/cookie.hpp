// A browser's cookies in neutral words, and how CDP spells them. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace greenroom::session {

namespace json = boost::json;

enum class SameSite { strict, lax, none };

struct Cookie {
  std::string name;
  std::string value;
  std::string domain;  ///< with a leading dot: of its subdomains, too
  std::string path = "/";
  std::optional<double> expires;  ///< seconds since 1970; none: until the browser ends
  bool http_only = false;
  bool secure = false;
  std::optional<SameSite> same_site;
  std::string partition;  ///< the site at the top that it belongs to; empty: it is not partitioned
  bool operator==(const Cookie&) const = default;
};

/// Storage.getCookies' result. What is no cookie is left out.
std::vector<Cookie> read_cookies(const json::object& result);

/// Storage.setCookies' parameters.
json::object to_cookie_parameters(const std::vector<Cookie>& cookies);

}  // namespace greenroom::session
