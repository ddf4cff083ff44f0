// Listening, accepting, sweeping and stopping. One thread.
#include "net/http_server.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <list>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include "base/crypto.hpp"
#include "base/deadline.hpp"
#include "base/task_group.hpp"
#include "net/adopted_server.hpp"
#include "net/http_connection.hpp"

namespace greenroom::net {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using base::use_tuple;
using std::chrono::milliseconds;

// So many connections above the limit are told 503; beyond them a connection is closed without a word.
constexpr std::size_t told_over_limit = 64;
// When descriptors run out, accepting again at once would only spin.
constexpr milliseconds accept_pause{100};

std::uint64_t random_number() {
  const std::string bytes = base::random_bytes(sizeof(std::uint64_t));
  std::uint64_t number = 0;
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

// A deadline may be late by this much.
milliseconds sweep_interval(const ServerOptions& options) {
  const milliseconds shortest =
      std::min({options.header_deadline, options.body_deadline, options.idle_deadline, options.write_deadline,
                options.ping_interval});
  return std::clamp(shortest / 4, milliseconds{10}, milliseconds{250});
}

class Server final : public HttpServer {
 public:
  Server(tcp::acceptor acceptor, ServerOptions options, HttpHandler& handler, base::Logger log)
      : options_(std::move(options)),
        context_(options_, handler, std::move(log), random_number()),
        acceptor_(std::move(acceptor)),
        changed_(acceptor_.get_executor()),
        background_(acceptor_.get_executor()) {}

  // Whoever did not await stop() has coroutines left that refer to this.
  ~Server() override { assert(connections_.empty() && !is_accepting_ && background_.size() == 0); }

  std::uint16_t port() const override { return port_; }
  const ServerCounters& counters() const override { return context_.counters; }
  base::Task<void> run() override;
  base::Task<void> stop(milliseconds grace) override;

  void note_port() {
    boost::system::error_code ignored;
    port_ = acceptor_.local_endpoint(ignored).port();
  }

 private:
  void start(tcp::socket socket);
  base::Task<void> sweep();
  base::Task<void> until_no_connection();

  ServerOptions options_;
  ConnectionContext context_;
  tcp::acceptor acceptor_;
  base::Notifier changed_;  // a connection came or went, or run() ended
  std::list<HttpConnection> connections_;
  base::TaskGroup background_;
  std::uint16_t port_ = 0;
  bool is_accepting_ = false;
  bool is_stopping_ = false;
};

base::Task<void> Server::run() {
  co_await base::keep_running_when_cancelled();
  is_accepting_ = true;
  background_.spawn(sweep());
  while (!is_stopping_) {
    auto [error, socket] = co_await acceptor_.async_accept(use_tuple);
    if (!error) {
      start(std::move(socket));
      continue;
    }
    if (error == asio::error::operation_aborted || !acceptor_.is_open()) break;
    if (error == asio::error::connection_aborted) continue;
    context_.log.error("accept failed", {{"why", error.message()}});
    co_await base::sleep_for(accept_pause);
  }
  is_accepting_ = false;
  changed_.notify_all();
}

void Server::start(tcp::socket socket) {
  ++context_.counters.connections_accepted;
  if (connections_.size() >= options_.connection_limit + told_over_limit) return;
  const bool over_limit = connections_.size() >= options_.connection_limit;
  const auto connection = connections_.emplace(connections_.end(), std::move(socket), context_, over_limit);
  context_.counters.connections_open = connections_.size();
  auto done = [this, connection](std::exception_ptr failure) {
    if (failure) context_.log.error("connection failed", {{"why", "an exception outside of its handler"}});
    connections_.erase(connection);
    context_.counters.connections_open = connections_.size();
    changed_.notify_all();
  };
  const asio::cancellation_slot slot = connection->slot();
  asio::co_spawn(acceptor_.get_executor(), connection->run(),
                 asio::bind_cancellation_slot(slot, std::move(done)));
  if (connections_.size() == 1) changed_.notify_all();
}

// One timer for all connections, and none while there is no connection.
base::Task<void> Server::sweep() {
  co_await base::keep_running_when_cancelled();
  const milliseconds interval = sweep_interval(options_);
  for (;;) {
    if (connections_.empty()) {
      co_await changed_.wait();
    } else {
      co_await base::sleep_for(interval);
    }
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
    const auto now = std::chrono::steady_clock::now();
    for (HttpConnection& connection : connections_) connection.sweep(now);
  }
}

base::Task<void> Server::until_no_connection() {
  co_await base::keep_running_when_cancelled();
  while (!connections_.empty()) {
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none) co_return;
    co_await changed_.wait();
  }
}

base::Task<void> Server::stop(milliseconds grace) {
  co_await base::disable_cancellation();
  is_stopping_ = true;
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (HttpConnection& connection : connections_) connection.drain();
  const bool all_finished = co_await base::finishes_within(until_no_connection(), grace);
  if (!all_finished) {
    for (HttpConnection& connection : connections_) connection.cut();
    while (!connections_.empty()) co_await changed_.wait();
  }
  while (is_accepting_) co_await changed_.wait();
  background_.stop();
  co_await background_.join();
}

}  // namespace

base::Result<std::unique_ptr<HttpServer>> HttpServer::listen(const base::Executor& executor,
                                                             ServerOptions options, HttpHandler& handler,
                                                             base::Logger log) {
  boost::system::error_code error;
  const asio::ip::address address = asio::ip::make_address(options.address, error);
  if (error) {
    return base::Error{base::errc::invalid_argument, "'" + options.address + "' is not an IP address"};
  }
  const tcp::endpoint endpoint(address, options.port);
  tcp::acceptor acceptor(executor);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error == asio::error::address_in_use) return base::Error{base::errc::io, "address in use"};
  if (error) return base::errno_error("listen on " + options.address, error.value());
  auto server = std::make_unique<Server>(std::move(acceptor), std::move(options), handler, std::move(log));
  server->note_port();
  return std::unique_ptr<HttpServer>(std::move(server));
}

base::Result<std::unique_ptr<HttpServer>> adopt_server(base::UniqueFd listening,
                                                       const base::Executor& executor, ServerOptions options,
                                                       HttpHandler& handler, base::Logger log) {
  tcp::acceptor acceptor(executor);
  boost::system::error_code error;
  acceptor.assign(tcp::v4(), listening.value(), error);
  if (error) return base::errno_error("serve a socket", error.value());
  (void)listening.release();
  auto server = std::make_unique<Server>(std::move(acceptor), std::move(options), handler, std::move(log));
  server->note_port();
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace greenroom::net
