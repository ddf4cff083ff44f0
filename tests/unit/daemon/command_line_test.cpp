#include "daemon/command_line.hpp"

#include <array>
#include <set>

#include <gtest/gtest.h>

#include "daemon/commands.hpp"

namespace greenroom::daemon {
namespace {

int nothing(const CommandLine&) { return 0; }

constexpr std::array flags = {Flag{"--config", "FILE", "a file"}, Flag{"--json", "", "a switch"}};
constexpr std::array table = {
    Command{"serve", "", "runs", flags, nothing},
    Command{"keys add", "", "adds", {}, nothing},
    Command{"keys revoke", "ID", "revokes", flags, nothing},
};

std::string problem(const std::vector<std::string>& words) {
  const auto invocation = parse(table, words);
  return invocation ? "no problem" : invocation.error().detail;
}

TEST(CommandLine, FindsTheCommandItsFlagsAndOperands) {
  const auto invocation = parse(table, {"keys", "revoke", "--json", "abc", "--config", "f.yaml"});
  ASSERT_TRUE(invocation) << invocation.error().detail;
  EXPECT_EQ(invocation->command, &table[2]);
  EXPECT_EQ(invocation->line.operands, std::vector<std::string>{"abc"});
  EXPECT_EQ(invocation->line.flag("--config"), "f.yaml");
  EXPECT_TRUE(invocation->line.has("--json"));
  EXPECT_FALSE(invocation->line.has("--other"));
}

TEST(CommandLine, FlagsMayBeWrittenWithAnEqualsSign) {
  const auto invocation = parse(table, {"serve", "--config=a=b"});
  ASSERT_TRUE(invocation);
  EXPECT_EQ(invocation->line.flag("--config"), "a=b");
}

TEST(CommandLine, AfterTwoDashesNothingIsAFlag) {
  const auto invocation = parse(table, {"keys", "revoke", "--", "--json"});
  ASSERT_TRUE(invocation);
  EXPECT_EQ(invocation->line.operands, std::vector<std::string>{"--json"});
}

TEST(CommandLine, EveryMistakeIsOneClearLine) {
  EXPECT_EQ(problem({"run"}), "there is no command 'run' (see greenroom --help)");
  EXPECT_EQ(problem({"keys"}), "say which: 'keys add', 'keys revoke'");
  EXPECT_EQ(problem({"keys", "remove"}), "say which: 'keys add', 'keys revoke'");
  EXPECT_EQ(problem({"serve", "--lisen", "x"}), "'serve' knows no --lisen (see greenroom serve --help)");
  EXPECT_EQ(problem({"serve", "-x"}), "'serve' knows no -x (see greenroom serve --help)");
  EXPECT_EQ(problem({"serve", "--config"}), "--config needs FILE");
  EXPECT_EQ(problem({"serve", "--config", "a", "--config=b"}), "--config is there twice");
  EXPECT_EQ(problem({"serve", "--json=1"}), "--json takes no value");
  EXPECT_EQ(problem({"serve", "now"}), "'serve' cannot use 'now'");
  EXPECT_EQ(problem({"keys", "revoke"}), "'keys revoke' needs ID");
}

TEST(CommandLine, HelpIsForAllOrForOne) {
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{}, {"--help"}, {"-h"}, {"help"}, {"keys", "--help"}}) {
    const auto invocation = parse(table, words);
    ASSERT_TRUE(invocation);
    EXPECT_TRUE(invocation->wants_help);
    EXPECT_EQ(invocation->command, nullptr);
  }
  const auto one = parse(table, {"keys", "revoke", "--help"});
  ASSERT_TRUE(one) << "although ID is missing";
  EXPECT_TRUE(one->wants_help);
  EXPECT_EQ(one->command, &table[2]);
  EXPECT_NE(help(table).find("keys revoke ID"), std::string::npos);
  EXPECT_NE(help(table[2]).find("--config FILE"), std::string::npos);
}

TEST(CommandLine, AnEmptyVariableCountsAsNone) {
  CommandLine line;
  line.environment = {{"EMPTY", ""}, {"FULL", "x"}};
  EXPECT_FALSE(line.variable("EMPTY"));
  EXPECT_EQ(line.variable("FULL"), "x");
}

TEST(Commands, EachIsThereOnceWithASummaryAndAFunction) {
  std::set<std::string_view> names;
  for (const Command& command : commands()) {
    EXPECT_TRUE(names.insert(command.name).second) << command.name;
    EXPECT_FALSE(command.summary.empty()) << command.name;
    EXPECT_NE(command.run, nullptr) << command.name;
  }
}

}  // namespace
}  // namespace greenroom::daemon
