// crypto, ids, time_format, log: bytes and texts against published vectors.
#include <set>

#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/log.hpp"
#include "base/time_format.hpp"

namespace greenroom::base {
namespace {

TEST(Crypto, Base64HasTheVectorsOfRfc4648) {
  const std::pair<std::string_view, std::string_view> table[] = {
      {"", ""},
      {"f", "Zg=="},
      {"fo", "Zm8="},
      {"foo", "Zm9v"},
      {"foob", "Zm9vYg=="},
      {"fooba", "Zm9vYmE="},
      {"foobar", "Zm9vYmFy"},
  };
  for (const auto& [bytes, text] : table) {
    EXPECT_EQ(to_base64(bytes), text);
    EXPECT_EQ(from_base64(text), bytes);
    EXPECT_EQ(to_base64url(bytes), text.substr(0, text.find('=')));
    EXPECT_EQ(from_base64url(text.substr(0, text.find('='))), bytes);
  }
  EXPECT_EQ(to_base64("\xfb\xff"), "+/8=");
  EXPECT_EQ(to_base64url("\xfb\xff"), "-_8");
}

TEST(Crypto, WhatIsNoEncodingIsRefused) {
  for (const std::string_view text :
       {"Z", "Zg", "Zg=", "Zg===", "Zm9v=", "Z=g=", "Zm 9", "Zm9-", "Zm9v\n", "===="})
    EXPECT_FALSE(from_base64(text)) << text;
  for (const std::string_view text : {"Z", "Zg==", "Zm9+", "Zm9/", "Zm9 "})
    EXPECT_FALSE(from_base64url(text)) << text;
  for (const std::string_view text : {"0", "0g", "xx", " 00", "0x00"}) EXPECT_FALSE(from_hex(text)) << text;
  EXPECT_EQ(from_hex("00fFaB"), std::string("\0\xff\xab", 3));
}

TEST(Crypto, HmacHasTheVectorsOfRfc4231) {
  EXPECT_EQ(to_hex(hmac_sha256(std::string(20, '\x0b'), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(std::string(20, '\xaa'), std::string(50, '\xdd'))),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(
      to_hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
      "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Crypto, Sha256HasTheVectorsOfFips180) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Crypto, ConstantTimeComparisonCompares) {
  EXPECT_TRUE(equal_in_constant_time("", ""));
  EXPECT_TRUE(equal_in_constant_time("abc", "abc"));
  for (const std::string_view other : {"", "ab", "abcd", "abd", "Abc"})
    EXPECT_FALSE(equal_in_constant_time("abc", other));
  EXPECT_TRUE(equal_in_constant_time(sha256("a"), sha256("a")));
  EXPECT_FALSE(equal_in_constant_time(sha256("a"), sha256("b")));
}

TEST(Crypto, RandomBytesDiffer) {
  EXPECT_EQ(random_bytes(0), "");
  EXPECT_EQ(random_bytes(33).size(), 33u);
  EXPECT_NE(random_bytes(16), random_bytes(16));
}

TEST(Ids, ShortOnesAreEightCapitalsOrDigits) {
  std::string seen;
  for (int i = 0; i < 300; ++i) {
    const std::string id = make_short_id();
    EXPECT_EQ(id.size(), 8u);
    EXPECT_EQ(id.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"), std::string::npos) << id;
    seen += id;
  }
  for (const char c : std::string_view("AMZ059")) EXPECT_NE(seen.find(c), std::string::npos) << c;
}

TEST(Ids, AreVersion4AndDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 100; ++i) {
    const std::string id = make_uuid();
    EXPECT_TRUE(is_uuid(id)) << id;
    EXPECT_EQ(id[14], '4');
    EXPECT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos) << id;
    seen.insert(id);
  }
  EXPECT_EQ(seen.size(), 100u);
}

TEST(Ids, NothingElsePasses) {
  using namespace std::string_view_literals;
  const std::string good = "0f8fad5b-d9cb-469f-a165-70867728950e";
  EXPECT_TRUE(is_uuid(good));
  for (const std::string_view text :
       {""sv, "0F8FAD5B-D9CB-469F-A165-70867728950E"sv, "0f8fad5bd9cb469fa16570867728950e"sv,
        "{0f8fad5b-d9cb-469f-a165-70867728950e}"sv, "0f8fad5b-d9cb-469f-a165-70867728950"sv,
        "0f8fad5b-d9cb-469f-a165-70867728950e "sv, "0f8fad5b-d9cb-469f-a165-70867728950g"sv,
        "0f8fad5b/d9cb-469f-a165-70867728950e"sv, "../../../../../../../../../etc/passwd"sv,
        "0f8fad5b-d9cb-469f-a165-70867728950\0"sv})
    EXPECT_FALSE(is_uuid(text)) << text;
  for (std::size_t i = 0; i < good.size(); ++i) EXPECT_FALSE(is_uuid(good.substr(0, i)));
}

TEST(TimeFormat, WritesMillisecondsInUtc) {
  EXPECT_EQ(to_rfc3339(WallTime(Milliseconds(0))), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(to_rfc3339(WallTime(Milliseconds(1'777'812'817'151))), "2026-05-03T12:53:37.151Z");
  EXPECT_EQ(to_rfc3339(WallTime(Milliseconds(951'782'400'000))), "2000-02-29T00:00:00.000Z");
  EXPECT_EQ(to_http_date(WallTime(Milliseconds(1'777'812'817'151))), "Sun, 03 May 2026 12:53:37 GMT");
}

TEST(TimeFormat, ReadsOffsetsAndFractions) {
  const WallTime time{Milliseconds(1'777'812'817'150)};
  for (const std::string_view text : {"2026-05-03T12:53:37.15Z", "2026-05-03T12:53:37.150999Z",
                                      "2026-05-03T14:53:37.150+02:00", "2026-05-03T07:23:37.150-05:30"})
    EXPECT_EQ(from_rfc3339(text), time) << text;
  for (const std::string_view text :
       {"", "2026-05-03", "2026-05-03T12:53:37", "2026-13-03T12:53:37Z", "2026-02-30T12:53:37Z",
        "2026-05-03T24:00:00Z", "2026-05-03T12:60:37Z", "2026-05-03T12:53:37.Z", "2026-05-03T12:53:37Zx",
        "2026-05-03T12:53:37+2:00"})
    EXPECT_FALSE(from_rfc3339(text)) << text;
}

TEST(LogValue, IsOneWordOrQuoted) {
  EXPECT_EQ(log_value("plain"), "plain");
  EXPECT_EQ(log_value("with blank"), "\"with blank\"");
  for (const std::string_view text : {"", "a=b", "a\"b", "a\nb", "a\rlevel=error", "a\tb"}) {
    const std::string written = log_value(text);
    EXPECT_EQ(written.front(), '"') << text;
    EXPECT_EQ(written.find_first_of("\n\r\t"), std::string::npos);
  }
}

}  // namespace
}  // namespace greenroom::base
