#include "api/proxy_fields.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "api/field_rules.hpp"

namespace greenroom::api {

namespace {
constexpr std::size_t most_rules = 100;
constexpr std::size_t longest_pattern = 253;  // as long as a name can be

base::Result<void> read_item(FieldReader& fields, const json::value& item, std::string_view managed,
                             session::NetworkWishes& out) {
  const std::string where = fields.where() + "/proxies";
  static const json::object nothing;
  FieldReader part(item.is_object() ? item.get_object() : nothing, where);
  const std::string type = part.text("type").value_or("");
  session::ProxyRule rule;
  rule.server = part.text("server").value_or("");
  rule.username = part.text("username").value_or("");
  rule.password = part.text("password").value_or("");
  const std::string pattern = part.text("domainPattern").value_or("");
  rule.hosts = host_pattern_of(pattern);
  if (!pattern.empty() && rule.hosts.empty())
    part.fail(where + "/domainPattern must be a host name, in which * stands for any text");
  if (type == "external") {
    if (rule.server.empty()) part.fail(where + "/server is required for a proxy of type external");
  } else if (type == managed || type == "none") {
    rule.provided = type == managed;
    rule.server = rule.username = rule.password = "";
  } else {
    part.fail(where + "/type must be one of " + std::string(managed) + ", external, none");
  }
  const json::object* place = part.object("geolocation");
  if (part.error()) {
    fields.fail(part);
    return {};
  }
  if (rule.provided && place != nullptr) return not_served("a proxy with a geolocation");
  out.proxies.push_back(std::move(rule));
  return {};
}
}  // namespace

std::string host_pattern_of(std::string_view text) {
  if (text.starts_with('^')) text.remove_prefix(1);
  if (text.ends_with('$')) text.remove_suffix(1);
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i, 2) == "\\." || text.substr(i, 2) == "\\-") {
      out += text[++i];
    } else if (text.substr(i, 2) == ".*" || text.substr(i, 2) == ".+") {
      out += '*';
      ++i;
    } else {
      out += text[i];
    }
  }
  const auto is_pattern_byte = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '*' || c == ':' || c == '/';
  };
  if (out.size() > longest_pattern || !std::all_of(out.begin(), out.end(), is_pattern_byte)) return {};
  return out;
}

base::Result<void> read_proxies(FieldReader& fields, std::string_view managed, session::NetworkWishes& out) {
  const json::value* proxies = fields.any("proxies");
  if (proxies == nullptr || proxies->is_null() || *proxies == false) return {};
  if (proxies->is_bool()) {
    session::ProxyRule rule;
    rule.provided = true;
    out.proxies.push_back(std::move(rule));
    return {};
  }
  if (!proxies->is_array() || proxies->get_array().size() > most_rules) {
    fields.fail(fields.where() + "/proxies must be boolean or an array of at most 100 items");
    return {};
  }
  for (const json::value& item : proxies->get_array())
    if (auto read = read_item(fields, item, managed, out); !read) return read;
  return {};
}

bool wants_provided_proxy(const session::NetworkWishes& wishes) {
  return std::any_of(wishes.proxies.begin(), wishes.proxies.end(),
                     [](const session::ProxyRule& rule) { return rule.provided; });
}

}  // namespace greenroom::api
