// Hosts, origins, addresses and tokens as strangers send them: nobody but who was named is let in, and an
// address that we hand out has no more in it than a host and a port.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "api/guard.hpp"
#include "api/links.hpp"

namespace {

using namespace greenroom;

void require(bool claim) {
  if (!claim) std::abort();
}

/// "name", "name:80" or "[::1]:80", and nothing that could be read as anything else in a URL.
bool is_plain_host(std::string_view host) {
  constexpr std::string_view characters =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]";
  return host.find_first_not_of(characters) == host.npos;
}

void check_host(const std::string& text) {
  net::Request request;
  request.headers.add("host", text);
  request.remote_address = "127.0.0.1";
  if (!api::is_allowed_host(text, {})) return;
  require(is_plain_host(text));
  require(api::base_url_of(request, {}) == "http://" + text);
}

void check_origin(const std::string& text) {
  net::Request request;
  request.headers.add("host", "127.0.0.1:4480");
  request.headers.add("origin", text);
  api::GuardOptions options;
  options.allowed_origins = {"https://app.example"};
  options.public_url = "https://rooms.example/prefix";
  if (!api::is_allowed_origin(request, options)) return;
  require(text.empty() || text == "https://app.example" || text == "https://rooms.example" ||
          text == "https://rooms.example/prefix" || text.ends_with("://127.0.0.1:4480"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_host(text);
  check_origin(text);
  // A list of one block: what is listed twice by the same words is listed once, and an address lists itself.
  if (api::is_listed(text, {"10.0.0.0/8", "::1"})) require(api::is_listed(text, {text}));
  if (api::is_listed("10.0.0.1", {text}))
    require(text.find_first_not_of("0123456789abcdefABCDEF.:/") == text.npos);
  const api::LinkSigner signer("a secret that the input does not know");
  const base::WallTime now{std::chrono::seconds(1'800'000'000)};
  for (const api::Scope scope : {api::Scope::cdp, api::Scope::view, api::Scope::replay, api::Scope::admin})
    require(!signer.verify(scope, text, now));
  if (size > 1000) return 0;
  const std::string token = signer.sign(api::Scope::cdp, text, now + std::chrono::seconds(60));
  const auto subject = signer.verify(api::Scope::cdp, token, now);
  require(subject && *subject == text);
  require(!signer.verify(api::Scope::admin, token, now));
  // Any byte of it changed is another token.
  if (size > 0) {
    std::string forged = token;
    char& byte = forged[data[0] % forged.size()];
    byte = byte == 'A' ? 'B' : 'A';
    require(!signer.verify(api::Scope::cdp, forged, now));
  }
  return 0;
}
