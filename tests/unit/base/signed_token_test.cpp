#include "base/signed_token.hpp"

#include <gtest/gtest.h>

#include "base/crypto.hpp"

namespace greenroom::base {
namespace {

constexpr std::string_view secret = "0123456789abcdef0123456789abcdef";
constexpr std::int64_t now = 1'800'000'000;

/// The subject, or the kind of the refusal.
std::string outcome(std::string_view token, std::string_view scope) {
  const auto subject = verify_token(secret, token, scope, now);
  return subject ? *subject : "refused: " + std::string(name(subject.error().code));
}

TEST(SignedToken, GivesItsSubjectBack) {
  const std::string token = sign_token(secret, "live", "session-1", now + 60);
  EXPECT_EQ(outcome(token, "live"), "session-1");
  EXPECT_EQ(token.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."),
            std::string::npos)
      << "may stand in a URL as it is";
}

TEST(SignedToken, SubjectsMayHoldTheSeparatorOrNothing) {
  for (const std::string subject : {"a|b|c", "|", ""})
    EXPECT_EQ(outcome(sign_token(secret, "s", subject, now + 1), "s"), subject);
}

TEST(SignedToken, ExpiresAtItsSecond) {
  const std::string token = sign_token(secret, "live", "x", now);
  EXPECT_TRUE(verify_token(secret, token, "live", now - 1));
  EXPECT_EQ(verify_token(secret, token, "live", now).error().code, errc::gone);
}

TEST(SignedToken, IsGoodForItsScopeOnly) {
  const std::string token = sign_token(secret, "live", "x", now + 60);
  EXPECT_EQ(verify_token(secret, token, "admin", now).error().code, errc::forbidden);
}

TEST(SignedToken, AnotherSecretsTokenIsRefused) {
  const std::string token = sign_token("another secret", "live", "x", now + 60);
  EXPECT_EQ(verify_token(secret, token, "live", now).error().code, errc::unauthenticated);
}

TEST(SignedToken, EveryChangedCharacterIsNoticed) {
  const std::string token = sign_token(secret, "live", "session-1", now + 60);
  for (std::size_t i = 0; i < token.size(); ++i) {
    std::string changed = token;
    changed[i] = changed[i] == 'A' ? 'B' : 'A';
    EXPECT_EQ(verify_token(secret, changed, "live", now).error().code, errc::unauthenticated) << i;
    EXPECT_FALSE(verify_token(secret, token.substr(0, i), "live", now)) << i;
  }
}

TEST(SignedToken, WhatIsNoTokenIsRefused) {
  for (const std::string text : {"", ".", "v1", "v1.", "v1..", "v2.x.y", "v1.x.y"})
    EXPECT_EQ(verify_token(secret, text, "live", now).error().code, errc::unauthenticated) << text;
  EXPECT_FALSE(verify_token(secret, std::string(100'000, 'v'), "live", now));
}

TEST(SignedToken, ASignedTextOfAnotherShapeIsRefused) {
  for (const std::string payload : {"", "live", "live|x", "live|x|soon", "live|x|1x", "live|x|"}) {
    const std::string head = "v1." + to_base64url(payload);
    const Digest digest = hmac_sha256(secret, head);
    const std::string token =
        head + "." +
        to_base64url(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
    EXPECT_EQ(verify_token(secret, token, "live", now).error().code, errc::unauthenticated) << payload;
  }
}

}  // namespace
}  // namespace greenroom::base
