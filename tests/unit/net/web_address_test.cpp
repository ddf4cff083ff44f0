#include "net/web_address.hpp"

#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

std::string read(std::string_view text) {
  const auto address = parse_web_address(text);
  return address ? address->text() : "refused";
}

TEST(WebAddress, IsReadAsBrowsersReadIt) {
  EXPECT_EQ(read("http://example.com"), "http://example.com/");
  EXPECT_EQ(read("  HTTPS://Example.COM:443/a b?q=\"x\"#part\n"), "https://example.com/a%20b?q=%22x%22");
  EXPECT_EQ(read("http:\\\\example.com\\a\\b?c\\d"), "http://example.com/a/b?c\\d");
  EXPECT_EQ(read("ht\ntp://exa\tmple.com/"), "http://example.com/");
  EXPECT_EQ(read("http://example.com:8080?x"), "http://example.com:8080/?x");
  EXPECT_EQ(read("http://example.com:/"), "http://example.com/");
  EXPECT_EQ(read("http://[::1]:81/"), "http://[::1]:81/");
  EXPECT_EQ(read("https://127.1/\xC3\xA9"), "https://127.1/%C3%A9");
}

TEST(WebAddress, WhatIsNoneIsRefused) {
  for (const char* text : {"",
                           "example.com",
                           "http:",
                           "http://",
                           "http:example.com",
                           "http:///a",
                           "file:///etc/passwd",
                           "ftp://a/",
                           "http://user@a/",
                           "http://user:pass@a/",
                           "http://a:0/",
                           "http://a:65536/",
                           "http://a:1x/",
                           "http://a:-1/",
                           "http://\xC3\xA4.example/",
                           "http://a%00b/",
                           "http://a b/",
                           "http://[::1/",
                           "http://[x]/",
                           "http://?",
                           "javascript:alert(1)",
                           "http://a\r\nX: y/"})
    EXPECT_EQ(read(text), "refused") << text;
  EXPECT_EQ(read("http://a/" + std::string(9000, 'x')), "refused");
}

TEST(WebAddress, NothingOfItCanBreakARequestsLine) {
  const auto address = parse_web_address("http://a/x\x01\x7F y?\xFF z");
  ASSERT_TRUE(address);
  EXPECT_EQ(address->target, "/x%01%7F%20y?%FF%20z");
}

TEST(WebAddress, ReferencesAreResolvedAsRfc3986Says) {
  const auto base = parse_web_address("http://a/b/c/d?q");
  ASSERT_TRUE(base);
  const auto resolved = [&](std::string_view reference) {
    const auto address = resolve_web_address(*base, reference);
    return address ? address->text() : std::string("refused");
  };
  const std::pair<const char*, const char*> examples[] = {
      {"g", "http://a/b/c/g"},        {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},      {"/g", "http://a/g"},
      {"//g", "http://g/"},           {"?y", "http://a/b/c/d?y"},
      {"g?y", "http://a/b/c/g?y"},    {"#s", "http://a/b/c/d?q"},
      {"", "http://a/b/c/d?q"},       {".", "http://a/b/c/"},
      {"..", "http://a/b/"},          {"../g", "http://a/b/g"},
      {"../..", "http://a/"},         {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},   {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},        {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},    {"./g/.", "http://a/b/c/g/"},
      {"g/../h", "http://a/b/c/h"},   {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"https://h/i", "https://h/i"}, {"mailto:a@b", "refused"},
      {"//user@g/", "refused"}};
  for (const auto& [reference, expected] : examples) EXPECT_EQ(resolved(reference), expected) << reference;
}

}  // namespace
}  // namespace greenroom::net
