#include "api/gateway.hpp"

#include <algorithm>
#include <compare>

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/field_rules.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;

namespace {
/// The credential that a request carries for a dialect, or empty.
std::string_view credential(const net::Request& request, const Dialect& dialect) {
  std::string_view value = request.header(dialect.key_header);
  if (dialect.key_header == "authorization") {
    if (value.size() < 7 || (value.substr(0, 7) != "Bearer " && value.substr(0, 7) != "bearer ")) return {};
    value.remove_prefix(7);
  }
  return value;
}

/// How well a request at the root fits a dialect. Some share a header, and even the shape of a path; of those
/// the one whose pattern says more of the path is meant.
struct Claim {
  bool knows_path = false;  // be it with another verb
  bool has_credential = false;
  bool has_route = false;
  std::size_t literals = 0;
  auto operator<=>(const Claim&) const = default;
};

Claim claim_of(const net::Router::Outcome& route, bool has_credential) {
  Claim claim;
  claim.has_credential = has_credential;
  claim.has_route = route.match.has_value();
  claim.literals = route.match ? route.match->literals : 0;
  claim.knows_path = route.match || !route.allowed.empty();
  return claim;
}

/// Clients put a base address that ends with a slash before a path that begins with one.
void collapse_slashes(std::string& path) {
  path.erase(std::unique(path.begin(), path.end(), [](char a, char b) { return a == '/' && b == '/'; }),
             path.end());
}

bool is_root(const net::Target& target) { return target.path == "/" || target.path.empty(); }
}  // namespace

Gateway::Gateway(Core& core, const KeyRing& keys, const LinkSigner& signer, GatewayOptions options,
                 base::Logger log)
    : core_(core), keys_(keys), signer_(signer), options_(std::move(options)), log_(std::move(log)) {
  auto mount = [this](const Dialect& dialect) {
    Mounted mounted{&dialect, {}};
    for (std::size_t i = 0; i < dialect.routes.size(); ++i)
      mounted.router.add(dialect.routes[i].method, dialect.routes[i].pattern, i);
    mounted_.push_back(std::move(mounted));
  };
  mount(native());
  for (const Dialect* dialect : all_dialects()) mount(*dialect);
}

Gateway::Destination Gateway::destination(const net::Request& request) const {
  const std::string_view path = request.target.path;
  for (const Mounted& mounted : mounted_) {
    const std::string_view mount = mounted.dialect->mount;
    if (mount.empty() || !path.starts_with(mount)) continue;
    if (path.size() > mount.size() && path[mount.size()] != '/') continue;
    const std::string_view rest = path.size() == mount.size() ? "/" : path.substr(mount.size());
    return {&mounted, rest, mounted.router.find(request.method, rest)};
  }
  // At the root the daemon's own few paths come first, then the credential decides, then the path.
  const Mounted& own = mounted_.front();
  Destination best{&own, path, own.router.find(request.method, path)};
  if (best.route.match) return best;
  Claim most;
  for (const Mounted& mounted : mounted_) {
    if (&mounted == &own) continue;
    auto route = mounted.router.find(request.method, path);
    const Claim claim = claim_of(route, !credential(request, *mounted.dialect).empty());
    if (!(most < claim)) continue;
    most = claim;
    best = {&mounted, path, std::move(route)};
  }
  return best;
}

Call Gateway::make_call(const net::Request& request, const net::PathParameters& path, Caller caller) const {
  return Call{request,
              path,
              std::move(caller.project_id),
              base_url_of(request, options_.links),
              signer_,
              keys_,
              texts_,
              options_.link_lifetime,
              std::move(caller.key_id)};
}

net::BodyRule Gateway::body_rule(const net::Request& head) const {
  // Nearly every body is JSON, and read as a whole wherever it goes: finding its route twice would be waste.
  if (head.header("content-type").starts_with("application/json")) return {};
  net::Request request;
  request.method = head.method;
  request.target = head.target;
  request.headers = head.headers;
  collapse_slashes(request.target.path);
  const Destination to = destination(request);
  if (!to.route.match) return {};
  const Route& route = to.mounted->dialect->routes[to.route.match->route];
  net::BodyRule rule;
  rule.is_streamed = route.streamed.count > 0;
  if (rule.is_streamed) rule.limit = route.streamed;
  return rule;
}

bool Gateway::is_for_any_origin(const Destination& to) {
  return to.route.match && to.mounted->dialect->routes[to.route.match->route].access == Access::any_origin;
}

/// What a browser asks before a script of another origin may send a header of its own (Fetch, CORS protocol).
net::Response Gateway::preflight(const net::Request& request, const Destination& to) const {
  const Dialect& dialect = *to.mounted->dialect;
  const auto outcome = to.mounted->router.find(request.header("access-control-request-method"), to.path);
  if (!outcome.match || dialect.routes[outcome.match->route].access != Access::any_origin) {
    const Error refused{errc::forbidden, "scripts of other origins may not call this address"};
    return dialect.error(refused);
  }
  net::Response response;
  response.status = 204;
  response.headers.set("access-control-allow-origin", "*");
  response.headers.set("access-control-allow-methods", "GET, POST, OPTIONS");
  response.headers.set("access-control-allow-headers",
                       "authorization, content-type, range, " + std::string(dialect.key_header));
  response.headers.set("access-control-max-age", "600");
  return response;
}

