// What a live page says: whatever is accepted stays inside its page and holds no address that is not open.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <variant>

#include "cdp/client_rules.hpp"
#include "session/live_commands.hpp"
#include "session/live_messages.hpp"

namespace {
using namespace greenroom::session;

void require(bool claim) {
  if (!claim) std::abort();
}

void check(const LiveMouse& mouse) {
  const PagePoint point = to_page(mouse.at, {800, 600});
  require(point.x >= 0 && point.x <= 799 && point.y >= 0 && point.y <= 599);
  require(mouse.modifiers >= 0 && mouse.modifiers <= 15);
  require(!command_of(mouse, {800, 600}).params.empty());
}
void check(const LiveTouch& touch) {
  require(touch.fingers.size() <= 10);
  require(!command_of(touch, {800, 600}).params.empty());
}
void check(const LiveKey& key) {
  require(!key.key.empty() && key.key.size() <= 32 && key.text.size() <= 64);
  HeldInput held;
  held.note(key);
  require(held.release().size() <= 1);
}
void check(const LiveText& text) { require(command_of(text).params.contains("text")); }
void check(const LiveNavigation& navigation) {
  const auto address = live_address(navigation.url);
  require(!address || !greenroom::cdp::is_forbidden_url(*address));
}
template <class Word>
void check(const Word&) {}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  (void)render_list({reinterpret_cast<const char*>(data), size});
  const auto message = parse_live({reinterpret_cast<const char*>(data), size});
  if (!message) return 0;
  require(message->tab.size() <= 64);
  std::visit([](const auto& word) { check(word); }, message->word);
  return 0;
}
