#include "browser/identities.hpp"

#include <gtest/gtest.h>

namespace greenroom::browser {
namespace {

TEST(Identities, NoTwoBrowsersHaveTheSame) {
  Identities identities({5000, 6000}, 3);
  const auto first = identities.acquire();
  const auto second = identities.acquire();
  EXPECT_EQ(*first, (base::Identity{5000, 6000}));
  EXPECT_EQ(*second, (base::Identity{5001, 6001}));
  EXPECT_EQ(identities.in_use(), 2u);
}

TEST(Identities, AreRefusedWhenAllAreTaken) {
  Identities identities({5000, 5000}, 1);
  ASSERT_TRUE(identities.acquire());
  const auto none = identities.acquire();
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, base::errc::limit_reached);
}

TEST(Identities, AReleasedOneComesRoundLast) {
  Identities identities({5000, 5000}, 3);
  const auto first = identities.acquire();
  identities.release(*first);
  EXPECT_EQ(identities.acquire()->uid, 5001u);
  EXPECT_EQ(identities.acquire()->uid, 5002u);
  EXPECT_EQ(identities.acquire()->uid, 5000u);
  EXPECT_FALSE(identities.acquire());
}

}  // namespace
}  // namespace greenroom::browser
