// Bodies that a handler reads while they arrive, over real sockets.
#include <gtest/gtest.h>

#include "tests/integration/net_loopback.hpp"

namespace greenroom::net::loopback {
namespace {

using namespace std::chrono_literals;
using base::errc;

std::string post(const std::string& fields) { return "POST /up HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }

std::string chunk(const std::string& piece) {
  char size[20];
  std::snprintf(size, sizeof size, "%zx\r\n", piece.size());
  return size + piece + "\r\n";
}

/// What a handler saw of a body.
struct BodySeen {
  std::string body;
  std::size_t largest = 0;
  int pieces = 0;
  std::optional<base::Error> failure;
  bool ended = false;
};

base::Task<void> read_all(BodyReader& incoming, BodySeen& seen) {
  for (;;) {
    auto piece = co_await incoming.read();
    if (!piece) {
      seen.failure = piece.error();
      co_return;
    }
    if (piece->empty()) break;
    ++seen.pieces;
    seen.largest = std::max(seen.largest, piece->size());
    seen.body += *piece;
  }
  seen.ended = true;
}

Action reads_all(BodySeen& seen) {
  return [&seen](Request request) -> base::Task<Response> {
    EXPECT_TRUE(request.body.empty());
    if (request.incoming == nullptr) co_return text_response(500, "text/plain", "no reader");
    co_await read_all(*request.incoming, seen);
    const bool is_large = seen.failure && seen.failure->code == errc::too_large;
    const unsigned status = is_large ? 413 : seen.failure ? 400 : 200;
    co_return text_response(status, "text/plain", std::to_string(seen.body.size()));
  };
}

class NetIncoming : public testing::Test {
 protected:
  static ServerOptions options() {
    ServerOptions options;
    options.body_limit = base::Bytes{1000};
    options.body_deadline = 300ms;
    return options;
  }
  NetIncoming() {
    it.actions.streamed["/up"] = base::Bytes{64 * 1024 * 1024};
    it.actions.on["/up"] = reads_all(seen);
  }
  Loopback it{options()};
  BodySeen seen;
};

TEST_F(NetIncoming, WithAndWithoutLengthAndTheConnectionGoesOn) {
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    const std::string content(3'000'000, 'x');
    co_await client.write(post("Content-Length: 3000000\r\n") + content);
    EXPECT_TRUE((co_await client.read_answer()).ends_with("3000000"));
    EXPECT_LE(seen.largest, 64u * 1024);
    seen = {};
    co_await client.write(post("Transfer-Encoding: chunked\r\n") + chunk("one") + chunk(content));
    co_await client.write("0\r\n\r\nGET /next HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_TRUE((co_await client.read_answer()).ends_with("3000003"));
    EXPECT_EQ(seen.body, "one" + content);
    EXPECT_TRUE((co_await client.read_answer()).ends_with("GET /next "));
  };
  it.run(test);
}

TEST_F(NetIncoming, APieceArrivesBeforeTheNextIsSent) {
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(post("Transfer-Encoding: chunked\r\n") + chunk("one"));
    co_await it.until(seen.pieces, 1);
    co_await client.write(chunk("two") + "0\r\n\r\n");
    EXPECT_TRUE((co_await client.read_answer()).ends_with("6"));
  };
  it.run(test);
}

TEST_F(NetIncoming, WhoIsNotReadWaits) {
  bool may_read = false;
  std::size_t sent = 0;
  it.actions.on["/up"] = [&](Request request) -> base::Task<Response> {
    co_await it.until(may_read);
    co_return co_await reads_all(seen)(std::move(request));
  };
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(post("Content-Length: 60000000\r\n"));
    const std::string piece(1'000'000, 'x');
    auto& socket = client.socket();
    socket.non_blocking(true);
    bool was_stuck = false;
    while (sent < 60'000'000) {
      boost::system::error_code error;
      const std::size_t most = std::min(piece.size(), 60'000'000 - sent);
      sent += socket.write_some(boost::asio::buffer(piece.data(), most), error);
      if (error != boost::asio::error::would_block) continue;
      if (!was_stuck) {
        // The kernel's buffers are all that can be filled.
        co_await base::sleep_for(200ms);
        EXPECT_LT(sent, 20'000'000u);
        was_stuck = true;
        may_read = true;
      }
      co_await base::sleep_for(1ms);
    }
    EXPECT_TRUE(was_stuck);
    EXPECT_TRUE((co_await client.read_answer()).ends_with("60000000"));
  };
  it.run(test);
}

TEST_F(NetIncoming, WhoHangsUpMidwayIsSeenByTheHandler) {
  auto test = [&]() -> base::Task<void> {
    for (const bool with_reset : {false, true}) {
      seen = {};
      Client client(it.loop);
      co_await client.connect(it.port());
      co_await client.write(post("Content-Length: 100\r\n") + "half");
      co_await it.until(seen.pieces, 1);
      with_reset ? client.reset() : client.close();
      while (!seen.failure) co_await base::sleep_for(1ms);
      EXPECT_EQ(seen.failure->code, errc::closed);
      EXPECT_EQ(seen.body, "half");
    }
  };
  it.run(test);
}

TEST_F(NetIncoming, WhoSendsNothingMoreIsAnswered) {
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(post("Content-Length: 100\r\n") + "half");
    const std::string answer = co_await client.read_to_end();
    EXPECT_NE(answer.find(" 400 "), answer.npos) << answer;
    EXPECT_EQ(seen.failure->code, errc::timed_out);
  };
  it.run(test);
}

