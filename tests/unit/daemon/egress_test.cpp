#include "daemon/egress.hpp"

#include <gtest/gtest.h>

#include "daemon/site_guard.hpp"

namespace greenroom::daemon {
namespace {

using base::errc;

net::EgressVerdict verdict(const net::EgressRules& rules, const char* address) {
  const auto host = net::Host::read(address);
  const net::EgressWishes wishes;
  const net::EgressDecision decision(rules, wishes, *host, 80);
  return decision.judge(*host->address, false);
}

TEST(EgressOptions, OnlyADaemonForItsOwnMachineLetsPagesReachThat) {
  config::Settings settings;
  EXPECT_TRUE(egress_options(settings)->rules.allow_private);
  settings.server.listen.host = "0.0.0.0";
  EXPECT_FALSE(egress_options(settings)->rules.allow_private);
  settings.server.listen.host = "127.0.0.1";
  // Behind a proxy it serves others, wherever it listens.
  settings.server.public_url = "https://browsers.example:8443";
  const auto others = egress_options(settings);
  EXPECT_FALSE(others->rules.allow_private);
  EXPECT_EQ(others->rules.own_host, "browsers.example");
  EXPECT_EQ(others->rules.own_host_port, 8443);
  settings.egress.allow_private = "true";
  EXPECT_TRUE(egress_options(settings)->rules.allow_private);
}

TEST(EgressOptions, MetadataIsClosedUnlessItIsNamed) {
  config::Settings settings;
  EXPECT_EQ(verdict(egress_options(settings)->rules, "169.254.169.254"),
            net::EgressVerdict::metadata_address);
  settings.egress.allow = {"169.254.169.254"};
  EXPECT_EQ(verdict(egress_options(settings)->rules, "169.254.169.254"), net::EgressVerdict::allowed);
  EXPECT_EQ(verdict(egress_options(settings)->rules, "169.254.170.2"), net::EgressVerdict::metadata_address);
}

TEST(EgressOptions, WhatIsWrongIsSaidWithoutSecrets) {
  config::Settings settings;
  settings.egress.proxy = "ftp://user:secret@proxy.example";
  const auto wrong = egress_options(settings);
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, errc::invalid_argument);
  EXPECT_EQ(wrong.error().detail.find("secret"), std::string::npos);
  settings.egress.proxy.clear();
  settings.egress.ad_hosts = "/nowhere/hosts";
  EXPECT_FALSE(egress_options(settings));
}

TEST(EgressOptions, TheListThatComesWithTheProgramHasWhatEverybodyBlocks) {
  const auto options = egress_options({});
  EXPECT_TRUE(options->ads->has(*net::Host::read("securepubads.g.doubleclick.net")));
  EXPECT_FALSE(options->ads->has(*net::Host::read("example.com")));
  EXPECT_GT(options->ads->size(), 100u);
}

TEST(EgressWishes, RulesBecomeRoutesInTheirOrder) {
  EgressOptions options;
  options.proxy = *net::parse_upstream("http://ours.example:3128", "", "");
  session::NetworkWishes wishes;
  session::ProxyRule external, provided, none;
  external.server = "socks5://p.example:1080";
  external.username = "a";
  external.hosts = "*.example.com";
  provided.provided = true;
  wishes.proxies = {external, none, provided};
  auto made = egress_wishes(wishes, options);
  ASSERT_TRUE(made);
  ASSERT_EQ(made->routes.size(), 3u);
  EXPECT_EQ(made->routes[0].upstream->host, "p.example");
  EXPECT_EQ(made->routes[0].upstream->username, "a");
  EXPECT_FALSE(made->routes[0].upstream->is_operators);
  EXPECT_FALSE(made->routes[1].upstream);
  EXPECT_EQ(made->routes[2].upstream->host, "ours.example");
  EXPECT_EQ(made->ads, nullptr);
  // Without a proxy of the operator's: straight to the network.
  options.proxy.reset();
  made = egress_wishes(wishes, options);
  EXPECT_FALSE(made->routes[2].upstream);
}

TEST(EgressWishes, WhatIsNoHostIsRefused) {
  session::NetworkWishes wishes;
  wishes.denied_hosts = {"http://example.com"};
  EXPECT_EQ(egress_wishes(wishes, {}).error().code, errc::invalid_argument);
  wishes.denied_hosts = {"example.com", "10.0.0.0/8", "*.example.org"};
  EXPECT_TRUE(egress_wishes(wishes, {}));
  session::ProxyRule rule;
  rule.server = "http://p.example";
  rule.hosts = "a b";
  wishes.proxies = {rule};
  EXPECT_FALSE(egress_wishes(wishes, {}));
}

TEST(SiteGuard, AHostIsReadFromAnAddressAsBrowsersWriteIt) {
  const auto host = [](const char* url) {
    const auto read = host_of_url(url);
    return read ? read->name : "";
  };
  EXPECT_EQ(host("https://www.example.com/a?b#c"), "www.example.com");
  EXPECT_EQ(host("http://user:pw@example.com:8080"), "example.com");
  EXPECT_EQ(host("http://example.com\\@evil.test/"), "example.com");
  EXPECT_EQ(host("http://[::1]:80/"), "::1");
  EXPECT_EQ(host("http://example.com?@evil.test"), "example.com");
  for (const char* url : {"", "about:blank", "ftp://example.com", "https://", "data:text/html,x"})
    EXPECT_EQ(host(url), "") << url;
}

}  // namespace
}  // namespace greenroom::daemon
