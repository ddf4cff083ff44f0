// The blocking client against the real server, which runs in a thread of its own here.
#include <thread>

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "net/http_client.hpp"
#include "tests/integration/net_loopback.hpp"

namespace greenroom::net::loopback {
namespace {

using namespace std::chrono_literals;

class NetClient : public testing::Test {
 protected:
  // Runs `use` beside the server's loop; the server stops when it returns.
  void with_server(const std::function<void()>& use) {
    bool is_over = false;
    auto wait = [&]() -> base::Task<void> { co_await it.until(is_over); };
    std::thread loop([&] { it.run(wait); });
    use();
    base::asio::post(it.loop, [&is_over] { is_over = true; });
    loop.join();
  }
  ClientRequest request(const std::string& target) const {
    ClientRequest out;
    out.port = it.port();
    out.target = target;
    return out;
  }
  Loopback it;
};

TEST_F(NetClient, FetchesAnAnswer) {
  with_server([this] {
    ClientRequest post = request("/x");
    post.method = "POST";
    post.body = std::string(3'000'000, 'b');
    const auto answer = fetch(post);
    ASSERT_TRUE(answer) << answer.error().message();
    EXPECT_EQ(answer->status, 200u);
    EXPECT_EQ(answer->headers.value_or("content-type", ""), "text/plain");
    EXPECT_EQ(answer->body, "POST /x " + post.body);
    ClientRequest head = request("/y");
    head.method = "HEAD";
    EXPECT_EQ(fetch(head).value().body, "");
  });
}

TEST_F(NetClient, GivesUpAtItsDeadline) {
  it.actions.on["/slow"] = [](Request) -> base::Task<Response> {
    co_await base::sleep_for(20s);
    co_return Response{};
  };
  with_server([this] {
    ClientRequest slow = request("/slow");
    slow.deadline = 50ms;
    const auto answer = fetch(slow);
    ASSERT_FALSE(answer);
    EXPECT_EQ(answer.error().code, base::errc::timed_out);
  });
}

TEST_F(NetClient, NobodyThereIsClosed) {
  ClientRequest nobody = request("/");
  with_server([] {});
  const auto answer = fetch(nobody);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, base::errc::closed);
}

}  // namespace
}  // namespace greenroom::net::loopback
