// One pair of hands at a time.
#include "session/live_control.hpp"

#include <gtest/gtest.h>

namespace greenroom::session {
namespace {

TEST(LiveControl, WhoActsFirstHasIt) {
  LiveControl control;
  control.join(1, true);
  control.join(2, true);
  EXPECT_EQ(control.holder(), LiveControl::nobody);
  EXPECT_TRUE(control.act(2));
  EXPECT_FALSE(control.act(1)) << "the other's hands do nothing";
  EXPECT_EQ(control.holder(), 2u);
}

TEST(LiveControl, WhoMayOnlyLookNeverHasIt) {
  LiveControl control;
  control.join(1, false);
  EXPECT_FALSE(control.act(1));
  EXPECT_FALSE(control.take(1));
  EXPECT_FALSE(control.take(7)) << "nobody by that number";
  EXPECT_EQ(control.holder(), LiveControl::nobody);
}

TEST(LiveControl, ItIsTakenFromAnybodyAndGoesBackToThem) {
  LiveControl control;
  for (LiveControl::Viewer viewer = 1; viewer <= 3; ++viewer) control.join(viewer, true);
  control.act(1);
  EXPECT_TRUE(control.take(2));
  EXPECT_TRUE(control.take(3));
  EXPECT_FALSE(control.act(1));
  control.give(3);
  EXPECT_EQ(control.holder(), 2u);
  control.give(2);
  EXPECT_EQ(control.holder(), 1u);
  control.give(1);
  EXPECT_EQ(control.holder(), LiveControl::nobody);
  EXPECT_TRUE(control.act(3)) << "free for whoever acts next";
}

TEST(LiveControl, WhoLeavesHandsItBack) {
  LiveControl control;
  control.join(1, true);
  control.join(2, true);
  control.act(1);
  control.take(2);
  control.leave(1);
  control.give(2);
  EXPECT_EQ(control.holder(), LiveControl::nobody) << "the first one is not there any more";
  control.take(2);
  control.leave(2);
  EXPECT_EQ(control.holder(), LiveControl::nobody);
}

TEST(LiveControl, GivingBackWhatOneDoesNotHaveTakesItFromNobody) {
  LiveControl control;
  control.join(1, true);
  control.join(2, true);
  control.act(1);
  control.give(2);
  EXPECT_EQ(control.holder(), 1u);
}

}  // namespace
}  // namespace greenroom::session
