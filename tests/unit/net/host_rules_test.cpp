#include "net/host_rules.hpp"

#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

bool fits(const char* pattern, const char* host) {
  const auto parsed = HostPattern::parse(pattern);
  const auto read = Host::read(host);
  EXPECT_TRUE(parsed) << pattern;
  EXPECT_TRUE(read) << host;
  return parsed && read && parsed->fits(*read);
}

TEST(HostRules, AHostIsComparedInOneForm) {
  EXPECT_EQ(Host::read("EXAMPLE.Com.")->name, "example.com");
  EXPECT_EQ(Host::read("0x7f.1")->name, "127.0.0.1");
  EXPECT_EQ(Host::read("[0:0::1]")->name, "::1");
  EXPECT_TRUE(Host::read("xn--bcher-kva.example"));
  EXPECT_TRUE(Host::read("_dmarc.example.com"));
  for (const char* text : {"", ".", ".example.com", "a..b", "a b", "a/b", "a\tb", "a@b", "b\xc3\xbc.de"})
    EXPECT_FALSE(Host::read(text)) << text;
  EXPECT_FALSE(Host::read("ads.example..")) << "it would be found in no list, and yet have an address";
  EXPECT_FALSE(Host::read(std::string(254, 'a')));
  EXPECT_FALSE(Host::read(std::string("a\0b", 3)));
}

TEST(HostRules, ANameStandsForItselfAndWhatIsBelowIt) {
  EXPECT_TRUE(fits("example.com", "example.com"));
  EXPECT_TRUE(fits("Example.COM.", "www.example.com"));
  EXPECT_FALSE(fits("example.com", "notexample.com"));
  EXPECT_FALSE(fits("example.com", "example.com.evil.test"));
  EXPECT_FALSE(fits("www.example.com", "example.com"));
}

TEST(HostRules, AStarStandsForSomeText) {
  EXPECT_TRUE(fits("*", "anything.test"));
  EXPECT_TRUE(fits("*.example.com", "a.b.example.com"));
  EXPECT_FALSE(fits("*.example.com", "example.com"));
  EXPECT_TRUE(fits("api-*.example.com", "api-7.example.com"));
  EXPECT_FALSE(fits("api-*.example.com", "api-.example.com"));
  EXPECT_TRUE(fits("*ab", "xabyab"));
  EXPECT_FALSE(fits("*.example.com", "example.com.evil.test"));
  EXPECT_TRUE(fits("a*b*c", "axxbyyc"));
  EXPECT_FALSE(fits("a*b*c", "abc"));
}

TEST(HostRules, AddressesAndNetworksFitAddresses) {
  EXPECT_TRUE(fits("10.0.0.0/8", "10.9.8.7"));
  EXPECT_TRUE(fits("127.0.0.1", "2130706433"));
  EXPECT_FALSE(fits("10.0.0.0/8", "ten.example.com"));
  EXPECT_FALSE(fits("example.com", "10.0.0.1"));
  EXPECT_TRUE(HostPattern::parse("fd00::/8")->fits(*read_address("fd01::2")));
  for (const char* text : {"", ".example.com", "a..b", "exa mple", "http://example.com", "example.com:80"})
    EXPECT_FALSE(HostPattern::parse(text)) << text;
}

TEST(HostRules, AListHasItsNamesAndWhatIsBelowThem) {
  const HostList list = HostList::parse(
      "# advertising\n"
      "ads.example\r\n"
      "0.0.0.0 Tracker.Example.  # in the form of hosts(5)\n"
      "127.0.0.1 localhost\n::1 ip6-localhost\n"
      "com\n"
      "not a/name.example\n");
  EXPECT_TRUE(list.has(*Host::read("ads.example")));
  EXPECT_TRUE(list.has(*Host::read("a.b.ads.example")));
  EXPECT_TRUE(list.has(*Host::read("x.tracker.example")));
  EXPECT_FALSE(list.has(*Host::read("bads.example")));
  EXPECT_FALSE(list.has(*Host::read("localhost")));
  EXPECT_FALSE(list.has(*Host::read("0.0.0.0")));
  EXPECT_FALSE(list.has(*Host::read("shop.com")));
  EXPECT_EQ(list.size(), 2u);
}

TEST(HostRules, LocalhostIsKnownInEverySpelling) {
  EXPECT_TRUE(Host::read("LocalHost.")->is_localhost());
  EXPECT_TRUE(Host::read("app.localhost")->is_localhost());
  EXPECT_FALSE(Host::read("localhost.example.com")->is_localhost());
  EXPECT_FALSE(Host::read("notlocalhost")->is_localhost());
}

TEST(HostRules, NobodyHasANameBelowInvalid) {
  EXPECT_TRUE(Host::read("Greenroom.Invalid.")->is_nobodys());
  EXPECT_TRUE(Host::read("invalid")->is_nobodys());
  EXPECT_FALSE(Host::read("invalid.example")->is_nobodys());
  EXPECT_FALSE(Host::read("notinvalid")->is_nobodys());
}

}  // namespace
}  // namespace greenroom::net
