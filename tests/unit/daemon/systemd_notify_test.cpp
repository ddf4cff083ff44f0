#include "daemon/systemd_notify.hpp"

#include <gtest/gtest.h>

namespace greenroom::daemon {
namespace {

using namespace std::chrono_literals;

TEST(NotifyEnvironment, ReadsSocketAndWatchdog) {
  EXPECT_EQ(parse_notify_environment("/run/systemd/notify", "30000000", "42", 42),
            (NotifyEnvironment{"/run/systemd/notify", 30s}));
  EXPECT_EQ(parse_notify_environment("@abstract", "", "", 42),
            (NotifyEnvironment{"@abstract", std::nullopt}));
  EXPECT_EQ(parse_notify_environment("/run/n", "5", "", 42), (NotifyEnvironment{"/run/n", 5us}))
      << "without WATCHDOG_PID it is ours";
}

TEST(NotifyEnvironment, AnotherProcessesWatchdogIsNotOurs) {
  EXPECT_EQ(parse_notify_environment("/run/n", "5", "41", 42).watchdog, std::nullopt);
  EXPECT_EQ(parse_notify_environment("/run/n", "5", "x", 42).watchdog, std::nullopt);
}

TEST(NotifyEnvironment, NonsenseCountsAsAbsent) {
  const NotifyEnvironment none;
  for (const std::string& socket :
       {std::string(), std::string("/"), std::string("@"), std::string("relative"),
        std::string("vsock:2:1234"), "/" + std::string(200, 'x')})
    EXPECT_EQ(parse_notify_environment(socket, "5", "", 1), none) << socket;
  for (const char* usec : {"", "0", "-5", "1.5", "9999999999999999999999"})
    EXPECT_EQ(parse_notify_environment("/run/n", usec, "", 1).watchdog, std::nullopt) << usec;
}

TEST(SystemdNotifier, WithoutASocketItDoesNothing) {
  SystemdNotifier notifier(NotifyEnvironment{});
  notifier.ready("listening");
  notifier.status("one session");
  notifier.stopping("draining");
}

}  // namespace
}  // namespace greenroom::daemon
