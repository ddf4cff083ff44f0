// Hands in a picture, as CDP's input.
#include "session/live_commands.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::session {
namespace {

namespace json = boost::json;

constexpr PageSize page{1280, 720};

double number(const InputCommand& command, std::string_view name) {
  return command.params.at(name).to_number<double>();
}

LiveMouse press(double x, double y) {
  LiveMouse mouse;
  mouse.kind = LiveMouse::Kind::press;
  mouse.at = {x, y};
  mouse.button = "left";
  mouse.buttons = 1;
  return mouse;
}

LiveKey key(std::string name, std::string text, int modifiers) {
  LiveKey out;
  out.is_down = true;
  out.key = std::move(name);
  out.code = "KeyA";
  out.text = std::move(text);
  out.number = 65;
  out.modifiers = modifiers;
  return out;
}

TEST(LiveCommands, APlaceIsAShareOfThePageWhateverThePicturesSize) {
  EXPECT_EQ(to_page({0.5, 0.5}, page), (PagePoint{640, 360}));
  EXPECT_EQ(to_page({0.5, 0.5}, {375, 812}), (PagePoint{187.5, 406}))
      << "a telephone's page in the same picture";
  EXPECT_EQ(to_page({0, 0}, page), (PagePoint{0, 0}));
}

TEST(LiveCommands, TheFarEdgesAreStillInside) {
  EXPECT_EQ(to_page({1, 1}, page), (PagePoint{1279, 719}));
  EXPECT_EQ(to_page({2, -1}, page), (PagePoint{1279, 0}));
  EXPECT_EQ(to_page({1, 1}, {0, 0}), (PagePoint{0, 0}));
}

TEST(LiveCommands, AClickCountsAndAMoveDoesNot) {
  LiveMouse mouse = press(0.25, 0.5);
  mouse.count = 2;
  const InputCommand down = command_of(mouse, page);
  EXPECT_EQ(down.method, "Input.dispatchMouseEvent");
  EXPECT_EQ(down.params.at("type"), "mousePressed");
  EXPECT_EQ(number(down, "x"), 320);
  EXPECT_EQ(number(down, "clickCount"), 2);
  mouse.kind = LiveMouse::Kind::move;
  const InputCommand move = command_of(mouse, page);
  EXPECT_EQ(move.params.at("type"), "mouseMoved");
  EXPECT_FALSE(move.params.contains("clickCount"));
}

TEST(LiveCommands, AWheelNeverChangesThePagesZoom) {
  LiveWheel wheel;
  wheel.dy = 120;
  wheel.modifiers = 2 | 8;
  const InputCommand command = command_of(wheel, page);
  EXPECT_EQ(number(command, "modifiers"), 8);
  EXPECT_EQ(number(command, "deltaY"), 120);
}

TEST(LiveCommands, AKeyWritesUnlessItCommands) {
  const InputCommand writes = command_of(key("ä", "ä", 0));
  EXPECT_EQ(writes.params.at("type"), "keyDown");
  EXPECT_EQ(writes.params.at("text"), "ä");
  EXPECT_EQ(command_of(key("A", "A", 8)).params.at("type"), "keyDown") << "Shift alone still writes";
  const InputCommand commands = command_of(key("a", "a", 2));
  EXPECT_EQ(commands.params.at("type"), "rawKeyDown");
  EXPECT_FALSE(commands.params.contains("text"));
}

TEST(LiveCommands, KeysOfTheKeypadAndOfTheRightSideSaySo) {
  LiveKey one = key("1", "1", 0);
  one.location = 3;
  EXPECT_EQ(command_of(one).params.at("isKeypad"), true);
  one.location = 2;
  EXPECT_EQ(command_of(one).params.at("location"), 2);
}

TEST(LiveCommands, WhatIsComposedHasItsCaretBehindItInUtf16) {
  const InputCommand composing = command_of(LiveText{true, "か𠮷"});
  EXPECT_EQ(composing.method, "Input.imeSetComposition");
  EXPECT_EQ(number(composing, "selectionStart"), 3);
  EXPECT_EQ(command_of(LiveText{false, "か"}).method, "Input.insertText");
}

TEST(LiveCommands, TheLastFingersEndNamesNoPoint) {
  LiveTouch touch;
  touch.kind = LiveTouch::Kind::end;
  EXPECT_EQ(command_of(touch, page).params.at("type"), "touchEnd");
  touch.fingers = {{{0.5, 0.5}, 1}};
  const InputCommand one_left = command_of(touch, page);
  EXPECT_EQ(one_left.params.at("type"), "touchMove");
  EXPECT_EQ(one_left.params.at("touchPoints").as_array().size(), 1u);
}

TEST(HeldInput, LettingGoReleasesEverythingOnce) {
  HeldInput held;
  held.note(press(0.5, 0.5), page);
  held.note(key("a", "a", 0));
  held.note(LiveText{true, "か"});
  const auto commands = held.release();
  ASSERT_EQ(commands.size(), 3u);
  EXPECT_EQ(commands[0].params.at("type"), "mouseReleased");
  EXPECT_EQ(number(commands[0], "x"), 640);
  EXPECT_EQ(commands[1].params.at("type"), "keyUp");
  EXPECT_EQ(commands[2].method, "Input.imeSetComposition");
  EXPECT_EQ(commands[2].params.at("text"), "");
  EXPECT_TRUE(held.release().empty());
}

TEST(HeldInput, WhatWasLetGoIsNotHeld) {
  HeldInput held;
  LiveMouse mouse = press(0.5, 0.5);
  held.note(mouse, page);
  mouse.kind = LiveMouse::Kind::release;
  held.note(mouse, page);
  LiveKey one = key("a", "a", 0);
  held.note(one);
  one.is_down = false;
  held.note(one);
  held.note(LiveText{true, "か"});
  held.note(LiveText{false, "か"});
  EXPECT_TRUE(held.release().empty());
}

}  // namespace
}  // namespace greenroom::session
