#include "store/timeline_store.hpp"

#include "store/session_store.hpp"
#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

TimelineEvent event(std::int64_t seq) {
  return {seq, 1000 + seq, 2, "TARGET", "Network.requestWillBeSent", R"({"n":)" + std::to_string(seq) + "}"};
}

class TimelineStoreTest : public StoreTest {
 protected:
  TimelineStoreTest() {
    for (const char* id : {"a", "b"}) {
      SessionRecord record;
      record.id = id;
      EXPECT_TRUE(run(SessionStore(*database_).insert(record)));
    }
  }
  TimelineStore timeline_{*database_};
};

TEST_F(TimelineStoreTest, ReadsInOrderFromWhereTheReaderStopped) {
  ASSERT_TRUE(run(timeline_.append("a", {event(1), event(2), event(3)})));
  ASSERT_TRUE(run(timeline_.append("b", {event(1)})));
  const std::vector both = {event(2), event(3)};
  EXPECT_EQ(*run(timeline_.read("a", 1, 10)), both);
  EXPECT_EQ(*run(timeline_.read("a", 1, 1)), std::vector{event(2)});
  EXPECT_TRUE(run(timeline_.read("a", 3, 10))->empty());
  EXPECT_TRUE(run(timeline_.read("nobody", 0, 10))->empty());
}

TEST_F(TimelineStoreTest, ABatchIsWrittenWholeOrNotAtAll) {
  ASSERT_TRUE(run(timeline_.append("a", {event(2)})));
  const auto done = run(timeline_.append("a", {event(1), event(2)}));
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, base::errc::conflict);
  EXPECT_EQ(*run(timeline_.read("a", 0, 10)), std::vector{event(2)});
}

TEST_F(TimelineStoreTest, AnUnknownSessionHasNoTimeline) {
  EXPECT_EQ(run(timeline_.append("nobody", {event(1)})).error().code, base::errc::conflict);
}

TEST_F(TimelineStoreTest, MarkersAreTheWordsThatBeginSmall) {
  TimelineEvent shown = event(2);
  shown.method = "tab.shown";
  TimelineEvent left = event(3);
  left.method = "client.left";
  ASSERT_TRUE(run(timeline_.append("a", {event(1), shown, left, event(4)})));
  const std::vector both = {shown, left};
  EXPECT_EQ(*run(timeline_.read_markers("a", 0, 10)), both);
  EXPECT_EQ(*run(timeline_.read_markers("a", 2, 10)), std::vector{left});
  EXPECT_EQ(*run(timeline_.read_markers("a", 0, 1)), std::vector{shown});
}

TEST_F(TimelineStoreTest, EraseTakesOneSessionsEvents) {
  ASSERT_TRUE(run(timeline_.append("a", {event(1)})));
  ASSERT_TRUE(run(timeline_.append("b", {event(1)})));
  ASSERT_TRUE(run(timeline_.erase("a")));
  EXPECT_TRUE(run(timeline_.read("a", 0, 10))->empty());
  EXPECT_EQ(run(timeline_.read("b", 0, 10))->size(), 1u);
}

}  // namespace
}  // namespace greenroom::store
