#include "cdp/framing.hpp"

#include <utility>

namespace greenroom::cdp {

base::Result<void> Deframer::feed(std::string_view bytes, std::vector<std::string>& out) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\0');
    const std::string_view part = bytes.substr(0, end);
    if (partial_.size() + part.size() > limit_.count)
      return base::Error{base::errc::too_large, "a message of the browser"};
    if (end == std::string_view::npos) {
      // Doubling by hand: append() of libstdc++ grows so too, but a first reserve saves the early copies.
      if (partial_.empty()) partial_.reserve(part.size() * 2);
      partial_.append(part);
      return {};
    }
    if (partial_.empty()) {
      out.emplace_back(part);
    } else {
      partial_.append(part);
      out.push_back(std::exchange(partial_, {}));
    }
    bytes.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace greenroom::cdp
