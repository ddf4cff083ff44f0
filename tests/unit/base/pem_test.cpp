#include "base/pem.hpp"

#include <gtest/gtest.h>

#include "base/fd.hpp"

namespace greenroom::base {
namespace {

// The seeds of the fuzzer are real files, made by openssl(1).
std::string seed(const std::string& name) { return read_file("tests/fuzz/corpus/base_pem/" + name).value(); }

TEST(Pem, EveryCertificateOfAFileIsRead) {
  const auto one = read_certificates(seed("one"));
  ASSERT_TRUE(one);
  ASSERT_EQ(one->size(), 1u);
  EXPECT_EQ(static_cast<unsigned char>(one->front()[0]), 0x30u);  // a DER sequence
  const auto two = read_certificates("a comment\n" + seed("two"));
  ASSERT_TRUE(two);
  ASSERT_EQ(two->size(), 2u);
  EXPECT_EQ(two->front(), one->front());
}

TEST(Pem, WhatIsNoCertificateIsRefused) {
  for (const char* name : {"broken", "key", "open"}) EXPECT_FALSE(read_certificates(seed(name))) << name;
  EXPECT_FALSE(read_certificates(""));
  EXPECT_FALSE(read_certificates("nonsense"));
  EXPECT_FALSE(read_certificates(seed("one") + seed("key")));
  std::string many;
  for (int i = 0; i < 101; ++i) many += seed("one");
  EXPECT_FALSE(read_certificates(many));
}

}  // namespace
}  // namespace greenroom::base
