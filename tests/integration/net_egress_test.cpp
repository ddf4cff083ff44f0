// A browser's way to the network over real sockets: who may use it, what it carries, and that nothing stays
// behind when either side hangs up.
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

#include "base/deadline.hpp"
#include "net/egress_proxy.hpp"
#include "net/socks.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/kept_lines.hpp"

namespace greenroom::net {
namespace {

using namespace std::chrono_literals;
using base::Task;
using base::use_tuple;
using boost::asio::ip::tcp;

const tcp::endpoint any_port(boost::asio::ip::address_v4::loopback(), 0);

class EgressTest : public testing::Test {
 public:
  /// Runs a story to its end, then stops the proxy, which must leave nothing to wait for.
  void tell(Task<void> story) {
    const auto whole = [](EgressTest* test, Task<void> first) -> Task<void> {
      co_await std::move(first);
      if (test->proxy) co_await test->proxy->stop();
      test->origin.close();
    };
    boost::asio::co_spawn(loop, whole(this, std::move(story)), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    loop.run_for(20s);
    EXPECT_TRUE(loop.stopped()) << "something is still waited for";
  }
  void open(uid_t user = ::geteuid()) {
    proxy = std::move(*EgressProxy::open(loop.get_executor(), context, user));
  }
  Task<tcp::socket> connected() {
    tcp::socket socket(loop);
    const tcp::endpoint its_port(any_port.address(), proxy->port());
    auto [error] = co_await socket.async_connect(its_port, use_tuple);
    EXPECT_FALSE(error);
    co_return std::move(socket);
  }
  /// At least so many bytes, or what there was before the end.
  static Task<std::string> read(tcp::socket& socket, std::size_t size) {
    std::string all;
    while (all.size() < size) {
      char piece[65536];
      auto [error, count] = co_await socket.async_read_some(boost::asio::buffer(piece), use_tuple);
      if (error) break;
      all.append(piece, count);
    }
    co_return all;
  }
  static Task<void> write(tcp::socket& socket, std::string text) {
    (void)co_await boost::asio::async_write(socket, boost::asio::buffer(text), use_tuple);
  }
  /// The tunnel's reply code; -1 when the proxy said nothing.
  Task<int> ask(tcp::socket& socket, std::string host, std::uint16_t port) {
    co_await EgressTest::write(socket, socks::greeting(false));
    const std::string method = co_await EgressTest::read(socket, 2);
    if (method.size() < 2) co_return -1;
    socks::Request request;
    request.host = std::move(host);
    request.port = port;
    co_await EgressTest::write(socket, socks::connect(request));
    const std::string reply = co_await EgressTest::read(socket, 10);
    co_return reply.size() < 2 ? -1 : reply[1];
  }
  std::uint16_t origin_port() const { return origin.local_endpoint().port(); }

  boost::asio::io_context loop{1};
  fakes::FakeClock clock;
  fakes::KeptLines lines;
  Resolver resolver{loop.get_executor(), {}, clock};
  boost::asio::ssl::context trust{boost::asio::ssl::context::tls_client};
  EgressContext context{{}, {}, resolver, trust, base::Logger(lines, base::LogLevel::debug)};
  tcp::acceptor origin{loop, any_port};
  std::unique_ptr<EgressProxy> proxy;
};

TEST_F(EgressTest, ATunnelCarriesBytesBothWaysAndEndsWithEitherSide) {
  open();
  tell([](EgressTest* test) -> Task<void> {
    EgressTest& self = *test;
    tcp::socket browser = co_await self.connected();
    const int reply = co_await self.ask(browser, "127.0.0.1", self.origin_port());
    EXPECT_EQ(reply, 0);
    auto [error, server] = co_await self.origin.async_accept(use_tuple);
    EXPECT_FALSE(error);
    co_await EgressTest::write(browser, "question");
    const std::string question = co_await EgressTest::read(server, 8);
    EXPECT_EQ(question, "question");
    const std::string large(3'000'000, 'x');
    base::TaskGroup writing(self.loop.get_executor());
    writing.spawn(EgressTest::write(server, large));
    const std::string got = co_await EgressTest::read(browser, large.size());
    EXPECT_EQ(got.size(), large.size());
    co_await writing.join();
    browser.close();
    const std::string rest = co_await EgressTest::read(server, 1);
    EXPECT_EQ(rest, "") << "the server sees the end";
    server.close();
    tcp::socket second = co_await self.connected();
    const int again = co_await self.ask(second, "localhost", self.origin_port());
    EXPECT_EQ(again, 0);
    auto [failure, other] = co_await self.origin.async_accept(use_tuple);
    EXPECT_FALSE(failure);
    other.close();
    const std::string nothing = co_await EgressTest::read(second, 1);
    EXPECT_EQ(nothing, "") << "the browser sees the end";
    EXPECT_EQ(self.context.counters.connections, 2u);
    EXPECT_EQ(self.proxy->take_proxied_bytes(), 0u) << "no other proxy was used";
  }(this));
}

TEST_F(EgressTest, AStrangerGetsNoAnswer) {
  open(::geteuid() + 1);
  tell([](EgressTest* test) -> Task<void> {
    EgressTest& self = *test;
    tcp::socket stranger = co_await self.connected();
    const int reply = co_await self.ask(stranger, "127.0.0.1", self.origin_port());
    EXPECT_EQ(reply, -1);
    EXPECT_EQ(self.context.counters.strangers, 1u);
  }(this));
}

TEST_F(EgressTest, NoBrowserGetsToAnothersPortThroughItsOwn) {
  open();
  tell([](EgressTest* test) -> Task<void> {
    EgressTest& self = *test;
    tcp::socket browser = co_await self.connected();
    const int reply = co_await self.ask(browser, "127.0.0.1", self.proxy->port());
    EXPECT_EQ(reply, static_cast<int>(socks::Reply::not_allowed));
  }(this));
}

TEST_F(EgressTest, WhatIsForbiddenIsRefusedAndToldOnce) {
  context.rules.allow_private = false;
  open();
  int told = 0;
  proxy->on_refusal([&](const EgressRefusal& refusal) {
    EXPECT_EQ(refusal.why, "a private address");
    ++told;
  });
  tell([](EgressTest* test) -> Task<void> {
    EgressTest& self = *test;
    for (int i = 0; i < 3; ++i) {
      tcp::socket browser = co_await self.connected();
      const int reply = co_await self.ask(browser, "0x7f.1", self.origin_port());
      EXPECT_EQ(reply, static_cast<int>(socks::Reply::not_allowed));
    }
    EXPECT_EQ(self.context.counters.refused, 3u);
  }(this));
  EXPECT_EQ(told, 1);
}

TEST_F(EgressTest, WhoSaysNothingIsHungUpOnAndAStopCutsWhatIsOpen) {
  context.limits.hello = 50ms;
  open();
  tell([](EgressTest* test) -> Task<void> {
    EgressTest& self = *test;
    tcp::socket silent = co_await self.connected();
    const std::string nothing = co_await EgressTest::read(silent, 1);
    EXPECT_EQ(nothing, "");
    tcp::socket browser = co_await self.connected();
    const int reply = co_await self.ask(browser, "127.0.0.1", self.origin_port());
    EXPECT_EQ(reply, 0);
    // Both ends stay open: the proxy's stop must not wait for them.
    auto [error, server] = co_await self.origin.async_accept(use_tuple);
    EXPECT_FALSE(error);
    co_await self.proxy->stop();
    const std::string cut = co_await EgressTest::read(browser, 1);
    EXPECT_EQ(cut, "");
  }(this));
}

}  // namespace
}  // namespace greenroom::net
