// Answers that are made while they are sent, over real sockets.
#include <gtest/gtest.h>

#include "tests/integration/net_loopback.hpp"

namespace greenroom::net::loopback {
namespace {

using namespace std::chrono_literals;

std::string get(const std::string& path, const std::string& version = "1.1") {
  return "GET " + path + " HTTP/" + version + "\r\nHost: a\r\n\r\n";
}

Response streamed(BodyStream stream) {
  Response response = text_response(200, "text/event-stream", "");
  response.stream = std::move(stream);
  return response;
}

TEST(NetStream, EachPieceIsAChunkAndArrivesBeforeTheNextIsMade) {
  Loopback it;
  bool may_go_on = false;
  it.actions.on["/stream"] = [&](Request) -> base::Task<Response> {
    BodyStream body = [&](BodyWriter& out) -> base::Task<void> {
      EXPECT_TRUE(co_await out.write("one"));
      EXPECT_TRUE(co_await out.write(""));
      co_await it.until(may_go_on);
      EXPECT_TRUE(co_await out.write(std::string(300, 'x')));
    };
    co_return streamed(std::move(body));
  };
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(get("/stream"));
    const std::string head = co_await client.read_until("\r\n\r\n");
    EXPECT_NE(head.find("transfer-encoding: chunked"), head.npos) << head;
    EXPECT_EQ(head.find("content-length"), head.npos) << head;
    EXPECT_EQ(co_await client.read_until("one\r\n"), "3\r\none\r\n");
    may_go_on = true;
    EXPECT_EQ(co_await client.read_until("\r\n0\r\n\r\n"),
              "12c\r\n" + std::string(300, 'x') + "\r\n0\r\n\r\n");
    // The connection goes on.
    co_await client.write(get("/next"));
    EXPECT_TRUE((co_await client.read_answer()).ends_with("GET /next "));
  };
  it.run(test);
}

TEST(NetStream, ForHttp10TheBodyEndsWithTheConnection) {
  Loopback it;
  it.actions.on["/stream"] = [](Request) -> base::Task<Response> {
    BodyStream body = [](BodyWriter& out) -> base::Task<void> { co_await out.write("plain"); };
    co_return streamed(std::move(body));
  };
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(get("/stream", "1.0"));
    const std::string all = co_await client.read_to_end();
    EXPECT_TRUE(all.ends_with("\r\n\r\nplain")) << all;
    EXPECT_EQ(all.find("chunked"), all.npos);
  };
  it.run(test);
}

TEST(NetStream, WhoHangsUpCancelsTheBody) {
  Loopback it;
  bool cancelled = false;
  it.actions.on["/stream"] = [&](Request) -> base::Task<Response> {
    BodyStream body = [&](BodyWriter& out) -> base::Task<void> {
      co_await base::keep_running_when_cancelled();
      co_await out.write("one");
      const auto began = std::chrono::steady_clock::now();
      co_await base::sleep_for(20s);
      EXPECT_LT(std::chrono::steady_clock::now() - began, 10s);
      EXPECT_FALSE(co_await out.write("two"));
      cancelled = true;
    };
    co_return streamed(std::move(body));
  };
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(get("/stream"));
    co_await client.read_until("one\r\n");
    client.close();
    co_await it.until(cancelled);
  };
  it.run(test);
}

TEST(NetStream, ABodyThatFailsEndsWithoutItsLastChunk) {
  Loopback it;
  it.actions.on["/stream"] = [](Request) -> base::Task<Response> {
    BodyStream body = [](BodyWriter& out) -> base::Task<void> {
      co_await out.write("one");
      throw std::runtime_error("a bug");
    };
    co_return streamed(std::move(body));
  };
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(get("/stream"));
    const std::string all = co_await client.read_to_end();
    EXPECT_TRUE(all.ends_with("3\r\none\r\n")) << all;
  };
  it.run(test);
  EXPECT_NE(it.log.find("body not finished"), it.log.npos);
}

}  // namespace
}  // namespace greenroom::net::loopback