TEST_F(NetIncoming, ASlowBodyThatGoesOnIsNoTimeout) {
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(post("Content-Length: 8\r\n"));
    for (int i = 0; i < 8; ++i) {
      co_await base::sleep_for(80ms);
      co_await client.write("x");
    }
    EXPECT_TRUE((co_await client.read_answer()).ends_with("8"));
  };
  it.run(test);
}

TEST_F(NetIncoming, ItsOwnLimitHolds) {
  it.actions.streamed["/up"] = base::Bytes{2000};
  auto test = [&]() -> base::Task<void> {
    {
      Client client(it.loop);
      co_await client.connect(it.port());
      co_await client.write(post("Content-Length: 2001\r\n"));
      const std::string answer = co_await client.read_to_end();
      EXPECT_NE(answer.find(" 413 "), answer.npos) << answer;
      EXPECT_EQ(seen.pieces, 0);
    }
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(post("Transfer-Encoding: chunked\r\n") + chunk(std::string(1500, 'x')) +
                          chunk(std::string(501, 'x')) + "0\r\n\r\n");
    const std::string answer = co_await client.read_to_end();
    EXPECT_NE(answer.find(" 413 "), answer.npos) << answer;
    EXPECT_LE(seen.body.size(), 2000u);
  };
  it.run(test);
}

TEST_F(NetIncoming, ABrokenChunkIsTheHandlersToAnswer) {
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(post("Transfer-Encoding: chunked\r\n") + chunk("one"));
    co_await it.until(seen.pieces, 1);
    co_await client.write("zzz\r\n");
    const std::string answer = co_await client.read_to_end();
    EXPECT_NE(answer.find(" 400 "), answer.npos) << answer;
    EXPECT_EQ(seen.failure->code, errc::protocol);
  };
  it.run(test);
}

TEST_F(NetIncoming, WhatIsNotReadEndsTheConnectionWithItsAnswer) {
  it.actions.on["/up"] = [](Request) -> base::Task<Response> {
    co_return text_response(401, "text/plain", "who are you");
  };
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(post("Expect: 100-continue\r\nContent-Length: 60000000\r\n"));
    const std::string answer = co_await client.read_to_end();
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 401")) << answer;
    EXPECT_NE(answer.find("connection: close"), answer.npos) << answer;
  };
  it.run(test);
}

TEST_F(NetIncoming, WhoWaitsForContinueGetsItWhenTheBodyIsWanted) {
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(post("Expect: 100-continue\r\nContent-Length: 3\r\n"));
    EXPECT_EQ(co_await client.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
    co_await client.write("abc");
    EXPECT_TRUE((co_await client.read_answer()).ends_with("3"));
  };
  it.run(test);
}

TEST_F(NetIncoming, AStoppingServerEndsTheReading) {
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(post("Content-Length: 100\r\n") + "half");
    co_await it.until(seen.pieces, 1);
  };
  it.run(test);
  EXPECT_FALSE(seen.ended);
}

}  // namespace
}  // namespace greenroom::net::loopback
