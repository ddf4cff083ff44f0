// How often pictures are taken.
#include "session/live_feed.hpp"

#include <gtest/gtest.h>

namespace greenroom::session {
namespace {

using base::Milliseconds;
constexpr Milliseconds now{0};
constexpr Milliseconds long_ago{60'000};

TEST(LivePace, HandsAndChangesBringPicturesSooner) {
  const auto pause = [](bool costly, Milliseconds input, Milliseconds change) {
    return pause_before_next({costly, input, change});
  };
  EXPECT_LT(pause(false, now, long_ago), pause(false, long_ago, now));
  EXPECT_LT(pause(false, long_ago, now), pause(false, long_ago, long_ago));
  EXPECT_LT(pause(true, now, long_ago), pause(true, long_ago, now));
  EXPECT_LT(pause(true, long_ago, now), pause(true, long_ago, long_ago));
}

TEST(LivePace, WhatCostsThePageIsAskedForMoreSeldom) {
  for (const Milliseconds input : {now, long_ago})
    for (const Milliseconds change : {now, long_ago})
      EXPECT_GT(pause_before_next({true, input, change}), pause_before_next({false, input, change}));
}

}  // namespace
}  // namespace greenroom::session
