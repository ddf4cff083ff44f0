// Routes by verb and path.
#include "net/router.hpp"

#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    router.add("GET", "/v1/sessions/{id}", 0);
    router.add("POST", "/v1/sessions/{id}", 1);
    router.add("POST", "/v1/sessions/start", 2);
    router.add("GET", "/v1/sessions", 3);
    router.add("GET", "/", 4);
    router.add("GET", "/v1/sessions/{id}/replays/{page}", 5);
    router.add("HEAD", "/v1/sessions", 6);
  }
  std::optional<std::size_t> route(std::string_view method, std::string_view path) const {
    const Router::Outcome outcome = router.find(method, path);
    return outcome.match ? std::optional(outcome.match->route) : std::nullopt;
  }
  Router router;
};

TEST_F(RouterTest, LiteralWinsOverParameter) {
  EXPECT_EQ(route("POST", "/v1/sessions/start"), 2u);
  EXPECT_EQ(route("POST", "/v1/sessions/other"), 1u);
}

TEST_F(RouterTest, VerbThatOnlyTheParameterRouteHasFindsIt) {
  EXPECT_EQ(route("GET", "/v1/sessions/start"), 0u);
}

TEST_F(RouterTest, ParametersAreDecodedInOrder) {
  const Router::Outcome outcome = router.find("GET", "/v1/sessions/a%20b/replays/7");
  ASSERT_TRUE(outcome.match);
  EXPECT_EQ(outcome.match->parameters["id"], "a b");
  EXPECT_EQ(outcome.match->parameters["page"], "7");
  EXPECT_EQ(outcome.match->parameters["none"], "");
}

TEST_F(RouterTest, ParameterNeverHoldsASlashANulOrNothing) {
  for (const char* path : {"/v1/sessions/a%2Fb", "/v1/sessions/a%00", "/v1/sessions/a%zz",
                           "/v1/sessions//replays/1", "/v1/sessions/%2e%2e%2f"}) {
    EXPECT_EQ(route("GET", path), std::nullopt) << path;
  }
}

TEST_F(RouterTest, OneTrailingSlashIsTolerated) {
  EXPECT_EQ(route("GET", "/v1/sessions/"), 3u);
  EXPECT_EQ(route("GET", "/v1/sessions//"), std::nullopt);
  EXPECT_EQ(route("GET", "/"), 4u);
}

TEST_F(RouterTest, OtherVerbListsWhatIsAllowed) {
  const Router::Outcome outcome = router.find("DELETE", "/v1/sessions/x");
  EXPECT_FALSE(outcome.match);
  EXPECT_EQ(outcome.allowed, (std::vector<std::string_view>{"GET", "POST"}));
}

TEST_F(RouterTest, UnknownPathAllowsNothing) {
  EXPECT_TRUE(router.find("GET", "/v2").allowed.empty());
  EXPECT_TRUE(router.find("GET", "").allowed.empty());
  EXPECT_TRUE(router.find("GET", "v1/sessions").allowed.empty());
}

TEST_F(RouterTest, HeadFindsGetUnlessItHasItsOwn) {
  EXPECT_EQ(route("HEAD", "/v1/sessions/x"), 0u);
  EXPECT_EQ(route("HEAD", "/v1/sessions"), 6u);
}

TEST_F(RouterTest, PathIsComparedAsSentAndInItsCase) {
  EXPECT_EQ(route("GET", "/V1/sessions"), std::nullopt);
  EXPECT_EQ(route("get", "/v1/sessions"), std::nullopt);
}

}  // namespace
}  // namespace greenroom::net
