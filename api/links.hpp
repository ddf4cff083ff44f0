// Addresses that we hand out, and the tokens in them. A link carries a token for one session and one use; the
// API key is never in a link that we make.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/clock.hpp"
#include "base/error.hpp"
#include "net/http.hpp"

namespace greenroom::api {

/// What a token lets its holder do.
enum class Scope {
  cdp,      ///< drive the session's browser
  view,     ///< look at its picture
  control,  ///< look at it, and act in its pages by hand
  replay,   ///< read its recording
  files,    ///< read what was downloaded in it, or one file
  admin,    ///< the command line on the same machine
};
std::string_view word(Scope scope);

/// Makes and checks tokens with a secret of the store. Remembers what it signed last: a session that is
/// polled gets the same token in each answer. For one thread.
class LinkSigner {
 public:
  explicit LinkSigner(std::string secret) : secret_(std::move(secret)) {}

  std::string sign(Scope scope, std::string_view subject, base::WallTime expires) const;
  /// The subject of a valid token. Errors: unauthenticated (malformed, forged, another scope), gone
  /// (expired).
  base::Result<std::string> verify(Scope scope, std::string_view token, base::WallTime now) const;

 private:
  std::string secret_;
  mutable std::unordered_map<std::string, std::string> signed_;  ///< by scope, subject and expiry
};

struct LinkOptions {
  std::string public_url;  ///< "https://host/prefix", without a final slash; empty: from the request
  std::vector<std::string> trusted_proxies;  ///< addresses or CIDR whose X-Forwarded-* are believed
};

/// The Host that the client itself used: a trusted proxy's word for it, else the request's own.
std::string_view host_of(const net::Request& request, const LinkOptions& options);

/// "http://host:port" or what stands for it: how the client itself reached us.
std::string base_url_of(const net::Request& request, const LinkOptions& options);

/// http to ws, https to wss.
std::string websocket_url_of(std::string_view base_url);

/// True if `address` is one of `list` or inside one of its CIDR blocks.
bool is_listed(std::string_view address, const std::vector<std::string>& list);

}  // namespace greenroom::api
