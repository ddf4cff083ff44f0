#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "session/timeline_mask.hpp"

namespace greenroom::session {
namespace {

namespace json = boost::json;

json::value kept(std::string_view method, const json::value& params) {
  const auto text = masked_command(method, json::serialize(params));
  EXPECT_TRUE(text) << method << params;
  return text ? json::parse(*text) : json::value();
}

TEST(CommandMask, CommandsThatOnlyLookAreNotKept) {
  for (const std::string_view method :
       {"Runtime.evaluate", "Page.captureScreenshot", "DOM.getDocument", "", "x"})
    EXPECT_FALSE(masked_command(method, "{}")) << method;
}

TEST(CommandMask, APressIsKeptAndAMovementIsNot) {
  const json::value pressed{
      {"type", "mousePressed"}, {"x", 12.5}, {"y", 7}, {"button", "left"}, {"clickCount", 2}};
  EXPECT_EQ(kept("Input.dispatchMouseEvent", pressed), pressed);
  for (const std::string_view type : {"mouseMoved", "mouseReleased"})
    EXPECT_FALSE(masked_command("Input.dispatchMouseEvent", json::serialize(json::value{{"type", type}})))
        << type;
}

TEST(CommandMask, WhatIsTypedIsNeverKept) {
  // As Playwright and Puppeteer type "hunter2", key by key, with and without shift, and in other scripts.
  for (const std::string_view key : {"h", "H", "2", " ", "ä", "漢", "😀"})
    for (const int modifiers : {0, 8}) {
      const json::value down{{"type", "keyDown"},          {"key", key},     {"text", key},
                             {"unmodifiedText", key},      {"code", "KeyH"}, {"modifiers", modifiers},
                             {"windowsVirtualKeyCode", 72}};
      const json::value said = kept("Input.dispatchKeyEvent", down);
      EXPECT_FALSE(said.as_object().contains("key")) << key;
      for (const char* name : {"text", "unmodifiedText", "code", "windowsVirtualKeyCode"})
        EXPECT_FALSE(said.as_object().contains(name)) << name;
      EXPECT_EQ(said.at("characters"), 1);
    }
  EXPECT_EQ(kept("Input.insertText", {{"text", "pässword"}}), (json::value{{"characters", 8u}}));
}

TEST(CommandMask, KeysThatWriteNothingAreKeptByName) {
  for (const std::string_view key : {"Enter", "Tab", "ArrowLeft", "F5", "Backspace"})
    EXPECT_EQ(kept("Input.dispatchKeyEvent", {{"type", "rawKeyDown"}, {"key", key}}).at("key").as_string(),
              key);
  EXPECT_EQ(kept("Input.dispatchKeyEvent", {{"type", "keyDown"}, {"key", "a"}, {"modifiers", 2}}).at("key"),
            "a");
  EXPECT_FALSE(masked_command("Input.dispatchKeyEvent", R"({"type":"keyUp","key":"Enter"})"));
}

TEST(CommandMask, OfCookiesFilesAndDocumentsOnlyTheNumberIsKept) {
  const json::value cookies{
      {"cookies", {{{"name", "sid"}, {"value", "hunter2"}}, {{"name", "b"}, {"value", "c"}}}}};
  for (const std::string_view method : {"Network.setCookies", "Storage.setCookies"})
    EXPECT_EQ(kept(method, cookies), (json::value{{"cookies", 2u}}));
  const json::value one =
      kept("Network.setCookie", {{"name", "sid"}, {"value", "hunter2"}, {"url", "https://a/"}});
  EXPECT_EQ(one, (json::value{{"url", "https://a/"}}));
  EXPECT_EQ(kept("DOM.setFileInputFiles", {{"files", {"/a", "/b"}}}), (json::value{{"files", 2u}}));
  EXPECT_EQ(kept("Page.setDocumentContent", {{"html", "<p>"}}), (json::value{{"characters", 3u}}));
  EXPECT_EQ(kept("Page.handleJavaScriptDialog", {{"accept", true}, {"promptText", "hunter2"}}),
            (json::value{{"accept", true}}));
}

TEST(CommandMask, ANavigationIsKeptWithItsAddress) {
  EXPECT_EQ(kept("Page.navigate", {{"url", "https://a/"}, {"frameId", "F"}}),
            (json::value{{"url", "https://a/"}, {"frameId", "F"}}));
  const json::value cut = kept("Page.navigate", {{"url", "data:," + std::string(100'000, 'x')}});
  EXPECT_LT(json::serialize(cut).size(), 100u);
}

TEST(CommandMask, WhatCannotBeReadIsNotKept) {
  EXPECT_FALSE(masked_command("Page.navigate", "[]"));
  EXPECT_FALSE(masked_command("Page.navigate", "{"));
  EXPECT_EQ(masked_command("Input.insertText", "{\"text\":\"" + std::string(2u << 20, 'x') + "\"}"), "{}");
}

TEST(CommandMask, LinesAreOfThreeKinds) {
  EXPECT_EQ(kind_of("tab.shown"), "marker");
  EXPECT_EQ(kind_of("api.call"), "command") << "its texts are not for everybody who may see the video";
  EXPECT_EQ(kind_of("Page.navigate"), "command");
  EXPECT_EQ(kind_of("Page.frameNavigated"), "event");
  EXPECT_EQ(kind_of(""), "event");
}

}  // namespace
}  // namespace greenroom::session
