// SHA-256 of what comes in pieces. crypto.hpp has it for what is there as a whole.
#pragma once

#include <memory>
#include <string_view>

#include "base/crypto.hpp"

namespace greenroom::base {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;

  void add(std::string_view bytes);
  /// Once, at the end.
  Digest digest();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace greenroom::base
