#include "net/egress_dial.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/udp.hpp>

#include "base/deadline.hpp"
#include "net/proxy_hello.hpp"
#include "net/socks.hpp"

namespace greenroom::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::errc;
using base::Error;
using base::Result;
using base::Task;
using base::use_tuple;

namespace {
using Judge = std::function<EgressVerdict(const IpAddress& address, bool is_own)>;

/// One of this machine's addresses, also a public one: behind it are services that a firewall hides from
/// everybody else. Only those can be bound to.
bool is_own_address(const base::Executor& executor, const IpAddress& address) {
  const asio::ip::udp::endpoint endpoint(address, 0);
  asio::ip::udp::socket socket(executor);
  boost::system::error_code error;
  socket.open(endpoint.protocol(), error);
  if (!error) socket.bind(endpoint, error);
  return !error;
}

/// All of a name's addresses, or an address itself.
Task<Result<IpAddresses>> addresses_of(EgressContext& context, const Host& host) {
  if (host.address) co_return IpAddresses{*host.address};
  if (host.is_localhost())
    co_return IpAddresses{asio::ip::address_v4::loopback(), asio::ip::address_v6::loopback()};
  co_return co_await context.resolver.resolve(host.name);
}

using Socket = std::unique_ptr<tcp::socket>;

Task<Result<Socket>> connect(IpAddress address, std::uint16_t port) {
  auto socket = std::make_unique<tcp::socket>(co_await asio::this_coro::executor);
  auto [error] = co_await socket->async_connect(tcp::endpoint(address, port), use_tuple);
  if (error == asio::error::connection_refused) co_return Error{errc::closed, "connection refused"};
  if (error) co_return Error{errc::unavailable, error.message()};
  co_return std::move(socket);
}

struct Reached {
  Socket socket;
  EgressVerdict verdict = EgressVerdict::allowed;
};

/// Every address is judged before any is connected to: a name with a bad one among them is not reached at
/// all.
Task<Result<Reached>> reach(EgressContext& context, const Host& host, std::uint16_t port,
                            const Judge& judge) {
  const base::Executor executor = co_await asio::this_coro::executor;
  auto addresses = co_await addresses_of(context, host);
  // Whatever kept the name from being looked up: without an address there is no host.
  if (!addresses) co_return Error{errc::not_found, addresses.error().detail};
  Reached reached;
  for (const IpAddress& address : *addresses) {
    const bool is_own = is_own_address(executor, address);
    reached.verdict = judge(address, is_own);
    // Another browser's way out, which would take us for that browser.
    if (is_own && context.ports.contains(port)) reached.verdict = EgressVerdict::unusable_address;
    if (reached.verdict != EgressVerdict::allowed) co_return std::move(reached);
  }
  Error failure;
  for (std::size_t i = 0; i < addresses->size(); ++i) {
    const bool is_last = i + 1 == addresses->size();
    const auto limit = is_last ? context.limits.connect : context.limits.address;
    auto socket = co_await base::with_deadline(connect((*addresses)[i], port), limit, "connecting");
    if (socket) {
      reached.socket = std::move(*socket);
      co_return std::move(reached);
    }
    failure = socket.error();
  }
  co_return failure;
}

/// Reads until `parse` has found the end of an answer; what came behind it stays in `bytes`.
template <class Parse>
Task<Result<void>> read_answer(ProxyWire& wire, std::string& bytes, Parse parse) {
  for (;;) {
    auto size = parse(std::string_view(bytes));
    if (!size) co_return size.error();
    if (*size) {
      bytes.erase(0, **size);
      co_return Result<void>();
    }
    char piece[2048];
    const std::size_t count = co_await wire.read(piece, sizeof piece);
    if (count == 0) co_return Error{errc::closed, "the proxy has hung up"};
    bytes.append(piece, count);
  }
}

/// Two bytes, of which the second says which way, or how it went.
base::Result<std::optional<std::size_t>> pair_size(std::string_view bytes) {
  return bytes.size() < 2 ? std::optional<std::size_t>() : std::optional<std::size_t>(2);
}

Task<Result<void>> say_socks(ProxyWire& wire, const Upstream& upstream, const Host& host, std::uint16_t port,
                             std::string& bytes) {
  const Error gone{errc::closed, "the proxy has hung up"};
  const bool has_password = !upstream.username.empty() || !upstream.password.empty();
  bool written = co_await wire.write(socks::greeting(has_password));
  if (!written) co_return gone;
  char method = '\xff';
  auto take_method = [&method](std::string_view said) {
    if (said.size() >= 2) method = said[1];
    return pair_size(said);
  };
  auto answered = co_await read_answer(wire, bytes, take_method);
  if (!answered) co_return answered.error();
  if (method == 2 && has_password) {
    written = co_await wire.write(socks::password(upstream.username, upstream.password));
    if (!written) co_return gone;
    answered = co_await read_answer(wire, bytes, take_method);
    if (!answered) co_return answered.error();
    if (method != 0) co_return Error{errc::unauthenticated, "the proxy wants other credentials"};
  } else if (method != 0) {
    co_return Error{errc::unauthenticated, "the proxy wants credentials"};
  }
  socks::Request request;
  request.host = host.name;
  request.port = port;
  written = co_await wire.write(socks::connect(request));
  if (!written) co_return gone;
  auto parse = [](std::string_view said) { return socks::parse_answer(said); };
  co_return co_await read_answer(wire, bytes, parse);
}

Task<Result<void>> say_http(ProxyWire& wire, const Upstream& upstream, const Host& host, std::uint16_t port,
                            std::string& bytes) {
  const bool written = co_await wire.write(connect_head(upstream, host, port));
  if (!written) co_return Error{errc::closed, "the proxy has hung up"};
  auto parse = [](std::string_view said) { return parse_connect_answer(said); };
  co_return co_await read_answer(wire, bytes, parse);
}

Task<Result<std::unique_ptr<ProxyWire>>> wire_to(EgressContext& context, const Upstream& upstream,
                                                 Socket socket) {
  if (upstream.kind == Upstream::Kind::https)
    co_return co_await make_tls_wire(std::move(*socket), context.trust, upstream.host);
  co_return make_tcp_wire(std::move(*socket));
}

Task<Result<Dialled>> dial_upstream(EgressContext& context, const Upstream& upstream, const Host& host,
                                    std::uint16_t port) {
  const auto proxy = Host::read(upstream.host);
  const Judge judge = [&](const IpAddress& address, bool is_own) {
    return EgressDecision::judge_upstream(context.rules, upstream, address, is_own);
  };
  auto reached = co_await reach(context, *proxy, upstream.port, judge);
  if (!reached) co_return reached.error();
  Dialled dialled;
  dialled.verdict = reached->verdict;
  if (!reached->socket) co_return std::move(dialled);
  auto wire = co_await wire_to(context, upstream, std::move(reached->socket));
  if (!wire) co_return wire.error();
  Result<void> said;
  if (upstream.kind == Upstream::Kind::socks5)
    said = co_await say_socks(**wire, upstream, host, port, dialled.early);
  else
    said = co_await say_http(**wire, upstream, host, port, dialled.early);
  if (!said) co_return said.error();
  dialled.wire = std::move(*wire);
  co_return std::move(dialled);
}

Task<SocketResult> connect_judged(EgressContext& context, const Host& host, std::uint16_t port,
                                  const Judge& judge) {
  auto reached = co_await reach(context, host, port, judge);
  if (!reached) co_return reached.error();
  if (!reached->socket) co_return Error{errc::forbidden, std::string(words(reached->verdict))};
  co_return std::move(reached->socket);
}
}  // namespace

