#include "net/egress_proxy.hpp"

#include <algorithm>

#include "base/deadline.hpp"
#include "base/event.hpp"
#include "net/egress_dial.hpp"
#include "net/peer_user.hpp"
#include "net/socks.hpp"
#include "net/wire.hpp"

namespace greenroom::net {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::errc;
using base::Error;
using base::Result;
using base::Task;
using base::use_tuple;

namespace {
/// When descriptors run out, accepting again at once would only spin.
constexpr std::chrono::milliseconds accept_pause{100};
/// Kinds of refusals that are told; a page can think of names without end.
constexpr std::size_t most_noted = 200;
/// Where Chromium's own requests are sent (browser/switches): no page's failure.
constexpr std::string_view browsers_own = "greenroom.invalid";
constexpr std::size_t smallest_buffer = 16 * 1024, largest_buffer = 256 * 1024;  // bytes

socks::Reply reply_to(const Error& error) {
  switch (error.code) {
    case errc::not_found:
      return socks::Reply::host_unreachable;
    case errc::closed:
      return socks::Reply::refused;
    case errc::timed_out:
      return socks::Reply::ttl_expired;
    default:
      return socks::Reply::failed;
  }
}

EgressFailure failure_of(const Error& error, bool is_proxied) {
  const bool is_proxys = error.code == errc::unauthenticated || error.code == errc::protocol;
  if (is_proxied) return is_proxys ? EgressFailure::proxy_refused : EgressFailure::no_proxy;
  switch (error.code) {
    case errc::not_found:
      return EgressFailure::no_such_name;
    case errc::closed:
      return EgressFailure::refused;
    case errc::timed_out:
      return EgressFailure::timed_out;
    default:
      return EgressFailure::unreachable;
  }
}

EgressFailure failure_of(EgressVerdict verdict) {
  return verdict == EgressVerdict::blocked_ad ? EgressFailure::advertisement : EgressFailure::forbidden;
}

struct Meter {
  std::uint64_t& all;
  std::uint64_t* proxied;  // nullptr: straight to the network
  void add(std::size_t count) {
    all += count;
    if (proxied != nullptr) *proxied += count;
  }
};

/// Copies until the source ends or the sink does not take any more. A large transfer gets a large buffer.
Task<void> copy(ProxyWire& from, ProxyWire& to, Meter meter) {
  std::string buffer(smallest_buffer, '\0');
  for (;;) {
    const std::size_t count = co_await from.read(buffer.data(), buffer.size());
    if (count == 0) co_return;
    meter.add(count);
    const bool written = co_await to.write(std::string_view(buffer.data(), count));
    if (!written) co_return;
    if (count == buffer.size() && count < largest_buffer) buffer.resize(std::min(2 * count, largest_buffer));
  }
}
}  // namespace

/// One request of the browser's, from its first byte to the tunnel's end.
class EgressProxy::Connection {
 public:
  Connection(EgressProxy& proxy, tcp::socket socket)
      : proxy_(proxy), browser_(make_tcp_wire(std::move(socket))), one_ended_(proxy.executor_) {}

  Task<void> run();

 private:
  Task<Result<socks::Request>> read_request();
  Task<Result<Dialled>> open(const Host& host, std::uint16_t port);
  Task<void> tunnel(Dialled outside);
  Task<void> one_way(ProxyWire& from, ProxyWire& to);
  template <class T, class Parse>
  Task<Result<T>> read(Parse parse);

