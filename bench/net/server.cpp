// A server for measuring net/ alone: `bench_net [port]` answers GET / with a small JSON body, /slow after a
// turn of the loop, and echoes websocket messages on /echo: for wrk and echo.mjs.
#include <cstdlib>
#include <iostream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "net/http_server.hpp"

namespace {

using namespace greenroom;

class Answers final : public net::HttpHandler {
 public:
  base::Task<net::Response> handle(net::Request request) override {
    if (request.target.path == "/echo") {
      net::Response response;
      response.status = 101;
      response.on_websocket = [](std::unique_ptr<net::MessageStream> stream) -> base::Task<void> {
        for (;;) {
          auto message = co_await stream->read();
          if (!message) co_return;
          stream->send(std::string(*message));
        }
      };
      co_return response;
    }
    if (request.target.path == "/slow") co_await base::asio::post(base::use_tuple);
    co_return net::text_response(200, "application/json",
                                 R"({"id":"5f0c1d2e","status":"RUNNING","region":"local"})");
  }
  net::Response refuse(unsigned status, std::string_view why, const net::Target&) override {
    return net::text_response(status, "text/plain", std::string(why));
  }
};

}  // namespace

int main(int argc, char** argv) {
  base::asio::io_context loop{1};
  base::StderrSink sink;
  Answers answers;
  net::ServerOptions options;
  options.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(argv[1]) : 0);
  auto server = net::HttpServer::listen(loop.get_executor(), options, answers,
                                        base::Logger(sink, base::LogLevel::info));
  if (!server) {
    std::cerr << server.error().message() << '\n';
    return 1;
  }
  std::cout << (*server)->port() << std::endl;
  base::asio::co_spawn(loop, (*server)->run(), [](std::exception_ptr) {});
  loop.run();
}
