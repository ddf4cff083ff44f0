// Which bytes of a file.
#include "net/range.hpp"

#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

using base::Bytes;

RangeChoice part(std::uint64_t first, std::uint64_t last) { return {RangeKind::part, {first, last}}; }
const RangeChoice whole{};
const RangeChoice unsatisfiable{RangeKind::unsatisfiable, {}};

TEST(Range, FromFirstToLast) {
  EXPECT_EQ(choose_range("bytes=0-0", Bytes{10}), part(0, 0));
  EXPECT_EQ(choose_range("bytes=2-5", Bytes{10}), part(2, 5));
  EXPECT_EQ(choose_range("Bytes= 2 - 5 ", Bytes{10}), part(2, 5));
}

TEST(Range, EndsWithTheFile) {
  EXPECT_EQ(choose_range("bytes=2-", Bytes{10}), part(2, 9));
  EXPECT_EQ(choose_range("bytes=2-99999999999999999999999", Bytes{10}), part(2, 9));
}

TEST(Range, SuffixCountsFromTheEnd) {
  EXPECT_EQ(choose_range("bytes=-3", Bytes{10}), part(7, 9));
  EXPECT_EQ(choose_range("bytes=-99999999999999999999999", Bytes{10}), part(0, 9));
}

TEST(Range, BehindTheEndIsUnsatisfiable) {
  EXPECT_EQ(choose_range("bytes=10-", Bytes{10}), unsatisfiable);
  EXPECT_EQ(choose_range("bytes=18446744073709551616-", Bytes{10}), unsatisfiable);
  EXPECT_EQ(choose_range("bytes=-0", Bytes{10}), unsatisfiable);
  EXPECT_EQ(choose_range("bytes=0-", Bytes{0}), unsatisfiable);
  EXPECT_EQ(choose_range("bytes=-1", Bytes{0}), unsatisfiable);
}

TEST(Range, WhatIsMalformedOrManyIsIgnored) {
  for (const char* field : {"", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=5-2", "items=0-1",
                            "bytes=0-1,3-4", "bytes=+1-2", "bytes=1--2", "bytes=0x1-2"}) {
    EXPECT_EQ(choose_range(field, Bytes{10}), whole) << field;
  }
}

TEST(Etag, IsComparedWeaklyInAList) {
  EXPECT_TRUE(etag_matches("*", "\"a\""));
  EXPECT_TRUE(etag_matches("\"x\", W/\"a\"", "\"a\""));
  EXPECT_FALSE(etag_matches("\"x\",\"b\"", "\"a\""));
  EXPECT_FALSE(etag_matches("", "\"a\""));
}

TEST(FilePlan, SameTagIsNotModifiedWhateverTheRange) {
  Fields request;
  request.add("range", "bytes=0-1");
  request.add("if-none-match", "\"a\"");
  EXPECT_EQ(plan_file(request, "\"a\"", Bytes{10}).status, 304u);
  EXPECT_EQ(plan_file(request, "\"b\"", Bytes{10}).status, 206u);
}

TEST(FilePlan, IfRangeOfAnotherTagOrADateGetsTheWhole) {
  Fields request;
  request.add("range", "bytes=0-1");
  request.set("if-range", "\"a\"");
  EXPECT_EQ(plan_file(request, "\"a\"", Bytes{10}).status, 206u);
  request.set("if-range", "W/\"a\"");
  EXPECT_EQ(plan_file(request, "\"a\"", Bytes{10}).status, 200u);
  request.set("if-range", "Sun, 03 May 2026 12:53:37 GMT");
  EXPECT_EQ(plan_file(request, "\"a\"", Bytes{10}).status, 200u);
}

TEST(FilePlan, RangeBehindTheEndIs416) {
  Fields request;
  request.add("range", "bytes=10-");
  EXPECT_EQ(plan_file(request, "\"a\"", Bytes{10}).status, 416u);
}

}  // namespace
}  // namespace greenroom::net
