#include "net/egress_rules.hpp"

#include <charconv>

#include "net/ascii.hpp"

namespace greenroom::net {

using base::errc;
using base::Error;

namespace {
constexpr std::size_t longest_credential = 255;  // bytes; RFC 1929 §2

EgressVerdict judge_reach(Reach reach, bool may_be_private) {
  switch (reach) {
    case Reach::open:
      return EgressVerdict::allowed;
    case Reach::own_machine:
    case Reach::private_network:
      return may_be_private ? EgressVerdict::allowed : EgressVerdict::private_address;
    case Reach::metadata:
      return EgressVerdict::metadata_address;
    case Reach::unusable:
      return EgressVerdict::unusable_address;
  }
  return EgressVerdict::unusable_address;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    if (text[i] == '%' && i + 2 < text.size()) {
      const auto [end, error] = std::from_chars(&text[i + 1], &text[i + 1] + 2, byte, 16);
      if (error == std::errc() && end == &text[i + 1] + 2) {
        out += static_cast<char>(byte);
        i += 2;
        continue;
      }
    }
    out += text[i];
  }
  return out;
}

/// Takes the scheme off.
std::optional<Upstream::Kind> take_kind(std::string_view& url) {
  const std::size_t end = url.find("://");
  if (end == url.npos) return Upstream::Kind::http;
  const std::string_view scheme = url.substr(0, end);
  url.remove_prefix(end + 3);
  if (equal_ignoring_case(scheme, "http")) return Upstream::Kind::http;
  if (equal_ignoring_case(scheme, "https")) return Upstream::Kind::https;
  // Names are always resolved by the proxy, which is what the second spelling asks for.
  if (equal_ignoring_case(scheme, "socks5") || equal_ignoring_case(scheme, "socks5h"))
    return Upstream::Kind::socks5;
  return std::nullopt;
}

std::uint16_t usual_port(Upstream::Kind kind) {
  if (kind == Upstream::Kind::socks5) return 1080;
  return kind == Upstream::Kind::https ? 443 : 80;
}

bool is_credential(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return false;
  return text.size() <= longest_credential;
}
}  // namespace

base::Result<Upstream> parse_upstream(std::string_view url, std::string username, std::string password) {
  const Error no_proxy{errc::invalid_argument,
                       "a proxy's server must be http://host:port, https://host:port or socks5://host:port"};
  Upstream upstream;
  const auto kind = take_kind(url);
  if (!kind) return no_proxy;
  upstream.kind = *kind;
  url = url.substr(0, url.find_first_of("/?#"));
  if (const std::size_t at = url.rfind('@'); at != url.npos) {
    const std::string_view said = url.substr(0, at);
    url.remove_prefix(at + 1);
    const std::size_t colon = said.find(':');
    if (username.empty() && password.empty()) {
      username = percent_decoded(said.substr(0, colon));
      if (colon != said.npos) password = percent_decoded(said.substr(colon + 1));
    }
  }
  upstream.port = usual_port(upstream.kind);
  const std::size_t colon = url.rfind(':');
  if (colon != url.npos && url.find(']', colon) == url.npos) {
    const std::string_view port = url.substr(colon + 1);
    const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), upstream.port);
    if (error != std::errc() || end != port.data() + port.size() || upstream.port == 0) return no_proxy;
    url = url.substr(0, colon);
  }
  const auto host = Host::read(url);
  if (!host) return no_proxy;
  upstream.host = host->name;
  if (!is_credential(username) || !is_credential(password))
    return Error{errc::invalid_argument, "a proxy's user name and password have at most 255 bytes each"};
  // RFC 7617 §2: the first colon ends the name.
  if (upstream.kind != Upstream::Kind::socks5 && username.find(':') != std::string::npos)
    return Error{errc::invalid_argument, "a proxy's user name must not contain a colon"};
  upstream.username = std::move(username);
  upstream.password = std::move(password);
  return upstream;
}

