#include "browser/usage.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

namespace greenroom::browser {
namespace {

using namespace std::chrono_literals;

TEST(Usage, TimesOfAProcessWithAnOddName) {
  const auto process = parse_process_times(
      "17 (a) b (c) S 5 17 17 0 -1 4194560 1 2 3 4 100 50 30 20 20 0 1 0 12345 1 2 3", 100);
  ASSERT_TRUE(process);
  EXPECT_EQ(process->pid, 17);
  EXPECT_EQ(process->parent, 5);
  EXPECT_EQ(process->cpu, 2000ms);
}

TEST(Usage, WhatIsNoSuchLineIsNothing) {
  for (const char* text :
       {"", "17", "17 (a)", "17 (a) S", "x (a) S 5 17 17 0 -1 0 1 2 3 4 1 1 1 1", "17 (a) S 5 17"})
    EXPECT_FALSE(parse_process_times(text, 100)) << text;
  EXPECT_FALSE(parse_process_times("17 (a) S 5 17 17 0 -1 0 1 2 3 4 1 1 1 1", 0));
}

TEST(Usage, PagesWithoutThoseOfFiles) {
  EXPECT_EQ(own_pages("1000 300 200 1 0 90 0"), 100u);
  EXPECT_EQ(own_pages("1000 200 300 1"), 0u);
  EXPECT_EQ(own_pages(""), 0u);
}

TEST(Usage, DescendantsBelongWhateverTheirOrder) {
  const std::vector<ProcessTimes> all{{30, 20, 0ms}, {20, 10, 0ms}, {10, 1, 0ms},
                                      {11, 1, 0ms},  {40, 11, 0ms}, {5, 1, 0ms}};
  const std::vector<ProcessRoots> trees{{10}, {11, 99}};
  EXPECT_EQ(tree_of_each(all, trees), (std::vector<std::size_t>{0, 0, 0, 1, 1, 2}));
}

TEST(Usage, ThisProcessTakesSomething) {
  const std::vector<Usage> usage = read_usage({{::getpid()}, {999'999'999}});
  ASSERT_EQ(usage.size(), 2u);
  EXPECT_GE(usage[0].processes, 1u);
  EXPECT_GT(usage[0].memory.count, 100'000u);
  EXPECT_EQ(usage[1].processes, 0u);
}

}  // namespace
}  // namespace greenroom::browser
