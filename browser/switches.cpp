#include "browser/switches.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace greenroom::browser {

namespace {

/// Switches of every browser. A switch that needs the "unsupported command-line flag" bar must not be here.
///
/// Not here either: anything against the crash handlers. `--disable-breakpad` and `--disable-crash-reporter`
/// do not stop them in Debian's build, and with `--disable-crashpad-for-testing` the network service ends at
/// once and for ever again ("FD ownership violation"). The process tree ends them.
constexpr const char* common_switches[] = {
    // The only door: descriptors 3 and 4. No port, no file with a port's number.
    "--remote-debugging-pipe",
    // With a startup window Chromium exits with its last tab; without one it also answers sooner.
    "--no-startup-window",
    // A first run shows pages of its own, and asks to be the default browser.
    "--no-first-run",
    "--no-default-browser-check",
    // Nothing goes out but what pages ask for: variations, safe-browsing lists, field trials, updates, sync.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--metrics-recording-only",
    "--no-pings",
    // These two do go out in spite of all that: whether somebody is signed in to Google, and what newer
    // extensions there are. They are sent to a name that nobody has.
    "--gaia-url=https://greenroom.invalid",
    "--component-updater=url-source=https://greenroom.invalid/",
    // The egress rules and every proxy are TCP.
    "--disable-quic",
    // Covered windows and hidden tabs would freeze while a client works in them.
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
    "--disable-background-timer-throttling",
    // There is no GPU: without these no WebGL and a GPU process that crashes and starts again.
    "--disable-gpu",
    "--enable-unsafe-swiftshader",
    // No key ring: asking for one waits for a D-Bus service that is not there.
    "--password-store=basic",
    // A page that asks for a hung renderer's dialog would wait for a person.
    "--disable-hang-monitor",
    // Nobody sits there to confirm that a form is sent twice.
    "--disable-prompt-on-repost",
    // Nobody sits there to allow anything: a prompt would wait for ever. The answer is no, and only a
    // client's own
    // Browser.grantPermissions changes it; what a page can ask about beforehand stays "prompt", as with a
    // person.
    "--deny-permission-prompts",
    // Bubbles about what an earlier browser of the same profile came to, and boxes about errors at the start.
    "--hide-crash-restore-bubble",
    "--noerrdialogs",
    // The bar over every page that says that a debugger is attached (chrome.debugger).
    "--silent-debugger-extension-api",
    // Component extensions (hangouts, feedback) have background pages.
    "--disable-component-extensions-with-background-pages",
    // One megabyte of log lines for a person; errors are enough, and they go to standard error.
    "--log-level=2",
    // The profile lives as long as its session: a large cache would only fill the disk. Bytes.
    "--disk-cache-size=134217728",
};

/// Features that paint browser UI, phone home or take time; each saves a process, a request, a bubble or what
/// it says.
constexpr const char* disabled_features[] = {
    "WebUIOmniboxPopup",     // a renderer for the address bar's list, seen as a browser_ui target
    "WebUIOmniboxAimPopup",  // another
    "Translate",             // a bubble over foreign pages
    "MediaRouter",           // looks for Cast devices on the network (mDNS)
    "DialMediaRouteProvider",
    "OptimizationHints",  // fetches hints
    "OptimizationGuideModelDownloading",
    "InterestFeedContentSuggestions",
    "CertificateTransparencyComponentUpdater",
    "AutofillServerCommunication",  // sends form signatures
    "GlobalMediaControls",          // a button in the toolbar that nobody sees
    "SegmentationPlatform",         // guesses about its user from a database that it reads over and over
    "NetworkTimeServiceQuerying",   // asks Google what time it is
    "LensOverlay",                  // reads the page to search it elsewhere
    "RenderDocument",               // a new frame host for each document: 13 of 50 ms of a page's way to load
};

std::string joined(const char* const* begin, const char* const* end) {
  std::string text;
  for (const char* const* item = begin; item != end; ++item) {
    if (!text.empty()) text += ',';
    text += *item;
  }
  return text;
}

/// Everything goes through the one port, names unresolved; what cannot is not sent at all.
void add_proxy(std::vector<std::string>& arguments, std::uint16_t port) {
  arguments.push_back("--proxy-server=socks5://127.0.0.1:" + std::to_string(port));
  // Chromium would reach loopback and link-local addresses by itself.
  arguments.push_back("--proxy-bypass-list=<-loopback>");
  // WebRTC knows no SOCKS for UDP, and would try every address it is told directly.
  arguments.push_back("--webrtc-ip-handling-policy=disable_non_proxied_udp");
}

std::string size_text(Size size) { return std::to_string(size.width) + "x" + std::to_string(size.height); }

}  // namespace

