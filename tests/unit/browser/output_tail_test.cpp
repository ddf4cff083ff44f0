#include "browser/output_tail.hpp"

#include <gtest/gtest.h>

namespace greenroom::browser {
namespace {

TEST(OutputTail, KeepsTheLastWords) {
  std::string tail;
  append_bounded(tail, "abc", base::Bytes{5});
  EXPECT_EQ(tail, "abc");
  append_bounded(tail, "def", base::Bytes{5});
  EXPECT_EQ(tail, "bcdef");
  append_bounded(tail, "0123456789", base::Bytes{5});
  EXPECT_EQ(tail, "56789");
  append_bounded(tail, "", base::Bytes{5});
  EXPECT_EQ(tail, "56789");
}

}  // namespace
}  // namespace greenroom::browser
