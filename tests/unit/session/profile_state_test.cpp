// Cookies and tabs of a profile as text and back.
#include "session/profile_state.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::session {
namespace {

json::object cookie(std::string_view name, std::string_view domain) {
  json::object out;
  out["name"] = name;
  out["value"] = "v";
  out["domain"] = domain;
  out["path"] = "/";
  out["expires"] = -1;
  out["session"] = true;
  out["secure"] = true;
  out["httpOnly"] = true;
  out["size"] = 2;
  return out;
}

TEST(ProfileState, TextAndBack) {
  ProfileState state;
  state.cookies.push_back(cookie("a", "a.example"));
  state.tabs["https://a.example"]["key \"1\""] = std::string("ä\0\n", 4);
  const auto back = profile_state_from(to_text(state));
  ASSERT_TRUE(back);
  EXPECT_EQ(*back, state);
}

TEST(ProfileState, WhatIsNoStateIsRefused) {
  const std::string good = to_text(ProfileState());
  ASSERT_TRUE(profile_state_from(good));
  for (const char* text : {"", "[]", "{}", R"({"form":"greenroom-profile-1"})",
                           R"({"form":"greenroom-profile-1","cookies":[7],"sessionStorage":{}})",
                           R"({"form":"greenroom-profile-1","cookies":[],"sessionStorage":{"o":7}})",
                           R"({"form":"greenroom-profile-1","cookies":[],"sessionStorage":{"o":{"k":7}}})",
                           R"({"form":"another","cookies":[],"sessionStorage":{}})"})
    EXPECT_FALSE(profile_state_from(text)) << text;
}

TEST(ProfileState, ACookieOfOneHostIsSetByAnAddressAndOneOfADomainByThat) {
  ProfileState state;
  state.cookies.push_back(cookie("__Host-a", "a.example"));
  state.cookies.push_back(cookie("b", ".a.example"));
  json::object lasting = cookie("c", "a.example");
  lasting["session"] = false;
  lasting["expires"] = 2'000.5;
  state.cookies.push_back(lasting);
  const json::array set = cookies_to_set(state, 1'000);
  ASSERT_EQ(set.size(), 3u);
  EXPECT_EQ(set[0].at("url"), json::value("https://a.example/"));
  EXPECT_FALSE(set[0].as_object().contains("domain"));
  EXPECT_FALSE(set[0].as_object().contains("expires")) << "until the browser ends";
  EXPECT_FALSE(set[0].as_object().contains("size"));
  EXPECT_EQ(set[1].at("domain"), json::value(".a.example"));
  EXPECT_EQ(set[2].at("expires"), json::value(2'000.5));
  EXPECT_EQ(cookies_to_set(state, 3'000).size(), 2u) << "what has expired is left out";
}

TEST(ProfileState, CookiesTakeThePlacesOfTheirLikes) {
  ProfileState state;
  state.cookies.push_back(cookie("a", "a.example"));
  state.cookies.push_back(cookie("b", "a.example"));
  Cookie fresh;
  fresh.name = "a";
  fresh.value = "new";
  fresh.domain = "a.example";
  Cookie apart = fresh;
  apart.partition = "https://top.example";
  put_cookies(state, {fresh, apart}, false);
  const std::vector<Cookie> all = cookies_of(state);
  ASSERT_EQ(all.size(), 3u);
  EXPECT_EQ(all[0].value, "new");
  EXPECT_EQ(all[0].expires, std::nullopt);
  EXPECT_EQ(all[2].partition, "https://top.example");
  put_cookies(state, {apart}, true);
  EXPECT_EQ(cookies_of(state).size(), 1u);
}

TEST(ProfileState, DomainsAreNamedOnce) {
  ProfileState state;
  state.cookies.push_back(cookie("a", ".b.example"));
  state.cookies.push_back(cookie("b", "b.example"));
  state.tabs["http://a.example:8080"]["k"] = "v";
  state.tabs["http://[::1]:8080"]["k"] = "v";
  EXPECT_EQ(domains_of(state), (std::vector<std::string>{"[::1]", "a.example", "b.example"}));
}

}  // namespace
}  // namespace greenroom::session
