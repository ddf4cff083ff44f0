#include "base/hasher.hpp"

#include <stdexcept>

#include <openssl/evp.h>

namespace greenroom::base {

namespace {
void require(bool is_done) {
  if (!is_done) throw std::runtime_error("libcrypto cannot hash");
}
}  // namespace

struct Sha256::State {
  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  require(state_->context != nullptr && EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) == 1);
}
Sha256::~Sha256() = default;

void Sha256::add(std::string_view bytes) {
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) == 1);
}

Digest Sha256::digest() {
  Digest out{};
  require(EVP_DigestFinal_ex(state_->context.get(), out.data(), nullptr) == 1);
  return out;
}

}  // namespace greenroom::base
