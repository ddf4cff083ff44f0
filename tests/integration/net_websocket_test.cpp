// Websockets over real sockets.
#include <gtest/gtest.h>

#include "base/task_group.hpp"
#include "tests/integration/net_loopback.hpp"

namespace greenroom::net::loopback {
namespace {

using namespace std::chrono_literals;

// What the server's side saw at the end.
struct Seen {
  bool has_ended = false;
  base::errc error{};
  CloseReason reason;
};

Action echo(Seen& seen, WebsocketLimits limits = {}) {
  return [&seen, limits](Request request) -> base::Task<Response> {
    Response response;
    response.status = request.wants_websocket ? 101u : 400u;
    response.websocket_limits = limits;
    response.on_websocket = [&seen](std::unique_ptr<MessageStream> stream) -> base::Task<void> {
      for (;;) {
        auto message = co_await stream->read();
        if (!message) {
          seen.error = message.error().code;
          break;
        }
        stream->send(std::string(*message));
      }
      seen.reason = stream->close_reason();
      seen.has_ended = true;
    };
    co_return response;
  };
}

class NetWebsocket : public testing::Test {
 protected:
  explicit NetWebsocket(ServerOptions options = {}) : it(std::move(options)) {
    it.actions.on["/echo"] = echo(seen);
  }

  // `use` gets the stream for as long as it runs.
  void serve(const std::string& path, std::function<base::Task<void>(MessageStream&)> use,
             WebsocketLimits limits = {}) {
    it.actions.on[path] = [use, limits](Request) -> base::Task<Response> {
      Response response;
      response.status = 101;
      response.websocket_limits = limits;
      response.on_websocket = [use](std::unique_ptr<MessageStream> stream) -> base::Task<void> {
        co_await use(*stream);
      };
      co_return response;
    };
  }

  Seen seen;
  Loopback it;
};

TEST_F(NetWebsocket, EchoesMessagesOfEverySize) {
  auto test = [this]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/echo");
    for (const std::size_t size : {0u, 1u, 17u, 125u, 126u, 65535u, 65536u, 50'000'000u, 5u}) {
      std::string message(size, 'a');
      for (std::size_t i = 0; i < size; i += 101) message[i] = static_cast<char>('a' + i % 26);
      co_await client.send_frame(1, message);
      const Client::Frame frame = co_await client.read_frame();
      EXPECT_EQ(frame.opcode, 1u);
      EXPECT_TRUE(frame.payload == message) << size;
    }
    EXPECT_EQ(it.server->counters().websocket_messages_in, 9u);
    EXPECT_EQ(it.server->counters().websocket_messages_out, 9u);
    co_await client.send_close(1000);
    co_await client.expect_close(1000);
  };
  it.run(test);
}

TEST_F(NetWebsocket, BytesBehindTheHandshakeAreTheFirstMessages) {
  auto test = [this]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    std::string early("\x81\x83\0\0\0\0abc", 9);
    early += early;
    co_await client.write(
        "GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n" +
        early);
    (void)co_await client.read_until("\r\n\r\n");
    co_await client.expect_message("abc");
    co_await client.expect_message("abc");
  };
  it.run(test);
}

TEST_F(NetWebsocket, FragmentsAndBinaryFramesAreMessagesAndPingsAreAnswered) {
  auto test = [this]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/echo");
    co_await client.write(std::string("\x01\x81\0\0\0\0a", 7));
    co_await client.send_frame(9, "mid");
    co_await client.write(std::string("\x80\x81\0\0\0\0b", 7));
    const Client::Frame pong = co_await client.read_frame();
    EXPECT_EQ(pong.opcode, 10u);
    EXPECT_EQ(pong.payload, "mid");
    co_await client.expect_message("ab");
    co_await client.send_frame(2, std::string("\0\xFF", 2));
    co_await client.expect_message(std::string("\0\xFF", 2));
  };
  it.run(test);
}

TEST_F(NetWebsocket, CodeOfTheClientIsSeenAndEchoed) {
  auto test = [this]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/echo");
    co_await client.send_close(4001, "bye");
    co_await client.expect_close(4001);
    co_await client.expect_end();
    co_await it.until(seen.has_ended);
    EXPECT_EQ(seen.reason, (CloseReason{4001, "bye"}));
    EXPECT_EQ(seen.error, base::errc::closed);
  };
  it.run(test);
}

