#include "api/proxy_fields.hpp"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace greenroom::api {
namespace {

TEST(ProxyFields, APatternIsAHostOrASimpleExpressionForOne) {
  EXPECT_EQ(host_pattern_of("example.com"), "example.com");
  EXPECT_EQ(host_pattern_of("example\\.com"), "example.com");
  EXPECT_EQ(host_pattern_of("^.*\\.example\\.com$"), "*.example.com");
  EXPECT_EQ(host_pattern_of("*.example.com"), "*.example.com");
  EXPECT_EQ(host_pattern_of("10.0.0.0/8"), "10.0.0.0/8");
  for (const char* text : {"(a|b)\\.example", "[a-z]+", "a b", "example.com?", "\\d+", "http\\:x\\"})
    EXPECT_EQ(host_pattern_of(text), "") << text;
}

struct Read {
  session::NetworkWishes wishes;
  std::string problem;
  bool served = true;
};

Read read(const char* text) {
  const json::value body = json::parse(text);
  FieldReader fields(body.as_object(), "body");
  Read out;
  out.served = read_proxies(fields, "cloud", out.wishes).has_value();
  if (fields.error()) out.problem = fields.error()->detail;
  return out;
}

TEST(ProxyFields, EachKindOfProxyIsRead) {
  const Read all = read(R"({"proxies": [{"type": "external", "server": "http://p:1", "username": "u",
      "password": "s", "domainPattern": "a\\.example"}, {"type": "cloud"}, {"type": "none"}]})");
  EXPECT_EQ(all.problem, "");
  ASSERT_EQ(all.wishes.proxies.size(), 3u);
  EXPECT_EQ(all.wishes.proxies[0].server, "http://p:1");
  EXPECT_EQ(all.wishes.proxies[0].password, "s");
  EXPECT_EQ(all.wishes.proxies[0].hosts, "a.example");
  EXPECT_TRUE(all.wishes.proxies[1].provided);
  EXPECT_EQ(all.wishes.proxies[2].server, "");
  EXPECT_TRUE(wants_provided_proxy(all.wishes));
  EXPECT_TRUE(wants_provided_proxy(read(R"({"proxies": true})").wishes));
  EXPECT_TRUE(read(R"({"proxies": false})").wishes.is_plain());
  EXPECT_TRUE(read(R"({"proxies": null})").wishes.is_plain());
}

TEST(ProxyFields, WhatIsWrongIsNotGuessed) {
  for (const char* text : {R"({"proxies": "yes"})", R"({"proxies": [1]})", R"({"proxies": [{}]})",
                           R"({"proxies": [{"type": "external"}]})", R"({"proxies": [{"type": "other"}]})",
                           R"x({"proxies": [{"type": "none", "domainPattern": "(a|b)"}]})x",
                           R"({"proxies": [{"type": "external", "server": 1}]})"})
    EXPECT_NE(read(text).problem, "") << text;
  EXPECT_FALSE(read(R"({"proxies": [{"type": "cloud", "geolocation": {"country": "DE"}}]})").served);
}

}  // namespace
}  // namespace greenroom::api
