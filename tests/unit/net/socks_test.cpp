#include "net/socks.hpp"

#include <gtest/gtest.h>

#include "net/proxy_hello.hpp"

namespace greenroom::net {
namespace {

using namespace std::string_literals;

TEST(Socks, AGreetingIsReadWhenItIsWhole) {
  EXPECT_FALSE(*socks::parse_greeting(""));
  EXPECT_FALSE(*socks::parse_greeting("\x05"));
  EXPECT_FALSE(*socks::parse_greeting("\x05\x02\x00"s));
  const auto both = *socks::parse_greeting("\x05\x02\x00\x02more"s);
  ASSERT_TRUE(both);
  EXPECT_TRUE(both->value);
  EXPECT_EQ(both->size, 4u);
  EXPECT_FALSE((*socks::parse_greeting("\x05\x01\x02"s))->value);
  EXPECT_FALSE(socks::parse_greeting("\x04\x01"s));
  EXPECT_FALSE(socks::parse_greeting("GET / HTTP/1.1\r\n"));
}

TEST(Socks, ARequestNamesAHostOrAnAddress) {
  const std::string named = "\x05\x01\x00\x03\x0b"s + "example.com" + "\x01\xbb"s;
  for (std::size_t size = 0; size < named.size(); ++size)
    EXPECT_FALSE(*socks::parse_request(std::string_view(named).substr(0, size))) << size;
  const auto parsed = *socks::parse_request(named + "rest");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->value.host, "example.com");
  EXPECT_EQ(parsed->value.port, 443);
  EXPECT_EQ(parsed->size, named.size());
  EXPECT_EQ((*socks::parse_request("\x05\x01\x00\x01\x7f\x00\x00\x01\x00\x50"s))->value.host, "127.0.0.1");
  const std::string v6 = "\x05\x01\x00\x04"s + std::string(15, '\0') + "\x01\x00\x50"s;
  EXPECT_EQ((*socks::parse_request(v6))->value.host, "::1");
  EXPECT_EQ(socks::parse_request("\x05\x02\x00\x01"s).error().code, base::errc::unsupported);
  EXPECT_EQ(socks::parse_request("\x05\x01\x00\x09"s).error().code, base::errc::protocol);
}

TEST(Socks, WhatOneSideSaysTheOtherUnderstands) {
  for (const char* host : {"example.com", "127.0.0.1", "fd00::1"}) {
    socks::Request request;
    request.host = host;
    request.port = 8080;
    const auto parsed = *socks::parse_request(socks::connect(request));
    ASSERT_TRUE(parsed) << host;
    EXPECT_EQ(parsed->value.host, host);
    EXPECT_EQ(parsed->value.port, 8080);
  }
  EXPECT_EQ(**socks::parse_answer(socks::answer(socks::Reply::succeeded) + "x"), 10u);
  EXPECT_EQ(socks::parse_answer(socks::answer(socks::Reply::refused)).error().code, base::errc::closed);
  EXPECT_EQ(socks::password("user", "secret"), "\x01\x04user\x06secret");
}

TEST(ProxyHello, AProxyIsAskedWithItsCredentials) {
  Upstream upstream;
  upstream.username = "user";
  upstream.password = "pass";
  EXPECT_EQ(
      connect_head(upstream, *Host::read("::1"), 443),
      "CONNECT [::1]:443 HTTP/1.1\r\nHost: [::1]:443\r\nProxy-Authorization: Basic dXNlcjpwYXNz\r\n\r\n");
  upstream.username = upstream.password = "";
  EXPECT_EQ(connect_head(upstream, *Host::read("example.com"), 80),
            "CONNECT example.com:80 HTTP/1.1\r\nHost: example.com:80\r\n\r\n");
}

TEST(ProxyHello, ItsAnswerIsReadToItsEnd) {
  const std::string good = "HTTP/1.1 200 Connection established\r\nvia: x\r\n\r\n";
  for (std::size_t size = 0; size < good.size(); ++size)
    EXPECT_FALSE(*parse_connect_answer(std::string_view(good).substr(0, size))) << size;
  EXPECT_EQ(**parse_connect_answer(good + "early"), good.size());
  EXPECT_EQ(parse_connect_answer("HTTP/1.1 407 No\r\n\r\n").error().code, base::errc::unauthenticated);
  EXPECT_EQ(parse_connect_answer("HTTP/1.0 502 Bad\r\n\r\n").error().code, base::errc::closed);
  EXPECT_EQ(parse_connect_answer("SSH-2.0-x").error().code, base::errc::protocol);
  EXPECT_EQ(parse_connect_answer("HTTP/1.1 OK\r\n\r\n").error().code, base::errc::protocol);
  EXPECT_EQ(parse_connect_answer("HTTP/1.1 200 " + std::string(20'000, 'x')).error().code,
            base::errc::too_large);
}

}  // namespace
}  // namespace greenroom::net
