// One running browser with its display: what a session takes from the pool and never gives back.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/blocking_pool.hpp"
#include "base/bytes.hpp"
#include "base/log.hpp"
#include "base/process.hpp"
#include "base/task.hpp"
#include "cdp/switchboard.hpp"

namespace greenroom::browser {

namespace json = boost::json;

class CgroupTree;

struct Size {
  int width = 0;   ///< pixels
  int height = 0;  ///< pixels
  bool operator==(const Size&) const = default;
};

/// Which program is the browser.
enum class Engine {
  chromium,
  headless_shell,  ///< the old headless mode: lighter, never with a display (docs/operations.md says what it
                   ///< lacks)
};

/// What a browser's profile begins with.
class InitialProfile {
 public:
  virtual ~InitialProfile() = default;
  /// Writes files below an existing folder that nobody else can reach yet; they become the browser's. Blocks,
  /// on any thread. Errors: whatever kept it from that; the launch fails with it.
  virtual base::Result<void> write(const std::string& directory) const = 0;
};

/// What distinguishes one launched browser from another: a pool keeps browsers per fingerprint.
struct Fingerprint {
  Engine engine = Engine::chromium;
  bool headless = false;
  Size screen{1920, 1080};
  std::string timezone;    ///< TZ; empty: the machine's
  std::string language;    ///< tags, best first, "de-AT,de"; empty: Chromium's default
  std::string user_agent;  ///< empty: Chromium's own
  /// None: an empty one. A browser that begins with one is launched for who asked, and never waits in a pool.
  std::shared_ptr<const InitialProfile> profile = {};
  /// Certificates of authorities that it trusts besides its own ones: base64 of DER.
  std::vector<std::string> authorities;
  bool ignore_certificate_errors = false;
  bool operator==(const Fingerprint&) const = default;
};

/// The screen for pages of that size: the usual one, or else the smallest of a few larger ones, so that
/// browsers can wait for sessions whose sizes differ a little. Pure.
Size screen_for(Size viewport, Size usual);

/// Opens for each browser a way to the network that it has to itself.
class NetworkGate {
 public:
  virtual ~NetworkGate() = default;
  /// Before the launch: the port on 127.0.0.1 of a SOCKS 5 server for the processes of `user`. Errors: io.
  virtual base::Result<std::uint16_t> open(const std::string& browser_id, uid_t user) = 0;
  /// Why the newest connection that it wanted was not made, as Chromium calls that ("net::ERR_…"); empty:
  /// none failed.
  virtual std::string_view last_failure(const std::string& browser_id) const = 0;
  /// When no process of it is left. Cancel: not cancellable.
  virtual base::Task<void> close(const std::string& browser_id) = 0;
};

/// The machine's side of every launch: the same for all sessions.
struct LaunchOptions {
  std::string executable = "/usr/lib/chromium/chromium";
  std::string headless_shell = "/usr/lib/chromium/chromium-headless-shell";
  std::string xvfb = "/usr/bin/Xvfb";
  std::string work_directory;  ///< holds one 0700 directory per browser; must be reachable by the identities
  Size viewport{1280, 720};    ///< of a new browser's windows, until a session sets its own
  std::vector<std::string> extra_switches;
  bool unsafe_no_sandbox = false;
  std::optional<base::Identity> first_identity;  ///< as root: browsers get uids from here on
  unsigned identity_count = 1000;
  std::shared_ptr<const CgroupTree> cgroups;  ///< nullptr: browsers have none of their own
  NetworkGate* gate = nullptr;  ///< none: browsers go to the network by themselves. Outlives them
  std::chrono::milliseconds deadline{20'000};           ///< from the call to the first answer on the pipe
  std::chrono::milliseconds close_deadline{3'000};      ///< Browser.close to SIGTERM
  std::chrono::milliseconds terminate_deadline{2'000};  ///< SIGTERM to SIGKILL
};

/// The X display of a headful browser; the cookie lets the encoder in.
struct Display {
  int number = -1;
  std::string cookie;  ///< 16 raw bytes (MIT-MAGIC-COOKIE-1)
  Size screen;
};

/// Why a browser's process ended, as far as its exit tells.
struct BrowserExit {
  base::ExitStatus status;
  std::string last_output;  ///< tail of its standard error, at most 4 KiB
};

/// The first processes of what belongs together; their descendants belong to it too.
using ProcessRoots = std::vector<pid_t>;

/// What some processes and their descendants have taken.
struct Usage {
  std::chrono::milliseconds cpu{0};  ///< since their start, of descendants that have ended too
  base::Bytes memory{};              ///< now; pages that no file backs
  unsigned processes = 0;
};

class Browser {
 public:
  virtual ~Browser() = default;  ///< only after stop() has returned

  virtual const std::string& id() const = 0;  ///< a UUID: also the name of its directory
  virtual const Fingerprint& fingerprint() const = 0;
  virtual pid_t pid() const = 0;
  /// The browser's first process and its display's.
  virtual ProcessRoots processes() const { return {pid()}; }
  virtual cdp::Switchboard& switchboard() = 0;
  virtual cdp::Line& line() = 0;                         ///< the daemon's own root session
  virtual const Display* display() const = 0;            ///< nullptr when headless
  virtual const std::string& version() const = 0;        ///< "Chrome/156.0.8078.79"
  virtual const json::object& version_info() const = 0;  ///< the whole answer of Browser.getVersion
  virtual const std::string& download_directory() const = 0;
  virtual std::string upload_directory() const { return {}; }   ///< readable by it, empty at first
  virtual std::string profile_directory() const { return {}; }  ///< --user-data-dir
  virtual std::string home_directory() const { return {}; }
  /// As whom it runs, when that is not the daemon's own user: whose its files are.
  virtual std::optional<base::Identity> identity() const { return std::nullopt; }
  /// For base::ProcessOptions::cgroup of what belongs to it; -1: it has none of its own.
  virtual int cgroup() const { return -1; }
  /// How many of its processes the kernel killed for want of memory; nothing where that is not counted for it
  /// alone.
  virtual std::optional<std::uint64_t> memory_kills() const { return std::nullopt; }
  /// Called once by stop(), when no process is left and before the directory is removed.
  virtual void when_exited(std::function<base::Task<void>()> action) { (void)action; }

  /// Resizes every window but popups, now and later. At hand-out, and whenever its user asks for it.
  /// Errors   protocol, closed, timed_out.
  virtual base::Task<base::Result<void>> use_viewport(Size viewport) = 0;

  /// After the last page is closed a newly attached client must find one: makes about:blank if there is none.
  virtual base::Task<base::Result<void>> ensure_page() = 0;

  /// Until the browser's process ends, by whatever cause.
  virtual base::Task<BrowserExit> exited() = 0;
  virtual bool is_running() const = 0;

  /// The teardown ladder: Browser.close, SIGTERM to the group, SIGKILL, every process of its identity and
  /// directory, the display, the directory. Bounded by the options' deadlines. Cancel: not cancellable.
  virtual base::Task<void> stop() = 0;
};

class Launcher {
 public:
  virtual ~Launcher() = default;
  /// Starts a browser and waits until the pipe answers and its first page is there.
  ///
  /// Errors   launch_failed, launch_timeout, storage_full; nothing is left behind.
  /// Cancel   safe: the processes are dead and the directory gone before it returns.
  virtual base::Task<base::Result<std::unique_ptr<Browser>>> launch(const Fingerprint& fingerprint) = 0;

  /// As launch(), but with a low priority until the browser is there, or hurry() is called.
  virtual base::Task<base::Result<std::unique_ptr<Browser>>> launch_in_background(Fingerprint fingerprint) {
    co_return co_await launch(fingerprint);
  }
  /// Somebody waits for what is being launched in the background.
  virtual void hurry() {}

  /// What each of these has taken, in their order; empty when it cannot be told.
  virtual base::Task<std::vector<Usage>> measure(std::vector<ProcessRoots> trees) {
    (void)trees;
    co_return std::vector<Usage>{};
  }

  /// Removes what an earlier daemon left in the work directory. Once, at start.
  virtual base::Task<void> sweep() = 0;
};

/// The real thing. Lifetime: `pool` outlives it and every browser; so does the log's sink.
std::unique_ptr<Launcher> make_chromium_launcher(const base::Executor& executor, base::BlockingPool& pool,
                                                 LaunchOptions options, base::Logger log);

}  // namespace greenroom::browser
