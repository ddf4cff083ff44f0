#include "api/steel_parse.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/extension_forms.hpp"
#include "api/field_rules.hpp"
#include "api/json_fields.hpp"
#include "api/proxy_fields.hpp"

namespace greenroom::api::steel {

using base::errc;
using base::Error;
using session::Outcome;
using session::State;

namespace {
using enum FieldEffect;

// SessionCreateParams of SDK 0.18.0.
constexpr FieldRule create_rules[] = {
    {"timeout", FieldType::number, served},
    {"dimensions", FieldType::object, served},
    {"userAgent", FieldType::text, served},
    {"useProxy", FieldType::any, served},
    {"deviceConfig", FieldType::object, served},
    {"debugConfig", FieldType::object, served},
    {"extensionIds", FieldType::array, served},
    // The browser is never headless, has no automation switches, and nothing solves captchas; there is one
    // place and one namespace.
    {"headless", FieldType::boolean, ignored},
    {"solveCaptcha", FieldType::boolean, ignored},
    {"stealthConfig", FieldType::object, ignored},
    {"region", FieldType::any, ignored},
    {"namespace", FieldType::text, ignored},
    {"experimentalFeatures", FieldType::array, ignored},
    {"blockAds", FieldType::boolean, served},
    {"concurrency", FieldType::number, refused},
    {"credentials", FieldType::object, refused},
    {"isSelenium", FieldType::boolean, refused},
    {"optimizeBandwidth", FieldType::any, refused},
    {"persistProfile", FieldType::boolean, refused},
    {"profileId", FieldType::text, refused},
    {"proxyUrl", FieldType::text, served},
    {"sessionContext", FieldType::object, refused},
    {"sessionId", FieldType::text, refused},
};

void read_dimensions(FieldReader& all, session::SessionSpec& spec) {
  const json::object* dimensions = all.object("dimensions");
  if (dimensions == nullptr) return;
  FieldReader fields(*dimensions, "body/dimensions");
  const auto width = fields.integer("width", 64, 4096);
  const auto height = fields.integer("height", 64, 4096);
  if (!width || !height) fields.fail("body/dimensions must have width and height");
  all.fail(fields);
  if (width && height) spec.viewport = browser::Size{static_cast<int>(*width), static_cast<int>(*height)};
}

/// Whether the live page may be acted in. It has no pointer of its own to be shown or hidden.
std::optional<bool> read_interactive(FieldReader& all, std::vector<std::string>& ignored) {
  const json::object* debug = all.object("debugConfig");
  if (debug == nullptr) return std::nullopt;
  FieldReader fields(*debug, "body/debugConfig");
  const auto interactive = fields.boolean("interactive");
  fields.ignore("systemCursor");
  ignored = fields.ignored();
  all.fail(fields);
  return interactive;
}

/// True means the provider's own pool, which here is the operator's proxy, or the machine's own connection.
Result<void> read_network(FieldReader& fields, session::NetworkWishes& network) {
  network.block_ads = fields.boolean("blockAds").value_or(false);
  session::ProxyRule rule;
  rule.server = fields.text("proxyUrl").value_or("");
  const json::value* proxy = fields.any("useProxy");
  if (proxy != nullptr && proxy->is_object()) {
    FieldReader part(proxy->get_object(), "body/useProxy");
    if (part.object("geolocation") != nullptr) return not_served("useProxy with a place");
    rule.server = part.text("server").value_or(rule.server);
    if (rule.server.empty()) part.fail("body/useProxy must have a server");
    fields.fail(part);
  } else if (fields.boolean("useProxy").value_or(false)) {
    rule.provided = rule.server.empty();
  }
  if (rule.provided || !rule.server.empty()) network.proxies.push_back(std::move(rule));
  return {};
}

Result<void> check_elsewhere(FieldReader& fields) {
  const json::object* device = fields.object("deviceConfig");
  if (device == nullptr) return {};
  FieldReader part(*device, "body/deviceConfig");
  const auto kind = part.choice("device", {"desktop", "mobile"});
  fields.fail(part);
  if (kind == "mobile") return not_served("deviceConfig.device: mobile");
  return {};
}
}  // namespace

bool is_interactive(const session::SessionView& view) {
  const json::value* debug =
      view.dialect == "steel" && view.echo ? view.echo->if_contains("debugConfig") : nullptr;
  if (debug == nullptr || !debug->is_object()) return true;
  const json::value* interactive = debug->get_object().if_contains("interactive");
  return interactive == nullptr || !interactive->is_bool() || interactive->get_bool();
}

Result<CreateRequest> parse_create(std::string_view body) {
  constexpr std::int64_t default_timeout = 300'000;  // milliseconds
  auto sent = parse_body(body);
  if (!sent) return sent.error();
  FieldReader fields(*sent, "body");
  CreateRequest out;
  out.spec.dialect = "steel";
  out.spec.on_disconnect = session::DisconnectPolicy::keep;  // a release or the timeout ends it
  out.spec.max_age = base::Milliseconds(
      fields.integer("timeout", 1000, std::chrono::milliseconds(std::chrono::hours(24)).count())
          .value_or(default_timeout));
  out.spec.user_agent = fields.line("userAgent", 1024);
  read_dimensions(fields, out.spec);
  const auto interactive = read_interactive(fields, out.ignored);
  out.spec.extensions = read_extension_ids(fields, "extensionIds");
  auto possible = read_network(fields, out.spec.network);
  if (possible) possible = check_elsewhere(fields);
  if (auto rules = apply_rules(fields, create_rules, UnknownFields::ignored); !rules && possible)
    possible = rules;
  if (fields.error()) return *fields.error();
  if (!possible) return possible.error();
  json::object echo;
  if (!out.spec.user_agent.empty()) echo["userAgent"] = out.spec.user_agent;
  if (interactive) echo["debugConfig"] = {{"interactive", *interactive}};
  out.spec.echo = std::move(echo);
  out.ignored.insert(out.ignored.begin(), fields.ignored().begin(), fields.ignored().end());
  return out;
}

Result<session::ListFilter> parse_list(const net::Target& target) {
  session::ListFilter filter;
  const auto limit = whole_parameter(target, "limit", 50, 1, 1000);
  if (!limit) return limit.error();
  filter.limit = static_cast<std::size_t>(*limit) + 1;  // one more: is there a next page?
  filter.before = target.parameter("cursorId").value_or("");
  const std::string status = target.parameter("status").value_or("");
  if (status == "live") {
    filter.live = true;
  } else if (status == "released") {
    filter.state = State::ended;
    filter.end_reasons = session::reasons_of({Outcome::completed, Outcome::idle, Outcome::timed_out});
  } else if (status == "failed") {
    filter.state = State::ended;
    filter.end_reasons = session::reasons_of({Outcome::failed});
  } else if (!status.empty()) {
    return Error{errc::invalid_argument, "querystring/status must be live, released or failed"};
  }
  return filter;
}

}  // namespace greenroom::api::steel
