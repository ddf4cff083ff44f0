#include "api/browserbase/parse.hpp"

#include <array>

#include <boost/json.hpp>

#include "api/field_rules.hpp"
#include "api/proxy_fields.hpp"

namespace greenroom::api::browserbase {

using base::errc;
using base::Error;
using base::Result;
using session::Outcome;
using session::State;

namespace {
constexpr std::int64_t shortest_timeout = 60;     // seconds; SessionCreateParams.api_timeout
constexpr std::int64_t longest_timeout = 21'600;  // seconds
constexpr std::size_t metadata_limit = 512;       // characters of its JSON text
constexpr std::array regions = {"us-west-2", "us-east-1", "eu-central-1", "ap-southeast-1"};

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> list) {
  for (const std::string_view candidate : list)
    if (candidate == name) return true;
  return false;
}

/// Members that we have never heard of are accepted and listed; official clients send such.
void ignore_unknown(FieldReader& fields, const json::object& object,
                    std::initializer_list<std::string_view> known) {
  for (const auto& member : object)
    if (!is_one_of(member.key(), known)) fields.ignore(member.key());
}

void read_viewport(const FieldReader& settings, FieldReader& all, const json::object& viewport,
                   session::SessionSpec& spec) {
  constexpr std::int64_t smallest = 64, largest = 4096;  // pixels
  FieldReader fields(viewport, settings.where() + "/viewport");
  const auto width = fields.integer("width", smallest, largest);
  const auto height = fields.integer("height", smallest, largest);
  if (fields.error()) return all.fail(fields.error()->detail);
  if (width.has_value() != height.has_value())
    return all.fail("body/browserSettings/viewport needs width and height");
  if (width) spec.viewport = browser::Size{static_cast<int>(*width), static_cast<int>(*height)};
}

/// What a session begins with; it is saved at the end only if that is asked for.
void read_context(FieldReader& all, const json::object& context, session::SessionSpec& spec) {
  FieldReader fields(context, all.where() + "/context");
  const auto id = fields.text("id");
  const bool persists = fields.boolean("persist").value_or(false);
  if (fields.error()) return all.fail(fields.error()->detail);
  if (!id) return all.fail(fields.where() + " must have required property 'id'");
  spec.profile = session::ProfileUse{*id, persists};
}

Result<void> read_settings(FieldReader& all, const json::object& object, CreateRequest& out) {
  FieldReader fields(object, "body/browserSettings");
  if (const json::object* viewport = fields.object("viewport"))
    read_viewport(fields, fields, *viewport, out.spec);
  out.spec.record = fields.boolean("recordSession").value_or(true);
  out.spec.log = fields.boolean("logSession").value_or(true);
  // Without effect here: nothing solves captchas, fingerprints are the browser's own, PDFs always open.
  for (const std::string_view name : {"captchaImageSelector", "captchaInputSelector", "os", "fingerprint"})
    fields.ignore(name);
  for (const std::string_view name : {"solveCaptchas", "verified", "advancedStealth", "enablePdfViewer"})
    if (fields.boolean(name).value_or(false)) fields.ignore(name);
  out.spec.network.block_ads = fields.boolean("blockAds").value_or(false);
  out.spec.network.ignore_certificate_errors = fields.boolean("ignoreCertificateErrors").value_or(false);
  if (const json::object* context = fields.object("context")) read_context(fields, *context, out.spec);
  const auto extension = fields.text("extensionId");
  out.spec.network.allowed_sites = fields.texts("allowedDomains");
  ignore_unknown(fields, object,
                 {"viewport", "recordSession", "logSession", "captchaImageSelector", "captchaInputSelector",
                  "os", "fingerprint", "solveCaptchas", "verified", "advancedStealth", "enablePdfViewer",
                  "blockAds", "ignoreCertificateErrors", "context", "extensionId", "allowedDomains"});
  if (fields.error()) {
    all.fail(fields.error()->detail);
    return {};
  }
  if (extension) out.spec.extensions = {*extension};
  out.ignored.insert(out.ignored.end(), fields.ignored().begin(), fields.ignored().end());
  return {};
}

void read_region(FieldReader& fields, session::SessionSpec& spec) {
  spec.region = fields.text("region").value_or(regions.front());
  for (const std::string_view region : regions)
    if (spec.region == region) return;
  fields.fail("body/region must be equal to one of the allowed values");
}

void read_metadata(FieldReader& fields, session::SessionSpec& spec) {
  const json::object* metadata = fields.object("userMetadata");
  if (metadata == nullptr) return;
  if (json::serialize(*metadata).size() > metadata_limit)
    return fields.fail("body/userMetadata must be at most 512 characters of JSON");
  spec.user_metadata = *metadata;
}
}  // namespace

