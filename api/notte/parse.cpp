#include "api/notte/parse.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/field_rules.hpp"
#include "api/proxy_fields.hpp"
#include "net/ascii.hpp"

namespace greenroom::api::notte {

using base::errc;
using base::Error;
using base::Result;

namespace {
using enum FieldEffect;
constexpr FieldType flag = FieldType::boolean;
constexpr FieldType text = FieldType::text;
constexpr FieldType list = FieldType::array;
constexpr FieldType number = FieldType::number;
constexpr FieldType object = FieldType::object;

// SessionStartRequest of both generations. The schema forbids every other member.
constexpr FieldRule start_rules[] = {
    {"max_duration_minutes", number, served},
    {"idle_timeout_minutes", number, served},
    {"timeout_minutes", number, served},  // the older name of the one above
    {"browser_type", text, served},
    {"user_agent", text, served},
    {"viewport_width", number, served},
    {"viewport_height", number, served},
    {"aspect_ratio", text, served},
    {"proxies", FieldType::any, served},
    {"screenshot_type", text, served},
    {"profile", object, served},
    {"wait_for_authentication", flag, served},  // there is nothing to wait for
    {"headless", flag, ignored},                // the browser is a headful one on a display that nobody sees
    {"solve_captchas", flag, ignored},
    {"use_file_storage", flag, served},
    {"web_bot_auth", flag, ignored},
    {"auth_retry", FieldType::any, ignored},
    {"advanced_stealth", FieldType::any, ignored},
    {"demonstrate", FieldType::any, ignored},
    {"chrome_args", list, refused},
    {"cdp_url", text, refused},
    {"extra_http_headers", object, refused},
    {"vault_id", text, refused},
    {"auth_ids", list, refused},
};

constexpr browser::Size default_viewport{1280, 1080};

void read_minutes(FieldReader& fields, session::SessionSpec& spec, json::object& echo) {
  constexpr std::int64_t default_life = 15, longest_life = 1440, default_idle = 3, longest_idle = 30;
  const std::int64_t life = fields.integer("max_duration_minutes", 1, longest_life).value_or(default_life);
  auto idle = fields.integer("idle_timeout_minutes", 1, longest_idle);
  const auto older_name = fields.integer("timeout_minutes", 1, longest_idle);
  if (!idle) idle = older_name;
  if (idle && *idle > life) fields.fail("body/idle_timeout_minutes must be <= max_duration_minutes");
  const std::int64_t idle_minutes = idle.value_or(std::min(default_idle, life));
  spec.max_age = std::chrono::minutes(life);
  spec.idle = std::chrono::minutes(idle_minutes);
  echo["max_duration_minutes"] = life;
  echo["idle_timeout_minutes"] = idle_minutes;
}

void read_viewport(FieldReader& fields, session::SessionSpec& spec) {
  const auto width = fields.integer("viewport_width", 64, 4096);
  const auto height = fields.integer("viewport_height", 64, 4096);
  const auto ratio = fields.choice("aspect_ratio", {"5:4", "16:9"});
  if (width.has_value() != height.has_value())
    fields.fail("body/viewport_width must come together with viewport_height");
  if (ratio && width) fields.fail("body/aspect_ratio must not come together with viewport_width");
  spec.viewport = default_viewport;
  if (ratio) spec.viewport = *ratio == "5:4" ? browser::Size{1280, 1024} : browser::Size{1280, 720};
  if (width && height) spec.viewport = browser::Size{static_cast<int>(*width), static_cast<int>(*height)};
}

/// A switch, or a list of one item.
Result<void> read_proxy(FieldReader& fields, session::SessionSpec& spec, json::object& echo) {
  const json::value* proxies = fields.any("proxies");
  const bool is_list = proxies != nullptr && proxies->is_array();
  if (is_list && proxies->get_array().size() > 1) fields.fail("body/proxies must have at most one item");
  if (is_list && proxies->get_array().size() == 1) {
    const json::object* item = proxies->get_array().front().if_object();
    const auto has = [&](std::string_view name) {
      const json::value* value = item != nullptr ? item->if_contains(name) : nullptr;
      return value != nullptr && !value->is_null();
    };
    const json::value* type = item != nullptr ? item->if_contains("type") : nullptr;
    if (type != nullptr && *type == "tailnet") return not_served("a proxy of type tailnet");
    for (const std::string_view place : {"id", "country", "city"})
      if (has(place)) return not_served("a proxy in a certain place");
    if (has("bypass")) return not_served("proxies.bypass");
  }
  auto read = read_proxies(fields, "notte", spec.network);
  echo["proxies"] = !spec.network.proxies.empty();
  return read;
}

void read_browser(FieldReader& fields, session::SessionSpec& spec, json::object& echo) {
  const std::string type =
      fields.choice("browser_type", {"chromium", "chrome", "chrome-nightly", "chrome-turbo"})
          .value_or("chromium");
  if (type != "chromium") fields.ignore("browser_type");  // each is the machine's own Chromium
  const bool solves = fields.boolean("solve_captchas").value_or(true);
  if ((type == "chrome-nightly" || type == "chrome-turbo") && solves && spec.network.proxies.empty())
    fields.fail("body/proxies must be set for " + type + " to solve captchas");
  spec.user_agent = fields.line("user_agent", 1024);
  if (fields.choice("screenshot_type", {"raw", "full", "last_action"})) fields.ignore("screenshot_type");
  echo["browser_type"] = type;
  echo["solve_captchas"] = solves;
  echo["headless"] = fields.boolean("headless").value_or(true);
  const bool stores_files = fields.boolean("use_file_storage").value_or(true);
  if (!stores_files) fields.ignore("use_file_storage");  // files are kept in any case
  echo["use_file_storage"] = stores_files;
  echo["web_bot_auth"] = fields.boolean("web_bot_auth").value_or(false);
  if (!spec.user_agent.empty()) echo["user_agent"] = spec.user_agent;
}

void read_profile(FieldReader& fields, session::SessionSpec& spec) {
  const json::object* profile = fields.object("profile");
  if (profile == nullptr) return;
  FieldReader part(*profile, "body/profile");
  const auto id = part.text("id");
  if (!id) part.fail("body/profile/id is required: missing");
  spec.profile = session::ProfileUse{id.value_or(""), part.boolean("persist").value_or(false)};
  fields.fail(part);
}

std::optional<double> read_expiry(FieldReader& fields) {
  auto expires = fields.number("expires");
  const auto date = fields.number("expirationDate");
  if (!expires) expires = date;
  // -1 says what null says: until the browser ends.
  if (!expires || *expires < 0 || fields.boolean("session").value_or(false)) return std::nullopt;
  return expires;
}

session::Cookie read_cookie(const json::object& said, const std::string& where, FieldReader& all) {
  FieldReader fields(said, where);
  session::Cookie cookie;
  const auto required = [&](std::string_view name) {
    auto value = fields.text(name);
    if (!value) fields.fail(where + "/" + std::string(name) + " is required: missing");
    return value.value_or("");
  };
  cookie.name = required("name");
  cookie.value = required("value");
  cookie.domain = required("domain");
  cookie.path = required("path");
  const auto http_only = fields.boolean("httpOnly");
  if (!http_only) fields.fail(where + "/httpOnly is required: missing");
  cookie.http_only = http_only.value_or(false);
  cookie.secure = fields.boolean("secure").value_or(false);
  cookie.expires = read_expiry(fields);
  cookie.partition = fields.text("partitionKey").value_or("");
  fields.boolean("hostOnly");
  const auto site = fields.choice("sameSite", {"Lax", "None", "Strict"});
  if (site)
    cookie.same_site = *site == "Lax"    ? session::SameSite::lax
                       : *site == "None" ? session::SameSite::none
                                         : session::SameSite::strict;
  all.fail(fields);
  return cookie;
}
}  // namespace

Result<StartRequest> parse_start(std::string_view body) {
  auto sent = parse_body(body);
  if (!sent) return sent.error();
  FieldReader fields(*sent, "body");
  StartRequest out;
  json::object echo;
  out.spec.dialect = "notte";
  // Leaving ends nothing: a stop, the idle clock or the longest life does.
  out.spec.on_disconnect = session::DisconnectPolicy::keep;
  read_minutes(fields, out.spec, echo);
  read_viewport(fields, out.spec);
  const auto proxy = read_proxy(fields, out.spec, echo);
  read_browser(fields, out.spec, echo);
  read_profile(fields, out.spec);
  const auto rules = apply_rules(fields, start_rules, UnknownFields::refused);
  if (fields.error()) return *fields.error();
  if (!proxy) return Error{errc::invalid_argument, "body/proxies: " + proxy.error().detail};
  if (!rules) return Error{errc::invalid_argument, "body/" + rules.error().detail};
  out.spec.echo = std::move(echo);
  out.ignored = fields.ignored();
  return out;
}

Result<bool> parse_flag(const net::Target& target, std::string_view name, bool otherwise) {
  const std::string value = target.parameter(name).value_or("");
  if (value.empty()) return otherwise;
  for (const std::string_view word : {"true", "1", "yes", "on"})
    if (net::equal_ignoring_case(value, word)) return true;
  for (const std::string_view word : {"false", "0", "no", "off"})
    if (net::equal_ignoring_case(value, word)) return false;
  return Error{errc::invalid_argument, "querystring/" + std::string(name) + " must be a boolean"};
}

Result<ListRequest> parse_list(const net::Target& target) {
  ListRequest out;
  const auto page = whole_parameter(target, "page", 1, 1, 1'000'000);
  if (!page) return page.error();
  const auto size = whole_parameter(target, "page_size", 10, 1, 1000);
  if (!size) return size.error();
  const auto only_active = parse_flag(target, "only_active", true);
  if (!only_active) return only_active.error();
  out.page = *page;
  out.page_size = *size;
  out.filter.live = *only_active;
  out.filter.offset = static_cast<std::size_t>((*page - 1) * *size);
  out.filter.limit = static_cast<std::size_t>(*size) + 1;
  return out;
}

Result<std::vector<session::Cookie>> parse_cookies(std::string_view body) {
  auto sent = parse_body(body);
  if (!sent) return sent.error();
  FieldReader fields(*sent, "body");
  const json::array* cookies = fields.array("cookies");
  if (cookies == nullptr) fields.fail("body/cookies is required: missing");
  // Where the browser refuses them together, each is tried alone.
  constexpr std::size_t most_cookies = 1'000;
  if (cookies != nullptr && cookies->size() > most_cookies)
    fields.fail("body/cookies must have at most " + std::to_string(most_cookies) + " members");
  std::vector<session::Cookie> out;
  for (std::size_t i = 0; cookies != nullptr && i < cookies->size() && !fields.error(); ++i) {
    const std::string where = "body/cookies/" + std::to_string(i);
    if (const json::object* cookie = (*cookies)[i].if_object())
      out.push_back(read_cookie(*cookie, where, fields));
    else
      fields.fail(where + " must be an object");
  }
  if (fields.error()) return *fields.error();
  return out;
}

}  // namespace greenroom::api::notte
