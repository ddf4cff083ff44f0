// The HTTP server over real sockets.
#include <gtest/gtest.h>

#include "tests/integration/net_loopback.hpp"

namespace greenroom::net::loopback {
namespace {

using namespace std::chrono_literals;

const std::string get_close = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

ServerOptions short_deadlines() {
  ServerOptions options;
  options.header_deadline = options.body_deadline = 80ms;
  options.idle_deadline = 80ms;
  return options;
}

std::string get(const std::string& path, const std::string& fields = {}) {
  return "GET " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

TEST(NetServer, KeepsAConnectionForManyRequests) {
  Loopback it;
  auto test = [&it]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    for (int i = 0; i < 3; ++i) {
      co_await client.write(get("/a"));
      const std::string answer = co_await client.read_answer();
      EXPECT_TRUE(has(answer, "HTTP/1.1 200 OK\r\n")) << answer;
      EXPECT_TRUE(answer.ends_with("GET /a ")) << answer;
    }
    EXPECT_EQ(it.server->counters().connections_accepted, 1u);
    EXPECT_EQ(it.server->counters().requests, 3u);
  };
  it.run(test);
}

TEST(NetServer, AnswersPipelinedRequestsInOrder) {
  Loopback it;
  it.actions.on["/slow"] = [](Request) -> base::Task<Response> {
    co_await base::sleep_for(30ms);
    co_return text_response(200, "text/plain", "slow");
  };
  auto test = [&it]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(get("/slow") + get("/2") +
                          "POST /3 HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\nhi" + get_close);
    const std::string all = co_await client.read_to_end();
    const std::size_t first = all.find("slow");
    const std::size_t second = all.find("GET /2");
    const std::size_t third = all.find("POST /3 hi");
    EXPECT_TRUE(first < second && second < third && third < all.find("GET / ")) << all;
  };
  it.run(test);
}

TEST(NetServer, ReadsChunkedBodiesAndOffersContinue) {
  Loopback it;
  auto test = [&it]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write("POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n");
    co_await base::sleep_for(10ms);
    co_await client.write("2\r\nde\r\n0\r\n\r\n");
    const std::string chunked = co_await client.read_answer();
    EXPECT_TRUE(chunked.ends_with("POST /c abcde")) << chunked;
    co_await client.write("PUT /e HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
    const std::string interim = co_await client.read_until("\r\n\r\n");
    EXPECT_EQ(interim, "HTTP/1.1 100 Continue\r\n\r\n");
    co_await client.write("ok");
    const std::string put = co_await client.read_answer();
    EXPECT_TRUE(put.ends_with("PUT /e ok")) << put;
  };
  it.run(test);
}

TEST(NetServer, SpeaksHttp10) {
  Loopback it;
  auto test = [&it]() -> base::Task<void> {
    Client plain(it.loop);
    co_await plain.connect(it.port());
    co_await plain.write("GET /x HTTP/1.0\r\n\r\n");
    const std::string closed = co_await plain.read_to_end();
    EXPECT_TRUE(has(closed, "connection: close\r\n")) << closed;
    Client kept(it.loop);
    co_await kept.connect(it.port());
    co_await kept.write("GET /x HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const std::string first = co_await kept.read_answer();
    EXPECT_TRUE(has(first, "connection: keep-alive\r\n")) << first;
    co_await kept.write("GET /y HTTP/1.0\r\n\r\n");
    const std::string second = co_await kept.read_to_end();
    EXPECT_TRUE(has(second, "GET /y")) << second;
  };
  it.run(test);
}

TEST(NetServer, SomeAnswersHaveNoBody) {
  Loopback it;
  it.actions.on["/204"] = [](Request) -> base::Task<Response> {
    Response response = text_response(204, "text/plain", "never sent");
    co_return response;
  };
  auto test = [&it]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write("HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n" + get("/204") + get_close);
    const std::string all = co_await client.read_to_end();
    EXPECT_TRUE(has(all, "content-length: 8\r\n\r\nHTTP/1.1 204")) << all;
    EXPECT_FALSE(has(all, "never sent"));
    EXPECT_EQ(all.find("content-length", all.find("204")), all.rfind("content-length")) << all;
  };
  it.run(test);
}

TEST(NetServer, RequestIdIsKeptWhenItIsHarmless) {
  Loopback it;
  auto test = [&it]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(get("/", "X-Request-Id: abc.DEF-1_2\r\n"));
    const std::string kept = co_await client.read_answer();
    EXPECT_TRUE(has(kept, "x-request-id: abc.DEF-1_2\r\n")) << kept;
    co_await client.write(get("/", "X-Request-Id: a b\r\n"));
    const std::string made = co_await client.read_answer();
    EXPECT_FALSE(has(made, "a b")) << made;
    EXPECT_EQ(made.find("\r\n", made.find("x-request-id: ")) - made.find("x-request-id: "), 14u + 16u)
        << made;
  };
  it.run(test);
}

