#include "config/keys.hpp"

#include <fstream>
#include <set>

#include <gtest/gtest.h>

namespace greenroom::config {
namespace {

TEST(Keys, AreUniqueDottedNamesWithAMeaning) {
  std::set<std::string_view> names;
  for (const Key& key : keys()) {
    EXPECT_TRUE(names.insert(key.name).second) << key.name;
    EXPECT_EQ(std::count(key.name.begin(), key.name.end(), '.'), 1) << key.name;
    EXPECT_FALSE(key.meaning.empty()) << key.name;
  }
}

TEST(Keys, EachIsInTheSampleFileAndHasWordsAboveIt) {
  std::ifstream sample("config/default.yaml");
  ASSERT_TRUE(sample);
  std::set<std::string> found;
  std::string section, line, before;
  while (std::getline(sample, line)) {
    const auto colon = line.find(':');
    if (!line.empty() && line[0] != ' ' && line[0] != '#' && colon != std::string::npos)
      section = line.substr(0, colon);
    if (line.starts_with("  ") && line[2] != '#' && colon != std::string::npos) {
      found.insert(section + "." + line.substr(2, colon - 2));
      EXPECT_FALSE(before.empty()) << line << " has no words";
    }
    before = line;
  }
  std::set<std::string> expected;
  for (const Key& key : keys()) expected.insert(std::string(key.name));
  EXPECT_EQ(found, expected);
}

TEST(Keys, EachRefusesWhatCannotBeAValue) {
  for (const Key& key : keys()) {
    Settings settings;
    const Problem said = key.set(settings, Value{{"one", ""}, true});
    EXPECT_TRUE(said) << key.name << " took a list with an empty entry";
    EXPECT_EQ(settings, Settings{}) << key.name << " changed something all the same";
  }
}

TEST(Keys, BoundsAreKept) {
  const auto refused = [](std::string_view name, const std::string& text) {
    Settings settings;
    return find_key(name)->set(settings, Value{{text}, false}).has_value();
  };
  EXPECT_TRUE(refused("recording.fps", "0"));
  EXPECT_FALSE(refused("recording.fps", "1"));
  EXPECT_FALSE(refused("recording.fps", "60"));
  EXPECT_TRUE(refused("recording.fps", "61"));
  EXPECT_TRUE(refused("limits.sessions", "0"));
  EXPECT_TRUE(refused("browser.pool_size", "-1"));
  EXPECT_TRUE(refused("browser.uid_base", "0"));
  EXPECT_TRUE(refused("browser.launch_timeout", "999ms"));
  EXPECT_TRUE(refused("server.body_limit", "1KiB"));
  EXPECT_TRUE(refused("browser.executable", "chromium"));
  EXPECT_TRUE(refused("browser.switches", "incognito"));
}

TEST(NearestKey, FindsSlipsAndNotStrangers) {
  EXPECT_EQ(nearest_key("recording.fsp"), "recording.fps");
  EXPECT_EQ(nearest_key("server.pool_size"), "browser.pool_size");
  EXPECT_EQ(nearest_key("zzzz.qqqq"), "");
  EXPECT_EQ(nearest_key(std::string(10'000, 'a')), "");
}

}  // namespace
}  // namespace greenroom::config
