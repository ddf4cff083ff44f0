// What somebody asked for, in neutral terms: every dialect's create request becomes one of these.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/clock.hpp"
#include "browser/browser.hpp"
#include "recorder/quality.hpp"
#include "session/network.hpp"

namespace greenroom::session {

namespace json = boost::json;

/// Viewports from 64x64 to 4096x4096 pixels.
constexpr bool is_viewport(browser::Size size) {
  constexpr int smallest = 64, largest = 4096;
  return size.width >= smallest && size.height >= smallest && size.width <= largest && size.height <= largest;
}

/// What happens when the last client has left.
enum class DisconnectPolicy {
  end_after_grace,
  keep,
};

struct SessionSpec {
  std::string project_id;     ///< of the key that asks
  std::string key_id;         ///< that key
  std::string project_label;  ///< a project of somebody else's that the caller named: kept and echoed
  std::string dialect;        ///< through which API; for people who look at lists
  std::optional<json::object> user_metadata;  ///< the caller's own, returned as it came
  std::string region;                         ///< a label that some APIs echo; means nothing here
  std::optional<browser::Size> viewport;      ///< CSS pixels; none: the configured one
  std::optional<bool> headless;               ///< none: as configured
  std::optional<browser::Engine> engine;      ///< none: as configured
  std::string timezone;                       ///< "Europe/Berlin"; empty: the machine's
  std::string language;                       ///< "de-DE"; empty: the browser's own
  std::string user_agent;                     ///< empty: the browser's own
  bool record = true;
  std::optional<int> record_fps;                    ///< pictures per second at most; none: as configured
  std::optional<recorder::Quality> record_quality;  ///< none: as configured
  std::optional<bool> record_pointer;               ///< an arrow where clients' mice are; none: as configured
  std::optional<bool> record_dom;  ///< what pages looked like, as events; none: as configured
  bool log = true;
  std::optional<bool>
      log_console;  ///< console and exceptions too, which pages can notice; none: as configured
  DisconnectPolicy on_disconnect = DisconnectPolicy::end_after_grace;
  bool end_if_never_connected = true;  ///< false: waits for its first client as long as it may live
  bool end_without_pages = false;      ///< it ends once its last page has been closed for the grace
  /// Ends after that long in which nobody asked anything of it, connected or not. None: the configured rule.
  std::optional<base::Milliseconds> idle;
  std::optional<base::Milliseconds> max_age;  ///< none: the configured default
  std::optional<ProfileUse> profile;
  std::vector<std::string> extensions;  ///< ids of stored extensions
  NetworkWishes network;
  /// What an API wants to say again later about its own sessions; kept with it, never read by the core.
  std::optional<json::object> echo;
};

}  // namespace greenroom::session
