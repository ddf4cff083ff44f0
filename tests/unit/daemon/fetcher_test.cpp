// What fetching needs before and after the wire: which addresses are open, and which bodies are text.
#include <gtest/gtest.h>

#include "daemon/fetch_rules.hpp"
#include "daemon/fetched_text.hpp"

namespace greenroom::daemon {
namespace {

TEST(FetchRules, MetadataServicesAreNeverAsked) {
  for (const char* address : {"169.254.169.254", "169.254.170.2", "100.100.100.200", "168.63.129.16",
                              "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254",
                              "::169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1"})
    for (const auto networks : {PrivateNetworks::open, PrivateNetworks::closed})
      EXPECT_EQ(may_fetch_from(address, networks).error().code, base::errc::forbidden) << address;
}

TEST(FetchRules, PrivateAddressesAreOpenOnlyWhereOnlyThisMachineAsks) {
  for (const char* address : {"127.0.0.1",
                              "127.9.9.9",
                              "10.0.0.1",
                              "172.16.0.1",
                              "172.31.255.255",
                              "192.168.1.1",
                              "100.64.0.1",
                              "0.0.0.0",
                              "224.0.0.1",
                              "255.255.255.255",
                              "198.18.0.1",
                              "::1",
                              "::",
                              "fd00::1",
                              "fc00::1",
                              "ff02::1",
                              "::ffff:127.0.0.1",
                              "::ffff:10.0.0.1",
                              "64:ff9b::7f00:1",
                              "2002:7f00:1::",
                              "2001:db8::1",
                              "2001::1"}) {
    EXPECT_TRUE(may_fetch_from(address, PrivateNetworks::open)) << address;
    EXPECT_FALSE(may_fetch_from(address, PrivateNetworks::closed)) << address;
  }
  for (const char* address : {"1.1.1.1", "172.32.0.1", "100.128.0.1", "2606:4700::1111", "::ffff:8.8.8.8"})
    EXPECT_TRUE(may_fetch_from(address, PrivateNetworks::closed)) << address;
  for (const char* address : {"", "localhost", "1.1.1", "0x7f000001", "::1::", "1.1.1.1 "})
    EXPECT_FALSE(may_fetch_from(address, PrivateNetworks::open)) << address;
}

TEST(FetchedText, IsUtf8WhateverItWas) {
  EXPECT_EQ(to_utf8("caf\xC3\xA9", "text/plain"), "caf\xC3\xA9");
  EXPECT_EQ(to_utf8("caf\xE9", "text/plain; charset=ISO-8859-1"), "caf\xC3\xA9");
  EXPECT_EQ(to_utf8("\x80", "text/html; charset=\"latin1\""), "\xE2\x82\xAC")
      << "Windows-1252, as browsers read it";
  EXPECT_EQ(to_utf8("<meta charset=windows-1251>\xE0", "text/html"), "<meta charset=windows-1251>\xD0\xB0");
  EXPECT_EQ(to_utf8("\xEF\xBB\xBF{}", "application/json"), "{}");
  EXPECT_EQ(to_utf8("a\xFF", "text/html; charset=utf-8"), "a\xEF\xBF\xBD");
  EXPECT_EQ(to_utf8("a\xFF", "text/plain"), std::nullopt);
  EXPECT_EQ(to_utf8("a", "text/plain; charset=no-such"), std::nullopt);
  EXPECT_EQ(to_utf8("\xED\xA0\x80", "text/plain"), std::nullopt) << "half of a pair";
  EXPECT_EQ(to_utf8("\xC0\x80", "text/plain"), std::nullopt) << "longer than need be";
}

TEST(FetchedText, OnlyWhatIsMeantToBeReadIsText) {
  for (const char* type : {"text/css", "application/json", "application/ld+json", "image/svg+xml", ""})
    EXPECT_EQ(to_utf8("a", type), "a") << type;
  for (const char* type : {"image/png", "application/pdf", "application/octet-stream"})
    EXPECT_EQ(to_utf8("a", type), std::nullopt) << type;
  EXPECT_EQ(to_utf8(std::string("a\0", 2), ""), std::nullopt);
  EXPECT_EQ(media_type_of(" Text/HTML ; charset=x"), "text/html");
  EXPECT_TRUE(is_html("application/xhtml+xml"));
}

}  // namespace
}  // namespace greenroom::daemon