TEST_F(NetWebsocket, OwnCodeArrivesBehindWhatWasSent) {
  CloseReason mine;
  serve("/bye", [&mine](MessageStream& stream) -> base::Task<void> {
    stream.send("last words");
    stream.close({4002, "over"});
    EXPECT_FALSE(stream.send("too late"));
    const auto end = co_await stream.read();
    EXPECT_FALSE(end);
    mine = stream.close_reason();
  });
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/bye");
    co_await client.expect_message("last words");
    const Client::Frame frame = co_await client.read_frame();
    EXPECT_EQ(frame.close_code(), 4002);
    EXPECT_EQ(frame.payload.substr(2), "over");
    co_await client.send_close(4002);
    co_await client.expect_end();
    EXPECT_EQ(mine, (CloseReason{4002, "over"}));
  };
  it.run(test);
}

TEST_F(NetWebsocket, ClosingWhileAReadIsPendingTellsThePeer) {
  serve("/later", [](MessageStream& stream) -> base::Task<void> {
    auto close_later = [&stream]() -> base::Task<void> {
      co_await base::sleep_for(20ms);
      CloseReason reason{1001, "shutting down"};
      stream.close(std::move(reason));
    };
    const base::Executor executor = co_await base::asio::this_coro::executor;
    base::TaskGroup group(executor);
    group.spawn(close_later());
    const auto end = co_await stream.read();
    EXPECT_FALSE(end);
    co_await group.join();
  });
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/later");
    co_await client.expect_close(1001);
  };
  it.run(test);
}

TEST_F(NetWebsocket, BrokenConnectionIs1006) {
  auto test = [this]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/echo");
    client.reset();
    co_await it.until(seen.has_ended);
    EXPECT_EQ(seen.reason.code, 1006);
  };
  it.run(test);
}

TEST_F(NetWebsocket, TooLargeAMessageIs1009) {
  WebsocketLimits limits;
  limits.message = base::Bytes{1000};
  it.actions.on["/small"] = echo(seen, limits);
  auto test = [this]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/small");
    co_await client.send_frame(1, std::string(1000, 'a'));
    co_await client.expect_message(std::string(1000, 'a'));
    co_await client.send_frame(1, std::string(3'000'000, 'a'));
    co_await client.expect_close(1009);
    co_await it.until(seen.has_ended);
    EXPECT_EQ(seen.error, base::errc::too_large);
    EXPECT_EQ(seen.reason.code, 1009);
  };
  it.run(test);
}

TEST_F(NetWebsocket, InvalidTextIs1007) {
  auto test = [this]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/echo");
    co_await client.send_frame(1, "\xFF\xFE");
    co_await client.expect_close(1007);
    co_await it.until(seen.has_ended);
    EXPECT_EQ(seen.reason.code, 1007);
  };
  it.run(test);
}

TEST_F(NetWebsocket, ClientThatDoesNotReadIsClosedWith1008) {
  CloseReason mine;
  bool is_over = false;
  WebsocketLimits limits;
  limits.queue = base::Bytes{1'000'000};
  auto flood = [&](MessageStream& stream) -> base::Task<void> {
    while (stream.send(std::string(100'000, 'f'))) {
      EXPECT_LE(stream.queued().count, 1'100'000u);
      co_await base::sleep_for(100us);
    }
    mine = stream.close_reason();
    is_over = true;
  };
  serve("/flood", flood, limits);
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/flood");
    co_await it.until(is_over);
    EXPECT_EQ(mine, (CloseReason{1008, "client does not read"}));
    // One that reads at last still learns why.
    Client::Frame frame;
    do {
      frame = co_await client.read_frame();
    } while (frame.opcode == 1);
    EXPECT_EQ(frame.close_code(), 1008);
  };
  it.run(test);
}

TEST_F(NetWebsocket, StreamThatIsDestroyedEndsTheConnection) {
  serve("/brief", [](MessageStream& stream) -> base::Task<void> {
    stream.send("hello");
    co_return;
  });
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/brief");
    co_await client.expect_message("hello");
    co_await client.expect_close(1001);
    co_await client.send_close(1001);
    co_await client.expect_end();
  };
  it.run(test);
}

