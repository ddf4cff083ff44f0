// What a live page may say, and what it is told.
#include "session/live_messages.hpp"

#include <string>

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::session {
namespace {

using base::errc;

template <class Word>
Word word(std::string_view text) {
  const auto message = parse_live(text);
  EXPECT_TRUE(message) << text;
  if (!message || !std::holds_alternative<Word>(message->word)) {
    ADD_FAILURE() << text;
    return {};
  }
  return std::get<Word>(message->word);
}

TEST(LiveMessages, AMouseIsReadWithItsPlaceAndItsTab) {
  const auto message = parse_live(
      R"({"t":"mouse","tab":"A1","kind":"press","x":0.25,"y":0.5,"button":"left","buttons":1,"count":2,"mods":8})");
  ASSERT_TRUE(message);
  EXPECT_EQ(message->tab, "A1");
  const auto& mouse = std::get<LiveMouse>(message->word);
  EXPECT_EQ(mouse.kind, LiveMouse::Kind::press);
  EXPECT_EQ(mouse.at, (PicturePoint{0.25, 0.5}));
  EXPECT_EQ(mouse.button, "left");
  EXPECT_EQ(mouse.count, 2);
  EXPECT_EQ(mouse.modifiers, 8);
}

TEST(LiveMessages, PlacesOutsideThePictureAreItsEdge) {
  const auto mouse = word<LiveMouse>(R"({"t":"mouse","kind":"move","x":-3,"y":1e300,"button":"none"})");
  EXPECT_EQ(mouse.at, (PicturePoint{0, 1}));
  const auto wheel = word<LiveWheel>(R"({"t":"wheel","x":"far","y":null,"dx":1e9,"dy":-1e9})");
  EXPECT_EQ(wheel.at, (PicturePoint{0, 0}));
  EXPECT_EQ(wheel.dx, 20'000);
  EXPECT_EQ(wheel.dy, -20'000);
}

TEST(LiveMessages, KeysTextsAndWishesAreRead) {
  const auto key = word<LiveKey>(
      R"({"t":"key","down":true,"key":"ü","code":"BracketLeft","text":"ü","number":186,"location":0,"mods":0})");
  EXPECT_TRUE(key.is_down);
  EXPECT_EQ(key.text, "ü");
  EXPECT_EQ(key.number, 186);
  const auto text = word<LiveText>(R"({"t":"text","text":"日本","composing":true})");
  EXPECT_TRUE(text.is_composing);
  EXPECT_EQ(text.text, "日本");
  EXPECT_TRUE(word<LiveCopy>(R"({"t":"copy","cuts":true})").cuts);
  EXPECT_TRUE(word<LiveControlWish>(R"({"t":"take"})").takes);
  EXPECT_FALSE(word<LiveControlWish>(R"({"t":"give"})").takes);
  EXPECT_EQ(word<LiveTabWish>(R"({"t":"tab","kind":"show","which":"B2"})").tab, "B2");
  EXPECT_EQ(word<LiveNavigation>(R"({"t":"navigate","kind":"go","url":"a.example"})").url, "a.example");
  EXPECT_EQ(word<LiveSeen>(R"({"t":"seen","n":17})").picture, 17u);
  EXPECT_EQ(word<LiveTouch>(R"({"t":"touch","kind":"start","fingers":[{"x":0.5,"y":0.5,"id":3}]})")
                .fingers.front()
                .id,
            3);
}

TEST(LiveMessages, WhatNoPageOfOursSaysIsRefused) {
  for (const std::string_view text :
       {"", "[]", "{", "{}", R"({"t":"explode"})", R"({"t":"mouse","kind":"press","button":"wheel"})",
        R"({"t":"mouse","button":"left"})", R"({"t":"key","down":true})", R"({"t":"text"})",
        R"({"t":"tab","kind":"show"})", R"({"t":"tab","kind":"close","which":"../x"})",
        R"({"t":"copy","tab":"a b"})", R"({"t":"touch","kind":"start"})",
        R"({"t":"touch","kind":"start","fingers":[1]})", R"({"t":"navigate","kind":"home"})"})
    EXPECT_FALSE(parse_live(text)) << text;
  std::string many = R"({"t":"touch","kind":"start","fingers":[)";
  for (int i = 0; i < 11; ++i) many += i == 0 ? "{}" : ",{}";
  EXPECT_FALSE(parse_live(many + "]}"));
  EXPECT_FALSE(parse_live(R"({"t":"text","text":")" + std::string(live_message_limit, 'x') + "\"}"));
}

TEST(LiveMessages, ATypedAddressGetsItsScheme) {
  EXPECT_EQ(*live_address("  a.example/x "), "https://a.example/x");
  EXPECT_EQ(*live_address("localhost:3000/x"), "http://localhost:3000/x");
  EXPECT_EQ(*live_address("127.0.0.1"), "http://127.0.0.1");
  EXPECT_EQ(*live_address("HTTP://a.example"), "HTTP://a.example");
  EXPECT_EQ(*live_address("about:blank"), "about:blank");
  EXPECT_EQ(*live_address("a.example:8443"), "https://a.example:8443");
}

TEST(LiveMessages, OnlyWebAddressesMayBeTyped) {
  for (const std::string_view typed : {"file:///etc/passwd", " FILE:/etc/passwd", "chrome://version",
                                       "view-source:file:///etc", "javascript:alert(1)", "devtools://x",
                                       "about:version", "ftp://a.example", "chrome-extension://x/y"}) {
    const auto address = live_address(typed);
    ASSERT_FALSE(address) << typed << " became " << *address;
    EXPECT_EQ(address.error().code, errc::forbidden) << typed;
  }
  EXPECT_EQ(live_address(" \t").error().code, errc::invalid_argument);
}

TEST(LiveMessages, AStateTellsEverythingAPageShows) {
  LiveState state;
  state.viewer = 2;
  state.may_control = true;
  state.holder = 1;
  state.viewers = 2;
  state.shown = "A";
  state.watched = "B";
  state.tabs = {{"A", "one \"title\"", "https://a.example/"}, {"B", "", "about:blank"}};
  const std::string text = render_state(state);
  ASSERT_EQ(text.front(), 'S');
  const auto object = boost::json::parse(text.substr(1)).as_object();
  EXPECT_EQ(object.at("viewer").to_number<int>(), 2);
  EXPECT_EQ(object.at("holder").to_number<int>(), 1);
  EXPECT_EQ(object.at("tabs").as_array().size(), 2u);
  EXPECT_EQ(object.at("tabs").at(0).at("title"), "one \"title\"");
}

TEST(LiveMessages, APictureHasItsNumberInFront) {
  const std::string text = render_picture(0x0102, "JPEG");
  EXPECT_EQ(text, std::string("P\0\0\0\0\0\0\1\2JPEG", 13));
}

TEST(LiveMessages, AListIsRenderedFromWhatThePageSaysOrNotAtAll) {
  const std::string text = render_list(
      R"({"box":[0.1,-3,2,"x"],"options":[{"text":"one","disabled":true},{"text":5,"chosen":true}]})");
  ASSERT_FALSE(text.empty());
  const auto list = boost::json::parse(text.substr(1)).as_object();
  EXPECT_EQ(list.at("box"), boost::json::parse("[0.1,0.0,1.0,0.0]"));
  EXPECT_EQ(list.at("options").at(0).at("disabled"), true);
  EXPECT_EQ(list.at("options").at(1).at("text"), "");
  for (const std::string_view nothing :
       {"", "{}", "[]", R"({"box":[1],"options":[]})", R"({"box":[0,0,0,0],"options":[1]})"})
    EXPECT_TRUE(render_list(nothing).empty()) << nothing;
}

}  // namespace
}  // namespace greenroom::session
