#include "daemon/local_server.hpp"

#include <gtest/gtest.h>

namespace greenroom::daemon {
namespace {

CommandLine with(std::vector<std::pair<std::string, std::string>> environment) {
  CommandLine line;
  line.environment = std::move(environment);
  return line;
}

TEST(LocalServer, IsKnownByItsEnvironmentAndNoWord) {
  EXPECT_TRUE(is_local_server({}, with({{"BB_ENV", "local"}})));
  EXPECT_FALSE(is_local_server({"serve"}, with({{"BB_ENV", "local"}})));
  EXPECT_FALSE(is_local_server({}, with({{"BB_ENV", "production"}})));
  EXPECT_FALSE(is_local_server({}, with({})));
}

TEST(LocalServer, TheEnvironmentBecomesSettings) {
  const auto line =
      local_server(with({{"HOST", "127.0.0.1"}, {"PORT", "4567"}, {"HEADLESS", "true"}}), "/tmp/x");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->flag("--listen"), "127.0.0.1:4567");
  EXPECT_EQ(line->flag("--data"), "/tmp/x/data");
  EXPECT_TRUE(line->has(keyless_flag));
  EXPECT_EQ(line->variable("GREENROOM_BROWSER__HEADLESS"), "true");
  EXPECT_EQ(line->variable("GREENROOM_BROWSER__EXECUTABLE"), std::nullopt);
}

TEST(LocalServer, SettingsOfTheEnvironmentWin) {
  const auto line =
      local_server(with({{"HEADLESS", "true"}, {"GREENROOM_BROWSER__HEADLESS", "false"}}), "/tmp/x");
  ASSERT_TRUE(line);
  EXPECT_EQ(line->variable("GREENROOM_BROWSER__HEADLESS"), "false");
  EXPECT_EQ(line->flag("--listen"), "127.0.0.1:3000");
}

TEST(LocalServer, BeyondTheMachineOrOnNoPortItDoesNotListen) {
  EXPECT_FALSE(local_server(with({{"HOST", "0.0.0.0"}}), "/tmp/x"));
  EXPECT_FALSE(local_server(with({{"PORT", "http"}}), "/tmp/x"));
  EXPECT_FALSE(local_server(with({{"PORT", "70000"}}), "/tmp/x"));
}

}  // namespace
}  // namespace greenroom::daemon
