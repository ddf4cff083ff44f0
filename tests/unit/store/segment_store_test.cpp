#include "store/segment_store.hpp"

#include "store/session_store.hpp"
#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

SegmentRecord record(int n) {
  return {"seg-" + std::to_string(n) + ".m4s",
          "init-0.mp4",
          n * 4000,
          4000,
          1'000'000 + n * 4000,
          99,
          1280,
          720,
          40,
          n == 1};
}

class SegmentStoreTest : public StoreTest {
 protected:
  SegmentStoreTest() {
    SessionRecord session;
    session.id = "a";
    session.state = "ended";
    EXPECT_TRUE(run(sessions_.insert(session)));
  }
  SessionStore sessions_{*database_};
  SegmentStore segments_{*database_};
};

TEST_F(SegmentStoreTest, SegmentsComeBackInTheOrderOfTime) {
  for (const int n : {10, 2, 1}) ASSERT_TRUE(run(segments_.put("a", record(n))));
  const std::vector expected = {record(1), record(2), record(10)};
  EXPECT_EQ(*run(segments_.list("a")), expected);
  EXPECT_TRUE(run(segments_.list("nobody"))->empty());
}

TEST_F(SegmentStoreTest, TheSameFileIsOneRow) {
  SegmentRecord longer = record(1);
  longer.duration_ms = 5000;
  ASSERT_TRUE(run(segments_.put("a", record(1))));
  ASSERT_TRUE(run(segments_.put("a", longer)));
  EXPECT_EQ(*run(segments_.list("a")), std::vector{longer});
}

TEST_F(SegmentStoreTest, ReplacingForgetsWhatWasThere) {
  ASSERT_TRUE(run(segments_.put("a", record(1))));
  ASSERT_TRUE(run(segments_.replace("a", {record(2), record(3)})));
  const std::vector expected = {record(2), record(3)};
  EXPECT_EQ(*run(segments_.list("a")), expected);
}

TEST_F(SegmentStoreTest, AnUnknownSessionHasNoSegments) {
  EXPECT_EQ(run(segments_.put("nobody", record(1))).error().code, base::errc::conflict);
}

TEST_F(SegmentStoreTest, TheyGoWithTheirSessionOrAlone) {
  ASSERT_TRUE(run(segments_.put("a", record(1))));
  ASSERT_TRUE(run(segments_.erase("a")));
  EXPECT_TRUE(run(segments_.list("a"))->empty());
  ASSERT_TRUE(run(segments_.put("a", record(1))));
  ASSERT_TRUE(run(sessions_.remove("a")));
  EXPECT_TRUE(run(segments_.list("a"))->empty());
}

}  // namespace
}  // namespace greenroom::store
