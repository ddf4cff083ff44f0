#include "daemon/launch_options.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

#include "daemon/paths.hpp"

namespace greenroom::daemon {
namespace {

TEST(LaunchOptions, CarryTheSettings) {
  config::Settings settings;
  settings.browser.executable = "/bin/true";  // any program will do: it is not started here
  settings.browser.xvfb = "/opt/Xvfb";
  settings.browser.switches = {"--one"};
  settings.browser.launch_timeout = std::chrono::seconds(7);
  settings.browser.unsafe_no_sandbox = true;
  const auto options = launch_options(settings, "/work");
  ASSERT_TRUE(options) << options.error().message();
  EXPECT_EQ(options->executable, "/bin/true");
  EXPECT_EQ(options->xvfb, "/opt/Xvfb");
  EXPECT_EQ(options->work_directory, "/work");
  EXPECT_EQ(options->extra_switches, std::vector<std::string>{"--one"});
  EXPECT_EQ(options->deadline, std::chrono::seconds(7));
  EXPECT_TRUE(options->unsafe_no_sandbox);
  EXPECT_EQ(options->first_identity.has_value(), ::geteuid() == 0);
}

TEST(LaunchOptions, NeedABrowser) {
  config::Settings settings;
  settings.browser.executable = "/nowhere/chromium";
  EXPECT_EQ(launch_options(settings, "/work").error().code, base::errc::launch_failed);
}

TEST(Fingerprint, IsWhatASessionGetsThatAsksForNothing) {
  config::Settings settings;
  settings.browser.headless = true;
  settings.browser.screen = {800, 600};
  const auto fingerprint = default_fingerprint(settings);
  EXPECT_TRUE(fingerprint.headless);
  EXPECT_EQ(fingerprint.screen, (browser::Size{800, 600}));
}

TEST(Paths, AConfiguredEncoderIsTheOnlyOne) {
  config::Settings settings;
  settings.recording.encoder = "/bin/true";
  EXPECT_EQ(find_encoder(settings), "/bin/true");
  settings.recording.encoder = "/nowhere/encoder";
  EXPECT_FALSE(find_encoder(settings));
}

}  // namespace
}  // namespace greenroom::daemon
