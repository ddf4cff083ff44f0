#include "session/timeline_mask.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::session {
namespace {

namespace json = boost::json;

json::value masked(const json::value& params, std::string_view method = "Network.requestWillBeSent") {
  const auto text = masked_params(method, json::serialize(params));
  EXPECT_TRUE(text);
  return text ? json::parse(*text) : json::value();
}

TEST(TimelineMask, OtherMethodsAreNotKept) {
  for (const std::string_view method : {"Network.dataReceived", "Runtime.executionContextCreated", "",
                                        "network.loadingFailed", "Network.requestWillBeSentExtraInfo"})
    EXPECT_FALSE(masked_params(method, "{}")) << method;
  for (const std::string_view method :
       {"Network.responseReceived", "Page.frameNavigated", "Inspector.targetCrashed"})
    EXPECT_EQ(masked_params(method, ""), "{}") << method;
}

TEST(TimelineMask, SecretHeadersAreMaskedInAnyCase) {
  for (const std::string_view name :
       {"Cookie", "cookie", "COOKIE", "Set-Cookie", "set-cookie", "Authorization", "proxy-AUTHORIZATION",
        "X-Api-Key", "x-apikey", "X-Auth-Token", "X-Csrf-Token", "Client-Secret"}) {
    const json::value request =
        masked({{"request", {{"headers", {{name, "hunter2"}, {"Accept", "text/html"}}}}}});
    EXPECT_EQ(request.at("request").at("headers").at(name), "[masked]") << name;
    EXPECT_EQ(request.at("request").at("headers").at("Accept"), "text/html");
    const json::value response =
        masked({{"response", {{"requestHeaders", {{name, "hunter2"}}}}}}, "Network.responseReceived");
    EXPECT_EQ(response.at("response").at("requestHeaders").at(name), "[masked]") << name;
  }
}

TEST(TimelineMask, MembersThatHoldSecretsAreLeftOut) {
  for (const std::string_view name :
       {"postData", "postDataEntries", "headersText", "requestHeadersText", "associatedCookies",
        "blockedCookies", "defaultPrompt", "userInput", "initiator", "securityDetails"}) {
    const json::value kept =
        masked({{"request", {{name, "hunter2"}, {"url", "https://a/"}}}, {name, {{"x", "hunter2"}}}});
    EXPECT_EQ(json::serialize(kept).find("hunter2"), std::string::npos) << name;
    EXPECT_EQ(kept.at("request").at("url"), "https://a/");
  }
}

TEST(TimelineMask, SecretsAreFoundAtEveryDepth) {
  json::value value{{"headers", {{"Cookie", "hunter2"}}}, {"postData", "hunter2"}};
  for (int i = 0; i < 10; ++i) value = json::value{{"redirectResponse", json::array{value}}};
  EXPECT_EQ(json::serialize(masked(value)).find("hunter2"), std::string::npos);
}

TEST(TimelineMask, AHeaderThatIsNoTextHidesNothing) {
  const json::value kept = masked({{"headers", {{"headers", {{"Cookie", "hunter2"}}}, {"Accept", "x"}}}});
  EXPECT_EQ(kept.at("headers").at("headers"), "[masked]");
  EXPECT_EQ(kept.at("headers").at("Accept"), "x");
}

TEST(TimelineMask, LongTextsAreCutAtACharactersBorder) {
  constexpr std::size_t limit = 8 * 1024;
  for (const std::string_view character : {"a", "ä", "€", "😀"})
    for (std::size_t shift = 0; shift < 4; ++shift) {
      std::string text(shift, '.');
      while (text.size() < 3 * limit) text += character;
      const json::value kept = masked({{"url", text}});
      const std::string cut(kept.at("url").as_string());
      EXPECT_LE(cut.size(), limit);
      EXPECT_GE(cut.size(), limit - character.size()) << character << shift;
      EXPECT_EQ(text.compare(0, cut.size(), cut), 0);
      EXPECT_EQ((cut.size() - shift) % character.size(), 0u) << "half a character: " << character << shift;
    }
  const std::string whole(limit, 'a');
  EXPECT_EQ(masked({{"url", whole}}).at("url").as_string(), whole);
}

TEST(TimelineMask, DeepValuesBecomeNullAndDeeperOnesAreNotKept) {
  // The parser itself allows 32 levels; what it refuses is not kept at all.
  std::string deep = "1";
  for (int i = 0; i < 200; ++i) deep = "[" + deep + "]";
  EXPECT_FALSE(masked_params("Page.frameNavigated", "{\"x\":" + deep + "}"));
}

TEST(TimelineMask, EventsThatAreTooLargeLeaveAWord) {
  const std::string huge = "{\"x\":\"" + std::string(300 * 1024, 'x') + "\"}";
  const auto kept = masked_params("Page.frameNavigated", huge);
  ASSERT_TRUE(kept);
  EXPECT_LT(kept->size(), 100u);
  EXPECT_TRUE(json::parse(*kept).is_object());
}

TEST(TimelineMask, WhatIsNoObjectIsNotKept) {
  for (const std::string_view params : {"[]", "1", "{", "\"x\"", "{\"a\":}"})
    EXPECT_FALSE(masked_params("Page.frameNavigated", params)) << params;
}

}  // namespace
}  // namespace greenroom::session