TEST(NetServer, RefusesWhatIsAmbiguousOrTooLargeAndCloses) {
  ServerOptions options;
  options.header_limit = base::Bytes{1024};
  options.body_limit = base::Bytes{100};
  Loopback it(options);
  auto test = [&it]() -> base::Task<void> {
    const std::pair<std::string, std::string> cases[] = {
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", " 400 "},
        {"nonsense\r\n\r\n", " 400 "},
        {get("/", "X: " + std::string(5000, 'x') + "\r\n"), " 431 "},
        {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n" + std::string(200000, 'b'), " 413 "},
        {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nFFF\r\n", " 413 "},
    };
    for (const auto& [request, status] : cases) {
      Client client(it.loop);
      co_await client.connect(it.port());
      co_await client.write(request);
      const std::string answer = co_await client.read_to_end();
      EXPECT_TRUE(has(answer, status)) << answer;
      EXPECT_TRUE(has(answer, "connection: close")) << answer;
    }
  };
  it.run(test);
}

TEST(NetServer, SlowSendersGet408AndIdleOnesNothing) {
  Loopback it(short_deadlines());
  auto test = [&it]() -> base::Task<void> {
    Client head(it.loop);
    co_await head.connect(it.port());
    co_await head.write("GET / HTTP/1.1\r\nHo");
    Client body(it.loop);
    co_await body.connect(it.port());
    co_await body.write("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nab");
    Client idle(it.loop);
    co_await idle.connect(it.port());
    const std::string slow_head = co_await head.read_to_end();
    EXPECT_TRUE(has(slow_head, " 408 ")) << slow_head;
    const std::string slow_body = co_await body.read_to_end();
    EXPECT_TRUE(has(slow_body, " 408 ")) << slow_body;
    co_await idle.expect_end();
  };
  it.run(test);
}

TEST(NetServer, TooManyConnectionsGet503) {
  ServerOptions options;
  options.connection_limit = 1;
  Loopback it(options);
  auto test = [&it]() -> base::Task<void> {
    Client first(it.loop);
    co_await first.connect(it.port());
    Client second(it.loop);
    co_await second.connect(it.port());
    const std::string answer = co_await second.read_to_end();
    EXPECT_TRUE(has(answer, " 503 ")) << answer;
    co_await first.write(get("/"));
    const std::string served = co_await first.read_answer();
    EXPECT_TRUE(has(served, " 200 ")) << served;
  };
  it.run(test);
}

TEST(NetServer, ExceptionOfAHandlerIs500AndIsLoggedOnce) {
  Loopback it;
  it.actions.on["/bug"] = [](Request) -> base::Task<Response> {
    throw std::runtime_error("broken");
    co_return Response{};
  };
  auto test = [&it]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(get("/bug", "X-Request-Id: r7\r\n"));
    const std::string answer = co_await client.read_answer();
    EXPECT_TRUE(has(answer, " 500 ")) << answer;
    co_await client.write(get("/"));
    const std::string next = co_await client.read_answer();
    EXPECT_TRUE(has(next, " 200 ")) << "the connection goes on: " << next;
    EXPECT_TRUE(has(it.log, "request=r7")) << it.log;
    EXPECT_EQ(it.log.find("broken"), it.log.rfind("broken")) << it.log;
  };
  it.run(test);
}

TEST(NetServer, HangUpCancelsTheHandler) {
  Loopback it;
  bool was_cancelled = false;
  it.actions.on["/wait"] = [&was_cancelled](Request) -> base::Task<Response> {
    co_await base::keep_running_when_cancelled();
    co_await base::sleep_for(20s);
    const auto state = co_await base::asio::this_coro::cancellation_state;
    was_cancelled = state.cancelled() != base::asio::cancellation_type::none;
    co_return Response{};
  };
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(get("/wait"));
    co_await base::sleep_for(20ms);
    client.close();
    co_await it.until(was_cancelled);
    EXPECT_EQ(it.log, "") << "a hang-up is no error";
  };
  it.run(test);
}

