#include "api/hyperbrowser/parse.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/extension_forms.hpp"
#include "api/field_rules.hpp"
#include "api/profile_answers.hpp"

namespace greenroom::api::hyperbrowser {

using base::errc;
using base::Error;
using base::Result;
using session::Outcome;
using session::State;

namespace {
using enum FieldEffect;
constexpr FieldType flag = FieldType::boolean;
constexpr FieldType text = FieldType::text;
constexpr FieldType list = FieldType::array;
constexpr FieldType number = FieldType::number;
constexpr FieldType object = FieldType::object;

// CreateSessionParams of SDK 0.92.6, and two fields that its users miss (keepAlive, userMetadata).
constexpr FieldRule create_rules[] = {
    {"screen", object, served},
    {"timeoutMinutes", number, served},
    {"enableVideoWebRecording", flag, served},
    {"enableLogCapture", flag, served},
    {"liveViewTtlSeconds", number, served},
    {"viewOnlyLiveView", flag, served},
    {"disablePasswordManager", flag, served},  // it is always off
    {"locales", list, served},
    {"operatingSystems", list, served},
    {"device", list, served},
    {"platform", list, served},
    {"region", text, served},
    {"browserMemorySize", text, served},
    {"showScrollbars", flag, served},
    {"allowInternetAccess", flag, served},
    {"profile", object, served},
    {"useProxy", flag, served},
    {"proxyServer", text, served},
    {"proxyServerUsername", text, served},
    {"proxyServerPassword", text, served},
    {"proxyCountry", text, served},
    {"proxyState", text, served},
    {"proxyCity", text, served},
    {"keepAlive", flag, served},
    {"userMetadata", object, served},
    // The browser is a headful one without automation switches in any case; nothing solves captchas.
    {"useStealth", flag, ignored},
    {"useUltraStealth", flag, ignored},
    {"solveCaptchas", flag, ignored},
    {"solverType", text, ignored},
    {"imageCaptchaParams", list, ignored},
    {"enableWebglFingerprinting", flag, ignored},
    {"disablePostQuantumKeyAgreement", flag, ignored},
    {"disabledExternalProtocols", list, ignored},  // there are no other programs to open
    {"saveDownloads", flag, served},
    {"appendTimestampToDownloads", flag, served},
    {"enableWebRecording", flag, served},
    {"extensionIds", list, served},
    {"staticIpId", text, refused},
    {"adblock", flag, served},
    {"trackers", flag, served},
    {"annoyances", flag, refused},
    {"acceptCookies", flag, refused},
    {"urlBlocklist", list, served},
    {"browserArgs", list, refused},
    {"allowOut", list, served},
    {"denyOut", list, served},
    {"enableWindowManager", flag, refused},
    {"enableWindowManagerTaskbar", flag, refused},
    {"allowOnGeolocationPrompt", flag, refused},
    {"enableAlwaysOpenPdfExternally", flag, refused},
    {"replaceNativeElements", flag, refused},
    {"startFromSnapshot", object, refused},
};

// They say something only beside useProxy.
constexpr std::string_view proxy_fields[] = {"proxyServer",  "proxyServerUsername", "proxyServerPassword",
                                             "proxyCountry", "proxyState",          "proxyCity"};

constexpr std::string_view event_types[] = {"captcha_detected", "captcha_solved", "captcha_error",
                                            "file_downloaded"};

constexpr std::size_t echo_limit = 16 * 1024;     // bytes of JSON text
constexpr std::size_t metadata_limit = 4 * 1024;  // bytes of JSON text

std::optional<browser::Size> read_screen(FieldReader& all, std::string_view name) {
  const json::object* screen = all.object(name);
  if (screen == nullptr) return std::nullopt;
  FieldReader fields(*screen, all.where() + "/" + std::string(name));
  const auto width = fields.integer("width", 500, 3840);
  const auto height = fields.integer("height", 360, 2160);
  if (!width || !height) fields.fail(fields.where() + " must have width and height");
  all.fail(fields);
  if (all.error()) return std::nullopt;
  return browser::Size{static_cast<int>(*width), static_cast<int>(*height)};
}

/// A list of words, of which one has to be what this browser is; else the caller would get another device.
Result<void> check_choice(FieldReader& fields, std::string_view name, std::string_view ours,
                          std::initializer_list<std::string_view> known) {
  const json::array* wanted = fields.array(name);
  if (wanted == nullptr || wanted->empty()) return {};
  bool has_ours = false;
  for (const json::value& item : *wanted) {
    const std::string_view word = item.is_string() ? std::string_view(item.get_string()) : "";
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      fields.fail(fields.where() + "/" + std::string(name) + " must only hold allowed values");
      return {};
    }
    has_ours = has_ours || word == ours;
  }
  if (!has_ours) return not_served(std::string(name) + " without " + std::string(ours));
  return {};
}

/// The first locale becomes the browser's language; its own is English, which needs no browser of its own.
void read_locales(FieldReader& fields, session::SessionSpec& spec) {
  const json::array* locales = fields.array("locales");
  if (locales == nullptr) return;
  std::string all;
  for (const json::value& item : *locales) {
    const std::string_view word = item.is_string() ? std::string_view(item.get_string()) : "";
    const bool is_locale =
        word.size() >= 2 && word.size() <= 16 &&
        word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-") ==
            word.npos;
    if (!is_locale || locales->size() > 10)
      return fields.fail("body/locales must hold at most ten language tags");
    all += (all.empty() ? "" : ",") + std::string(word);
  }
  if (all != "en" && all != "en-US") spec.language = all;
}

Result<void> read_proxies(FieldReader& fields, CreateRequest& out) {
  const bool wanted = fields.boolean("useProxy").value_or(false);
  const bool has_server = !fields.text("proxyServer").value_or("").empty();
  const auto state = fields.text("proxyState");
  const auto city = fields.text("proxyCity");
  if (state && city) fields.fail("body/proxyState and body/proxyCity exclude each other");
  if (!wanted) {
    for (const std::string_view name : proxy_fields) fields.ignore(name);
    return {};
  }
  if (!has_server) {
    // One of the operator's, if there is one; where it stands is not ours to say.
    out.wants_proxy_pool = true;
    for (const std::string_view name : {"proxyCountry", "proxyState", "proxyCity"})
      out.wants_place = out.wants_place || fields.text(name).has_value();
  }
  session::ProxyRule rule;
  rule.provided = !has_server;
  rule.server = fields.text("proxyServer").value_or("");
  rule.username = fields.text("proxyServerUsername").value_or("");
  rule.password = fields.text("proxyServerPassword").value_or("");
  out.spec.network.proxies.push_back(std::move(rule));
  return {};
}

/// What pages may reach. A list of addresses that are blocked is served as far as it names hosts.
Result<void> read_reach(FieldReader& fields, session::NetworkWishes& network) {
  network.allowed_hosts = fields.texts("allowOut");
  network.denied_hosts = fields.texts("denyOut");
  network.only_allowed_hosts = !fields.boolean("allowInternetAccess").value_or(true);
  const bool ads = fields.boolean("adblock").value_or(false);
  const bool trackers = fields.boolean("trackers").value_or(false);
  network.block_ads = ads || trackers;  // one list has both
  for (std::string entry : fields.texts("urlBlocklist")) {
    if (const std::size_t scheme = entry.find("://"); scheme != entry.npos) entry.erase(0, scheme + 3);
    if (entry.ends_with("/*")) entry.erase(entry.size() - 2);
    if (entry.ends_with('/')) entry.pop_back();
    if (entry.find_first_of("/?#") != entry.npos) return not_served("urlBlocklist with a path");
    network.denied_hosts.push_back(std::move(entry));
  }
  return {};
}

/// Video is recorded unless somebody says no: the live page and the replays of every other API need it, and
/// here it costs nothing. Switching the recording of pages off means no to video, too, unless that is asked
/// for.
void read_recording(FieldReader& fields, session::SessionSpec& spec) {
  const auto video = fields.boolean("enableVideoWebRecording");
  const auto web = fields.boolean("enableWebRecording");
  spec.record = video.value_or(web.value_or(true));
  spec.record_dom = web.value_or(true);
  spec.log = fields.boolean("enableLogCapture").value_or(true);
}

/// An object without an id is no profile.
void read_profile(FieldReader& fields, CreateRequest& out) {
  const json::object* profile = fields.object("profile");
  if (profile == nullptr) return;
  FieldReader part(*profile, "body/profile");
  const auto id = part.text("id");
  const bool persists = part.boolean("persistChanges").value_or(false);
  // Only what pages keep is saved; a cache would make them load faster and change nothing else.
  if (part.boolean("persistNetworkCache").value_or(false)) part.ignore("persistNetworkCache");
  out.forks_profile = part.boolean("fork").value_or(false) && id;
  std::string name = part.line("forkProfileName", longest_profile_name);
  if (!name.empty()) out.fork_name = std::move(name);
  if (id) out.spec.profile = session::ProfileUse{*id, persists};
  out.ignored = part.ignored();
  fields.fail(part);
}

/// Members that would be honoured only by another value than the one that was sent.
Result<void> check_switches(FieldReader& fields) {
  if (!fields.boolean("showScrollbars").value_or(true)) return not_served("showScrollbars: false");
  if (auto is_ours =
          check_choice(fields, "operatingSystems", "linux", {"windows", "android", "macos", "linux", "ios"});
      !is_ours)
    return is_ours;
  if (auto is_ours = check_choice(fields, "device", "desktop", {"desktop", "mobile"}); !is_ours)
    return is_ours;
  return check_choice(fields, "platform", "chrome", {"chrome", "firefox", "safari", "edge"});
}

void read_life(FieldReader& fields, session::SessionSpec& spec) {
  if (const auto minutes = fields.number("timeoutMinutes", 1, 720))
    spec.max_age = base::Milliseconds(std::llround(*minutes * 60'000));
  fields.number("liveViewTtlSeconds", 1, 1e9);
  // A session ends with its last client unless that one says otherwise, or with its last page; but it waits
  // for its first client as long as it may live (contract §3).
  spec.end_if_never_connected = false;
  spec.end_without_pages = true;
  if (fields.boolean("keepAlive").value_or(false)) spec.on_disconnect = session::DisconnectPolicy::keep;
  if (const json::object* metadata = fields.object("userMetadata")) {
    if (json::serialize(*metadata).size() > metadata_limit)
      return fields.fail("body/userMetadata must be at most 4096 bytes of JSON");
    spec.user_metadata = *metadata;
  }
}

/// The launch options as they came: what `launchState` says again.
void keep_echo(FieldReader& fields, session::SessionSpec& spec) {
  json::object echo;
  for (const FieldRule& rule : create_rules)
    if (const json::value* value = fields.any(rule.name); value != nullptr && !value->is_null())
      echo[rule.name] = *value;
  for (const std::string_view name : {"userMetadata", "proxyServerPassword", "proxyServerUsername"})
    echo.erase(name);
  // An object without an id is no profile, and strict readers of this member want the id.
  if (!spec.profile) echo.erase("profile");
  // Somebody may have put them into the address.
  if (const json::value* server = echo.if_contains("proxyServer"); server != nullptr && server->is_string()) {
    std::string address(server->get_string());
    const std::size_t begin = address.find("://") == address.npos ? 0 : address.find("://") + 3;
    if (const std::size_t at = address.rfind('@'); at != address.npos && at >= begin)
      address.erase(begin, at + 1 - begin);
    echo["proxyServer"] = address;
  }
  if (json::serialize(echo).size() > echo_limit) return fields.fail("body must not hold that much text");
  spec.echo = std::move(echo);
}

}  // namespace

Result<Page> parse_page(const net::Target& target, std::int64_t size) {
  // Documented samples ask for page 0, too; it is the first.
  const auto page = whole_parameter(target, "page", 1, 0, 1'000'000);
  if (!page) return page.error();
  const auto limit = whole_parameter(target, "limit", size, 1, 1000);
  if (!limit) return limit.error();
  return Page{std::max<std::int64_t>(1, *page), *limit};
}

Result<CreateRequest> parse_create(std::string_view body) {
  auto sent = parse_body(body);
  if (!sent) return sent.error();
  FieldReader fields(*sent, "body");
  CreateRequest out;
  out.spec.dialect = "hyperbrowser";
  out.spec.viewport = read_screen(fields, "screen");
  if (const auto region = fields.choice(
          "region", {"us", "us-central", "asia-south", "us-dev", "europe-west", "us-west", "us-east"});
      region)
    fields.ignore("region");
  if (fields.choice("browserMemorySize", {"small", "medium", "large"})) fields.ignore("browserMemorySize");
  read_locales(fields, out.spec);
  read_recording(fields, out.spec);
  read_life(fields, out.spec);
  read_profile(fields, out);
  out.spec.extensions = read_extension_ids(fields, "extensionIds");
  auto served_all = read_proxies(fields, out);
  if (served_all) served_all = read_reach(fields, out.spec.network);
  if (served_all) served_all = check_switches(fields);
  if (auto rules = apply_rules(fields, create_rules, UnknownFields::ignored); !rules && served_all)
    served_all = rules;
  keep_echo(fields, out.spec);
  if (fields.error()) return *fields.error();
  if (!served_all) return served_all.error();
  out.ignored.insert(out.ignored.end(), fields.ignored().begin(), fields.ignored().end());
  return out;
}

Result<ListRequest> parse_list(const net::Target& target) {
  ListRequest out;
  const auto page = parse_page(target, 10);
  if (!page) return page.error();
  out.page = *page;
  out.filter.offset = page->offset();
  out.filter.limit = static_cast<std::size_t>(page->size);
  const std::string status = target.parameter("status").value_or("");
  if (status == "active") {
    out.filter.live = true;
  } else if (status == "closed") {
    out.filter.state = State::ended;
    out.filter.end_reasons = session::reasons_of({Outcome::completed, Outcome::idle, Outcome::timed_out});
  } else if (status == "error") {
    out.filter.state = State::ended;
    out.filter.end_reasons = session::reasons_of({Outcome::failed});
  } else if (status == "close-error") {
    out.finds_nothing = true;
  } else if (!status.empty()) {
    return Error{errc::invalid_argument, "querystring/status must be active, closed, error or close-error"};
  }
  return out;
}

Result<EventFilter> parse_event_filter(const net::Target& target) {
  EventFilter out;
  const auto page = parse_page(target, 20);
  if (!page) return page.error();
  out.page = *page;
  constexpr std::int64_t never = -1, latest = 8'640'000'000'000'000;  // the end of JavaScript's time
  for (const auto& [name, bound] : {std::pair("startTimestamp", &out.from), {"endTimestamp", &out.to}}) {
    const auto time = whole_parameter(target, name, never, 0, latest);
    if (!time) return time.error();
    if (*time != never) *bound = *time;
  }
  out.target = target.parameter("targetId");
  for (const std::string& type : target.parameters("types")) {
    if (std::find(std::begin(event_types), std::end(event_types), type) == std::end(event_types))
      return Error{errc::invalid_argument, "querystring/types must be equal to one of the allowed values"};
    out.types.insert(type);
  }
  return out;
}

Result<base::Milliseconds> parse_extension(std::string_view body) {
  auto sent = parse_body(body);
  if (!sent) return sent.error();
  FieldReader fields(*sent, "body");
  const auto minutes = fields.number("durationMinutes", 0, 1e6);
  if (fields.error()) return *fields.error();
  if (!minutes || *minutes <= 0)
    return Error{errc::invalid_argument, "body/durationMinutes must be a number above 0"};
  return base::Milliseconds(std::max<std::int64_t>(1, std::llround(*minutes * 60'000)));
}

Result<Update> parse_update(std::string_view body) {
  auto sent = parse_body(body);
  if (!sent) return sent.error();
  FieldReader fields(*sent, "body");
  Update out;
  const auto type = fields.choice("type", {"profile", "proxy", "screen", "solveCaptchas"});
  const json::object* params = fields.object("params");
  static const json::object none;
  FieldReader part(params != nullptr ? *params : none, "body/params");
  const auto enabled = part.boolean("enabled");
  const auto persists = part.boolean("persistChanges");
  part.boolean("persistNetworkCache");
  fields.fail(part);
  if (!fields.error() && !type) fields.fail("body must have required property 'type'");
  if (!fields.error() && *type == "screen") {
    if (params == nullptr) fields.fail("body must have required property 'params'");
    if (const auto screen = read_screen(fields, "params")) out.screen = *screen;
  }
  if (fields.error()) return *fields.error();
  if (*type == "screen") return out;
  if (*type == "profile") {
    if (!persists)
      return Error{errc::invalid_argument, "body/params must have required property 'persistChanges'"};
    out.kind = Update::Kind::profile;
    out.persists = *persists;
    return out;
  }
  if (!enabled) return Error{errc::invalid_argument, "body/params must have required property 'enabled'"};
  if (*enabled) return not_served(*type == "proxy" ? "switching a proxy on" : "solving captchas");
  out.kind = *type == "proxy" ? Update::Kind::proxy_off : Update::Kind::captchas_off;
  return out;
}

Result<std::chrono::seconds> parse_live_lifetime(const net::Target& target) {
  const auto seconds =
      whole_parameter(target, "liveViewTtlSeconds", longest_live_link.count(), 1, 1'000'000'000);
  if (!seconds) return seconds.error();
  return std::chrono::seconds(*seconds);
}

}  // namespace greenroom::api::hyperbrowser