Task<Result<Dialled>> dial(EgressContext& context, const EgressDecision& decision, const Host& host,
                           std::uint16_t port) {
  if (decision.upstream() != nullptr)
    co_return co_await dial_upstream(context, *decision.upstream(), host, port);
  const Judge judge = [&](const IpAddress& address, bool is_own) { return decision.judge(address, is_own); };
  auto reached = co_await reach(context, host, port, judge);
  if (!reached) co_return reached.error();
  Dialled dialled;
  dialled.verdict = reached->verdict;
  if (reached->socket) dialled.wire = make_tcp_wire(std::move(*reached->socket));
  co_return std::move(dialled);
}

Task<SocketResult> connect_as_pages_may(EgressContext& context, std::string name, std::uint16_t port) {
  const auto host = Host::read(name);
  if (!host || host->is_nobodys()) co_return Error{errc::not_found, "nobody has that name"};
  const EgressWishes wishes;
  const EgressDecision decision(context.rules, wishes, *host, port);
  if (decision.verdict() != EgressVerdict::allowed)
    co_return Error{errc::forbidden, std::string(words(decision.verdict()))};
  const Judge judge = [&](const IpAddress& address, bool is_own) { return decision.judge(address, is_own); };
  co_return co_await connect_judged(context, *host, port, judge);
}

Task<SocketResult> connect_anywhere(EgressContext& context, std::string name, std::uint16_t port) {
  const auto host = Host::read(name);
  if (!host) co_return Error{errc::not_found, "nobody has that name"};
  const Judge judge = [](const IpAddress&, bool) { return EgressVerdict::allowed; };
  co_return co_await connect_judged(context, *host, port, judge);
}

}  // namespace greenroom::net
