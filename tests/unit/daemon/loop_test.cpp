#include "daemon/loop.hpp"

#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include "base/busy_poll.hpp"

namespace greenroom::daemon {
namespace {

/// Runs a loop in which something is expected, and something else comes later; whether it ended by itself.
bool ends_by_itself(bool busily) {
  boost::asio::io_context loop{1};
  bool has_come = false;
  boost::asio::post(loop, [&] {
    base::BusyPoll::of(loop.get_executor()).expect(std::chrono::steady_clock::now());
    boost::asio::post(loop, [&] { has_come = true; });
  });
  run_loop(loop, busily);
  return has_come && loop.stopped();
}

TEST(Loop, EndsWithItsWork) {
  EXPECT_TRUE(ends_by_itself(true));
  EXPECT_TRUE(ends_by_itself(false));
}

}  // namespace
}  // namespace greenroom::daemon
