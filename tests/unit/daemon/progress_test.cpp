#include "daemon/progress.hpp"

#include <gtest/gtest.h>

namespace greenroom::daemon {
namespace {

using base::Bytes;

TEST(Progress, ABarGrowsWithTheWork) {
  EXPECT_EQ(progress_line("out.mp4", Bytes{0}, Bytes{10u << 20}),
            "out.mp4  [--------------------]   0 %  0 B of 10.0 MiB");
  EXPECT_EQ(progress_line("out.mp4", Bytes{4u << 20}, Bytes{10u << 20}),
            "out.mp4  [########------------]  40 %  4.0 MiB of 10.0 MiB");
  EXPECT_EQ(progress_line("out.mp4", Bytes{10u << 20}, Bytes{10u << 20}),
            "out.mp4  [####################] 100 %  10.0 MiB of 10.0 MiB");
}

TEST(Progress, MoreThanTheWholeIsTheWhole) {
  EXPECT_EQ(progress_line("x", Bytes{2048}, Bytes{1024}),
            "x  [####################] 100 %  2.0 KiB of 1.0 KiB");
}

TEST(Progress, WithoutAWholeThereIsNoBar) {
  EXPECT_EQ(progress_line("x", Bytes{1536}, std::nullopt), "x  1.5 KiB");
  EXPECT_EQ(progress_line("x", Bytes{5}, Bytes{0}), "x  5 B");
}

}  // namespace
}  // namespace greenroom::daemon
