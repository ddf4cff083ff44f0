// What a provider is to us: a value with tables, never a base class. A dialect only translates.
#pragma once

#include <limits>
#include <span>
#include <string>
#include <string_view>

#include "api/core.hpp"
#include "api/kept_texts.hpp"
#include "api/key_ring.hpp"
#include "api/links.hpp"
#include "net/http.hpp"
#include "net/router.hpp"

namespace greenroom::api {

/// One request on its way through a dialect.
struct Call {
  const net::Request& request;
  const net::PathParameters& path;
  std::string project_id;  ///< of the key; empty on open routes
  std::string base_url;    ///< how the client reached us, for links
  const LinkSigner& signer;
  const KeyRing& keys;
  const KeptTexts& texts;
  base::Milliseconds link_lifetime;  ///< of replay links
  std::string key_id = {};           ///< of the key; empty on open routes and for the command line
};

using Handler = Task<Result<net::Response>> (*)(const Call& call, Core& core);

enum class Access {
  key,         ///< the dialect's credential
  open,        ///< the handler checks a token of its own
  any_origin,  ///< as open, and scripts of every web page may call it and read the answer
};

struct Route {
  std::string_view method;
  std::string_view pattern;  ///< as net::Router has it, without the mount
  Handler handler = nullptr;
  Access access = Access::key;
  /// Not 0: the handler reads the body while it arrives (net::Request::incoming), and it may have so much.
  /// Others find it in net::Request::body, within the server's limit.
  base::Bytes streamed = {};
};

/// Where a client's CDP websocket wants to go.
struct CdpTarget {
  std::string session_id;
  session::ClientOptions options;
};

/// What a newcomer needs to point a program here. "{url}" and "{key}" are filled in.
struct Welcome {
  std::span<const std::string_view> environment;  ///< lines for a shell
  std::string_view program_name;                  ///< "first.mjs"
  std::span<const std::string_view> program;      ///< its lines
};

struct Dialect {
  std::string_view name;             ///< "example"
  std::string_view mount;            ///< "/example"
  std::string_view key_header;       ///< lower case; at the root, a request with it is this dialect's
  std::string_view token_parameter;  ///< in its websocket addresses: the session's token
  std::span<const Route> routes;
  /// This provider's status and body for a failure.
  net::Response (*error)(const base::Error& error);
  /// Whether a websocket at "/" is this dialect's, by its parameters.
  bool (*claims_websocket)(const net::Request& request);
  /// Checks the credential in the address of such a websocket.
  Task<Result<CdpTarget>> (*open_websocket)(const Call& call, Core& core);
  Welcome welcome;
};

std::span<const Dialect* const> all_dialects();

/// The daemon's own routes: health, metrics, DevTools endpoints, live picture, replay, command line.
const Dialect& native();

/// The token in an address, in whatever parameter.
std::optional<std::string> token_of(const net::Target& target);

/// The session that a request's token (in whatever parameter) is for. Errors: unauthenticated, gone.
base::Result<std::string> session_of_token(const Call& call, Scope scope, base::WallTime now);

/// The session of the path's {id}, if the caller's project owns it. Errors: not_found; those of the store.
Task<Result<SharedView>> find_owned(const Call& call, Core& core);

/// The connection becomes a CDP websocket of that session. One that an extension of the session's own browser
/// opens is marked as such.
net::Response cdp_response(const net::Request& request, Core& core, CdpTarget target);

/// A number of the query, or `otherwise` when it is not there. Errors: invalid_argument (no whole number, a
/// negative one, or more than `most`).
Result<std::int64_t> number_parameter(const net::Target& target, std::string_view name,
                                      std::int64_t otherwise,
                                      std::int64_t most = std::numeric_limits<std::int64_t>::max());

/// Done, and there is nothing to say about it: 204.
net::Response no_content();

/// A JSON answer.
net::Response json_response(unsigned status, const json::value& body);
/// Overloads, since an object or array that becomes a value is copied whole.
net::Response json_response(unsigned status, const json::object& body);
net::Response json_response(unsigned status, const json::array& body);

}  // namespace greenroom::api
