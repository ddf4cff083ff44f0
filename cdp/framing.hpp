// The pipe's framing: messages end with a NUL byte (Chromium's --remote-debugging-pipe). Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace greenroom::cdp {

/// Collects bytes and hands out whole messages. A message that spans many reads is gathered in its own string
/// and moved out, never copied again.
class Deframer {
 public:
  explicit Deframer(base::Bytes message_limit) : limit_(message_limit) {}

  /// Takes what was read and appends each message that it completes to `out`.
  /// Errors   too_large: a message passed the limit; the stream cannot be followed any further.
  base::Result<void> feed(std::string_view bytes, std::vector<std::string>& out);

  /// Bytes of the message that is still incomplete.
  base::Bytes pending() const { return {partial_.size()}; }

 private:
  void make_room(std::size_t more);

  base::Bytes limit_;
  std::string partial_;
};

}  // namespace greenroom::cdp