base::Task<net::Response> Gateway::handle(net::Request request) {
  const auto began = std::chrono::steady_clock::now();
  collapse_slashes(request.target.path);
  const Destination to = destination(request);
  const Dialect& dialect = *to.mounted->dialect;
  net::Response response;
  if (!is_allowed_host(host_of(request, options_.links), options_.guard)) {
    const Error refused{errc::forbidden,
                        "this host name is not one of the daemon's: see server.allowed_hosts"};
    response = dialect.error(refused);
  } else if (request.method == "OPTIONS" && request.headers.find("access-control-request-method")) {
    response = preflight(request, to);
  } else if ((request.wants_websocket || request.method != "GET") && !is_for_any_origin(to) &&
             !is_allowed_origin(request, options_.guard)) {
    const Error refused{errc::forbidden,
                        "pages of this origin may not use the daemon: see server.allowed_origins"};
    response = dialect.error(refused);
  } else {
    response = co_await answer(request, to);
  }
  log_answer(request, dialect, response, began);
  co_return response;
}

base::Task<net::Response> Gateway::answer(const net::Request& request, const Destination& to) {
  const Dialect& dialect = *to.mounted->dialect;
  if (request.wants_websocket && to.path == "/") {
    // By the mount, or by whose parameters the address has.
    const Dialect* claimed = dialect.open_websocket != nullptr ? &dialect : nullptr;
    for (const Mounted& mounted : mounted_)
      if (claimed == nullptr && mounted.dialect->claims_websocket != nullptr &&
          mounted.dialect->claims_websocket(request))
        claimed = mounted.dialect;
    const Error nobody{errc::unauthenticated, "the address needs a session's token"};
    if (claimed == nullptr) co_return dialect.error(nobody);
    auto opened = co_await open_websocket(request, *claimed);
    co_return opened ? std::move(*opened) : claimed->error(opened.error());
  }
  if (!to.route.match) {
    const Error unknown{errc::not_found,
                        "Route " + request.method + ":" + std::string(to.path) + " not found"};
    co_return dialect.error(unknown);
  }
  const Route& route = dialect.routes[to.route.match->route];
  auto caller = caller_of(request, route, dialect);
  if (!caller) co_return dialect.error(caller.error());
  const Call call = make_call(request, to.route.match->parameters, std::move(*caller));
  auto handled = co_await route.handler(call, core_);
  net::Response response = handled ? std::move(*handled) : dialect.error(handled.error());
  if (route.access == Access::any_origin) response.headers.set("access-control-allow-origin", "*");
  co_return response;
}

base::Result<Gateway::Caller> Gateway::caller_of(const net::Request& request, const Route& route,
                                                 const Dialect& dialect) const {
  if (route.access != Access::key) return Caller{};
  const std::string_view presented = credential(request, dialect);
  if (const KnownKey* key = keys_.find(presented)) return Caller{key->project_id, key->id};
  if (&dialect == &native()) {
    // Numbers only: a monitor may be let in without a key.
    if (options_.open_metrics && route.pattern == "/metrics") return Caller{};
    if (signer_.verify(Scope::admin, presented, core_.now())) return Caller{};
  }
  if (!options_.project_without_key.empty()) return Caller{options_.project_without_key, std::string()};
  return Error{errc::unauthenticated, presented.empty() ? "no API key was sent" : "the API key is not known"};
}

base::Task<base::Result<net::Response>> Gateway::open_websocket(const net::Request& request,
                                                                const Dialect& dialect) {
  const net::PathParameters none;
  const Call call = make_call(request, none, {});
  auto target = co_await dialect.open_websocket(call, core_);
  if (!target) co_return target.error();
  co_return cdp_response(request, core_, std::move(*target));
}

net::Response Gateway::refuse(unsigned status, std::string_view why, const net::Target& target) {
  net::Request request;
  request.method = "GET";
  request.target = target;
  const Destination to = destination(request);
  const Dialect& dialect = *to.mounted->dialect;
  // A body that nobody would have looked at is not too large: what it is for is not served.
  const auto upload = to.mounted->router.find("POST", to.path);
  const bool is_served = !upload.match || dialect.routes[upload.match->route].handler != refuse_route;
  if (status == 413 && !is_served) return dialect.error(not_served("POST " + target.path));
  errc code = errc::invalid_argument;
  if (status == 413 || status == 431) code = errc::too_large;
  if (status == 408) code = errc::timed_out;
  if (status == 500) code = errc::internal;
  if (status == 503) code = errc::unavailable;
  const Error error{code, std::string(why)};
  net::Response response = dialect.error(error);
  response.status = status;
  return response;
}

void Gateway::log_answer(const net::Request& request, const Dialect& dialect, const net::Response& response,
                         std::chrono::steady_clock::time_point began) const {
  // 501 and 503 are answers, not faults: a viewer that waits for a picture gets the second four times a
  // second.
  const bool is_fault = response.status >= 500 && response.status != 501 && response.status != 503;
  if (!is_fault && !log_.enabled(base::LogLevel::debug)) return;
  const auto took =
      std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - began);
  // The path only: queries hold tokens and keys.
  const std::initializer_list<base::LogField> fields = {
      {"request", request.id},
      {"dialect", dialect.name},
      {"method", request.method},
      {"path", is_root(request.target) ? "/" : request.target.path.c_str()},
      {"status", response.status},
      {"microseconds", took.count()},
      {"remote", request.remote_address}};
  if (is_fault)
    log_.warning("request failed", fields);
  else
    log_.debug("request", fields);
}

}  // namespace greenroom::api
