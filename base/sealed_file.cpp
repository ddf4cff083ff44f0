#include "base/sealed_file.hpp"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/crypto.hpp"
#include "base/fd.hpp"

namespace greenroom::base {

namespace {
// magic, eight bytes that tell one master key from another, salt; then pieces: length (the highest bit: the
// last one), cipher text, tag. Every file has a key of its own, so its pieces' numbers are nonces enough.
constexpr std::string_view magic = "GRSEAL1\n";
constexpr std::size_t mark_size = 8;
constexpr std::size_t salt_size = 32;
constexpr std::size_t key_size = 32;
constexpr std::size_t tag_size = 16;
constexpr std::size_t nonce_size = 12;
constexpr std::size_t length_size = 4;
constexpr std::size_t piece_size = 64 * 1024;
constexpr std::uint32_t last_bit = 1u << 31;

struct FreeContext {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_CIPHER_CTX, FreeContext>;

const unsigned char* in(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* out(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

std::string as_text(const Digest& digest) {
  return std::string(reinterpret_cast<const char*>(digest.data()), digest.size());
}

std::string mark_of(std::string_view master) {
  return as_text(hmac_sha256(master, "greenroom key mark")).substr(0, mark_size);
}

std::string key_of(std::string_view master, std::string_view salt) {
  return as_text(hmac_sha256(master, "greenroom sealed file" + std::string(salt)));
}

std::string big_endian(std::uint64_t value, std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = size; i-- > 0 && value != 0; value >>= 8) bytes[i] = static_cast<char>(value & 255u);
  return bytes;
}

std::uint32_t number_of(std::string_view bytes) {
  std::uint32_t value = 0;
  for (const char c : bytes) value = (value << 8) | static_cast<unsigned char>(c);
  return value;
}

/// Where a piece belongs: nothing else decrypts it.
struct Place {
  std::string_view key;
  std::uint64_t number;
  std::string about;
};

/// Encrypts and makes the tag, or checks the tag and decrypts. Nothing: not authentic.
std::optional<std::string> run_cipher(bool encrypts, const Place& place, std::string_view text,
                                      std::string& tag) {
  const Context context(EVP_CIPHER_CTX_new());
  const std::string nonce = big_endian(place.number, nonce_size);
  std::string result(text.size() + 16, '\0');
  int size = 0, last = 0, ignored = 0;
  const int direction = encrypts ? 1 : 0;
  bool good = context != nullptr && EVP_CipherInit_ex(context.get(), EVP_aes_256_gcm(), nullptr,
                                                      in(place.key), in(nonce), direction) == 1;
  good = good && EVP_CipherUpdate(context.get(), nullptr, &ignored, in(place.about),
                                  static_cast<int>(place.about.size())) == 1;
  good = good &&
         EVP_CipherUpdate(context.get(), out(result), &size, in(text), static_cast<int>(text.size())) == 1;
  if (!encrypts)
    good = good && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_size, out(tag)) == 1;
  good = good && EVP_CipherFinal_ex(context.get(), out(result) + size, &last) == 1;
  if (encrypts) {
    tag.assign(tag_size, '\0');
    good = good && EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_size, out(tag)) == 1;
  }
  if (!good) return std::nullopt;
  result.resize(static_cast<std::size_t>(size + last));
  return result;
}

const Error damaged{errc::protocol, "an encrypted file is damaged"};
}  // namespace

Result<std::string> read_seal_key(const std::string& path) {
  auto content = read_file(path);
  if (!content) return content.error();
  if (content->size() == key_size) return *content;
  const std::size_t first = content->find_first_not_of(" \t\r\n");
  const std::size_t last = content->find_last_not_of(" \t\r\n");
  if (first != std::string::npos) {
    const auto key = from_hex(std::string_view(*content).substr(first, last - first + 1));
    if (key && key->size() == key_size) return *key;
  }
  return Error{errc::invalid_argument, path + " must hold 64 hexadecimal digits, or 32 bytes"};
}

SealedWriter::SealedWriter(int fd, std::string_view key, std::string about)
    : fd_(fd), master_(key), about_(std::move(about)) {}

Result<void> SealedWriter::put(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd_, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error("writing a file", errno);
    written_ += static_cast<std::uint64_t>(n);
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return {};
}

Result<void> SealedWriter::begin() {
  has_begun_ = true;
  if (master_.empty()) return {};
  const std::string salt = random_bytes(salt_size);
  key_ = key_of(master_, salt);
  return put(std::string(magic) + mark_of(master_) + salt);
}

Result<void> SealedWriter::seal(bool is_last) {
  const auto size = static_cast<std::uint32_t>(piece_.size());
  const std::string length = big_endian(size | (is_last ? last_bit : 0u), length_size);
  std::string tag;
  const auto sealed = run_cipher(true, Place{key_, number_++, length + about_}, piece_, tag);
  if (!sealed) return Error{errc::internal, "encrypting a file"};
  piece_.clear();
  return put(length + *sealed + tag);
}

Result<void> SealedWriter::write(std::string_view data) {
  if (!has_begun_)
    if (auto begun = begin(); !begun) return begun;
  if (master_.empty()) return put(data);
  while (!data.empty()) {
    const std::size_t some = std::min(data.size(), piece_size - piece_.size());
    piece_.append(data.substr(0, some));
    data.remove_prefix(some);
    if (piece_.size() < piece_size) continue;
    if (auto sealed = seal(false); !sealed) return sealed;
  }
  return {};
}

Result<void> SealedWriter::finish() {
  if (!has_begun_)
    if (auto begun = begin(); !begun) return begun;
  if (!master_.empty())
    if (auto sealed = seal(true); !sealed) return sealed;
  if (::fsync(fd_) != 0) return errno_error("writing a file to the disk", errno);
  return {};
}

SealedReader::SealedReader(int fd, std::string_view key, std::string about)
    : fd_(fd), master_(key), about_(std::move(about)) {}

Result<std::string> SealedReader::get(std::size_t count) {
  std::string bytes(count, '\0');
  std::size_t have = 0;
  while (have < count) {
    const ssize_t n = ::read(fd_, bytes.data() + have, count - have);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno_error("reading a file", errno);
    if (n == 0) break;
    have += static_cast<std::size_t>(n);
  }
  bytes.resize(have);
  return bytes;
}

Result<void> SealedReader::begin() {
  has_begun_ = true;
  auto head = get(magic.size());
  if (!head) return head.error();
  if (*head != magic) {
    rest_ = std::move(*head);
    return {};
  }
  is_sealed_ = true;
  if (master_.empty()) return Error{errc::conflict, "the file is encrypted, and no key is configured"};
  auto more = get(mark_size + salt_size);
  if (!more) return more.error();
  if (more->size() != mark_size + salt_size) return damaged;
  if (!equal_in_constant_time(std::string_view(*more).substr(0, mark_size), mark_of(master_)))
    return Error{errc::conflict, "the file was encrypted with another key"};
  key_ = key_of(master_, std::string_view(*more).substr(mark_size));
  return {};
}

Result<std::string_view> SealedReader::read_plain() {
  if (!rest_.empty()) {
    piece_ = std::move(rest_);
    rest_.clear();
    return std::string_view(piece_);
  }
  auto piece = get(piece_size);
  if (!piece) return piece.error();
  piece_ = std::move(*piece);
  return std::string_view(piece_);
}

Result<std::string_view> SealedReader::unseal() {
  if (is_over_) return std::string_view();
  auto length = get(length_size);
  if (!length) return length.error();
  if (length->size() != length_size) return damaged;
  const std::uint32_t word = number_of(*length);
  const std::size_t size = word & ~last_bit;
  if (size > piece_size) return damaged;
  auto sealed = get(size + tag_size);
  if (!sealed) return sealed.error();
  if (sealed->size() != size + tag_size) return damaged;
  std::string tag = sealed->substr(size);
  const Place place{key_, number_++, *length + about_};
  auto piece = run_cipher(false, place, std::string_view(*sealed).substr(0, size), tag);
  if (!piece) return damaged;
  is_over_ = (word & last_bit) != 0;
  piece_ = std::move(*piece);
  // An empty piece in the middle would look like the end.
  if (piece_.empty() && !is_over_) return damaged;
  return std::string_view(piece_);
}

Result<std::string_view> SealedReader::read() {
  if (!has_begun_)
    if (auto begun = begin(); !begun) return begun.error();
  return is_sealed_ ? unseal() : read_plain();
}

}  // namespace greenroom::base
