// The notification protocol against a socket of the test's own.
#include "daemon/systemd_notify.hpp"

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/deadline.hpp"
#include "base/task_group.hpp"

namespace greenroom::daemon {
namespace {

using namespace std::chrono_literals;

/// What the service manager's end of the socket is.
class Manager {
 public:
  explicit Manager(const std::string& name) : socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    bound_ = ::bind(socket_.value(), reinterpret_cast<const sockaddr*>(&address), length) == 0;
  }
  bool is_bound() const { return bound_; }

  /// The next message; "" when none comes within a second.
  std::string next() {
    pollfd wait{socket_.value(), POLLIN, 0};
    if (::poll(&wait, 1, 1000) != 1) return "";
    char text[512];
    const ssize_t n = ::recv(socket_.value(), text, sizeof text, 0);
    return std::string(text, n > 0 ? static_cast<std::size_t>(n) : 0);
  }
  bool is_empty() {
    pollfd now{socket_.value(), POLLIN, 0};
    return ::poll(&now, 1, 0) == 0;
  }

 private:
  base::UniqueFd socket_;
  bool bound_ = false;
};

class SystemdNotifyTest : public ::testing::Test {
 protected:
  SystemdNotifyTest() {
    std::string name = (std::filesystem::temp_directory_path() / "greenroom-notify-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
    path_ = directory_ + "/socket";
  }
  ~SystemdNotifyTest() override { std::filesystem::remove_all(directory_); }
  std::string directory_;
  std::string path_;
};

TEST_F(SystemdNotifyTest, MessagesArriveAtAPath) {
  Manager manager(path_);
  ASSERT_TRUE(manager.is_bound());
  SystemdNotifier notifier(parse_notify_environment(path_, "", "", ::getpid()));
  notifier.ready("listening on 127.0.0.1:4480");
  EXPECT_EQ(manager.next(), "READY=1\nSTATUS=listening on 127.0.0.1:4480");
  notifier.status("two\nlines=1");
  EXPECT_EQ(manager.next(), "STATUS=two lines=1") << "a line feed would begin another assignment";
  notifier.stopping("draining");
  EXPECT_EQ(manager.next(), "STOPPING=1\nSTATUS=draining");
}

TEST_F(SystemdNotifyTest, MessagesArriveAtAnAbstractName) {
  const std::string name = "@greenroom-test-" + std::to_string(::getpid());
  Manager manager(name);
  ASSERT_TRUE(manager.is_bound());
  SystemdNotifier notifier(parse_notify_environment(name, "", "", ::getpid()));
  notifier.ready("up");
  EXPECT_EQ(manager.next(), "READY=1\nSTATUS=up");
}

TEST_F(SystemdNotifyTest, AManagerThatIsGoneOrDoesNotReadHarmsNobody) {
  SystemdNotifier nobody(parse_notify_environment(path_, "", "", ::getpid()));
  nobody.ready("up");
  Manager manager(path_);
  SystemdNotifier notifier(parse_notify_environment(path_, "", "", ::getpid()));
  for (int i = 0; i < 10'000; ++i) notifier.status("more than a socket's queue holds");
  EXPECT_EQ(manager.next(), "STATUS=more than a socket's queue holds");
}

TEST_F(SystemdNotifyTest, TheWatchdogIsFedTwiceInItsIntervalUntilStopped) {
  Manager manager(path_);
  SystemdNotifier notifier(parse_notify_environment(path_, "40000", std::to_string(::getpid()), ::getpid()));
  boost::asio::io_context loop{1};
  base::TaskGroup tasks(loop.get_executor());
  std::chrono::nanoseconds took{};
  int fed = 0;
  auto scene = [&]() -> base::Task<void> {
    tasks.spawn(notifier.keep_alive());
    const auto began = std::chrono::steady_clock::now();
    while (fed < 5) {
      co_await base::sleep_for(1ms);
      while (!manager.is_empty() && manager.next() == "WATCHDOG=1") ++fed;
    }
    took = std::chrono::steady_clock::now() - began;
    tasks.stop();
    co_await tasks.join();
  };
  boost::asio::co_spawn(loop, scene(), [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  });
  loop.run_for(10s);
  EXPECT_EQ(fed, 5);
  EXPECT_GE(took, 75ms) << "five at 20 ms each: no flood";
  EXPECT_TRUE(manager.is_empty());
}

TEST_F(SystemdNotifyTest, WithoutAWatchdogNothingIsFed) {
  Manager manager(path_);
  SystemdNotifier notifier(parse_notify_environment(path_, "", "", ::getpid()));
  boost::asio::io_context loop{1};
  bool ended = false;
  boost::asio::co_spawn(loop, notifier.keep_alive(), [&](const std::exception_ptr&) { ended = true; });
  loop.run_for(10s);
  EXPECT_TRUE(ended) << "it returns at once";
  EXPECT_TRUE(manager.is_empty());
}

}  // namespace
}  // namespace greenroom::daemon
