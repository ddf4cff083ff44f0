#include "cdp/framing.hpp"

#include <utility>

namespace greenroom::cdp {

/// Doubling would copy a large message as a whole again and again, each time for as long as nobody else is
/// served. What is reserved and not filled takes no memory.
void Deframer::make_room(std::size_t more) {
  constexpr std::size_t large = 1u << 20;
  const std::size_t wanted = partial_.size() + more;
  if (wanted <= partial_.capacity()) return;
  partial_.reserve(wanted < large ? wanted * 2 : static_cast<std::size_t>(limit_.count));
}

base::Result<void> Deframer::feed(std::string_view bytes, std::vector<std::string>& out) {
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\0');
    const std::string_view part = bytes.substr(0, end);
    if (partial_.size() + part.size() > limit_.count)
      return base::Error{base::errc::too_large, "a message of the browser"};
    if (end == std::string_view::npos) {
      make_room(part.size());
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
