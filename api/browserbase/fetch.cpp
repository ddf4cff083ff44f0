#include "api/browserbase/fetch.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/fetcher.hpp"
#include "api/field_rules.hpp"
#include "base/crypto.hpp"
#include "base/ids.hpp"

namespace greenroom::api::browserbase {

using base::errc;
using base::Error;

namespace {
// FetchAPICreateParams of SDK 2.21.0.
constexpr FieldRule rules[] = {
    {"url", FieldType::text, FieldEffect::served},
    {"format", FieldType::text, FieldEffect::served},
    {"allowRedirects", FieldType::boolean, FieldEffect::served},
    {"allowInsecureSsl", FieldType::boolean, FieldEffect::served},
    {"schema", FieldType::object, FieldEffect::ignored},    // says something beside the format json only
    {"proxies", FieldType::boolean, FieldEffect::ignored},  // the machine's own connection is used
};

struct Asked {
  FetchRequest request;
  bool wants_json = false;
  std::vector<std::string> ignored;
};

Result<Asked> parse(std::string_view body) {
  auto sent = parse_body(body);
  if (!sent) return sent.error();
  FieldReader fields(*sent, "body");
  Asked out;
  const auto url = fields.text("url");
  if (!url) fields.fail("body must have required property 'url'");  // unless it is there and no text
  out.request.url = url.value_or("");
  const std::string format = fields.choice("format", {"raw", "markdown", "json"}).value_or("raw");
  out.request.format = format == "markdown" ? FetchFormat::markdown : FetchFormat::raw;
  out.wants_json = format == "json";
  out.request.follows_redirects = fields.boolean("allowRedirects").value_or(false);
  out.request.verifies_certificate = !fields.boolean("allowInsecureSsl").value_or(false);
  (void)apply_rules(fields, rules, UnknownFields::ignored);
  if (fields.error()) return *fields.error();
  out.ignored = fields.ignored();
  return out;
}

json::object render(const Fetched& fetched, std::string_view id) {
  json::object headers;
  for (const auto& [name, value] : fetched.headers) headers[name] = value;
  json::object out;
  out["id"] = id;
  out["statusCode"] = fetched.status;
  out["headers"] = std::move(headers);
  out["content"] = fetched.is_text ? fetched.content : base::to_base64(fetched.content);
  out["contentType"] = fetched.content_type;
  out["encoding"] = fetched.is_text ? "utf-8" : "base64";
  return out;
}

/// Contract: fetch. What went wrong out there is a gateway's failure, not ours.
unsigned status_of(errc code) {
  if (code == errc::unsupported) return 400;
  if (code == errc::too_large || code == errc::protocol) return 502;
  if (code == errc::closed) return 503;
  return http_status(code);
}

net::Response refusal(unsigned status, std::string message, std::string_view id) {
  json::object body;
  body["statusCode"] = status;
  body["error"] = net::reason_phrase(status);
  body["message"] = std::move(message);
  body["id"] = id;
  net::Response response = json_response(status, body);
  // Only who waits for a place, or for a server that is down, gains by asking again.
  if (status != 429 && status != 503) response.headers.set("x-should-retry", "false");
  if (status == 429) response.headers.set("retry-after", "1");
  return response;
}
}  // namespace

Task<Result<net::Response>> fetch(const Call& call, Core& core) {
  Fetcher* fetcher = core.fetcher();
  if (fetcher == nullptr) co_return co_await refuse_route(call, core);
  auto asked = parse(call.request.body);
  if (!asked) co_return asked.error();
  const std::string id = base::make_uuid();
  if (asked->wants_json)
    co_return refusal(403, "the format json needs a language model, which this server does not provide", id);
  auto fetched = co_await fetcher->fetch(std::move(asked->request));
  if (!fetched) co_return refusal(status_of(fetched.error().code), words_of(fetched.error()), id);
  co_return with_ignored(json_response(200, render(*fetched, id)), asked->ignored);
}

}  // namespace greenroom::api::browserbase
