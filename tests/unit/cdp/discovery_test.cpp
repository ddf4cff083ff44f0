#include "cdp/discovery.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::cdp {
namespace {

json::object object(std::string_view text) { return json::parse(text).as_object(); }

TEST(Discovery, TargetsAreReadAndTheBrowsersOwnLeftOut) {
  const auto targets = read_targets(object(R"({"targetInfos":[
    {"targetId":"T","type":"tab","title":"t","url":"https://a.example/","attached":true},
    {"targetId":"P","type":"page","title":"Häuser","url":"https://a.example/","attached":true,"more":[1]},
    {"targetId":"B","type":"browser","title":"","url":"","attached":true},
    {"targetId":"U","type":"browser_ui","title":"","url":"chrome://x","attached":false},
    {"targetId":"W","type":"service_worker","title":"w","url":"https://a.example/sw.js","attached":false}]})"));
  ASSERT_EQ(targets.size(), 2u);
  EXPECT_EQ(targets[0], (TargetInfo{"P", "page", "Häuser", "https://a.example/", true}));
  EXPECT_EQ(targets[1], (TargetInfo{"W", "service_worker", "w", "https://a.example/sw.js", false}));
}

TEST(Discovery, WhatIsMissingOrOfAWrongTypeIsEmpty) {
  EXPECT_TRUE(read_targets({}).empty());
  EXPECT_TRUE(read_targets(object(R"({"targetInfos":{}})")).empty());
  const auto targets = read_targets(object(R"({"targetInfos":[1,null,{"targetId":7,"attached":"yes"}]})"));
  ASSERT_EQ(targets.size(), 1u);
  EXPECT_EQ(targets[0], TargetInfo{});
}

TEST(Discovery, VersionHasChromiumsMembers) {
  const auto body = version_body(object(R"({"protocolVersion":"1.3","product":"Chrome/1","revision":"@ab",
    "userAgent":"UA","jsVersion":"9"})"),
                                 "ws://h/devtools/browser/x");
  EXPECT_EQ(body,
            object(R"x({"Browser":"Chrome/1","Protocol-Version":"1.3","User-Agent":"UA","V8-Version":"9",
    "WebKit-Version":"537.36 (@ab)","webSocketDebuggerUrl":"ws://h/devtools/browser/x"})x"));
}

TEST(Discovery, EveryTargetIsListedWithItsOwnLink) {
  const std::vector<TargetInfo> targets{{"A", "page", "a", "https://a/", true},
                                        {"B", "worker", "b", "", false}};
  const auto body = list_body(targets, [](std::string_view id) { return "ws://h/" + std::string(id); });
  ASSERT_EQ(body.size(), 2u);
  EXPECT_EQ(body[0].as_object(),
            object(R"({"description":"","devtoolsFrontendUrl":"","id":"A","title":"a","type":"page",
                       "url":"https://a/","webSocketDebuggerUrl":"ws://h/A"})"));
  EXPECT_EQ(body[1].at("webSocketDebuggerUrl"), "ws://h/B");
  EXPECT_TRUE(list_body({}, {}).empty());
}

}  // namespace
}  // namespace greenroom::cdp
