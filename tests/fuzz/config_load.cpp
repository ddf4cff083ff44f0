// Any text as the settings file, as a variable and as a flag: a Result comes back, and what was accepted is
// within its bounds.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "config/keys.hpp"
#include "config/load.hpp"

namespace config = greenroom::config;

namespace {

void require(bool claim) {
  if (!claim) std::abort();
}

void check(const greenroom::base::Result<config::Settings>& settings) {
  if (!settings) {
    require(settings.error().code == greenroom::base::errc::invalid_argument);
    require(!settings.error().detail.empty());
    return;
  }
  require(settings->recording.fps >= 1 && settings->recording.fps <= 60);
  require(settings->limits.sessions >= 1);
  require(settings->session.default_timeout <= settings->session.max_timeout);
  require(settings->browser.viewport.width <= settings->browser.screen.width);
  require(settings->browser.uid_base >= 1000);
  for (const std::string& text : settings->browser.switches) require(text.starts_with("--"));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check(config::load_text(text, "fuzz.yaml", {}));
  if (size == 0) return 0;
  // The first byte chooses a key, the rest is its value.
  const config::Key& key = config::keys()[data[0] % config::keys().size()];
  config::Sources sources;
  sources.flags = {{std::string(key.name), text.substr(1)}};
  check(config::load(sources));
  sources.flags.clear();
  sources.environment = {{"GREENROOM_" + text, text}};
  check(config::load(sources));
  return 0;
}
