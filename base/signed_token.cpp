#include "base/signed_token.hpp"

#include <cassert>
#include <charconv>

#include "base/crypto.hpp"

namespace greenroom::base {

namespace {
constexpr std::string_view version = "v1.";
constexpr std::size_t longest = 4096;  // nobody's token is longer; bounds the work on a stranger's

std::string signature(std::string_view secret, std::string_view head) {
  const Digest digest = hmac_sha256(secret, head);
  return to_base64url(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}
}  // namespace

std::string sign_token(std::string_view secret, std::string_view scope, std::string_view subject,
                       std::int64_t expires_at) {
  assert(scope.find('|') == std::string_view::npos);
  std::string payload(scope);
  payload.append("|").append(subject).append("|").append(std::to_string(expires_at));
  const std::string head = std::string(version) + to_base64url(payload);
  return head + "." + signature(secret, head);
}

Result<std::string> verify_token(std::string_view secret, std::string_view token, std::string_view scope,
                                 std::int64_t now) {
  const Error malformed{errc::unauthenticated, "the token is not valid"};
  const auto dot = token.rfind('.');
  if (token.size() > longest || !token.starts_with(version) || dot < version.size()) return malformed;
  const std::string_view head = token.substr(0, dot);
  if (!equal_in_constant_time(signature(secret, head), token.substr(dot + 1))) return malformed;
  const auto payload = from_base64url(head.substr(version.size()));
  if (!payload) return malformed;
  // The subject may hold the separator; the scope and the expiry cannot.
  const auto first = payload->find('|');
  const auto last = payload->rfind('|');
  if (first == std::string::npos || first == last) return malformed;
  std::int64_t expires_at = 0;
  const char* end = payload->data() + payload->size();
  const auto number = std::from_chars(payload->data() + last + 1, end, expires_at);
  if (number.ec != std::errc() || number.ptr != end) return malformed;
  if (payload->substr(0, first) != scope) return Error{errc::forbidden, "the token is for something else"};
  if (now >= expires_at) return Error{errc::gone, "the token has expired"};
  return payload->substr(first + 1, last - first - 1);
}

}  // namespace greenroom::base
