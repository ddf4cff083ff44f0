#include "api/guard.hpp"

#include <gtest/gtest.h>

namespace greenroom::api {
namespace {

GuardOptions configured() {
  GuardOptions options;
  options.allowed_hosts = {"box.lan", "Other.Example:4480"};
  options.allowed_origins = {"https://app.example"};
  options.public_url = "https://rooms.example/prefix";
  return options;
}

net::Request from(std::string_view origin, std::string_view host = "127.0.0.1:4480", bool websocket = false) {
  net::Request request;
  request.headers.add("Host", std::string(host));
  if (!origin.empty()) request.headers.add("Origin", std::string(origin));
  request.wants_websocket = websocket;
  return request;
}

TEST(Guard, AddressesAndLocalhostAreAlwaysAllowed) {
  for (const std::string_view host :
       {"localhost", "localhost:4480", "LOCALHOST", "localhost.", "localhost.:80", "a.localhost", "127.0.0.1",
        "127.0.0.1:4480", "192.168.7.9:80", "[::1]", "[::1]:4480", "::1", "[fe80::1]:80", "[2001:db8::7]"})
    EXPECT_TRUE(is_allowed_host(host, {})) << host;
}

TEST(Guard, NamesThatNobodyConfiguredAreRefused) {
  for (const std::string_view host : {"",
                                      ":",
                                      ":80",
                                      ".",
                                      "evil.example",
                                      "evil.example:4480",
                                      "localhost.evil.example",
                                      "127.0.0.1.evil.example",
                                      "127.0.0.1.nip.io",
                                      "evillocalhost",
                                      "notlocalhost:80",
                                      "[evil.example]",
                                      "[::1].evil.example",
                                      "[::1]evil",
                                      "127.0.0.1@evil.example",
                                      "evil.example#localhost",
                                      "1.2.3",
                                      "0x7f000001",
                                      "2130706433",
                                      "127.0.0.256"})
    EXPECT_FALSE(is_allowed_host(host, {})) << host;
}

TEST(Guard, ConfiguredNamesAreAllowedWithAnyPort) {
  for (const std::string_view host : {"box.lan", "BOX.LAN:1", "box.lan.", "other.example", "other.example:9",
                                      "rooms.example", "rooms.example:443"})
    EXPECT_TRUE(is_allowed_host(host, configured())) << host;
  for (const std::string_view host :
       {"xbox.lan", "box.lan.evil.example", "sub.box.lan", "prefix", "app.example"})
    EXPECT_FALSE(is_allowed_host(host, configured())) << host;
}

TEST(Guard, HostNamesAreReadFromAllTheirForms) {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"host", "host"}, {"HOST:80", "host"}, {"host.", "host"},      {"[::1]:80", "::1"},
      {"[::1]", "::1"}, {"::1", "::1"},      {"http://h:80/p", "h"}, {"https://[::2]:1/x", "::2"},
      {"", ""},
  };
  for (const auto& [text, name] : table) EXPECT_EQ(host_name_of(text), name) << text;
}

TEST(Guard, WhatNoPageSentMayUseTheDaemon) { EXPECT_TRUE(is_allowed_origin(from(""), {})); }

TEST(Guard, OwnPagesAndConfiguredOnesMay) {
  EXPECT_TRUE(is_allowed_origin(from("http://127.0.0.1:4480"), {}));
  EXPECT_TRUE(is_allowed_origin(from("http://box.lan:4480", "box.lan:4480"), {}));
  EXPECT_TRUE(is_allowed_origin(from("https://app.example"), configured()));
  EXPECT_TRUE(is_allowed_origin(from("https://rooms.example"), configured()));
}

TEST(Guard, OtherPagesMayNot) {
  for (const std::string_view origin :
       {"http://evil.example", "null", "http://127.0.0.1:8080", "http://127.0.0.1", "http://localhost:4480",
        "https://app.example.evil.example", "http://app.example", "https://app.example:444",
        "https://rooms.exampl", "https://rooms.example.evil", "http://rooms.example", "file://",
        "127.0.0.1:4480", "https:"})
    EXPECT_FALSE(is_allowed_origin(from(origin), configured())) << origin;
}

TEST(Guard, ExtensionPagesMayOpenWebsocketsOnly) {
  EXPECT_TRUE(is_allowed_origin(from("chrome-extension://abcdef", "h", true), {}));
  EXPECT_FALSE(is_allowed_origin(from("chrome-extension://abcdef", "h", false), {}));
  EXPECT_FALSE(is_allowed_origin(from("http://evil.example", "h", true), {}));
}

}  // namespace
}  // namespace greenroom::api
