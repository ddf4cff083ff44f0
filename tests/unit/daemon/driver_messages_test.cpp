// What is done to a WebDriver command on its way.
#include "daemon/driver_messages.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::daemon {
namespace {

namespace json = boost::json;
using base::errc;

constexpr std::string_view address = "127.0.0.1:9222";

json::value capabilities_of(std::string_view body) {
  const auto made = attach_to(body, address);
  EXPECT_TRUE(made) << (made ? "" : made.error().message());
  return made ? json::parse(made->body).at("capabilities") : json::value();
}

TEST(DriverMessages, OnlyCommandsOfAWebDriverSessionPass) {
  EXPECT_EQ(step_of("POST", "/session"), DriverStep::new_session);
  EXPECT_EQ(step_of("GET", "/session/1/title"), DriverStep::pass);
  EXPECT_EQ(step_of("DELETE", "/session/1"), DriverStep::pass);
  EXPECT_EQ(step_of("POST", "/session/1/url"), DriverStep::navigate);
  EXPECT_EQ(step_of("GET", "/session/1/url"), DriverStep::pass);
  EXPECT_EQ(step_of("POST", "/session/1/se/file"), DriverStep::upload);
  EXPECT_EQ(step_of("POST", "/session/1/element/f.2/value"), DriverStep::send_keys);
  for (const char* path : {"/shutdown", "/sessions", "/session/", "/session//url", "//session", "/sessionx",
                           "/session/1/", "", "/", "session", "/status"}) {
    EXPECT_EQ(step_of("POST", path), DriverStep::unknown) << path;
    EXPECT_EQ(step_of("GET", path), DriverStep::unknown) << path;
  }
  EXPECT_EQ(step_of("GET", "/session"), DriverStep::unknown);
}

TEST(DriverMessages, ANewSessionIsAttachedWhateverItsClientNames) {
  const auto made = attach_to(R"({"capabilities":{"alwaysMatch":{"browserName":"chrome","goog:chromeOptions":{
      "args":["--x"],"binary":"/bin/sh","debuggerAddress":"localhost:9223","perfLoggingPrefs":{"enableNetwork":true}}}},
      "desiredCapabilities":{"goog:chromeOptions":{"binary":"/bin/sh"}}})",
                              address);
  ASSERT_TRUE(made);
  EXPECT_EQ(
      made->body,
      R"({"capabilities":{"alwaysMatch":{"browserName":"chrome","goog:chromeOptions":{"perfLoggingPrefs":{"enableNetwork":true},"debuggerAddress":"127.0.0.1:9222"}}}})");
  EXPECT_EQ(made->ignored, (std::vector<std::string>{"args", "binary", "debuggerAddress"}));
}

TEST(DriverMessages, EveryAlternativeIsAttached) {
  EXPECT_EQ(
      json::serialize(capabilities_of(
          R"({"capabilities":{"firstMatch":[{"browserName":"firefox"},{"goog:chromeOptions":{"binary":"/x"}}]}})")),
      R"({"firstMatch":[{"browserName":"firefox","goog:chromeOptions":{"debuggerAddress":"127.0.0.1:9222"}},{"goog:chromeOptions":{"debuggerAddress":"127.0.0.1:9222"}}],"alwaysMatch":{}})");
  for (const char* first : {"[{}]", "[]", "null", "7"}) {
    const std::string body =
        std::string(R"({"capabilities":{"alwaysMatch":null,"firstMatch":)") + first + "}}";
    EXPECT_EQ(capabilities_of(body).at_pointer("/alwaysMatch/goog:chromeOptions/debuggerAddress").as_string(),
              address);
  }
}

TEST(DriverMessages, TheLastOfTwoMembersOfOneNameIsTheOneThatIsSent) {
  const auto made = attach_to(
      R"({"capabilities":{},"capabilities":{"alwaysMatch":{"goog:chromeOptions":{},"goog:chromeOptions":{"binary":"/x"}}}})",
      address);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->body.find("binary"), std::string::npos);
  EXPECT_NE(made->body.find(address), std::string::npos);
}

TEST(DriverMessages, WhatCannotBeGivenIsRefused) {
  for (const char* body :
       {"", "[]", "{}", R"({"capabilities":1})", R"({"capabilities":{"alwaysMatch":[]}})",
        R"({"capabilities":{"firstMatch":[1]}})", R"({"capabilities":{"alwaysMatch":{"webSocketUrl":true}}})",
        R"({"capabilities":{"alwaysMatch":{"proxy":{"proxyType":"manual","httpProxy":"p:1"}}}})",
        R"({"capabilities":{"firstMatch":[{"goog:chromeOptions":"x"}]}})"}) {
    const auto made = attach_to(body, address);
    ASSERT_FALSE(made) << body;
    EXPECT_EQ(made.error().code, errc::invalid_argument) << body;
  }
}

TEST(DriverMessages, TheAnswerNamesAnAddressThatLeadsSomewhere) {
  EXPECT_EQ(
      session_created(
          R"({"value":{"sessionId":"1","capabilities":{"goog:chromeOptions":{"debuggerAddress":"127.0.0.1:9222"}}}})",
          "ws://h/x"),
      R"({"value":{"sessionId":"1","capabilities":{"se:cdp":"ws://h/x"}}})");
  for (const char* other : {"", "x", "{}", R"({"value":null})", R"({"value":{"capabilities":3}})"})
    EXPECT_EQ(session_created(other, "ws://h/x"), other);
}

TEST(DriverMessages, OnlyFilesOfTheSessionAreChosen) {
  const DriverFolders folders{"/w/1/uploads", "/w/1/downloads"};
  const auto chosen = [&](std::string_view text) {
    json::object body;
    body["text"] = text;
    return choose_files(json::serialize(body), folders);
  };
  EXPECT_EQ(*chosen("/tmp/.uploads/a.txt"), R"({"text":"/w/1/uploads/a.txt"})");
  EXPECT_EQ(*chosen("/w/1/uploads/x/a\n/w/1/downloads/b"),
            R"({"text":"/w/1/uploads/x/a\n/w/1/downloads/b"})");
  for (const char* path : {"/etc/passwd", "/tmp/.uploads/../../etc/passwd", "/w/1/uploads", "/w/1/uploads/",
                           "a.txt", "", "/w/1/uploadsx/a", "/w/1/uploads/a\n/etc/passwd"}) {
    const auto refused = chosen(path);
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().code, errc::forbidden) << path;
  }
  EXPECT_FALSE(choose_files("{}", folders));
  EXPECT_FALSE(choose_files("", folders));
  const DriverFolders none;
  EXPECT_FALSE(choose_files(R"({"text":"/a"})", none));
}

TEST(DriverMessages, KeysWithoutASlashNameNoFileElsewhere) {
  EXPECT_FALSE(may_name_files(R"({"text":"hello"})"));
  EXPECT_TRUE(may_name_files(R"({"text":"/etc/passwd"})"));
  EXPECT_TRUE(may_name_files(R"({"text":"\u002fetc"})"));
}

TEST(DriverMessages, ANavigationNamesItsAddress) {
  EXPECT_EQ(url_in(R"({"url":"file:///x"})"), "file:///x");
  EXPECT_EQ(url_in(R"({"url":1})"), "");
  EXPECT_EQ(url_in("x"), "");
}

}  // namespace
}  // namespace greenroom::daemon
