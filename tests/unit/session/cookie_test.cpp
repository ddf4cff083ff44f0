#include "session/cookie.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::session {
namespace {

std::vector<Cookie> read(std::string_view text) { return read_cookies(json::parse(text).as_object()); }

TEST(Cookie, IsReadFromWhatTheBrowserSays) {
  const auto cookies = read(R"({"cookies":[
    {"name":"a","value":"1","domain":".x.example","path":"/p","expires":1900000000.5,"size":2,"httpOnly":true,
     "secure":true,"session":false,"sameSite":"Lax","priority":"Medium",
     "partitionKey":{"topLevelSite":"https://y.example","hasCrossSiteAncestor":false}},
    {"name":"b","value":"","domain":"x.example","path":"/","expires":-1,"session":true,"httpOnly":false}]})");
  ASSERT_EQ(cookies.size(), 2u);
  Cookie first;
  first.name = "a";
  first.value = "1";
  first.domain = ".x.example";
  first.path = "/p";
  first.expires = 1900000000.5;
  first.http_only = first.secure = true;
  first.same_site = SameSite::lax;
  first.partition = "https://y.example";
  EXPECT_EQ(cookies[0], first);
  EXPECT_EQ(cookies[1].expires, std::nullopt) << "one of the browser's session";
  EXPECT_EQ(cookies[1].same_site, std::nullopt);
}

TEST(Cookie, WhatIsNoneIsLeftOut) {
  EXPECT_TRUE(read("{}").empty());
  EXPECT_TRUE(read(R"({"cookies":7})").empty());
  const auto cookies = read(R"({"cookies":[7,null,{"name":3,"expires":"soon"}]})");
  ASSERT_EQ(cookies.size(), 1u);
  EXPECT_EQ(cookies[0].name, "");
}

TEST(Cookie, GoesBackAsItCame) {
  const std::string_view text =
      R"({"cookies":[{"name":"a","value":"1","domain":"x","path":"/","expires":7,"httpOnly":true,"secure":true,)"
      R"("sameSite":"None","partitionKey":{"topLevelSite":"https://y","hasCrossSiteAncestor":false}}]})";
  EXPECT_EQ(read_cookies(to_cookie_parameters(read(text))), read(text));
}

TEST(Cookie, WhatIsNotSetIsNotSaid) {
  Cookie plain;
  plain.name = "a";
  const json::object said = to_cookie_parameters({plain}).at("cookies").at(0).as_object();
  for (const char* name : {"expires", "sameSite", "partitionKey"}) EXPECT_FALSE(said.contains(name)) << name;
}

}  // namespace
}  // namespace greenroom::session
