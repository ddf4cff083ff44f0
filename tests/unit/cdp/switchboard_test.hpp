// A switchboard on a scripted pipe, and clients on streams in memory.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "cdp/switchboard.hpp"
#include "tests/fakes/kept_lines.hpp"
#include "tests/fakes/memory_stream.hpp"
#include "tests/fakes/scripted_pipe.hpp"

namespace greenroom::cdp {

struct Client {
  std::unique_ptr<fakes::MemoryStream> server;  ///< what the switchboard serves
  std::unique_ptr<fakes::MemoryStream> own;
  std::vector<std::string> received;
  std::optional<net::CloseReason> closed;
  std::optional<base::Result<LineEnd>> end;  ///< once serve_client() returned
};

class SwitchboardTest : public testing::Test {
 protected:
  SwitchboardTest() {
    options.download_directory = "/downloads";
    options.call_deadline = std::chrono::milliseconds(60'000);
  }
  ~SwitchboardTest() override {
    pipe.hang_up();
    for (auto& client : clients) client->own->close({1001, {}});
    loop.restart();
    loop.run();
    EXPECT_TRUE(!switchboard || ended) << "run() ends when the pipe closes";
  }

  void start() {
    switchboard =
        Switchboard::make(loop.get_executor(), pipe, options, base::Logger(log, base::LogLevel::debug));
    spawn(run_switchboard());
  }
  void spawn(base::Task<void> task) {
    base::asio::co_spawn(loop, std::move(task), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    settle();
  }
  /// Until nothing more can happen without time or the test.
  void settle() {
    loop.restart();
    loop.poll();
  }
  base::Task<void> run_switchboard() {
    co_await switchboard->run();
    ended = true;
  }

  enum class Reads { yes, no };
  Client& connect(std::string target = {}, fakes::MemoryStreamOptions stream = {}, Reads reads = Reads::yes) {
    clients.push_back(std::make_unique<Client>());
    Client& client = *clients.back();
    auto pair = fakes::MemoryStream::make(loop.get_executor(), stream);
    client.server = std::move(pair.first);
    client.own = std::move(pair.second);
    spawn(serve(client, std::move(target)));
    if (reads == Reads::yes) spawn(read_all(client));
    return client;
  }
  base::Task<void> serve(Client& client, std::string target) {
    auto end = co_await switchboard->serve_client(*client.server, std::move(target));
    client.end.emplace(std::move(end));
  }
  base::Task<void> read_all(Client& client) {
    fakes::MemoryStream& stream = *client.own;
    for (;;) {
      const auto message = co_await stream.read();
      if (!message) break;
      client.received.emplace_back(*message);
    }
    client.closed = stream.close_reason();
  }
  void send(Client& client, std::string message) {
    client.own->send(std::move(message));
    settle();
  }
  void browser_says(std::string message) {
    pipe.say(std::move(message));
    settle();
  }
  base::Task<void> open(std::optional<base::Result<std::unique_ptr<Line>>>& into) {
    auto line = co_await switchboard->open_line();
    into.emplace(std::move(line));
  }
  std::unique_ptr<Line> open_line() {
    std::optional<base::Result<std::unique_ptr<Line>>> line;
    spawn(open(line));
    EXPECT_TRUE(line && *line);
    return std::move(**line);
  }

  base::asio::io_context loop{1};
  fakes::KeptLines log;
  fakes::ScriptedPipe pipe{loop.get_executor()};
  SwitchboardOptions options;
  std::unique_ptr<Switchboard> switchboard;
  std::vector<std::unique_ptr<Client>> clients;
  bool ended = false;
};

inline std::string attached(std::string_view outer, std::string_view session, bool paused) {
  return R"({"method":"Target.attachedToTarget","params":{"sessionId":")" + std::string(session) +
         R"(","targetInfo":{"targetId":"T","type":"page"},"waitingForDebugger":)" +
         (paused ? "true" : "false") + R"(},"sessionId":")" + std::string(outer) + "\"}";
}

}  // namespace greenroom::cdp
