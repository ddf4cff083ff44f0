#include "recorder/retention.hpp"

#include <gtest/gtest.h>

namespace greenroom::recorder {
namespace {

using base::Bytes;
using base::Milliseconds;
using base::WallTime;
using Ids = std::vector<std::string>;

WallTime at(std::int64_t ms) { return WallTime(Milliseconds(ms)); }

std::vector<KeptSession> three() {
  return {{"b", at(200), Bytes{20}}, {"c", at(300), Bytes{30}}, {"a", at(100), Bytes{10}}};
}

TEST(Retention, WithoutRulesEverythingStays) {
  EXPECT_EQ(plan_retention(three(), Bytes{1000}, {}, at(1'000'000)), RetentionPlan{});
}

TEST(Retention, WhatIsOlderThanTheAgeGoesWhole) {
  RetentionRules rules;
  rules.age = Milliseconds(100);
  EXPECT_EQ(plan_retention(three(), {}, rules, at(200)).remove, Ids{}) << "exactly as old is not older";
  EXPECT_EQ(plan_retention(three(), {}, rules, at(201)).remove, Ids{"a"});
  EXPECT_EQ(plan_retention(three(), {}, rules, at(1000)).remove, (Ids{"a", "b", "c"}));
}

TEST(Retention, BeyondTheCountTheOldestGo) {
  RetentionRules rules;
  rules.count = 1;
  EXPECT_EQ(plan_retention(three(), {}, rules, at(0)).remove, (Ids{"a", "b"}));
  rules.count = 3;
  EXPECT_EQ(plan_retention(three(), {}, rules, at(0)).remove, Ids{});
}

TEST(Retention, BeyondTheSizeTheOldestRecordingsGoAndTheirSessionsStay) {
  RetentionRules rules;
  rules.size = Bytes{60};
  EXPECT_EQ(plan_retention(three(), {}, rules, at(0)), RetentionPlan{});
  rules.size = Bytes{59};
  EXPECT_EQ(plan_retention(three(), {}, rules, at(0)), (RetentionPlan{{}, {"a"}}));
  rules.size = Bytes{1};
  EXPECT_EQ(plan_retention(three(), {}, rules, at(0)), (RetentionPlan{{}, {"a", "b", "c"}}));
}

TEST(Retention, RecordingsThatAreBeingMadeTakeRoomAndAreNotTouched) {
  RetentionRules rules;
  rules.size = Bytes{60};
  EXPECT_EQ(plan_retention(three(), Bytes{11}, rules, at(0)), (RetentionPlan{{}, {"a", "b"}}));
}

TEST(Retention, WhatGoesByAgeDoesNotCountTowardsTheSize) {
  RetentionRules rules;
  rules.age = Milliseconds(100);
  rules.size = Bytes{50};
  EXPECT_EQ(plan_retention(three(), {}, rules, at(201)), (RetentionPlan{{"a"}, {}}));
}

TEST(Retention, ASessionWithoutFilesIsNotDeletedForItsSize) {
  RetentionRules rules;
  rules.size = Bytes{1};
  EXPECT_EQ(plan_retention({{"a", at(1), {}}, {"b", at(2), Bytes{5}}}, {}, rules, at(3)).remove_files,
            Ids{"b"});
}

TEST(DiskFloors, RecordingsStopBeforeSessionsAreRefused) {
  const DiskFloors floors{Bytes{100}, Bytes{10}};
  EXPECT_EQ(judge_disk(Bytes{100}, floors), DiskVerdict::enough);
  EXPECT_EQ(judge_disk(Bytes{99}, floors), DiskVerdict::no_recording);
  EXPECT_EQ(judge_disk(Bytes{10}, floors), DiskVerdict::no_recording);
  EXPECT_EQ(judge_disk(Bytes{9}, floors), DiskVerdict::no_session);
  EXPECT_EQ(judge_disk(Bytes{0}, {}), DiskVerdict::enough) << "no floor";
}

}  // namespace
}  // namespace greenroom::recorder
