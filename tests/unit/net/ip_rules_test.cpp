#include "net/ip_rules.hpp"

#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

Reach reach(const char* text) {
  const auto address = read_address(text);
  EXPECT_TRUE(address) << text;
  return address ? reach_of(*address) : Reach::open;
}

TEST(IpRules, EveryRangeLeadsWhereItsRegistrySays) {
  const std::pair<const char*, Reach> cases[] = {
      {"93.184.215.14", Reach::open},
      {"2606:2800:21f:cb07:6820:80da:af6b:8b2c", Reach::open},
      {"127.0.0.1", Reach::own_machine},
      {"127.255.255.254", Reach::own_machine},
      {"0.0.0.0", Reach::own_machine},
      {"0.1.2.3", Reach::own_machine},
      {"::1", Reach::own_machine},
      {"::", Reach::own_machine},
      {"10.0.0.1", Reach::private_network},
      {"172.16.0.1", Reach::private_network},
      {"172.31.255.255", Reach::private_network},
      {"172.32.0.1", Reach::open},
      {"192.168.1.1", Reach::private_network},
      {"100.64.0.1", Reach::private_network},
      {"100.128.0.1", Reach::open},
      {"198.18.0.1", Reach::private_network},
      {"fd12:3456::1", Reach::private_network},
      {"fe80::1", Reach::private_network},
      {"fec0::1", Reach::private_network},
      {"169.254.169.254", Reach::metadata},
      {"169.254.170.2", Reach::metadata},
      {"100.100.100.200", Reach::metadata},
      {"192.0.0.192", Reach::metadata},
      {"168.63.129.16", Reach::metadata},
      {"fd00:ec2::254", Reach::metadata},
      {"fd20:ce::254", Reach::metadata},
      {"224.0.0.1", Reach::unusable},
      {"255.255.255.255", Reach::unusable},
      {"240.0.0.1", Reach::unusable},
      {"203.0.113.7", Reach::unusable},
      {"ff02::1", Reach::unusable},
      {"2001:db8::1", Reach::unusable},
      {"2001:0:1:2::3", Reach::unusable},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(reach(text), expected) << text;
}

TEST(IpRules, AnIpv4AddressInsideAnIpv6OneIsLookedAt) {
  const std::pair<const char*, Reach> cases[] = {
      {"::ffff:127.0.0.1", Reach::own_machine},
      {"::ffff:10.0.0.1", Reach::private_network},
      {"::ffff:169.254.169.254", Reach::metadata},
      {"::ffff:a9fe:a9fe", Reach::metadata},
      {"::ffff:0:127.0.0.1", Reach::own_machine},
      {"64:ff9b::10.1.2.3", Reach::private_network},
      {"64:ff9b::a9fe:a9fe", Reach::metadata},
      {"2002:7f00:1::", Reach::own_machine},
      {"2002:a9fe:a9fe::1", Reach::metadata},
      {"::127.0.0.1", Reach::own_machine},
      {"::ffff:93.184.215.14", Reach::open},
      {"64:ff9b::93.184.215.14", Reach::open},
      {"64:ff9b:1::93.184.215.14", Reach::private_network},
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(reach(text), expected) << text;
}

TEST(IpRules, AnAddressIsReadInEverySpellingThatBrowsersTake) {
  for (const char* text : {"127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1",
                           "0177.0.0.1", "0177.0x0.1", "0x7F.0.0.0x1", "017700000001", "127.0.0.1."}) {
    const auto address = read_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_EQ(address->to_string(), "127.0.0.1") << text;
  }
  EXPECT_EQ(read_address("[::1]")->to_string(), "::1");
  EXPECT_EQ(read_address("0xa9fea9fe")->to_string(), "169.254.169.254");
}

TEST(IpRules, WhatIsNoAddressIsNone) {
  for (const char* text : {"", "localhost", "1.2.3.4.5", "256.1.1.1", "1.2.3.256", "4294967296", "08.1.1.1",
                           "0x7g.1", "1..2", "-1", "1.2.3.4x", "fe80::1%lo", "[::1", ":::", "1,2,3,4"})
    EXPECT_FALSE(read_address(text)) << text;
}

TEST(IpRules, ANetworkHasItsAddressesAndNoOthers) {
  const auto network = Network::parse("10.1.0.0/16");
  ASSERT_TRUE(network);
  EXPECT_TRUE(network->contains(*read_address("10.1.255.255")));
  EXPECT_TRUE(network->contains(*read_address("::ffff:10.1.0.9")));
  EXPECT_FALSE(network->contains(*read_address("10.2.0.0")));
  EXPECT_TRUE(Network::parse("fd00::/8")->contains(*read_address("fdff::1")));
  EXPECT_TRUE(Network::parse("0.0.0.0/0")->contains(*read_address("9.9.9.9")));
  EXPECT_FALSE(Network::parse("0.0.0.0/0")->contains(*read_address("2606:4700::1")));
  EXPECT_TRUE(Network::parse("192.0.2.1")->contains(*read_address("192.0.2.1")));
  for (const char* text : {"10.0.0.0/33", "10.0.0.0/", "10.0.0.0/x", "/8", "::/129", "example.com/8"})
    EXPECT_FALSE(Network::parse(text)) << text;
}

}  // namespace
}  // namespace greenroom::net
