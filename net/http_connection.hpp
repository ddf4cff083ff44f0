// One client's connection: requests one after another, their answers, and at last perhaps a websocket.
#pragma once

#include <array>
#include <exception>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/clock.hpp"
#include "base/task_group.hpp"
#include "net/http_server.hpp"
#include "net/request_parser.hpp"
#include "net/websocket.hpp"

namespace greenroom::net {

/// What all connections of one server share. Outlives them.
struct ConnectionContext {
  ConnectionContext(const ServerOptions& limits, HttpHandler& answers, base::Logger logger,
                    std::uint64_t start)
      : options(limits), handler(answers), log(std::move(logger)), next_request(start) {}

  const ServerOptions& options;
  HttpHandler& handler;
  base::Logger log;
  ServerCounters counters;
  std::uint64_t next_request;  ///< starts at random

  /// "Sun, 03 May 2026 12:53:37 GMT", made once a second.
  const std::string& date();
  /// Sixteen hexadecimal digits, unique for the server's life.
  std::string make_request_id();

 private:
  std::int64_t date_second_ = -1;
  std::string date_;
};

/// The words of an exception, for the log.
std::string what_happened(const std::exception_ptr& failure);

/// Deadlines are not timers of their own: sweep(), called a few times a second for every connection, ends
/// what has waited too long. A request that is answered at once so costs one read and one write, and nothing
/// else.
class HttpConnection {
 public:
  /// `over_limit`: answer 503 and close.
  HttpConnection(boost::asio::ip::tcp::socket socket, ConnectionContext& context, bool over_limit);
  HttpConnection(const HttpConnection&) = delete;
  HttpConnection& operator=(const HttpConnection&) = delete;

  /// Until the connection is closed. Spawned by the server with slot(). Never throws on a good day.
  base::Task<void> run();
  boost::asio::cancellation_slot slot() { return cancel_.slot(); }

  void sweep(base::SteadyTime now);
  /// Closes when idle, else after the answer that is under way. A websocket goes on.
  void drain();
  /// Cancels the handler and closes the socket; run() ends as soon as the handler has unwound.
  void cut();

 private:
  enum class Phase { idle, head, body, handling, writing, lingering, websocket };

  /// What is kept of a request while the handler has it.
  struct Exchange {
    std::string id;
    Target target;      // only for refusals
    Fields conditions;  // Range and its like
    std::string ws_key;
    std::string ws_protocol;
    bool is_head = false;
    bool wants_websocket = false;
  };

  void enter(Phase phase);
  base::Task<bool> read_request();
  base::Task<bool> read_more();
  base::Task<void> offer_continue();
  void make_room();
  class Incoming;
  BodyReader* take_incoming(std::string early);
  bool is_receiving() const;
  base::Task<base::Result<std::string>> receive();

  Request take_request();
  base::Task<void> answer_request();
  base::Task<bool> call_handler(Request& request, Response& response);
  bool client_is_gone();
  base::Task<void> watch();
  base::Task<void> end_watch();

  base::Task<void> refuse(unsigned status, std::string_view why);
  class Chunks;
  base::Task<bool> send(const Response& response);
  base::Task<bool> send_stream(const Response& response);
  base::Task<bool> run_stream(const Response& response);
  base::Task<bool> send_file(Response& response);
  base::Task<bool> copy_file(int fd, std::uint64_t offset, std::uint64_t count);
  base::Task<bool> write(std::string_view head, std::string_view body);
  base::Task<bool> wait_writable();
  base::Task<void> linger();
  base::Task<void> run_websocket(Response response);
  base::Task<void> serve_websocket(const Response& response);

  boost::asio::ip::tcp::socket socket_;
  ConnectionContext& context_;
  boost::asio::cancellation_signal cancel_;
  RequestParser parser_;
  std::string remote_address_;
  std::string in_;  // bytes [begin_, end_) are read and not yet used
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::string out_;
  Exchange exchange_;
  std::unique_ptr<BodyReader> incoming_;  // of a request whose handler reads the body
  std::optional<base::TaskGroup> watcher_;
  std::shared_ptr<Websocket> websocket_;
  base::SteadyTime since_;     // of the phase
  base::SteadyTime deadline_;  // of the phase
  Phase phase_ = Phase::idle;
  bool over_limit_ = false;
  bool keep_alive_ = true;
  bool draining_ = false;
  bool timed_out_ = false;
  bool hung_up_ = false;
  bool cut_ = false;
  bool continue_offered_ = false;
};

}  // namespace greenroom::net