TEST_F(NetWebsocket, StreamMayOutliveTheCoroutineThatGotIt) {
  std::unique_ptr<MessageStream> kept;
  bool is_kept = false;
  it.actions.on["/keep"] = [&](Request) -> base::Task<Response> {
    Response response;
    response.status = 101;
    response.on_websocket = [&](std::unique_ptr<MessageStream> stream) -> base::Task<void> {
      kept = std::move(stream);
      is_kept = true;
      co_return;
    };
    co_return response;
  };
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/keep");
    co_await it.until(is_kept);
    co_await base::sleep_for(20ms);
    EXPECT_TRUE(kept->send("still here"));
    co_await client.expect_message("still here");
    // Destroyed while a read is under way.
    auto read = [&kept]() -> base::Task<void> { (void)co_await kept->read(); };
    base::TaskGroup group(it.loop.get_executor());
    group.spawn(read());
    kept.reset();
    co_await client.expect_close(1001);
    client.close();
    co_await group.join();
  };
  it.run(test);
}

TEST_F(NetWebsocket, ExceptionIsLoggedAndClosesWith1011) {
  serve("/bug", [](MessageStream& stream) -> base::Task<void> {
    (void)co_await stream.read();
    throw std::runtime_error("broken");
  });
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/bug");
    co_await client.send_frame(1, "x");
    co_await client.expect_close(1011);
    EXPECT_NE(it.log.find("broken"), it.log.npos);
  };
  it.run(test);
}

TEST_F(NetWebsocket, SubprotocolIsTheFirstAskedFor) {
  auto test = [this]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(
        "GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n"
        "Sec-WebSocket-Protocol: binary, base64\r\n\r\n");
    const std::string answer = co_await client.read_until("\r\n\r\n");
    EXPECT_NE(answer.find("Sec-WebSocket-Protocol: binary\r\n"), answer.npos) << answer;
    EXPECT_NE(answer.find("x-request-id: "), answer.npos) << answer;
  };
  it.run(test);
}

TEST_F(NetWebsocket, OtherVersionAndPlainRequestGet426) {
  serve("/always", [](MessageStream&) -> base::Task<void> { co_return; });
  auto test = [this]() -> base::Task<void> {
    Client old(it.loop);
    co_await old.connect(it.port());
    co_await old.write(
        "GET /echo HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n");
    const std::string answer = co_await old.read_to_end();
    EXPECT_NE(answer.find(" 426 "), answer.npos) << answer;
    EXPECT_NE(answer.find("sec-websocket-version: 13"), answer.npos) << answer;
    Client plain(it.loop);
    co_await plain.connect(it.port());
    co_await plain.write("GET /always HTTP/1.1\r\nHost: a\r\n\r\n");
    const std::string refusal = co_await plain.read_to_end();
    EXPECT_NE(refusal.find(" 426 "), refusal.npos) << refusal;
  };
  it.run(test);
}

TEST_F(NetWebsocket, ServerThatStopsCutsWhatItsHandlerDoesNotClose) {
  Client client(it.loop);
  it.grace = 30ms;
  auto test = [&]() -> base::Task<void> {
    co_await client.upgrade(it.port(), "/echo");
    co_await client.send_frame(1, "x");
    (void)co_await client.read_frame();
  };
  const auto start = std::chrono::steady_clock::now();
  it.run(test);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
  EXPECT_EQ(it.log, "");
}

ServerOptions quick_pings() {
  ServerOptions options;
  options.ping_interval = 50ms;
  return options;
}

class NetWebsocketPing : public NetWebsocket {
 protected:
  NetWebsocketPing() : NetWebsocket(quick_pings()) {}
};

TEST_F(NetWebsocketPing, TwoUnansweredEndTheStreamWith1006) {
  auto test = [this]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/echo");
    co_await client.expect_ping();
    co_await client.expect_ping();
    co_await client.expect_end();
    co_await it.until(seen.has_ended);
    EXPECT_EQ(seen.reason.code, 1006);
  };
  it.run(test);
}

TEST_F(NetWebsocketPing, AnsweredKeepItOpen) {
  auto test = [this]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.upgrade(it.port(), "/echo");
    for (int i = 0; i < 6; ++i) {
      co_await client.expect_ping();
      co_await client.send_frame(10, "");
    }
    co_await client.send_frame(1, "x");
    co_await client.expect_message("x");
  };
  it.run(test);
}

}  // namespace
}  // namespace greenroom::net::loopback
