// The list of dialects. Order matters only at the root, where the first that claims a request without a
// credential words its refusal.
#include <array>
#include <charconv>

#include <boost/json.hpp>

#include "api/browserbase/dialect.hpp"
#include "api/claude_scope/dialect.hpp"
#include "api/dialect.hpp"
#include "api/hyperbrowser/dialect.hpp"
#include "api/notte/dialect.hpp"
#include "api/stagehand/dialect.hpp"
#include "api/steel.hpp"
#include "api/web_driver.hpp"
#include "base/utf8.hpp"

namespace greenroom::api {

std::span<const Dialect* const> all_dialects() {
  static const std::array dialects = {&browserbase::dialect(), &hyperbrowser::dialect(), &notte::dialect(),
                                      &stagehand::dialect(),   &claude_scope::dialect(), &steel::dialect()};
  return dialects;
}

std::span<const std::string_view> driver_token_headers() {
  // Browserbase's and Hyperbrowser's.
  static constexpr std::array<std::string_view, 2> headers = {"x-bb-signing-key", "x-hyperbrowser-token"};
  return headers;
}

Result<std::int64_t> number_parameter(const net::Target& target, std::string_view name,
                                      std::int64_t otherwise, std::int64_t most) {
  const auto text = target.parameter(name);
  if (!text) return otherwise;
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failure != std::errc() || end != text->data() + text->size() || number < 0 || number > most)
    return base::Error{base::errc::invalid_argument,
                       std::string(name) + " must be a number that is not negative"};
  return number;
}

net::Response no_content() {
  net::Response nothing;
  nothing.status = 204;
  return nothing;
}

namespace {
/// An answer may say what a client sent, a path for one, and that may be any bytes: JSON takes only UTF-8.
template <typename Json>
net::Response serialized(unsigned status, const Json& body) {
  return net::text_response(status, "application/json; charset=utf-8", base::as_utf8(json::serialize(body)));
}
}  // namespace

net::Response json_response(unsigned status, const json::value& body) { return serialized(status, body); }
net::Response json_response(unsigned status, const json::object& body) { return serialized(status, body); }
net::Response json_response(unsigned status, const json::array& body) { return serialized(status, body); }

}  // namespace greenroom::api
