#include "api/stagehand/launch.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

#include "api/browserbase/parse.hpp"
#include "api/field_rules.hpp"
#include "api/json_fields.hpp"

namespace greenroom::api::stagehand {

using base::errc;
using base::Error;
using base::Result;
using Kind = StartRequest::Kind;

namespace {
constexpr browser::Size default_viewport{1288, 711};  // what the official client asks for when told nothing

constexpr std::array providers = {
    std::string_view("openai"),   std::string_view("anthropic"),  std::string_view("google"),
    std::string_view("xai"),      std::string_view("azure"),      std::string_view("groq"),
    std::string_view("cerebras"), std::string_view("togetherai"), std::string_view("mistral"),
    std::string_view("deepseek"), std::string_view("perplexity"), std::string_view("ollama"),
    std::string_view("vertex"),   std::string_view("bedrock"),
};

constexpr FieldRule start_rules[] = {
    {"modelName", FieldType::text, FieldEffect::served},
    {"browser", FieldType::object, FieldEffect::served},
    {"browserbaseSessionID", FieldType::text, FieldEffect::served},
    {"browserbaseSessionCreateParams", FieldType::object, FieldEffect::served},
    // They are about what a model does, or old.
    {"domSettleTimeoutMs", FieldType::number, FieldEffect::ignored},
    {"verbose", FieldType::any, FieldEffect::served},
    {"systemPrompt", FieldType::text, FieldEffect::ignored},
    {"selfHeal", FieldType::boolean, FieldEffect::ignored},
    {"useTouch", FieldType::boolean, FieldEffect::ignored},
    {"experimental", FieldType::boolean, FieldEffect::ignored},
    {"waitForCaptchaSolves", FieldType::boolean, FieldEffect::ignored},
    {"actTimeoutMs", FieldType::number, FieldEffect::ignored},
};

constexpr FieldRule launch_rules[] = {
    {"headless", FieldType::boolean, FieldEffect::served},
    {"viewport", FieldType::object, FieldEffect::served},
    {"locale", FieldType::text, FieldEffect::served},
    {"cdpUrl", FieldType::text, FieldEffect::served},
    {"chromiumSandbox", FieldType::boolean, FieldEffect::ignored},  // there is always one
    {"acceptDownloads", FieldType::boolean, FieldEffect::ignored},  // they always are
    {"executablePath", FieldType::text, FieldEffect::ignored},      // the daemon's own Chromium is used
    {"port", FieldType::number, FieldEffect::ignored},              // there is none
    {"preserveUserDataDir", FieldType::boolean, FieldEffect::ignored},
    {"devtools", FieldType::boolean, FieldEffect::ignored},
    {"connectTimeoutMs", FieldType::number, FieldEffect::ignored},
    {"ignoreDefaultArgs", FieldType::any, FieldEffect::ignored},
    {"cdpHeaders", FieldType::object, FieldEffect::ignored},
    {"downloadsPath", FieldType::text, FieldEffect::refused},
    {"args", FieldType::array, FieldEffect::refused},
    {"userDataDir", FieldType::text, FieldEffect::refused},
    {"proxy", FieldType::object, FieldEffect::served},
    {"hasTouch", FieldType::boolean, FieldEffect::refused},
    {"ignoreHTTPSErrors", FieldType::boolean, FieldEffect::served},
    {"deviceScaleFactor", FieldType::number, FieldEffect::served},
};

Result<void> check_model(const std::string& name) {
  const std::size_t slash = name.find('/');
  if (slash == name.npos) return {};
  const std::string_view provider = std::string_view(name).substr(0, slash);
  if (std::find(providers.begin(), providers.end(), provider) != providers.end()) return {};
  return Error{errc::invalid_argument, "Invalid provider: " + std::string(provider.substr(0, 40))};
}

void read_viewport(FieldReader& fields, session::SessionSpec& spec) {
  const json::object* viewport = fields.object("viewport");
  if (viewport == nullptr) return;
  FieldReader size(*viewport, fields.where() + "/viewport");
  const auto width = size.integer("width", 64, 4096);
  const auto height = size.integer("height", 64, 4096);
  if (!size.error() && (!width || !height)) size.fail(size.where() + " needs width and height");
  fields.fail(size);
  if (width && height) spec.viewport = browser::Size{static_cast<int>(*width), static_cast<int>(*height)};
}

Result<void> read_proxy(FieldReader& all, session::NetworkWishes& network) {
  const json::object* proxy = all.object("proxy");
  if (proxy == nullptr) return {};
  FieldReader fields(*proxy, all.where() + "/proxy");
  session::ProxyRule rule;
  rule.server = fields.text("server").value_or("");
  rule.username = fields.text("username").value_or("");
  rule.password = fields.text("password").value_or("");
  const bool has_exceptions = !fields.text("bypass").value_or("").empty();
  if (rule.server.empty()) fields.fail(fields.where() + "/server is required");
  all.fail(fields);
  if (has_exceptions) return not_served("browser.launchOptions.proxy.bypass");
  network.proxies.push_back(std::move(rule));
  return {};
}

/// The options of a browser that is launched on the server's own machine.
Result<void> read_launch(FieldReader& fields, StartRequest& out) {
  out.spec.headless = fields.boolean("headless");
  read_viewport(fields, out.spec);
  out.spec.language = fields.line("locale", 100);
  if (fields.number("deviceScaleFactor", 0, 100).value_or(1) != 1)
    return not_served("browser.launchOptions.deviceScaleFactor");
  out.spec.network.ignore_certificate_errors = fields.boolean("ignoreHTTPSErrors").value_or(false);
  if (auto read = read_proxy(fields, out.spec.network); !read) return read;
  auto ruled = apply_rules(fields, launch_rules, UnknownFields::refused);
  if (!ruled && !fields.error()) return ruled.error();
  return {};
}

Result<void> read_local(FieldReader& browser, StartRequest& out) {
  const std::string address = browser.text("cdpUrl").value_or("");
  if (const json::object* launch = browser.object("launchOptions")) {
    FieldReader fields(*launch, "body/browser/launchOptions");
    out.cdp_url = fields.text("cdpUrl").value_or("");
    auto read = read_launch(fields, out);
    browser.fail(fields);
    if (!read) return read.error();
    out.ignored.insert(out.ignored.end(), fields.ignored().begin(), fields.ignored().end());
  }
  if (!address.empty()) out.cdp_url = address;
  if (!out.cdp_url.empty()) out.kind = Kind::addressed;
  return {};
}

/// A session as the other half of the official client makes it.
Result<void> read_create(FieldReader& fields, StartRequest& out, const std::string& own_project) {
  static const json::object none;
  const json::object* params = fields.object("browserbaseSessionCreateParams");
  if (fields.error()) return {};
  auto created = browserbase::parse_create(json::serialize(params != nullptr ? *params : none), own_project);
  if (!created) return created.error();
  out.spec = std::move(created->spec);
  out.ignored = std::move(created->ignored);
  if (!out.spec.user_metadata) {
    json::object mark;
    mark["stagehand"] = "true";
    out.spec.user_metadata = std::move(mark);
  }
  return {};
}

Result<void> read_browser(FieldReader& fields, StartRequest& out, const std::string& own_project) {
  const json::object* named = fields.object("browser");
  static const json::object none;
  FieldReader browser(named != nullptr ? *named : none, "body/browser");
  const auto type = browser.choice("type", {"local", "browserbase"});
  const bool has_address = browser.text("cdpUrl").has_value();
  if (type != "local" && has_address) browser.fail("body/browser/cdpUrl is for type local only");
  Result<void> read;
  const auto known = fields.text("browserbaseSessionID");
  if (type == "local") {
    read = read_local(browser, out);
  } else if (known && !known->empty()) {
    out.kind = Kind::known;
    out.session_id = *known;
  } else {
    read = read_create(fields, out, own_project);
  }
  fields.fail(browser);
  return read;
}
}  // namespace

Result<StartRequest> parse_start(const net::Request& request, const std::string& own_project) {
  auto body = parse_body(request.body);
  if (!body) return body.error();
  FieldReader fields(*body, "body");
  StartRequest out;
  const auto model = fields.text("modelName");
  auto ruled = apply_rules(fields, start_rules, UnknownFields::ignored);
  if (fields.error()) return *fields.error();
  if (!model) return Error{errc::invalid_argument, "body/modelName is required"};
  if (auto checked = check_model(*model); !checked) return checked.error();
  auto read = read_browser(fields, out, own_project);
  if (fields.error()) return *fields.error();
  if (!read) return read.error();
  if (!ruled) return ruled.error();
  out.spec.project_id = own_project;
  out.spec.dialect = "stagehand";
  if (!out.spec.viewport) out.spec.viewport = default_viewport;
  // Neither the client's own connection nor the lack of one ends it: an end call or its longest life does.
  out.spec.on_disconnect = session::DisconnectPolicy::keep;
  out.spec.end_if_never_connected = false;
  const std::string_view language = request.header("x-language");
  json::object echo;
  if (!language.empty() && language.size() <= 40) echo["clientLanguage"] = language;
  out.spec.echo = std::move(echo);
  out.ignored.insert(out.ignored.end(), fields.ignored().begin(), fields.ignored().end());
  return out;
}

}  // namespace greenroom::api::stagehand
