#include "daemon/setup.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

namespace greenroom::daemon {
namespace {

TEST(DataDirectory, TheFirstThatSaysSomethingWins) {
  CommandLine line;
  EXPECT_EQ(data_directory(line).error().code, base::errc::invalid_argument);
  line.environment.emplace_back("HOME", "/users/ann");
  EXPECT_EQ(*data_directory(line), "/users/ann/.local/state/greenroom");
  line.environment.emplace_back("XDG_STATE_HOME", "/state");
  EXPECT_EQ(*data_directory(line), "/state/greenroom");
  line.environment.emplace_back("STATE_DIRECTORY", "/var/lib/greenroom:/var/lib/other");
  EXPECT_EQ(*data_directory(line), "/var/lib/greenroom");
  line.environment.emplace_back("GREENROOM_DATA", "/own");
  EXPECT_EQ(*data_directory(line), "/own");
  line.flags.emplace_back("--data", "/flag/");
  EXPECT_EQ(*data_directory(line), "/flag");
}

TEST(DataDirectory, IsAbsolute) {
  CommandLine line;
  line.flags.emplace_back("--data", "x/../y");
  EXPECT_EQ(*data_directory(line), (std::filesystem::current_path() / "y").string());
}

TEST(LoadSettings, TheListenFlagWinsOverTheEnvironment) {
  CommandLine line;
  line.environment = {{"GREENROOM_SERVER__LISTEN", "127.0.0.1:1"}, {"GREENROOM_LIMITS__SESSIONS", "3"}};
  EXPECT_EQ(load_settings(line)->server.listen.port, 1);
  line.flags.emplace_back("--listen", "127.0.0.1:2");
  const auto settings = load_settings(line);
  EXPECT_EQ(settings->server.listen.port, 2);
  EXPECT_EQ(settings->limits.sessions, 3);
}

TEST(LoadSettings, SystemdsDirectoryMayHoldTheFileOrNot) {
  std::string directory = (std::filesystem::temp_directory_path() / "greenroom-setup-XXXXXX").string();
  ASSERT_NE(::mkdtemp(directory.data()), nullptr);
  CommandLine line;
  line.environment = {{"CONFIGURATION_DIRECTORY", directory + ":/etc/other"}};
  EXPECT_EQ(load_settings(line)->limits.sessions, 20);
  std::ofstream(directory + "/greenroom.yaml") << "limits: {sessions: 7}\n";
  EXPECT_EQ(load_settings(line)->limits.sessions, 7);
  line.flags.emplace_back("--config", "/nowhere.yaml");
  EXPECT_FALSE(load_settings(line)) << "a named file is the only one";
  std::filesystem::remove_all(directory);
}

TEST(LoadSettings, AMissingFileIsAnError) {
  CommandLine line;
  line.flags.emplace_back("--config", "/nowhere.yaml");
  EXPECT_EQ(load_settings(line).error().code, base::errc::not_found);
}

}  // namespace
}  // namespace greenroom::daemon