TEST(NetServer, AnswerToAClientThatIsGoneIsUndelivered) {
  Loopback it;
  int undelivered = 0;
  int delivered = 0;
  it.actions.on["/made"] = [&](Request) -> base::Task<Response> {
    co_await base::disable_cancellation();
    co_await base::sleep_for(50ms);
    Response response;
    response.undelivered = [&undelivered] { ++undelivered; };
    ++delivered;
    co_return response;
  };
  auto test = [&]() -> base::Task<void> {
    for (const bool by_reset : {false, true}) {
      Client client(it.loop);
      co_await client.connect(it.port());
      co_await client.write(get("/made"));
      co_await base::sleep_for(10ms);
      by_reset ? client.reset() : client.close();
    }
    co_await it.until(undelivered, 2);
    Client stays(it.loop);
    co_await stays.connect(it.port());
    co_await stays.write(get("/made"));
    const std::string served = co_await stays.read_answer();
    EXPECT_TRUE(has(served, " 200 ")) << served;
    EXPECT_EQ(undelivered, 2);
    EXPECT_EQ(delivered, 3);
  };
  it.run(test);
}

TEST(NetServer, ClientThatDoesNotReadItsAnswerIsCut) {
  ServerOptions options;
  options.write_deadline = 100ms;
  Loopback it(options);
  bool undelivered = false;
  it.actions.on["/big"] = [&undelivered](Request) -> base::Task<Response> {
    Response response = text_response(200, "text/plain", std::string(50'000'000, 'x'));
    response.undelivered = [&undelivered] { undelivered = true; };
    co_return response;
  };
  auto test = [&]() -> base::Task<void> {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(get("/big"));
    co_await it.until(undelivered);
  };
  it.run(test);
}

TEST(NetServer, StopLetsAnswersFinishAndClosesIdleConnections) {
  Loopback it;
  it.grace = 5s;
  Client busy(it.loop);
  Client idle(it.loop);
  it.actions.on["/slow"] = [](Request) -> base::Task<Response> {
    co_await base::sleep_for(100ms);
    co_return text_response(200, "text/plain", "finished");
  };
  std::string answer;
  auto read = [&]() -> base::Task<void> { answer = co_await busy.read_to_end(); };
  auto test = [&]() -> base::Task<void> {
    co_await idle.connect(it.port());
    co_await busy.connect(it.port());
    co_await busy.write(get("/slow"));
    base::asio::co_spawn(it.loop, read(), [](std::exception_ptr) {});
    co_await base::sleep_for(10ms);
  };
  const auto start = std::chrono::steady_clock::now();
  it.run(test);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
  EXPECT_TRUE(has(answer, "connection: close")) << answer;
  EXPECT_TRUE(answer.ends_with("finished")) << answer;
}

TEST(NetServer, StopCancelsWhatOutlastsTheGrace) {
  Loopback it;
  it.grace = 20ms;
  Client clients[] = {Client(it.loop), Client(it.loop), Client(it.loop)};
  it.actions.on["/wait"] = [](Request) -> base::Task<Response> {
    co_await base::sleep_for(20s);
    co_return Response{};
  };
  auto test = [&]() -> base::Task<void> {
    for (Client& client : clients) co_await client.connect(it.port());
    co_await clients[0].write(get("/wait"));
    co_await clients[1].write("GET / HT");
    co_await base::sleep_for(150ms);  // long enough for the first to be watched
  };
  const auto start = std::chrono::steady_clock::now();
  it.run(test);
  EXPECT_LT(std::chrono::steady_clock::now() - start, 4s);
}

TEST(NetServer, PortInUseIsSaid) {
  Loopback it;
  base::asio::io_context other{1};
  ServerOptions options;
  options.port = it.port();
  base::StderrSink sink;
  const auto second = HttpServer::listen(other.get_executor(), options, it.actions,
                                         base::Logger(sink, base::LogLevel::error));
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error(), (base::Error{base::errc::io, "address in use"}));
}

}  // namespace
}  // namespace greenroom::net::loopback
