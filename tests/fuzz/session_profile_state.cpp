// Any text as the state of a profile: what is taken comes back the same, and can be set and listed.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "session/profile_state.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto state = session::profile_state_from(text);
  if (!state) return 0;
  const auto again = session::profile_state_from(session::to_text(*state));
  if (!again || again->tabs != state->tabs) std::abort();
  if (session::cookies_to_set(*state, 0).size() > state->cookies.size()) std::abort();
  session::ProfileState merged = *state;
  session::put_cookies(merged, session::cookies_of(*state), false);
  (void)session::domains_of(merged);
  return 0;
}
