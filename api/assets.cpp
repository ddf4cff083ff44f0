#include "api/assets.hpp"

#include "api/asset_table.hpp"

namespace greenroom::api {

const Asset& asset(std::string_view name) {
  static const Asset none{};
  for (const Asset& candidate : asset_table())
    if (candidate.name == name) return candidate;
  return none;
}

net::Response page_response(const Asset& page, Framing framing) {
  auto response = net::text_response(200, page.content_type, std::string(page.content));
  std::string policy =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self'; "
      "connect-src 'self'; base-uri 'none'; form-action 'none'";
  if (framing == Framing::refused) policy += "; frame-ancestors 'none'";
  response.headers.set("content-security-policy", std::move(policy));
  response.headers.set("referrer-policy", "no-referrer");  // the address holds a token
  response.headers.set("x-content-type-options", "nosniff");
  return response;
}

}  // namespace greenroom::api
