#include <gtest/gtest.h>

#include "api/stagehand/cache.hpp"

namespace greenroom::api::stagehand {
namespace {

std::string body(std::string_view more, std::string_view node = "5", std::string_view name = "Go") {
  return R"({"method":"act","url":"http://h/","cdpTree":{"rootFrameId":"F","focusBackendNodeId":)" +
         std::string(node) + R"(,"frames":[{"frameId":"F","axNodes":[{"nodeId":")" + std::string(node) +
         R"(","backendDOMNodeId":)" + std::string(node) + R"(,"role":{"value":"button"},"name":{"value":")" +
         std::string(name) + R"("}}]}]},"data":{"input":"x","options":{"variables":{"a":"one two"}}})" +
         std::string(more) + "}";
}

std::string key_of(const std::string& text) {
  const auto request = parse_cache_request(text, false);
  EXPECT_TRUE(request) << request.error().message();
  return request ? request->key : std::string();
}

TEST(StagehandCache, NumbersOfNodesAndValuesOfVariablesAreNotInTheKey) {
  std::string other = body("", "77");
  other.replace(other.find("one two"), 7, "other");
  EXPECT_EQ(key_of(body("")), key_of(other));
  EXPECT_NE(key_of(body("")), key_of(body("", "5", "Stop")));
}

TEST(StagehandCache, TheOrderOfAQueryDoesNotMatter) {
  EXPECT_EQ(with_sorted_query("http://h/p?b=2&a=1#f"), "http://h/p?a=1&b=2#f");
  EXPECT_EQ(with_sorted_query("http://h/p#f?b&a"), "http://h/p#f?b&a");
  EXPECT_EQ(with_sorted_query("http://h/p?"), "http://h/p?");
}

TEST(StagehandCache, AValueThatHoldsAVariablesIsNotKept) {
  const auto kept = parse_cache_request(body(R"(,"value":["%a%"])"), true);
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->skipped, "");
  EXPECT_EQ(kept->value, R"(["%a%"])");
  EXPECT_EQ(parse_cache_request(body(R"(,"value":["one two"])"), true)->skipped, "variables");
  EXPECT_EQ(parse_cache_request(body(R"(,"value":[])"), true)->skipped, "empty_array");
}

TEST(StagehandCache, WhatIsMissingOrWrongIsRefused) {
  EXPECT_FALSE(parse_cache_request("{}", false));
  EXPECT_FALSE(parse_cache_request("[", false));
  EXPECT_FALSE(parse_cache_request(body(""), true));
  EXPECT_FALSE(parse_cache_request(R"({"method":"fly","url":"u","cdpTree":{},"data":{}})", false));
  EXPECT_TRUE(parse_cache_request(R"({"method":"act","url":"u","cdpTree":{},"data":{}})", false));
}

}  // namespace
}  // namespace greenroom::api::stagehand
