#include "base/crypto.hpp"

#include <array>
#include <cerrno>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <sys/random.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>

namespace greenroom::base {

namespace {
constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string encode64(std::string_view in, std::string_view alphabet) {
  std::string out;
  out.reserve((in.size() + 2) / 3 * 4);
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : in) {
    bits = (bits << 8) | static_cast<unsigned char>(c);
    for (have += 8; have >= 6; have -= 6) out += alphabet[(bits >> (have - 6)) & 63u];
  }
  if (have > 0) out += alphabet[(bits << (6 - have)) & 63u];
  return out;
}

std::optional<std::string> decode64(std::string_view in, std::string_view alphabet) {
  if (in.size() % 4 == 1) return std::nullopt;
  std::string out;
  out.reserve(in.size() * 3 / 4);
  std::uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : in) {
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    bits = (bits << 6) | static_cast<std::uint32_t>(value);
    have += 6;
    if (have >= 8) {
      out += static_cast<char>((bits >> (have - 8)) & 255u);
      have -= 8;
    }
  }
  // Left-over bits must be zero, else two texts would mean one value.
  if ((bits & ((1u << have) - 1u)) != 0) return std::nullopt;
  return out;
}

// OpenSSL 3 looks an algorithm up by its name in each one-shot call, which costs more than hashing a short
// text: both are looked up once.
const EVP_MD* fetched_sha256() {
  static const EVP_MD* const found = ::EVP_MD_fetch(nullptr, "SHA256", nullptr);
  return found;
}

struct FreeMac {
  void operator()(EVP_MAC_CTX* context) const { ::EVP_MAC_CTX_free(context); }
};

/// HMAC with SHA-256, without a key yet; null when OpenSSL has neither.
EVP_MAC_CTX* prepared_hmac() {
  static EVP_MAC* const found = ::EVP_MAC_fetch(nullptr, "HMAC", nullptr);
  if (found == nullptr) return nullptr;
  EVP_MAC_CTX* context = ::EVP_MAC_CTX_new(found);
  std::string digest = "SHA256";
  const std::array<OSSL_PARAM, 2> parameters = {
      ::OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest.data(), digest.size()),
      ::OSSL_PARAM_construct_end()};
  if (context != nullptr && ::EVP_MAC_CTX_set_params(context, parameters.data()) == 1) return context;
  ::EVP_MAC_CTX_free(context);
  return nullptr;
}
}  // namespace

Digest sha256(std::string_view data) {
  Digest out{};
  if (::EVP_Digest(bytes_of(data), data.size(), out.data(), nullptr, fetched_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 failed");
  return out;
}

Digest hmac_sha256(std::string_view key, std::string_view data) {
  thread_local const std::unique_ptr<EVP_MAC_CTX, FreeMac> context(prepared_hmac());
  Digest out{};
  std::size_t length = 0;
  // A null key would mean the one before.
  const unsigned char* bytes = key.empty() ? bytes_of("") : bytes_of(key);
  if (context == nullptr || ::EVP_MAC_init(context.get(), bytes, key.size(), nullptr) != 1 ||
      ::EVP_MAC_update(context.get(), bytes_of(data), data.size()) != 1 ||
      ::EVP_MAC_final(context.get(), out.data(), &length, out.size()) != 1)
    throw std::runtime_error("HMAC-SHA256 failed");
  return out;
}

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  return a.size() == b.size() && ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

bool equal_in_constant_time(const Digest& a, const Digest& b) {
  return ::CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  for (std::size_t have = 0; have < count;) {
    const ssize_t n = ::getrandom(out.data() + have, count - have, 0);
    if (n < 0 && errno != EINTR) throw std::runtime_error("getrandom failed");
    if (n > 0) have += static_cast<std::size_t>(n);
  }
  return out;
}

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char c : bytes) {
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 15u];
  }
  return out;
}

std::string to_hex(const Digest& digest) {
  return to_hex(std::string_view(reinterpret_cast<const char*>(digest.data()), digest.size()));
}

std::optional<std::string> from_hex(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    unsigned value = 0;
    for (const char c : text.substr(i, 2)) {
      value <<= 4;
      if (c >= '0' && c <= '9')
        value |= static_cast<unsigned>(c - '0');
      else if (c >= 'a' && c <= 'f')
        value |= static_cast<unsigned>(c - 'a' + 10);
      else if (c >= 'A' && c <= 'F')
        value |= static_cast<unsigned>(c - 'A' + 10);
      else
        return std::nullopt;
    }
    out += static_cast<char>(value);
  }
  return out;
}

std::string to_base64url(std::string_view bytes) { return encode64(bytes, url_alphabet); }
std::optional<std::string> from_base64url(std::string_view text) { return decode64(text, url_alphabet); }

std::string to_base64(std::string_view bytes) {
  std::string out = encode64(bytes, standard_alphabet);
  out.resize((out.size() + 3) / 4 * 4, '=');
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && !text.empty() && text.back() == '='; ++i) text.remove_suffix(1);
  return decode64(text, standard_alphabet);
}

}  // namespace greenroom::base
