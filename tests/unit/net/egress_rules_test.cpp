#include "net/egress_rules.hpp"

#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

using enum EgressVerdict;

HostPatterns patterns(std::initializer_list<const char*> texts) {
  HostPatterns out;
  for (const char* text : texts) out.push_back(*HostPattern::parse(text));
  return out;
}

struct Asked {
  EgressRules rules;
  EgressWishes wishes;

  /// By its name; then, straight to the network, by the address that it leads to.
  EgressVerdict verdict(const char* name, std::uint16_t port, const char* leads_to = nullptr,
                        bool is_own = false) const {
    const auto host = Host::read(name);
    EXPECT_TRUE(host) << name;
    const EgressDecision decision(rules, wishes, *host, port);
    if (decision.verdict() != allowed || decision.upstream() != nullptr) return decision.verdict();
    const auto address = leads_to != nullptr ? read_address(leads_to) : host->address;
    return address ? decision.judge(*address, is_own) : allowed;
  }
  std::string way(const char* name) const {
    const auto host = Host::read(name);
    const EgressDecision decision(rules, wishes, *host, 443);
    return decision.upstream() != nullptr ? decision.upstream()->host : "";
  }
};

TEST(EgressRules, ADaemonForItsOwnMachineLetsPagesReachItButNoMetadata) {
  Asked asked;
  EXPECT_EQ(asked.verdict("127.0.0.1", 80), allowed);
  EXPECT_EQ(asked.verdict("intranet.test", 80, "10.0.0.1"), allowed);
  EXPECT_EQ(asked.verdict("169.254.169.254", 80), metadata_address);
  EXPECT_EQ(asked.verdict("innocent.test", 80, "169.254.169.254"), metadata_address);
  EXPECT_EQ(asked.verdict("innocent.test", 80, "::ffff:169.254.169.254"), metadata_address);
  EXPECT_EQ(asked.verdict("224.0.0.1", 80), unusable_address);
}

TEST(EgressRules, ADaemonForOthersKeepsPagesOffItsMachineAndItsNetwork) {
  Asked asked;
  asked.rules.allow_private = false;
  for (const char* address : {"127.0.0.1", "2130706433", "0x7f.1", "[::1]", "0.0.0.0", "10.0.0.1",
                              "[fd00::1]", "[::ffff:192.168.0.1]", "[64:ff9b::7f00:1]"})
    EXPECT_EQ(asked.verdict(address, 80), private_address) << address;
  EXPECT_EQ(asked.verdict("rebound.test", 80, "127.0.0.1"), private_address);
  EXPECT_EQ(asked.verdict("example.com", 443, "93.184.215.14"), allowed);
  // Its own public address leads to services that a firewall hides.
  EXPECT_EQ(asked.verdict("myself.test", 443, "93.184.215.14", true), private_address);
}

TEST(EgressRules, TheOperatorOpensWhatItNames) {
  Asked asked;
  asked.rules.allow_private = false;
  asked.rules.allow = patterns({"intranet.test", "10.1.0.0/16", "169.254.169.254"});
  EXPECT_EQ(asked.verdict("app.intranet.test", 80, "192.168.0.7"), allowed);
  EXPECT_EQ(asked.verdict("other.test", 80, "10.1.2.3"), allowed);
  EXPECT_EQ(asked.verdict("other.test", 80, "10.2.2.3"), private_address);
  EXPECT_EQ(asked.verdict("169.254.169.254", 80), allowed);
  // A name alone does not open metadata: who runs its name server could send it there.
  EXPECT_EQ(asked.verdict("app.intranet.test", 80, "169.254.170.2"), metadata_address);
}

TEST(EgressRules, WhatTheOperatorDeniesStaysDenied) {
  Asked asked;
  asked.rules.allow = patterns({"bank.test"});
  asked.rules.deny = patterns({"bank.test", "10.0.0.0/8"});
  EXPECT_EQ(asked.verdict("bank.test", 443, "93.184.215.14"), denied_by_operator);
  EXPECT_EQ(asked.verdict("www.BANK.test.", 443, "93.184.215.14"), denied_by_operator);
  EXPECT_EQ(asked.verdict("other.test", 443, "10.1.1.1"), denied_by_operator);
}

TEST(EgressRules, ASessionCanOnlyNarrow) {
  Asked asked;
  asked.rules.allow_private = false;
  asked.wishes.allowed = patterns({"example.com", "10.0.0.0/8"});
  asked.wishes.denied = patterns({"ads.example.com"});
  EXPECT_EQ(asked.verdict("www.example.com", 443, "93.184.215.14"), allowed);
  EXPECT_EQ(asked.verdict("ads.example.com", 443, "93.184.215.14"), denied_by_session);
  EXPECT_EQ(asked.verdict("other.test", 443, "93.184.215.14"), denied_by_session);
  EXPECT_EQ(asked.verdict("ten.test", 443, "10.0.0.1"), private_address);
  asked.wishes = {};
  asked.wishes.only_allowed = true;
  EXPECT_EQ(asked.verdict("example.com", 443, "93.184.215.14"), denied_by_session);
}

TEST(EgressRules, ANetworkThatIsAllowedIsReachedByNamesToo) {
  Asked asked;
  asked.wishes.allowed = patterns({"93.184.0.0/16"});
  EXPECT_EQ(asked.verdict("example.com", 443, "93.184.215.14"), allowed);
  EXPECT_EQ(asked.verdict("example.com", 443, "94.0.0.1"), denied_by_session);
  EXPECT_EQ(asked.verdict("94.0.0.1", 443), denied_by_session);
}

