#include "browser/cgroup.hpp"

#include <gtest/gtest.h>

namespace greenroom::browser {
namespace {

constexpr const char* unified =
    "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n";

TEST(CgroupPath, IsBelowWhereTheTreeIsMounted) {
  EXPECT_EQ(cgroup_path("0::/system.slice/greenroom.service\n", unified),
            "/sys/fs/cgroup/system.slice/greenroom.service");
  EXPECT_EQ(cgroup_path("0::/\n", unified), "/sys/fs/cgroup");
}

TEST(CgroupPath, VersionOneBesideItIsPassedBy) {
  const char* mounts =
      "30 29 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
      "31 29 0:28 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
  EXPECT_EQ(cgroup_path("5:memory:/a\n0::/b\n", mounts), "/sys/fs/cgroup/unified/b");
  EXPECT_EQ(cgroup_path("5:memory:/a\n", mounts), std::nullopt);
  EXPECT_EQ(cgroup_path("0::/b\n", "30 29 0:27 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"),
            std::nullopt);
}

TEST(CgroupPath, APartOfTheTreeMayBeMounted) {
  const char* mounts = "40 23 0:26 /machine/one /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
  EXPECT_EQ(cgroup_path("0::/machine/one/daemon\n", mounts), "/sys/fs/cgroup/daemon");
  EXPECT_EQ(cgroup_path("0::/machine/one\n", mounts), "/sys/fs/cgroup");
  EXPECT_EQ(cgroup_path("0::/machine/oneself\n", mounts), std::nullopt);
}

TEST(CgroupPath, NonsenseIsNoPath) {
  EXPECT_EQ(cgroup_path("", unified), std::nullopt);
  EXPECT_EQ(cgroup_path("0::relative\n", unified), std::nullopt);
  EXPECT_EQ(cgroup_path("0::/\n", "- cgroup2\n-\n1 2 3 - cgroup2"), std::nullopt);
}

TEST(WantedControllers, AreThoseOfTheLimitsThatAreThere) {
  EXPECT_EQ(wanted_controllers("cpuset cpu io memory hugetlb pids\n"), "+memory +pids +cpu");
  EXPECT_EQ(wanted_controllers("cpuset io\n"), "");
  EXPECT_EQ(wanted_controllers("memory.extra pidsx\n"), "");
}

TEST(KilledForMemory, IsOneLineOfSeveral) {
  EXPECT_EQ(killed_for_memory("low 0\nhigh 3\nmax 17\noom 4\noom_kill 2\noom_group_kill 0\n"), 2u);
  EXPECT_EQ(killed_for_memory("oom_group_kill 9\n"), 0u);
  EXPECT_EQ(killed_for_memory(""), 0u);
}

}  // namespace
}  // namespace greenroom::browser
