// The list of dialects. Order matters only at the root, where the first that claims a request without a
// credential words its refusal.
#include <array>

#include <boost/json.hpp>

#include "api/browserbase/dialect.hpp"
#include "api/dialect.hpp"
#include "api/hyperbrowser/dialect.hpp"
#include "api/notte/dialect.hpp"
#include "api/steel.hpp"

namespace greenroom::api {

std::span<const Dialect* const> all_dialects() {
  static const std::array dialects = {&browserbase::dialect(), &hyperbrowser::dialect(), &notte::dialect(),
                                      &steel::dialect()};
  return dialects;
}

namespace {
template <typename Json>
net::Response serialized(unsigned status, const Json& body) {
  return net::text_response(status, "application/json; charset=utf-8", json::serialize(body));
}
}  // namespace

net::Response json_response(unsigned status, const json::value& body) { return serialized(status, body); }
net::Response json_response(unsigned status, const json::object& body) { return serialized(status, body); }
net::Response json_response(unsigned status, const json::array& body) { return serialized(status, body); }

}  // namespace greenroom::api