  EgressProxy& proxy_;
  std::shared_ptr<const EgressWishes> wishes_ = proxy_.wishes_;  // of the moment when it began
  std::unique_ptr<ProxyWire> browser_;
  std::string in_;  // read and not yet used
  bool is_proxied_ = false;
  int ways_ = 2;  // directions that are still open
  base::Notifier one_ended_;
};

template <class T, class Parse>
Task<Result<T>> EgressProxy::Connection::read(Parse parse) {
  for (;;) {
    auto parsed = parse(std::string_view(in_));
    if (!parsed) co_return parsed.error();
    if (*parsed) {
      in_.erase(0, (*parsed)->size);
      co_return std::move((*parsed)->value);
    }
    char piece[1024];
    const std::size_t count = co_await browser_->read(piece, sizeof piece);
    if (count == 0) co_return Error{errc::closed, "hung up"};
    in_.append(piece, count);
  }
}

Task<Result<socks::Request>> EgressProxy::Connection::read_request() {
  const Error gone{errc::closed, "hung up"};
  const auto plain = co_await read<bool>(socks::parse_greeting);
  if (!plain) co_return plain.error();
  bool written = co_await browser_->write(socks::choose_method(*plain));
  if (!written || !*plain) co_return gone;
  auto request = co_await read<socks::Request>(socks::parse_request);
  if (!request && request.error().code == errc::unsupported)
    written = co_await browser_->write(socks::answer(socks::Reply::unknown_command));
  co_return request;
}

Task<Result<Dialled>> EgressProxy::Connection::open(const Host& host, std::uint16_t port) {
  // Nor is anybody told: the browser's own requests are sent there (browser/switches).
  if (host.is_nobodys()) co_return Error{errc::not_found, "nobody has that name"};
  const EgressDecision decision(proxy_.context_.rules, *wishes_, host, port);
  if (decision.verdict() != EgressVerdict::allowed) {
    Dialled refused;
    refused.verdict = decision.verdict();
    co_return std::move(refused);
  }
  is_proxied_ = decision.upstream() != nullptr;
  co_return co_await base::with_deadline(dial(proxy_.context_, decision, host, port),
                                         proxy_.context_.limits.connect, "connecting");
}

Task<void> EgressProxy::Connection::run() {
  co_await base::keep_running_when_cancelled();
  const auto request =
      co_await base::with_deadline(read_request(), proxy_.context_.limits.hello, "a proxy's client");
  if (!request) co_return;
  const auto host = Host::read(request->host);
  socks::Reply reply = socks::Reply::not_allowed;
  if (host) {
    auto dialled = co_await open(*host, request->port);
    if (dialled && dialled->wire) {
      ++proxy_.context_.counters.connections;
      co_await tunnel(std::move(*dialled));
      co_return;
    }
    if (dialled) {
      ++proxy_.context_.counters.refused;
      proxy_.last_failure_ = failure_of(dialled->verdict);
      proxy_.note(*host, request->port, words(dialled->verdict));
    } else {
      ++proxy_.context_.counters.failed;
      reply = reply_to(dialled.error());
      if (host->name != browsers_own) proxy_.last_failure_ = failure_of(dialled.error(), is_proxied_);
      // That a host is not there is for the page to see; that its proxy fails it, for whoever chose that.
      if (is_proxied_) proxy_.note(*host, request->port, "the proxy: " + dialled.error().message());
    }
  }
  (void)co_await browser_->write(socks::answer(reply));
}

Task<void> EgressProxy::Connection::one_way(ProxyWire& from, ProxyWire& to) {
  co_await base::keep_running_when_cancelled();
  const Meter meter{proxy_.context_.counters.bytes, is_proxied_ ? &proxy_.proxied_bytes_ : nullptr};
  co_await copy(from, to, meter);
  to.finish();
  --ways_;
  one_ended_.notify_all();
}

Task<void> EgressProxy::Connection::tunnel(Dialled outside) {
  const bool answered = co_await browser_->write(socks::answer(socks::Reply::succeeded) + outside.early);
  bool begun = answered;
  if (answered && !in_.empty()) begun = co_await outside.wire->write(in_);
  if (!begun || proxy_.is_stopping_) co_return;
  in_.clear();
  base::TaskGroup both(proxy_.executor_);
  both.spawn(one_way(*browser_, *outside.wire));
  both.spawn(one_way(*outside.wire, *browser_));
  if (ways_ == 2) co_await one_ended_.wait();
  // A server may take its time to say goodbye, but not for ever; browsers never end one direction alone.
  if (ways_ > 0 && !proxy_.is_stopping_)
    (void)co_await base::finishes_within(one_ended_.wait(), proxy_.context_.limits.linger);
  browser_->cut();
  outside.wire->cut();
  co_await both.join();
}

Result<std::unique_ptr<EgressProxy>> EgressProxy::open(const base::Executor& executor, EgressContext& context,
                                                       uid_t user) {
  std::unique_ptr<EgressProxy> proxy(new EgressProxy(executor, context, user));
  const tcp::endpoint endpoint(asio::ip::address_v4::loopback(), 0);
  boost::system::error_code error;
  proxy->acceptor_.open(endpoint.protocol(), error);
  if (!error) proxy->acceptor_.bind(endpoint, error);
  if (!error) proxy->acceptor_.listen(asio::socket_base::max_listen_connections, error);
  if (!error) proxy->port_ = proxy->acceptor_.local_endpoint(error).port();
  if (error) return base::errno_error("listening for a browser", error.value());
  context.ports.insert(proxy->port_);
  proxy->tasks_.spawn(proxy->accept());
  return proxy;
}

EgressProxy::EgressProxy(const base::Executor& executor, EgressContext& context, uid_t user)
    : executor_(executor),
      context_(context),
      user_(user),
      acceptor_(executor),
      wishes_(std::make_shared<const EgressWishes>()),
      tasks_(executor) {}

EgressProxy::~EgressProxy() { context_.ports.erase(port_); }

void EgressProxy::use(EgressWishes wishes) {
  wishes_ = std::make_shared<const EgressWishes>(std::move(wishes));
}

void EgressProxy::on_refusal(std::function<void(const EgressRefusal&)> action) {
  on_refusal_ = std::move(action);
}

Task<void> EgressProxy::accept() {
  co_await base::keep_running_when_cancelled();
  while (!is_stopping_) {
    auto [error, socket] = co_await acceptor_.async_accept(use_tuple);
    if (!error) {
      if (tasks_.size() <= context_.limits.connections && is_expected(socket))
        tasks_.spawn(serve(std::move(socket)));
      continue;
    }
    if (error == asio::error::operation_aborted || !acceptor_.is_open()) co_return;
    if (error == asio::error::connection_aborted) continue;
    context_.log.error("accept failed", {{"why", error.message()}});
    co_await base::sleep_for(accept_pause);
  }
}

/// The port is the browser's, not the machine's: whoever else connects to it is turned away. What the kernel
/// does not tell counts as somebody else.
bool EgressProxy::is_expected(const tcp::socket& socket) {
  boost::system::error_code error;
  const tcp::endpoint theirs = socket.remote_endpoint(error);
  if (error) return false;
  const auto owner = owner_of(theirs, socket.local_endpoint(error));
  if (owner == user_) return true;
  // A socket that was closed at once has no owner any more, and nothing to say.
  if (owner) {
    ++context_.counters.strangers;
    context_.log.warning("a stranger at a browser's port", {{"user", *owner}});
  }
  return false;
}

Task<void> EgressProxy::serve(tcp::socket socket) {
  Connection connection(*this, std::move(socket));
  co_await connection.run();
}

void EgressProxy::note(const Host& host, std::uint16_t port, std::string_view why) {
  context_.log.debug("no way out", {{"host", host.name}, {"port", port}, {"why", why}});
  if (noted_.size() >= most_noted || !noted_.emplace(host.name, why).second || !on_refusal_) return;
  EgressRefusal refusal;
  refusal.host = host.name;
  refusal.port = port;
  refusal.why = why;
  on_refusal_(refusal);
}

Task<void> EgressProxy::stop() {
  co_await base::disable_cancellation();
  is_stopping_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  tasks_.stop();
  co_await tasks_.join();
}

}  // namespace greenroom::net