TEST(EgressRules, TheDaemonItselfIsAlwaysReached) {
  Asked asked;
  asked.rules.allow_private = false;
  asked.rules.deny = patterns({"*"});
  asked.rules.own_port = 4480;
  asked.rules.own_host = "browsers.test";
  asked.rules.own_host_port = 443;
  asked.wishes.only_allowed = true;
  asked.wishes.routes.push_back({std::nullopt, *parse_upstream("http://proxy.test:3128", "", "")});
  EXPECT_EQ(asked.verdict("127.0.0.1", 4480), allowed);
  EXPECT_EQ(asked.verdict("localhost", 4480), allowed);
  EXPECT_EQ(asked.verdict("browsers.test", 443), allowed);
  EXPECT_EQ(asked.way("browsers.test"), "");
  EXPECT_EQ(asked.verdict("127.0.0.1", 4481), denied_by_operator);
  EXPECT_EQ(asked.verdict("10.0.0.1", 4480), denied_by_operator);
  EXPECT_EQ(asked.verdict("browsers.test", 80), denied_by_operator);
}

TEST(EgressRules, TheFirstRouteThatFitsIsTaken) {
  Asked asked;
  const auto a = *parse_upstream("http://a.test:1", "", "");
  const auto b = *parse_upstream("socks5://b.test:2", "", "");
  asked.wishes.routes = {{*HostPattern::parse("*.example.com"), a},
                         {*HostPattern::parse("straight.test"), std::nullopt},
                         {std::nullopt, b}};
  EXPECT_EQ(asked.way("www.example.com"), "a.test");
  EXPECT_EQ(asked.way("straight.test"), "");
  EXPECT_EQ(asked.way("other.test"), "b.test");
}

TEST(EgressRules, WhatSaysItselfWhereItLeadsIsJudgedBehindAProxyToo) {
  Asked asked;
  asked.rules.allow_private = false;
  asked.wishes.routes.push_back({std::nullopt, *parse_upstream("http://proxy.test:3128", "", "")});
  EXPECT_EQ(asked.verdict("169.254.169.254", 80), metadata_address);
  EXPECT_EQ(asked.verdict("10.0.0.1", 80), private_address);
  EXPECT_EQ(asked.verdict("app.localhost", 80), private_address);
  EXPECT_EQ(asked.verdict("example.com", 80), allowed);
}

TEST(EgressRules, ASessionsProxyIsHeldToTheRulesAndTheOperatorsIsNot) {
  EgressRules rules;
  rules.allow_private = false;
  auto proxy = *parse_upstream("http://proxy.test:3128", "", "");
  const auto judge = [&](const char* address) {
    return EgressDecision::judge_upstream(rules, proxy, *read_address(address), false);
  };
  EXPECT_EQ(judge("93.184.215.14"), allowed);
  EXPECT_EQ(judge("127.0.0.1"), private_address);
  EXPECT_EQ(judge("169.254.169.254"), metadata_address);
  rules.allow = patterns({"proxy.test"});
  EXPECT_EQ(judge("10.0.0.1"), allowed);
  EXPECT_EQ(judge("169.254.169.254"), metadata_address);
  proxy.is_operators = true;
  EXPECT_EQ(judge("127.0.0.1"), allowed);
}

TEST(EgressRules, AdvertisementsAreBlockedWhereSomebodyAsksForThat) {
  Asked asked;
  asked.wishes.ads = std::make_shared<const HostList>(HostList::parse("ads.test"));
  EXPECT_EQ(asked.verdict("x.ads.test", 443), blocked_ad);
  EXPECT_EQ(asked.verdict("news.test", 443), allowed);
}

TEST(EgressRules, AProxysAddressIsReadWithItsCredentials) {
  const auto full = *parse_upstream("https://us%65r:p%40ss:word@Proxy.Test:8443/", "", "");
  EXPECT_EQ(full.kind, Upstream::Kind::https);
  EXPECT_EQ(full.host, "proxy.test");
  EXPECT_EQ(full.port, 8443);
  EXPECT_EQ(full.username, "user");
  EXPECT_EQ(full.password, "p@ss:word");
  EXPECT_EQ(parse_upstream("proxy.test:3128", "a", "b")->username, "a");
  EXPECT_EQ(parse_upstream("http://in@proxy.test", "given", "apart")->username, "given");
  EXPECT_EQ(parse_upstream("http://proxy.test", "", "")->port, 80);
  EXPECT_EQ(parse_upstream("socks5h://[::1]", "", "")->port, 1080);
  EXPECT_EQ(parse_upstream("socks5://[fd00::1]:9", "", "")->host, "fd00::1");
  for (const char* text :
       {"", "http://", "ftp://proxy.test", "http://proxy.test:0", "http://proxy.test:99999", "http://pro xy",
        "socks4://proxy.test:1", "http://:3128"})
    EXPECT_FALSE(parse_upstream(text, "", "")) << text;
  EXPECT_FALSE(parse_upstream("http://p.test", std::string(256, 'x'), ""));
  EXPECT_FALSE(parse_upstream("http://p.test", "a\r\nb", ""));
  EXPECT_FALSE(parse_upstream("http://p.test", "a:b", "c"));
  const auto failed = parse_upstream("http://user:secret@pro xy", "", "");
  EXPECT_EQ(failed.error().detail.find("secret"), std::string::npos);
}

}  // namespace
}  // namespace greenroom::net