std::string_view words(EgressVerdict verdict) {
  switch (verdict) {
    case EgressVerdict::allowed:
      return "";
    case EgressVerdict::denied_by_operator:
      return "denied by this server";
    case EgressVerdict::denied_by_session:
      return "denied by the session";
    case EgressVerdict::blocked_ad:
      return "blocked as an advertisement";
    case EgressVerdict::private_address:
      return "a private address";
    case EgressVerdict::metadata_address:
      return "a metadata address";
    case EgressVerdict::unusable_address:
      return "an address of no single machine";
  }
  return "";
}

EgressDecision::EgressDecision(const EgressRules& rules, const EgressWishes& wishes, const Host& host,
                               std::uint16_t port)
    : rules_(rules), wishes_(wishes), host_(host), port_(port), verdict_(by_name()) {}

/// The daemon's own API: an extension in the browser calls home whatever the session's proxies are.
bool EgressDecision::is_own_service() const {
  if (port_ == rules_.own_host_port && !rules_.own_host.empty() && host_.name == rules_.own_host) return true;
  if (port_ != rules_.own_port || rules_.own_port == 0) return false;
  return host_.address ? reach_of(*host_.address) == Reach::own_machine : host_.is_localhost();
}

EgressVerdict EgressDecision::by_name() {
  is_own_service_ = is_own_service();
  if (is_own_service_) return EgressVerdict::allowed;
  if (any_fits(rules_.deny, host_)) return EgressVerdict::denied_by_operator;
  if (any_fits(wishes_.denied, host_)) return EgressVerdict::denied_by_session;
  may_be_private_ = rules_.allow_private || any_fits(rules_.allow, host_);
  for (const EgressRoute& route : wishes_.routes) {
    if (route.hosts && !route.hosts->fits(host_)) continue;
    upstream_ = route.upstream ? &*route.upstream : nullptr;
    break;
  }
  is_allowed_by_name_ =
      (wishes_.allowed.empty() && !wishes_.only_allowed) || any_fits(wishes_.allowed, host_);
  bool has_networks = false;
  for (const HostPattern& pattern : wishes_.allowed) has_networks = has_networks || pattern.is_network();
  // A name may still lead into a network that is allowed, if it is resolved here.
  if (!is_allowed_by_name_ && (!has_networks || upstream_ != nullptr || host_.address))
    return EgressVerdict::denied_by_session;
  if (wishes_.ads && wishes_.ads->has(host_)) return EgressVerdict::blocked_ad;
  if (upstream_ == nullptr) return EgressVerdict::allowed;
  // The proxy resolves names; what says itself where it leads is held to the rules all the same.
  if (host_.address) return judge(*host_.address, false);
  return judge_reach(host_.is_localhost() ? Reach::own_machine : Reach::open, may_be_private_);
}

EgressVerdict EgressDecision::judge(const IpAddress& address, bool is_own) const {
  if (is_own_service_) return EgressVerdict::allowed;
  if (any_fits(rules_.deny, address)) return EgressVerdict::denied_by_operator;
  if (any_fits(wishes_.denied, address)) return EgressVerdict::denied_by_session;
  if (!is_allowed_by_name_ && !any_fits(wishes_.allowed, address)) return EgressVerdict::denied_by_session;
  if (any_fits(rules_.allow, address)) return EgressVerdict::allowed;
  Reach reach = reach_of(address);
  if (is_own && reach == Reach::open) reach = Reach::own_machine;
  if (is_own && reach != Reach::metadata && port_ == rules_.own_port && port_ != 0)
    return EgressVerdict::allowed;
  return judge_reach(reach, may_be_private_);
}

EgressVerdict EgressDecision::judge_upstream(const EgressRules& rules, const Upstream& upstream,
                                             const IpAddress& address, bool is_own) {
  if (upstream.is_operators || any_fits(rules.allow, address)) return EgressVerdict::allowed;
  if (any_fits(rules.deny, address)) return EgressVerdict::denied_by_operator;
  Reach reach = reach_of(address);
  if (is_own && reach == Reach::open) reach = Reach::own_machine;
  const auto host = Host::read(upstream.host);
  return judge_reach(reach, rules.allow_private || (host && any_fits(rules.allow, *host)));
}

}  // namespace greenroom::net
