#include "config/keys.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace greenroom::config {

namespace {

template <auto Section, auto Member>
Problem set(Settings& settings, const Value& value) {
  return read(value, (settings.*Section).*Member);
}

/// A number within bounds.
template <auto Section, auto Member, long Low, long High>
Problem set_between(Settings& settings, const Value& value) {
  auto number = (settings.*Section).*Member;
  if (auto problem = read(value, number)) return problem;
  if (static_cast<long>(number) < Low || static_cast<long>(number) > High)
    return std::to_string(number) + " is out of its range, " + std::to_string(Low) + " to " +
           std::to_string(High);
  (settings.*Section).*Member = number;
  return {};
}

/// A duration of at least `LowMs` milliseconds.
template <auto Section, auto Member, long LowMs>
Problem set_at_least(Settings& settings, const Value& value) {
  milliseconds duration{};
  if (auto problem = read(value, duration)) return problem;
  if (duration < milliseconds(LowMs))
    return "'" + value.items.front() + "' is too short, at least " + std::to_string(LowMs) + "ms";
  (settings.*Section).*Member = duration;
  return {};
}

/// A text, or each text of a list, with a form.
template <auto Section, auto Member, Problem (*Check)(std::string&)>
Problem set_checked(Settings& settings, const Value& value) {
  auto text = (settings.*Section).*Member;
  if (auto problem = read(value, text)) return problem;
  if constexpr (std::is_same_v<decltype(text), std::string>) {
    if (auto problem = Check(text)) return problem;
  } else {
    for (std::string& item : text)
      if (auto problem = Check(item)) return problem;
  }
  (settings.*Section).*Member = std::move(text);
  return {};
}

Problem set_engine(Settings& settings, const Value& value) {
  std::string engine;
  if (auto problem = read(value, engine)) return problem;
  if (engine != "chromium" && engine != "headless-shell")
    return "'" + engine + "' is no engine: chromium or headless-shell";
  settings.browser.engine = std::move(engine);
  return {};
}

Problem set_body_limit(Settings& settings, const Value& value) {
  base::Bytes size;
  if (auto problem = read(value, size)) return problem;
  if (size < base::Bytes{64u << 10} || size > base::Bytes{1u << 30})
    return "'" + value.items.front() + "' is out of its range, 64KiB to 1GiB";
  settings.server.body_limit = size;
  return {};
}

/// A size within bounds that are given in KiB; 0 too, where it means "off".
template <auto Section, auto Member, std::uint64_t LowKiB, std::uint64_t HighKiB, bool ZeroIsOff = false>
Problem set_size(Settings& settings, const Value& value) {
  base::Bytes size;
  if (auto problem = read(value, size)) return problem;
  const bool is_off = ZeroIsOff && size.count == 0;
  if (!is_off && (size.count < LowKiB << 10 || size.count > HighKiB << 10))
    return "'" + value.items.front() + "' is out of its range, " + std::to_string(LowKiB) + "KiB to " +
           std::to_string(HighKiB >> 20) + "GiB" + (ZeroIsOff ? ", or 0B" : "");
  (settings.*Section).*Member = size;
  return {};
}

using S = Settings;

constexpr std::array table = {
    Key{"server.listen", set<&S::server, &Server::listen>, "address and port to listen on"},
    Key{"server.public_url", set_checked<&S::server, &Server::public_url, check_public_url>,
        "the address that clients use, when a proxy stands before the daemon"},
    Key{"server.allowed_hosts", set_checked<&S::server, &Server::allowed_hosts, check_host_name>,
        "further Host names to answer to"},
    Key{"server.allowed_origins", set_checked<&S::server, &Server::allowed_origins, check_origin>,
        "web origins whose pages may connect"},
    Key{"server.trusted_proxies", set_checked<&S::server, &Server::trusted_proxies, check_network>,
        "addresses or networks whose X-Forwarded-Proto and X-Forwarded-Host are believed"},
    Key{"server.body_limit", set_body_limit, "largest request body"},
    Key{"server.connections", set_between<&S::server, &Server::connections, 16, 1'000'000>,
        "most connections at a time"},
    Key{"server.drain_deadline", set<&S::server, &Server::drain_deadline>,
        "how long a stopping daemon waits for its sessions to end"},
    Key{"server.busy_poll", set<&S::server, &Server::busy_poll>,
        "stay awake for the answers of small commands"},
    Key{"limits.sessions", set_between<&S::limits, &Limits::sessions, 1, 10'000>, "most sessions at a time"},
    Key{"limits.min_free", set_size<&S::limits, &Limits::min_free, 1, 16ull << 30, true>,
        "room on the disk below which sessions are refused; 0 is no floor"},
    Key{"limits.sessions_per_key", set_between<&S::limits, &Limits::sessions_per_key, 0, 10'000>,
        "most sessions of one key at a time; 0 is no limit of its own"},
    Key{"limits.queue", set_between<&S::limits, &Limits::queue, 0, 1'000>,
        "most creates that wait for a session to end"},
    Key{"limits.queue_wait", set<&S::limits, &Limits::queue_wait>,
        "how long a create waits for a session to end; 0 refuses at once"},
    Key{"limits.free_memory", set<&S::limits, &Limits::free_memory>,
        "memory that a new session must leave free; 0 is off"},
    Key{"limits.session_memory", set<&S::limits, &Limits::session_memory>,
        "most memory of one session's processes, where cgroups allow; 0 is off"},
    Key{"limits.session_cpu", set<&S::limits, &Limits::session_cpu>,
        "most processor time of one session, per cent of one processor; 0 is off"},
    Key{"limits.session_processes", set<&S::limits, &Limits::session_processes>,
        "most processes and threads of one session; 0 is off"},
    Key{"session.default_timeout", set_at_least<&S::session, &Session::default_timeout, 1000>,
        "longest life of a session that asks for none"},
    Key{"session.max_timeout", set_at_least<&S::session, &Session::max_timeout, 1000>,
        "longest life that a session may ask for"},
    Key{"session.connect_timeout", set_at_least<&S::session, &Session::connect_timeout, 1000>,
        "ends a session to which nobody ever connected"},
    Key{"session.disconnect_grace", set<&S::session, &Session::disconnect_grace>,
        "how long a session outlives its last client"},
    Key{"session.idle_timeout", set<&S::session, &Session::idle_timeout>,
        "ends a session whose clients say nothing; 0 is off"},
    Key{"session.ping_interval", set_at_least<&S::session, &Session::ping_interval, 1000>,
        "how long a browser may be silent before it is asked whether it lives"},
    Key{"session.ping_timeout", set_at_least<&S::session, &Session::ping_timeout, 1000>,
        "ends a session whose browser does not answer"},
    Key{"session.keep_ended", set<&S::session, &Session::keep_ended>,
        "how long ended sessions and their recordings are kept; 0 is for ever"},
    Key{"session.keep_count", set_between<&S::session, &Session::keep_count, 0, 100'000'000>,
        "how many ended sessions are kept; 0 is all"},
    Key{"browser.executable", set_checked<&S::browser, &Browser::executable, check_absolute_path>,
        "Chromium's path; empty looks for it"},
    Key{"browser.engine", set_engine, "chromium or headless-shell"},
    Key{"browser.headless_shell", set_checked<&S::browser, &Browser::headless_shell, check_absolute_path>,
        "the headless shell's path; empty looks beside Chromium"},
    Key{"browser.headless", set<&S::browser, &Browser::headless>, "start without a display"},
    Key{"browser.pool_size", set_between<&S::browser, &Browser::pool_size, 0, 100>,
        "browsers of each kind kept started for the next sessions"},
    Key{"browser.pool_kinds", set_between<&S::browser, &Browser::pool_kinds, 1, 20>,
        "kinds of browsers kept: the configured one, and others that are asked for"},
    Key{"browser.pool_max_age", set_at_least<&S::browser, &Browser::pool_max_age, 10'000>,
        "replaces a browser that has waited so long"},
    Key{"browser.pool_delay", set<&S::browser, &Browser::pool_delay>,
        "from the last create to the next browser for the pool"},
    Key{"browser.pool_memory", set<&S::browser, &Browser::pool_memory>,
        "most memory of all browsers that wait; 0 is no ceiling"},
    Key{"browser.work_dir", set_checked<&S::browser, &Browser::work_dir, check_absolute_path>,
        "where each browser's directory is made; empty lets the daemon choose"},
    Key{"browser.viewport", set<&S::browser, &Browser::viewport>, "size of a page when none is asked for"},
    Key{"browser.screen", set<&S::browser, &Browser::screen>, "size of each session's own screen"},
    Key{"browser.launch_timeout", set_at_least<&S::browser, &Browser::launch_timeout, 1000>,
        "how long a browser may take to answer after its start"},
    Key{"browser.uid_base", set_between<&S::browser, &Browser::uid_base, 1000, 4'000'000'000>,
        "first user id for browsers, when the daemon is root"},
    Key{"browser.uid_count", set_between<&S::browser, &Browser::uid_count, 1, 1'000'000>,
        "how many user ids, one per browser"},
    Key{"browser.unsafe_no_sandbox", set<&S::browser, &Browser::unsafe_no_sandbox>,
        "start Chromium without its sandbox"},
    Key{"browser.switches", set_checked<&S::browser, &Browser::switches, check_switch>,
        "further command line switches for Chromium"},
    Key{"browser.xvfb", set_checked<&S::browser, &Browser::xvfb, check_absolute_path>, "the X server's path"},
    Key{"egress.allow_private", set_checked<&S::egress, &Egress::allow_private, check_auto>,
        "whether pages may reach this machine and private networks: auto, true or false"},
    Key{"egress.allow", set_checked<&S::egress, &Egress::allow, check_host_pattern>,
        "hosts, addresses and networks that pages may reach all the same"},
    Key{"egress.deny", set_checked<&S::egress, &Egress::deny, check_host_pattern>,
        "hosts, addresses and networks that pages may not reach"},
    Key{"egress.proxy", set<&S::egress, &Egress::proxy>,
        "the proxy for sessions that ask for one without naming it"},
    Key{"egress.ad_hosts", set_checked<&S::egress, &Egress::ad_hosts, check_absolute_path>,
        "a file of hosts that sessions without advertisements do not reach"},
    Key{"browser.chromedriver", set_checked<&S::browser, &Browser::chromedriver, check_absolute_path>,
        "ChromeDriver's path, for WebDriver; empty looks for it"},
    Key{"recording.enabled", set<&S::recording, &Recording::enabled>, "record sessions that do not decline"},
    Key{"recording.fps", set_between<&S::recording, &Recording::fps, 1, 60>, "pictures per second, at most"},
    Key{"recording.quality", set_checked<&S::recording, &Recording::quality, check_quality>,
        "evidence, standard or small"},
    Key{"recording.pointer", set<&S::recording, &Recording::pointer>, "show where clients' mice are"},
    Key{"recording.encoder", set_checked<&S::recording, &Recording::encoder, check_absolute_path>,
        "the encoder's path; empty looks for it beside this program"},
    Key{"recording.link_lifetime", set_at_least<&S::recording, &Recording::link_lifetime, 60'000>,
        "how long a link to a recording works"},
    Key{"recording.min_free", set_size<&S::recording, &Recording::min_free, 1, 16ull << 30, true>,
        "room on the disk below which recordings stop; 0 is no floor"},
    Key{"recording.keep_size", set_size<&S::recording, &Recording::keep_size, 1024, 1024ull << 30, true>,
        "room for all recordings together; 0 is no limit"},
    Key{"recording.dom", set<&S::recording, &Recording::dom>,
        "record what pages look like as events, in sessions that do not say"},
    Key{"recording.dom_size", set_size<&S::recording, &Recording::dom_size, 64, 16ull << 20>,
        "most room for one session's events of pages"},
    Key{"files.file_size", set_size<&S::files, &Files::file_size, 64, 3ull << 20>,
        "largest file that is uploaded or downloaded"},
    Key{"files.session_size", set_size<&S::files, &Files::session_size, 64, 3ull << 20>,
        "room for all files of one session"},
    Key{"timeline.enabled", set<&S::timeline, &Timeline::enabled>, "log what happens in sessions"},
    Key{"timeline.max_events", set_between<&S::timeline, &Timeline::max_events, 0, 10'000'000>,
        "most logged events per session"},
    Key{"timeline.max_size", set_size<&S::timeline, &Timeline::max_size, 64, 16ull << 20>,
        "most room for one session's events"},
    Key{"timeline.console", set<&S::timeline, &Timeline::console>,
        "log console messages and exceptions, which pages can notice"},
    Key{"profiles.key_file", set_checked<&S::profiles, &Profiles::key_file, check_absolute_path>,
        "the key that profiles are encrypted with; empty leaves them as they are"},
    Key{"profiles.max_size", set_size<&S::profiles, &Profiles::max_size, 1024, 64ull << 20>,
        "largest profile; a session's changes that go beyond are not saved"},
    Key{"profiles.save_wait", set_at_least<&S::profiles, &Profiles::save_wait, 1000>,
        "how long a session that needs a profile waits while it is being saved"},
    Key{"model.base_url", set_checked<&S::model, &Model::base_url, check_public_url>,
        "address of a language model that speaks OpenAI's Responses"},
    Key{"model.api_key_file", set_checked<&S::model, &Model::api_key_file, check_absolute_path>,
        "file that holds the key for it"},
    Key{"model.name", set<&S::model, &Model::name>, "the model to ask for; empty is what a request names"},
    Key{"model.timeout", set_at_least<&S::model, &Model::timeout, 1000>, "how long an answer may take"},
    Key{"model.cache_size", set_size<&S::model, &Model::cache_size, 64, 16ull << 20, true>,
        "room for answers that are kept; 0 keeps none"},
    Key{"metrics.open", set<&S::metrics, &Metrics::open>, "answer /metrics without a key"},
    Key{"log.level", set<&S::log, &Log::level>, "error, warning, info or debug"},
};

/// Levenshtein's distance: single-character edits from one text to the other.
std::size_t edits(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

}  // namespace

std::span<const Key> keys() { return table; }

const Key* find_key(std::string_view name) {
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Key& key) { return key.name == name; });
  return found == table.end() ? nullptr : &*found;
}

std::string nearest_key(std::string_view name) {
  if (name.size() > 64) return {};
  const Key* best = nullptr;
  std::size_t fewest = name.size() / 4 + 2;  // more edits than that is another word
  for (const Key& key : table) {
    // The right word in the wrong section, or in none, is the commonest slip.
    const std::string_view leaf = key.name.substr(key.name.find('.') + 1);
    const std::size_t own = edits(name, key.name);
    const std::size_t distance =
        name.substr(name.rfind('.') + 1) == leaf ? std::min<std::size_t>(own, 1) : own;
    if (distance >= fewest) continue;
    fewest = distance;
    best = &key;
  }
  return best == nullptr ? "" : std::string(best->name);
}

}  // namespace greenroom::config
