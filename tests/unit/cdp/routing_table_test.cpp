#include "cdp/routing_table.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace greenroom::cdp {
namespace {

using std::chrono::seconds;

class RoutingTableTest : public testing::Test {
 protected:
  RoutingTableTest() {
    table.add_root(1, "root-1", "");
    table.add_root(2, "root-2", "target-2");
  }
  RoutingTable table;
  Moment start{};
};

TEST_F(RoutingTableTest, ChildrenBelongToTheirParentsLine) {
  table.attached("root-1", "child", "page", false, start);
  table.attached("child", "grandchild", "frame", false, start);
  ASSERT_NE(table.find("grandchild"), nullptr);
  EXPECT_EQ(table.find("grandchild")->line, 1u);
  EXPECT_EQ(table.find("grandchild")->target_id, "frame");
  EXPECT_FALSE(table.find("grandchild")->is_root);
  EXPECT_TRUE(table.find("root-1")->is_root);
  EXPECT_EQ(table.find("root-2")->target_id, "target-2");
}

TEST_F(RoutingTableTest, AnUnknownParentGivesNoOwner) {
  table.attached("nobody", "child", "page", true, start);
  EXPECT_EQ(table.find("child"), nullptr);
  EXPECT_EQ(table.size(), 2u);
}

TEST_F(RoutingTableTest, ASessionKeepsItsFirstOwner) {
  table.attached("root-1", "child", "page", true, start);
  table.attached("root-2", "child", "other", false, start);
  EXPECT_EQ(table.find("child")->line, 1u);
  EXPECT_EQ(table.find("child")->target_id, "page");
  EXPECT_TRUE(table.find("child")->paused_since);
  table.attached("root-2", "root-1", "x", false, start);
  EXPECT_EQ(table.find("root-1")->line, 1u);
}

TEST_F(RoutingTableTest, ANamelessSessionIsNoSession) {
  table.attached("root-1", "", "page", false, start);
  EXPECT_EQ(table.size(), 2u);
}

TEST_F(RoutingTableTest, DetachingTellsRootsFromChildren) {
  table.attached("root-1", "child", "page", false, start);
  EXPECT_FALSE(table.detached("child"));
  EXPECT_EQ(table.find("child"), nullptr);
  EXPECT_TRUE(table.detached("root-2"));
  EXPECT_FALSE(table.detached("root-2")) << "gone already";
  EXPECT_FALSE(table.detached("never was"));
}

TEST_F(RoutingTableTest, PausedAreThoseNotReleasedYet) {
  table.attached("root-1", "a", "x", true, start);
  table.attached("root-1", "b", "x", true, start);
  table.attached("root-1", "c", "x", false, start);
  table.attached("root-2", "d", "x", true, start);
  table.released("b");
  table.released("unknown");
  EXPECT_EQ(table.paused_of(1), std::vector<std::string>{"a"});
  EXPECT_EQ(table.paused_of(2), std::vector<std::string>{"d"});
  EXPECT_TRUE(table.paused_of(3).empty());
}

TEST_F(RoutingTableTest, OverdueOnesAreTakenOnce) {
  table.attached("root-1", "old", "x", true, start);
  table.attached("root-2", "edge", "x", true, start + seconds(10));
  table.attached("root-1", "young", "x", true, start + seconds(11));
  auto overdue = table.take_overdue(start + seconds(10));
  std::sort(overdue.begin(), overdue.end());
  EXPECT_EQ(overdue, (std::vector<std::string>{"edge", "old"}));
  EXPECT_TRUE(table.take_overdue(start + seconds(10)).empty());
  EXPECT_EQ(table.paused_of(1), std::vector<std::string>{"young"});
}

TEST_F(RoutingTableTest, ALineGoesWithAllItsSessions) {
  table.attached("root-1", "child", "x", true, start);
  table.attached("root-2", "other", "x", false, start);
  table.remove_line(1);
  EXPECT_EQ(table.find("root-1"), nullptr);
  EXPECT_EQ(table.find("child"), nullptr);
  EXPECT_NE(table.find("other"), nullptr);
  EXPECT_EQ(table.size(), 2u);
}

}  // namespace
}  // namespace greenroom::cdp
