#include "browser/switches.hpp"

#include <algorithm>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::browser {
namespace {

bool has(const std::vector<std::string>& arguments, const std::string& wanted) {
  return std::find(arguments.begin(), arguments.end(), wanted) != arguments.end();
}
bool has_switch(const std::vector<std::string>& arguments, const std::string& name) {
  return std::any_of(arguments.begin(), arguments.end(),
                     [&](const std::string& item) { return item == name || item.starts_with(name + "="); });
}

const ProfilePaths paths{"/w/1/profile", "/w/1/cache"};

TEST(Switches, ABrowserIsReachedByItsPipeAndByNothingElse) {
  const auto arguments = chromium_arguments({}, {}, paths);
  EXPECT_TRUE(has(arguments, "--remote-debugging-pipe"));
  EXPECT_FALSE(has_switch(arguments, "--remote-debugging-port"));
}

TEST(Switches, TheCrashHandlersAreLeftAlone) {
  // Without them Chromium 156's network service crashes for ever.
  EXPECT_FALSE(has_switch(chromium_arguments({}, {}, paths), "--disable-crashpad-for-testing"));
}

TEST(Switches, TheSandboxStaysUnlessItIsTakenAwayByName) {
  LaunchOptions options;
  EXPECT_FALSE(has_switch(chromium_arguments(options, {}, paths), "--no-sandbox"));
  options.unsafe_no_sandbox = true;
  EXPECT_TRUE(has(chromium_arguments(options, {}, paths), "--no-sandbox"));
}

TEST(Switches, AHeadfulBrowserHasAnXDisplayAndNoBubbles) {
  const auto arguments = chromium_arguments({}, {}, paths);
  EXPECT_TRUE(has(arguments, "--ozone-platform=x11"));
  EXPECT_TRUE(has(arguments, "--kiosk"));
  EXPECT_TRUE(has(arguments, "--window-position=0,0"));
  EXPECT_FALSE(has_switch(arguments, "--headless"));
}

TEST(Switches, AHeadlessBrowserHasTheScreenOfItsFingerprint) {
  Fingerprint fingerprint;
  fingerprint.headless = true;
  fingerprint.screen = {2560, 1440};
  const auto arguments = chromium_arguments({}, fingerprint, paths);
  EXPECT_TRUE(has(arguments, "--headless=new"));
  EXPECT_TRUE(has(arguments, "--screen-info={2560x1440}"));
  EXPECT_FALSE(has_switch(arguments, "--ozone-platform"));
}

TEST(Switches, ALanguageIsSetOnlyWhenThereIsOne) {
  EXPECT_FALSE(has_switch(chromium_arguments({}, {}, paths), "--lang"));
  Fingerprint fingerprint;
  fingerprint.language = "pt-BR";
  EXPECT_TRUE(has(chromium_arguments({}, fingerprint, paths), "--lang=pt-BR"));
  fingerprint.language = "de-AT,de";
  EXPECT_TRUE(has(chromium_arguments({}, fingerprint, paths), "--lang=de-AT"));
  EXPECT_TRUE(has(chromium_arguments({}, fingerprint, paths), "--accept-lang=de-AT,de"));
  EXPECT_FALSE(has_switch(chromium_arguments({}, {}, paths), "--user-agent"));
  fingerprint.user_agent = "A Player/1.0";
  EXPECT_TRUE(has(chromium_arguments({}, fingerprint, paths), "--user-agent=A Player/1.0"));
}

TEST(Switches, EachIsGivenOnceAndTheExtraOnesComeLast) {
  LaunchOptions options;
  options.extra_switches = {"--mute-audio"};
  auto arguments = chromium_arguments(options, {}, paths);
  EXPECT_EQ(arguments.back(), "--mute-audio");
  for (std::string& argument : arguments) argument = argument.substr(0, argument.find('='));
  std::sort(arguments.begin(), arguments.end());
  EXPECT_EQ(std::adjacent_find(arguments.begin(), arguments.end()), arguments.end());
}

TEST(Switches, DownloadsGoToTheInstanceEvenBeforeAnyClientSaysSo) {
  const json::value preferences = json::parse(initial_preferences("/w/1/down \"loads\""));
  EXPECT_EQ(preferences.at("download").at("default_directory").as_string(), "/w/1/down \"loads\"");
  EXPECT_FALSE(preferences.at("download").at("prompt_for_download").as_bool());
}

}  // namespace
}  // namespace greenroom::browser
