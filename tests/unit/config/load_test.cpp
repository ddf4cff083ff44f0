#include "config/load.hpp"

#include <gtest/gtest.h>

#include "base/fd.hpp"

namespace greenroom::config {
namespace {

using base::errc;

Sources environment(std::vector<std::pair<std::string, std::string>> variables) {
  Sources sources;
  sources.environment = std::move(variables);
  return sources;
}

Settings good(std::string_view yaml, const Sources& rest = {}) {
  const auto settings = load_text(yaml, "greenroom.yaml", rest);
  EXPECT_TRUE(settings) << settings.error().message();
  return settings ? *settings : Settings{};
}

std::string problem(std::string_view yaml, const Sources& rest = {}) {
  const auto settings = load_text(yaml, "greenroom.yaml", rest);
  if (settings) return "no problem";
  EXPECT_EQ(settings.error().code, errc::invalid_argument);
  return settings.error().detail;
}

TEST(Load, NothingSaysTheDefaults) {
  EXPECT_EQ(*load({}), Settings{});
  EXPECT_EQ(good(""), Settings{});
  EXPECT_EQ(good("# only words\n"), Settings{});
}

TEST(Load, TheSampleFileSaysExactlyTheDefaults) {
  const auto sample = base::read_file("config/default.yaml");
  ASSERT_TRUE(sample) << sample.error().message();
  EXPECT_EQ(good(*sample), Settings{});
}

TEST(Load, ReadsEveryKindOfValue) {
  const Settings s = good(R"(
server:
  listen: "[::1]:80"
  public_url: https://browsers.example.com/room/
  allowed_hosts: [one.example.com, two]
  trusted_proxies:
    - 10.0.0.0/8
  body_limit: 1MiB
session: {default_timeout: 90s, idle_timeout: 0}
browser:
  headless: true
  viewport: 800x600
  uid_base: 70000
recording: {fps: 25}
log: {level: debug}
)");
  EXPECT_EQ(s.server.listen, (ListenAddress{"::1", 80}));
  EXPECT_EQ(s.server.public_url, "https://browsers.example.com/room");
  EXPECT_EQ(s.server.allowed_hosts, (std::vector<std::string>{"one.example.com", "two"}));
  EXPECT_EQ(s.server.trusted_proxies, std::vector<std::string>{"10.0.0.0/8"});
  EXPECT_EQ(s.server.body_limit, 1_MiB);
  EXPECT_EQ(s.session.default_timeout, 90s);
  EXPECT_TRUE(s.browser.headless);
  EXPECT_EQ(s.browser.viewport, (PixelSize{800, 600}));
  EXPECT_EQ(s.browser.uid_base, 70000u);
  EXPECT_EQ(s.recording.fps, 25);
  EXPECT_EQ(s.log.level, base::LogLevel::debug);
}

TEST(Load, FlagWinsOverEnvironmentOverFileOverDefault) {
  const std::string_view file = "recording: {fps: 20}\nlimits: {sessions: 20}\nbrowser: {pool_size: 20}\n";
  Sources rest = environment({{"GREENROOM_RECORDING__FPS", "30"}, {"GREENROOM_LIMITS__SESSIONS", "30"}});
  rest.flags = {{"recording.fps", "40"}};
  const Settings s = good(file, rest);
  EXPECT_EQ(s.recording.fps, 40);
  EXPECT_EQ(s.limits.sessions, 30);
  EXPECT_EQ(s.browser.pool_size, 20);
  EXPECT_EQ(s.server.connections, 4096);
}

TEST(Load, TheEnvironmentIsReadInAnyCase) {
  const Settings s = good("", environment({{"greenroom_server__Listen", "127.0.0.1:1"},
                                           {"GREENROOM_SERVER__ALLOWED_HOSTS", "a.example, b.example"},
                                           {"GREENROOM_BROWSER__SWITCHES", ""}}));
  EXPECT_EQ(s.server.listen.port, 1);
  EXPECT_EQ(s.server.allowed_hosts, (std::vector<std::string>{"a.example", "b.example"}));
  EXPECT_TRUE(s.browser.switches.empty());
}

TEST(Load, VariablesThatAreNoSettingsAreLeftAlone) {
  const Sources others = environment({{"GREENROOM_API_KEY", "secret"},
                                      {"GREENROOM_DATA", "/data"},
                                      {"GREENROOM_SERVICE_HOST", "10.0.0.1"},
                                      {"OTHER__THING", "x"},
                                      {"PATH", "/bin"}});
  EXPECT_EQ(good("", others), Settings{});
}

TEST(Load, EveryWrongSourceNamesPlaceAndKey) {
  EXPECT_EQ(problem("server:\n  body_limit: 1MiB\nsession:\n  default_timeout: 5x\n"),
            "greenroom.yaml:4: session.default_timeout: '5x' is no duration (use 30s, 5m, 1h)");
  EXPECT_EQ(problem("", environment({{"GREENROOM_RECORDING__FPS", "many"}})),
            "GREENROOM_RECORDING__FPS: recording.fps: 'many' is no whole number");
  Sources flags;
  flags.flags = {{"server.listen", "4480"}};
  EXPECT_EQ(
      problem("", flags),
      "command line: server.listen: '4480' is no address to listen on (use 127.0.0.1:4480, [::1]:4480 or "
      "0.0.0.0:4480)");
}

TEST(Load, AWrongValueIsSaidAlsoWhereAnotherSourceWins) {
  EXPECT_NE(problem("recording: {fps: 100}", environment({{"GREENROOM_RECORDING__FPS", "10"}})),
            "no problem");
}

TEST(Load, UnknownKeysAreRefusedWithASuggestion) {
  EXPECT_EQ(problem("session:\n  defualt_timeout: 5m\n"),
            "greenroom.yaml:2: session.defualt_timeout: there is no such setting; did you mean "
            "session.default_timeout?");
  EXPECT_EQ(
      problem("sesion:\n  idle_timeout: 5m\n"),
      "greenroom.yaml:2: sesion.idle_timeout: there is no such setting; did you mean session.idle_timeout?");
  EXPECT_EQ(problem("listen: 127.0.0.1:1\n"),
            "greenroom.yaml:1: listen: there is no such setting; did you mean server.listen?");
  EXPECT_EQ(problem("utterly_different: 1\n"),
            "greenroom.yaml:1: utterly_different: there is no such setting");
  EXPECT_EQ(problem("", environment({{"GREENROOM_SERVER__LISTN", "x"}})),
            "GREENROOM_SERVER__LISTN: server.listn: there is no such setting; did you mean server.listen?");
}

TEST(Load, DuplicatesAreRefused) {
  EXPECT_EQ(problem("recording:\n  fps: 10\n  fps: 20\n"),
            "greenroom.yaml:3: recording.fps: was set before, on line 2");
  EXPECT_EQ(problem("recording:\n  fps: 10\nlog:\n  level: info\nrecording:\n  fps: 20\n"),
            "greenroom.yaml:6: recording.fps: was set before, on line 2");
  EXPECT_EQ(problem("", environment({{"GREENROOM_LOG__LEVEL", "info"}, {"greenroom_log__level", "debug"}})),
            "greenroom_log__level: log.level: was set before, by GREENROOM_LOG__LEVEL");
}

TEST(Load, ValuesThatContradictEachOtherAreRefused) {
  EXPECT_EQ(problem("session:\n  default_timeout: 7h\n"),
            "greenroom.yaml:2: session.default_timeout: is longer than session.max_timeout");
  EXPECT_EQ(problem("browser:\n  screen: 640x480\n"),
            "default: browser.viewport: is larger than browser.screen");
}

TEST(Load, AMissingFileIsNamed) {
  Sources sources;
  sources.file = "/nowhere/greenroom.yaml";
  const auto settings = load(sources);
  ASSERT_FALSE(settings);
  EXPECT_EQ(settings.error().code, errc::not_found);
  EXPECT_EQ(settings.error().detail, "settings file /nowhere/greenroom.yaml");
}

}  // namespace
}  // namespace greenroom::config
