// A server and its clients in one loop, over real loopback sockets. Everything has a deadline.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/deadline.hpp"
#include "net/http_server.hpp"

namespace greenroom::net::loopback {

using Action = std::function<base::Task<Response>(Request)>;

/// Routes by path; everything else echoes method, path and body.
class Actions final : public HttpHandler {
 public:
  std::map<std::string, Action> on;
  std::map<std::string, base::Bytes> streamed;  ///< paths whose handlers read the body, and how much of it
  BodyRule body_rule(const Request& head) const override;
  base::Task<Response> handle(Request request) override;
  Response refuse(unsigned status, std::string_view why, const Target& target) override;
};

/// A raw client: bytes out, bytes in.
class Client {
 public:
  explicit Client(boost::asio::io_context& loop) : socket_(loop) {}

  base::Task<void> connect(std::uint16_t port);
  base::Task<void> write(std::string bytes);
  /// At least up to `mark`, which is included; what comes behind is kept. Fails the test when the peer
  /// closes.
  base::Task<std::string> read_until(std::string_view mark);
  base::Task<std::string> read_exactly(std::size_t count);
  /// Everything until the peer closes.
  base::Task<std::string> read_to_end();
  /// Head and body of one answer, by its content-length.
  base::Task<std::string> read_answer(bool has_body = true);
  void close();
  /// As a process that is killed with unread data: the peer sees a reset.
  void reset();
  boost::asio::ip::tcp::socket& socket() { return socket_; }

  // Websocket, by hand (RFC 6455 §5.2).
  struct Frame {
    unsigned opcode = 0;
    std::string payload;
    std::uint16_t close_code() const;
  };
  base::Task<void> upgrade(std::uint16_t port, std::string path, std::string fields = {});
  base::Task<void> send_frame(unsigned opcode, std::string payload);
  base::Task<void> send_close(std::uint16_t code, std::string reason = {});
  base::Task<Frame> read_frame();
  base::Task<void> expect_message(std::string payload);
  base::Task<void> expect_close(std::uint16_t code);
  base::Task<void> expect_ping();
  /// The peer closes, and sends nothing before.
  base::Task<void> expect_end();

 private:
  base::Task<bool> read_some();
  boost::asio::ip::tcp::socket socket_;
  std::string in_;
};

/// One server for one test.
class Loopback {
 public:
  explicit Loopback(ServerOptions options = {});
  ~Loopback();

  /// Runs the test's coroutine, then stops the server, all within 30 s.
  void run(const std::function<base::Task<void>()>& test);
  /// Waits until the variable has that value; fails the test after 10 s.
  base::Task<void> until(const bool& flag);
  base::Task<void> until(const int& count, int wanted);

  boost::asio::io_context loop{1};
  Actions actions;
  std::unique_ptr<HttpServer> server;
  std::uint16_t port() const { return server->port(); }
  /// What the server has logged.
  std::string log;
  std::chrono::milliseconds grace{200};

 private:
  class Sink;
  base::Task<void> run_and_stop(const std::function<base::Task<void>()>& test);
  std::unique_ptr<base::LogSink> sink_;
};

}  // namespace greenroom::net::loopback