Result<CreateRequest> parse_create(std::string_view body, const std::string& own_project) {
  auto object = parse_body(body);
  if (!object) return object.error();
  FieldReader fields(*object, "body");
  CreateRequest out;
  session::SessionSpec& spec = out.spec;
  spec.project_id = own_project;
  spec.dialect = "browserbase";
  const std::string project = fields.text("projectId").value_or("");
  if (project != own_project) spec.project_label = project;
  if (const auto seconds = fields.integer("timeout", shortest_timeout, longest_timeout))
    spec.max_age = std::chrono::seconds(*seconds);
  if (fields.boolean("keepAlive").value_or(false)) spec.on_disconnect = session::DisconnectPolicy::keep;
  read_region(fields, spec);
  read_metadata(fields, spec);
  const auto extension = fields.text("extensionId");
  const json::object* proxy_settings = fields.object("proxySettings");
  if (auto served = read_proxies(fields, "browserbase", spec.network); !served) return served.error();
  if (const json::object* settings = fields.object("browserSettings"))
    if (auto served = read_settings(fields, *settings, out); !served) return served.error();
  ignore_unknown(fields, *object,
                 {"projectId", "timeout", "keepAlive", "region", "userMetadata", "extensionId",
                  "proxySettings", "proxies", "browserSettings"});
  if (fields.error()) return *fields.error();
  // Named in both places: the outer one is meant.
  if (extension) spec.extensions = {*extension};
  if (proxy_settings != nullptr) {
    FieldReader proxy_fields(*proxy_settings, "body/proxySettings");
    spec.network.certificates = proxy_fields.texts("caCertificates");
    if (proxy_fields.error()) return *proxy_fields.error();
  }
  out.ignored.insert(out.ignored.end(), fields.ignored().begin(), fields.ignored().end());
  return out;
}

Result<void> parse_update(std::string_view body) {
  auto object = parse_body(body);
  if (!object) return object.error();
  FieldReader fields(*object, "body");
  const auto status = fields.text("status");
  fields.text("projectId");
  if (fields.error()) return *fields.error();
  if (!status) return Error{errc::invalid_argument, "body must have required property 'status'"};
  if (*status != "REQUEST_RELEASE")
    return Error{errc::invalid_argument,
                 "body/status must be equal to one of the allowed values: REQUEST_RELEASE"};
  return {};
}

bool parse_metadata_query(std::string_view text, std::vector<std::string>& path, std::string& value) {
  constexpr std::string_view base = "user_metadata";
  if (!text.starts_with(base)) return false;
  text.remove_prefix(base.size());
  while (text.starts_with("['")) {
    const std::size_t end = text.find("']");
    if (end == std::string_view::npos || end == 2) return false;
    path.emplace_back(text.substr(2, end - 2));
    text.remove_prefix(end + 2);
  }
  if (path.empty() || text.size() < 3 || !text.starts_with(":'") || text.back() != '\'') return false;
  value = text.substr(2, text.size() - 3);
  return true;
}

Result<session::ListFilter> parse_list(const net::Target& target) {
  session::ListFilter filter;
  if (const auto status = target.parameter("status"); status && !status->empty()) {
    if (*status == "PENDING") {
      filter.state = State::starting;
    } else if (*status == "RUNNING") {
      filter.state = State::running;
    } else if (*status == "TIMED_OUT") {
      filter.end_reasons = session::reasons_of({Outcome::timed_out});
    } else if (*status == "COMPLETED") {
      filter.end_reasons = session::reasons_of({Outcome::completed, Outcome::idle});
    } else if (*status == "ERROR") {
      filter.end_reasons = session::reasons_of({Outcome::failed});
    } else {
      return Error{errc::invalid_argument, "querystring/status must be equal to one of the allowed values"};
    }
    if (!filter.end_reasons.empty()) filter.state = State::ended;
  }
  if (const auto query = target.parameter("q"); query && !query->empty()) {
    if (!parse_metadata_query(*query, filter.metadata_path, filter.metadata_value))
      return Error{errc::invalid_argument, "querystring/q must have the form user_metadata['key']:'value'"};
  }
  return filter;
}

}  // namespace greenroom::api::browserbase
