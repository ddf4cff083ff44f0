#include "config/values.hpp"

#include <gtest/gtest.h>

namespace greenroom::config {
namespace {

template <class T>
std::optional<T> value_of(const std::string& text) {
  T value{};
  if (read(Value{{text}, false}, value)) return std::nullopt;
  return value;
}

TEST(Values, Durations) {
  EXPECT_EQ(value_of<milliseconds>("300ms"), 300ms);
  EXPECT_EQ(value_of<milliseconds>("30s"), 30s);
  EXPECT_EQ(value_of<milliseconds>("5m"), 5min);
  EXPECT_EQ(value_of<milliseconds>("1h"), 1h);
  EXPECT_EQ(value_of<milliseconds>("31d"), 31 * 24h);
  EXPECT_EQ(value_of<milliseconds>("0"), 0ms);
  for (const char* wrong : {"", "s", "5", "5x", "-5s", "1.5h", "5 s", "1h30m", "99999999999d", "4000d", "5S"})
    EXPECT_FALSE(value_of<milliseconds>(wrong)) << wrong;
}

TEST(Values, Sizes) {
  EXPECT_EQ(value_of<base::Bytes>("512B"), base::Bytes{512});
  EXPECT_EQ(value_of<base::Bytes>("64KiB"), base::Bytes{65536});
  EXPECT_EQ(value_of<base::Bytes>("8MiB"), 8_MiB);
  for (const char* wrong : {"", "8", "8MB", "8mib", "-1B", "18446744073709551615GiB", "MiB"})
    EXPECT_FALSE(value_of<base::Bytes>(wrong)) << wrong;
}

TEST(Values, NumbersAndSwitches) {
  EXPECT_EQ(value_of<int>("-7"), -7);
  EXPECT_EQ(value_of<std::uint32_t>("4000000000"), 4'000'000'000u);
  for (const char* wrong : {"", "1 ", "0x10", "1e3", "99999999999", "+1"})
    EXPECT_FALSE(value_of<int>(wrong)) << wrong;
  EXPECT_FALSE(value_of<std::uint32_t>("-1"));
  EXPECT_EQ(value_of<bool>("true"), true);
  EXPECT_EQ(value_of<bool>("off"), false);
  EXPECT_FALSE(value_of<bool>("maybe"));
}

TEST(Values, PixelSizes) {
  EXPECT_EQ(value_of<PixelSize>("1280x720"), (PixelSize{1280, 720}));
  for (const char* wrong : {"", "x", "1280", "1280x", "0x720", "1280x99999", "1280X720", "1280x720x1"})
    EXPECT_FALSE(value_of<PixelSize>(wrong)) << wrong;
}

TEST(Values, ListenAddresses) {
  EXPECT_EQ(value_of<ListenAddress>("127.0.0.1:4480"), (ListenAddress{"127.0.0.1", 4480}));
  EXPECT_EQ(value_of<ListenAddress>("[::1]:0"), (ListenAddress{"::1", 0}));
  for (const char* wrong : {"", ":", "4480", ":4480", "localhost:4480", "127.0.0.1", "127.0.0.1:",
                            "127.0.0.1:65536", "::1:80", "[127.0.0.1]:80", "[::1]", "127.0.0.1:-1"})
    EXPECT_FALSE(value_of<ListenAddress>(wrong)) << wrong;
}

TEST(Values, Lists) {
  using List = std::vector<std::string>;
  EXPECT_EQ(value_of<List>(""), List{});
  EXPECT_EQ(value_of<List>(" a , b"), (List{"a", "b"}));
  EXPECT_FALSE(value_of<List>("a,,b"));
  List list;
  EXPECT_FALSE(read(Value{{"a, b"}, true}, list));
  EXPECT_EQ(list, List{"a, b"}) << "a list in brackets is not split again";
}

TEST(Values, Levels) {
  EXPECT_EQ(value_of<base::LogLevel>("warning"), base::LogLevel::warning);
  EXPECT_FALSE(value_of<base::LogLevel>("loud"));
}

TEST(Checks, PublicUrl) {
  for (std::string good : {"", "http://a", "https://a.example:8443/path", "https://[::1]:80"})
    EXPECT_FALSE(check_public_url(good)) << good;
  for (std::string wrong :
       {"a.example", "ftp://a", "https://", "https:///", "https://a?x=1", "https://me@a", "https://a b"})
    EXPECT_TRUE(check_public_url(wrong)) << wrong;
}

TEST(Checks, HostsOriginsNetworks) {
  for (std::string good : {"a.example", "10.0.0.1", "::1"}) EXPECT_FALSE(check_host_name(good)) << good;
  for (std::string wrong : {"https://a", "a:80", "a/b", "*"}) EXPECT_TRUE(check_host_name(wrong)) << wrong;
  for (std::string good : {"https://a.example", "http://localhost:3000", "chrome-extension://abc"})
    EXPECT_FALSE(check_origin(good)) << good;
  for (std::string wrong : {"a.example", "https://", "https://a/path", "*", "null"})
    EXPECT_TRUE(check_origin(wrong)) << wrong;
  for (std::string good : {"10.0.0.1", "10.0.0.0/8", "::1", "fd00::/8", "0.0.0.0/0"})
    EXPECT_FALSE(check_network(good)) << good;
  for (std::string wrong : {"10.0.0", "10.0.0.0/33", "fd00::/129", "10.0.0.0/", "/8", "host/8"})
    EXPECT_TRUE(check_network(wrong)) << wrong;
}

}  // namespace
}  // namespace greenroom::config
