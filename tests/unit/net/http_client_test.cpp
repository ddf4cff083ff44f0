#include "net/http_client.hpp"

#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

TEST(RequestTo, AnAddressIsTakenApart) {
  const auto plain = request_to("http://h:81/v1?a=b");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->host, "h");
  EXPECT_EQ(plain->port, 81);
  EXPECT_EQ(plain->target, "/v1?a=b");
  EXPECT_FALSE(plain->tls);
  const auto secure = request_to("https://[::1]");
  ASSERT_TRUE(secure);
  EXPECT_EQ(secure->host, "::1");
  EXPECT_EQ(secure->port, 443);
  EXPECT_EQ(secure->target, "/");
  EXPECT_TRUE(secure->tls);
}

TEST(RequestTo, WhatIsNoAddressIsRefused) {
  for (const char* text : {"", "h", "ftp://h", "http://", "http://:80", "http://h:", "http://h:0",
                           "http://h:99999", "http://h:8x", "http://u:p@h", "http://h#f", "http://h/a b",
                           "http://[::1", "http://[::1]x", "http://h\r\nx: y"})
    EXPECT_FALSE(request_to(text)) << text;
}

}  // namespace
}  // namespace greenroom::net
