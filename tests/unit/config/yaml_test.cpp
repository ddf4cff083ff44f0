#include "config/yaml.hpp"

#include <gtest/gtest.h>

namespace greenroom::config {
namespace {

std::string problem(std::string_view text) {
  const auto entries = read_yaml(text, "f.yaml");
  return entries ? "no problem" : entries.error().detail;
}

TEST(Yaml, FlattensSectionsAndKeepsLines) {
  const auto entries = read_yaml("a:\n  b: 1\n\n  c: [x, 'y z']\nd.e: ~\n", "f.yaml");
  ASSERT_TRUE(entries) << entries.error().message();
  ASSERT_EQ(entries->size(), 2u);
  EXPECT_EQ((*entries)[0].key, "a.b");
  EXPECT_EQ((*entries)[0].value.items, std::vector<std::string>{"1"});
  EXPECT_EQ((*entries)[0].line, 2);
  EXPECT_EQ((*entries)[1].key, "a.c");
  EXPECT_TRUE((*entries)[1].value.is_list);
  EXPECT_EQ((*entries)[1].value.items, (std::vector<std::string>{"x", "y z"}));
  EXPECT_EQ((*entries)[1].line, 4);
}

TEST(Yaml, ASectionWithoutEntriesIsNothingButASettingWithoutAValueIsAnError) {
  EXPECT_EQ(read_yaml("server:\n  # listen: x\n", "f.yaml")->size(), 0u);
  EXPECT_EQ(problem("server:\n  listen:\n"),
            "f.yaml:2: server.listen: has no value (give one, or remove the line)");
}

TEST(Yaml, WhatIsNotYamlIsSaidWithItsLine) {
  EXPECT_EQ(problem("a:\n  b: [1\n").substr(0, 24), "f.yaml:3: not valid YAML");
  EXPECT_EQ(problem("a:\n\tb: 1\n").substr(0, 24), "f.yaml:2: not valid YAML");
}

TEST(Yaml, OtherShapesAreRefused) {
  EXPECT_EQ(problem("- a\n- b\n"), "f.yaml:1: 'key: value' lines are wanted");
  EXPECT_EQ(problem("just words\n"), "f.yaml:1: 'key: value' lines are wanted");
  EXPECT_EQ(problem("a: 1\n---\nb: 2\n"),
            "f.yaml:2: what stands here is behind the end of the settings ('---', or a stray mark)");
  EXPECT_EQ(problem("[a]: 1\n"), "f.yaml:1: a key must be a plain word");
  EXPECT_EQ(problem("a: [[1]]\n"), "f.yaml:1: a: the list may hold plain values only");
  EXPECT_EQ(problem("log:\n  level:\n    x: 1\n"), "f.yaml:2: log.level: is a setting, not a section");
}

TEST(Yaml, AStrayCommaAtTheBeginningIsAnErrorAndEnds) {
  for (const char* text : {",", ", b: x\n", " , b: x\n  b: y\n"})
    EXPECT_EQ(problem(text).substr(0, 28), "f.yaml:1: what stands here i") << text;
}

TEST(Yaml, HostileNestingEnds) {
  EXPECT_NE(problem(std::string(100'000, '[')), "no problem");
  EXPECT_NE(problem(std::string(100'000, '{')), "no problem");
  EXPECT_NE(problem("a: &a\n  b: *a\n"), "no problem");
}

}  // namespace
}  // namespace greenroom::config