std::vector<std::string> chromium_arguments(const LaunchOptions& options, const Fingerprint& fingerprint,
                                            const ProfilePaths& paths) {
  const bool is_shell = fingerprint.engine == Engine::headless_shell;
  std::vector<std::string> arguments(std::begin(common_switches), std::end(common_switches));
  arguments.push_back("--disable-features=" +
                      joined(std::begin(disabled_features), std::end(disabled_features)));
  arguments.push_back("--user-data-dir=" + paths.profile);
  arguments.push_back("--disk-cache-dir=" + paths.cache);
  if (is_shell || fingerprint.headless) {
    if (!is_shell) arguments.push_back("--headless=new");
    arguments.push_back("--screen-info={" + size_text(fingerprint.screen) + "}");
  } else {
    arguments.push_back("--ozone-platform=x11");
    // Every window begins in the corner: the recorder crops there.
    arguments.push_back("--window-position=0,0");
    // Takes the "press Esc to leave full screen" bubble away from every window.
    arguments.push_back("--kiosk");
  }
  if (!fingerprint.language.empty()) {
    arguments.push_back("--lang=" + fingerprint.language.substr(0, fingerprint.language.find(',')));
    arguments.push_back("--accept-lang=" + fingerprint.language);
  }
  if (!fingerprint.user_agent.empty()) arguments.push_back("--user-agent=" + fingerprint.user_agent);
  if (paths.proxy_port != 0) add_proxy(arguments, paths.proxy_port);
  if (fingerprint.ignore_certificate_errors) arguments.push_back("--ignore-certificate-errors");
  if (options.unsafe_no_sandbox) arguments.push_back("--no-sandbox");
  arguments.insert(arguments.end(), options.extra_switches.begin(), options.extra_switches.end());
  return arguments;
}

namespace {
/// 1: allow, 2: block. The second download that a page begins by itself asks, and so do the choosers of
/// devices.
json::object without_choosers() {
  return {{"notifications", 0}, {"automatic_downloads", 1}, {"bluetooth_guard", 2},
          {"usb_guard", 2},     {"serial_guard", 2},        {"hid_guard", 2}};
}
}  // namespace

std::string initial_local_state() {
  // The choosers of files that CDP does not know of (showOpenFilePicker, Save as).
  return json::serialize(json::object{{"select_file_dialogs", json::object{{"allowed", false}}}});
}

std::string initial_preferences(const std::string& download_directory,
                                const std::vector<std::string>& authorities) {
  json::object download{
      {"default_directory", download_directory}, {"prompt_for_download", false}, {"directory_upgrade", true}};
  json::object profile{{"exit_type", "Normal"},
                       {"default_content_setting_values", without_choosers()},
                       {"password_manager_leak_detection", false}};
  json::object preferences{
      {"download", std::move(download)},
      {"profile", std::move(profile)},
      {"savefile", json::object{{"default_directory", download_directory}}},
      // Bubbles that would cover the page.
      {"translate", json::object{{"enabled", false}}},
      {"credentials_enable_service", false},
      {"credentials_enable_autosignin", false},
      {"autofill", json::object{{"profile_enabled", false}, {"credit_card_enabled", false}}},
      {"session", json::object{{"restore_on_startup", 5}}},  // 5: the new tab page, never the last session
      {"browser", json::object{{"check_default_browser", false}, {"has_seen_welcome_page", true}}},
      // Requests of the browser's own: suggestions, prefetch, link doctor, safe browsing.
      {"search", json::object{{"suggest_enabled", false}}},
      {"net", json::object{{"network_prediction_options", 2}}},
      // For whoever opens pages otherwise than by our CDP rules: extensions, the browser's own menus.
      {"policy",
       json::object{{"url_blocklist", {"file://*", "chrome://*", "devtools://*", "view-source:*"}}}},
      {"alternate_error_pages", json::object{{"enabled", false}}},
      {"safebrowsing", json::object{{"enabled", false}}},
      {"signin", json::object{{"allowed", false}}},
      // window.print() would show a preview and stop its page until somebody closes it.
      {"printing", json::object{{"enabled", false}}},
      // getDisplayMedia() would ask which screen.
      {"hardware", json::object{{"screen_capture_enabled", false}}},
  };
  // Also when there are none: a profile may bring those of an earlier session along.
  preferences["certificates"] =
      json::object{{"ca_certificates", json::array(authorities.begin(), authorities.end())}};
  return json::serialize(preferences);
}

}  // namespace greenroom::browser
