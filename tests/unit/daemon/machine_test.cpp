#include "daemon/machine.hpp"

#include <gtest/gtest.h>

namespace greenroom::daemon {
namespace {

using base::operator""_KiB;

TEST(Machine, AvailableMemory) {
  EXPECT_EQ(parse_available_memory("MemTotal: 100 kB\nMemFree:  5 kB\nMemAvailable:   20480 kB\n"),
            20480_KiB);
  EXPECT_EQ(parse_available_memory("MemTotal: 100 kB\n"), std::nullopt);
  EXPECT_EQ(parse_available_memory("MemAvailable: much\n"), std::nullopt);
  EXPECT_EQ(parse_available_memory("MemAvailableX: 4\nMemAvailable: 3 kB"), 3_KiB);
  EXPECT_EQ(parse_available_memory(""), std::nullopt);
}

TEST(Machine, KillsForWantOfMemory) {
  EXPECT_EQ(parse_memory_kills("nr_free 1\noom_kill 7\nother 3\n"), 7u);
  EXPECT_EQ(parse_memory_kills("low 0\nhigh 2\nmax 9\noom 3\noom_kill 2\noom_group_kill 5\n"), 2u);
  EXPECT_EQ(parse_memory_kills("oom_kill_x 4\n"), 0u);
  EXPECT_EQ(parse_memory_kills(""), 0u);
}

TEST(Machine, ThisOneHasSomeMemory) {
  const auto available = available_memory();
  ASSERT_TRUE(available);
  EXPECT_GT(available->count, 1'000'000u);
}

}  // namespace
}  // namespace greenroom::daemon
