#include "browser/process_tree.hpp"

#include <unistd.h>

#include <gtest/gtest.h>

namespace greenroom::browser {
namespace {

constexpr pid_t daemon_pid = 100;

ProcessInfo process(pid_t pid, pid_t parent, pid_t group, uid_t uid, std::string home = {}) {
  ProcessInfo info;
  info.pid = pid;
  info.parent = parent;
  info.group = group;
  info.uid = uid;
  info.home = std::move(home);
  return info;
}

std::vector<pid_t> pids(const std::vector<ProcessInfo>& processes) {
  std::vector<pid_t> found;
  for (const ProcessInfo& info : processes) found.push_back(info.pid);
  return found;
}

TreeKey key() { return {"/w/one", {200}, {5000, 5000}, true, daemon_pid}; }

TEST(ProcessTree, HoldsTheGroupOfItsLeader) {
  const std::vector<ProcessInfo> all{process(200, 100, 200, 5000), process(201, 200, 200, 5000),
                                     process(300, 100, 300, 5001)};
  EXPECT_EQ(pids(members(all, key())), (std::vector<pid_t>{200, 201}));
}

TEST(ProcessTree, HoldsDescendantsThatHaveLeftTheGroup) {
  const std::vector<ProcessInfo> all{process(203, 202, 202, 5000), process(202, 201, 202, 5000),
                                     process(201, 200, 200, 5000), process(200, 100, 200, 5000)};
  EXPECT_EQ(members(all, key()).size(), 4u);
}

TEST(ProcessTree, HoldsAnOrphanWithItsHomeInTheDirectory) {
  const std::vector<ProcessInfo> all{process(400, 1, 400, 5000, "/w/one/home"),
                                     process(401, 1, 401, 5001, "/w/one/home"),
                                     process(402, 1, 402, 5000, "/w/onetwo/home")};
  TreeKey shared = key();
  shared.is_exclusive = false;
  EXPECT_EQ(pids(members(all, shared)), (std::vector<pid_t>{400})) << "another user's word is not taken";
}

TEST(ProcessTree, HoldsEveryOrphanOfAUserThatIsItsOwn) {
  const std::vector<ProcessInfo> all{process(400, daemon_pid, 400, 5000), process(401, daemon_pid, 401, 5001),
                                     process(402, 77, 402, 5000)};
  EXPECT_EQ(pids(members(all, key())), (std::vector<pid_t>{400})) << "402 is another daemon's child";
}

TEST(ProcessTree, NeverHoldsTheDaemon) {
  std::vector<ProcessInfo> all{process(daemon_pid, 1, daemon_pid, 5000, "/w/one/home")};
  EXPECT_TRUE(members(all, key()).empty());
}

TEST(ProcessTree, TakesAPathForOursOnlyWhereChromiumPutsIt) {
  ProcessInfo info;
  info.command_line = std::string("chromium\0--user-data-dir=/w/one/profile\0--type=renderer", 54);
  EXPECT_TRUE(names_directory(info, "/w/one"));
  info.command_line = std::string("less\0/w/one/profile/log", 23);
  EXPECT_FALSE(names_directory(info, "/w/one"));
}

TEST(ProcessTree, SeesThisProcessInProc) {
  for (const ProcessInfo& info : list_processes()) {
    if (info.pid != ::getpid()) continue;
    EXPECT_EQ(info.parent, ::getppid());
    EXPECT_EQ(info.group, ::getpgrp());
    EXPECT_EQ(info.uid, ::getuid());
    EXPECT_FALSE(info.is_zombie);
    EXPECT_GT(info.started, 0u);
    return;
  }
  FAIL() << "not found";
}

}  // namespace
}  // namespace greenroom::browser
