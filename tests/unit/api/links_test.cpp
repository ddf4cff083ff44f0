#include "api/links.hpp"

#include <gtest/gtest.h>

namespace greenroom::api {
namespace {

using base::errc;
const base::WallTime now{std::chrono::seconds(1'800'000'000)};

TEST(LinkSigner, ATokenIsGoodForItsScopeAndItsTime) {
  const LinkSigner signer("secret");
  for (const Scope scope : {Scope::cdp, Scope::view, Scope::control, Scope::replay, Scope::admin}) {
    const std::string token = signer.sign(scope, "session", now + std::chrono::seconds(60));
    EXPECT_EQ(signer.verify(scope, token, now).value(), "session");
    EXPECT_EQ(signer.verify(scope, token, now + std::chrono::seconds(61)).error().code, errc::gone);
    for (const Scope other : {Scope::cdp, Scope::view, Scope::control, Scope::replay, Scope::admin})
      if (other != scope) {
        EXPECT_FALSE(signer.verify(other, token, now)) << word(scope) << " as " << word(other);
      }
  }
}

TEST(LinkSigner, ForgedTokensAreRefused) {
  const LinkSigner signer("secret");
  const std::string foreign = LinkSigner("other").sign(Scope::cdp, "session", now + std::chrono::hours(1));
  for (const std::string_view token :
       {std::string_view(foreign), std::string_view(""), std::string_view("v1.x.y")})
    EXPECT_EQ(signer.verify(Scope::cdp, token, now).error().code, errc::unauthenticated);
}

net::Request asked(std::string remote, std::string_view proto = {}, std::string_view host = {}) {
  net::Request request;
  request.headers.add("host", "127.0.0.1:4480");
  if (!proto.empty()) request.headers.add("X-Forwarded-Proto", std::string(proto));
  if (!host.empty()) request.headers.add("X-Forwarded-Host", std::string(host));
  request.remote_address = std::move(remote);
  return request;
}

TEST(BaseUrl, IsHowTheClientReachedUs) {
  EXPECT_EQ(base_url_of(asked("127.0.0.1"), {}), "http://127.0.0.1:4480");
  EXPECT_EQ(base_url_of(asked("9.9.9.9", "https", "x"), {"https://rooms.example/p", {}}),
            "https://rooms.example/p");
}

TEST(BaseUrl, OnlyTrustedProxiesAreBelieved) {
  const LinkOptions options{"", {"10.0.0.0/8", "::1"}};
  EXPECT_EQ(base_url_of(asked("10.1.2.3", "https", "rooms.example"), options), "https://rooms.example");
  EXPECT_EQ(base_url_of(asked("::1", "https", " rooms.example , inner"), options), "https://rooms.example");
  EXPECT_EQ(base_url_of(asked("10.1.2.3", "javascript", ""), options), "http://127.0.0.1:4480");
  EXPECT_EQ(base_url_of(asked("11.1.2.3", "https", "evil.example"), options), "http://127.0.0.1:4480");
  EXPECT_EQ(base_url_of(asked("10.1.2.3", "https", "evil.example"), {}), "http://127.0.0.1:4480");
}

TEST(BaseUrl, WebsocketsKeepTheirSecurity) {
  EXPECT_EQ(websocket_url_of("http://h:1/p"), "ws://h:1/p");
  EXPECT_EQ(websocket_url_of("https://h"), "wss://h");
}

TEST(Listed, AddressesAndBlocks) {
  const std::vector<std::string> list{"192.168.1.7", "10.0.0.0/8", "172.16.0.0/12", "2001:db8::/33",
                                      "fe80::1"};
  for (const std::string_view address :
       {"192.168.1.7", "10.255.0.1", "172.31.255.255", "2001:db8:7fff::1", "fe80::1", "::ffff:10.0.0.1"})
    EXPECT_TRUE(is_listed(address, list)) << address;
  for (const std::string_view address : {"192.168.1.8", "11.0.0.0", "172.32.0.0", "2001:db8:8000::",
                                         "fe80::2", "", "10.0.0", "x", "10.0.0.1x", "::a00:1"})
    EXPECT_FALSE(is_listed(address, list)) << address;
}

TEST(Listed, WhatIsNoBlockHoldsNothing) {
  for (const std::string block :
       {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/-1", "10.0.0.0/8 ", "::/129", "", "/0"})
    EXPECT_FALSE(is_listed("10.0.0.1", {block})) << block;
  EXPECT_TRUE(is_listed("10.0.0.1", {"0.0.0.0/0"}));
  EXPECT_FALSE(is_listed("::1", {"0.0.0.0/0"}));
}

}  // namespace
}  // namespace greenroom::api
