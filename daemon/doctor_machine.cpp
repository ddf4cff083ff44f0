#include <algorithm>
#include <chrono>
#include <filesystem>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/fd.hpp"
#include "daemon/cgroups.hpp"
#include "daemon/doctor.hpp"
#include "daemon/paths.hpp"
#include "daemon/run_program.hpp"

namespace greenroom::daemon {

namespace fs = std::filesystem;
using base::Task;
using namespace std::chrono_literals;

namespace {

constexpr auto program_deadline = 10s;

std::string mebibytes(std::uint64_t bytes) { return std::to_string(bytes >> 20) + " MiB"; }

std::string lower(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return text;
}

std::string first_line(const std::string& text) { return text.substr(0, text.find('\n')); }

/// A one-line file of /proc or /sys; empty if there is none.
std::string kernel_file(const std::string& path) {
  const auto text = base::read_file(path);
  return text ? first_line(*text) : "";
}

Finding chromium_file(const config::Settings& settings) {
  const auto path = find_chromium(settings);
  if (!path)
    return {
        "chromium", Verdict::failure,
        settings.browser.executable.empty() ? "not found" : settings.browser.executable + " cannot be run",
        "apt-get install chromium, or set browser.executable"};
  struct stat status {};
  if (::stat(path->c_str(), &status) != 0)
    return {"chromium", Verdict::failure, *path + " cannot be read", ""};
  // Packages keep the time at which the binary was built. Chromium has security fixes every week or two.
  constexpr int old_days = 45;
  const auto built = std::chrono::system_clock::from_time_t(status.st_mtime);
  const auto days = std::chrono::duration_cast<std::chrono::days>(std::chrono::system_clock::now() - built);
  const std::string words =
      *path + ", built " + std::to_string(std::max<long>(days.count(), 0)) + " days ago";
  if (days.count() > old_days)
    return {"chromium", Verdict::warning, words, "it misses security fixes: apt-get upgrade chromium"};
  return {"chromium", Verdict::ok, words, ""};
}

Task<Finding> identity(const config::Settings& settings) {
  if (::geteuid() != 0)
    co_return Finding{"user", Verdict::ok, "not root: browsers run as user " + std::to_string(::geteuid()),
                      ""};
  base::ProcessOptions options;
  options.executable = "/bin/true";
  options.identity = spare_identity(settings);
  const auto run = co_await run_program(options, program_deadline);
  if (run && run->status == base::ExitStatus{})
    co_return Finding{"user", Verdict::ok,
                      "root: each browser gets a user id of its own, from " +
                          std::to_string(settings.browser.uid_base) + " on",
                      ""};
  co_return Finding{"user", Verdict::failure, "root, but programs cannot be started as another user",
                    "allow CAP_SETUID and CAP_SETGID, or start the daemon as an ordinary user"};
}

bool has_setuid_sandbox(const config::Settings& settings) {
  const auto chromium = find_chromium(settings);
  struct stat status {};
  return chromium && ::stat((fs::path(*chromium).parent_path() / "chrome-sandbox").c_str(), &status) == 0 &&
         status.st_uid == 0 && (status.st_mode & S_ISUID) != 0;
}

Task<Finding> sandbox(const config::Settings& settings) {
  if (settings.browser.unsafe_no_sandbox)
    co_return Finding{"sandbox", Verdict::warning, "switched off by browser.unsafe_no_sandbox",
                      "remove that setting unless every page is trusted"};
  base::ProcessOptions options;
  options.executable = "/usr/bin/unshare";
  options.arguments = {"--user", "--map-root-user", "/bin/true"};
  options.identity = spare_identity(settings);
  const auto run = co_await run_program(options, program_deadline);
  if (run && run->status == base::ExitStatus{})
    co_return Finding{"sandbox", Verdict::ok, "unprivileged user namespaces work", ""};
  const std::string why = !run ? run.error().message() : first_line(run->output);
  if (has_setuid_sandbox(settings))
    co_return Finding{"sandbox", Verdict::ok, "by the set-user-id helper; no user namespaces (" + why + ")",
                      ""};
  const bool apparmor = kernel_file("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1";
  co_return Finding{"sandbox", Verdict::failure, "no user namespaces (" + why + ") and no set-user-id helper",
                    std::string("apt-get install chromium-sandbox, or sysctl ") +
                        (apparmor ? "kernel.apparmor_restrict_unprivileged_userns=0"
                                  : "kernel.unprivileged_userns_clone=1 user.max_user_namespaces=10000")};
}

Finding shared_memory() {
  struct statvfs status {};
  if (::statvfs("/dev/shm", &status) != 0 || ::access("/dev/shm", W_OK) != 0)
    return {"shared memory", Verdict::failure, "/dev/shm cannot be written", "mount a tmpfs on /dev/shm"};
  const std::uint64_t size = std::uint64_t{status.f_blocks} * status.f_frsize;
  if (size < (512u << 20))
    return {"shared memory", Verdict::warning, "/dev/shm has " + mebibytes(size) + ": large pages may crash",
            "give it 1 GiB (in a container: --shm-size=1g)"};
  return {"shared memory", Verdict::ok, "/dev/shm has " + mebibytes(size), ""};
}

Finding fonts() {
  bool any = false, cjk = false, emoji = false;
  for (const char* root : {"/usr/share/fonts", "/usr/local/share/fonts"}) {
    std::error_code error;
    for (fs::recursive_directory_iterator at(root, error), end; !error && at != end; at.increment(error)) {
      const std::string file = at->path().filename().string();
      any = any || file.ends_with(".ttf") || file.ends_with(".otf") || file.ends_with(".ttc");
      cjk = cjk || is_cjk_font(file);
      emoji = emoji || is_emoji_font(file);
    }
  }
  if (any && cjk && emoji) return {"fonts", Verdict::ok, "with CJK and emoji", ""};
  const std::string missing = !any   ? "none at all"
                              : !cjk ? (emoji ? "no CJK" : "neither CJK nor emoji")
                                     : "no emoji";
  return {"fonts", Verdict::warning, missing + ": pages show boxes instead of text",
          "apt-get install fonts-liberation fonts-dejavu-core fonts-noto-cjk fonts-noto-color-emoji"};
}

Finding x_server(const config::Settings& settings) {
  if (::access(settings.browser.xvfb.c_str(), X_OK) == 0)
    return {"x server", Verdict::ok, settings.browser.xvfb, ""};
  const Verdict verdict = settings.browser.headless ? Verdict::warning : Verdict::failure;
  return {"x server", verdict, settings.browser.xvfb + " cannot be run",
          "apt-get install xvfb, or set browser.xvfb"};
}

Finding disk(const std::string& data_directory) {
  fs::path existing(data_directory);
  std::error_code error;
  while (!fs::exists(existing, error) && existing.has_relative_path()) existing = existing.parent_path();
  const auto space = fs::space(existing, error);
  if (error)
    return {"disk", Verdict::failure, existing.string() + ": " + error.message(), "choose another --data"};
  if (::access(existing.c_str(), W_OK) != 0)
    return {"disk", Verdict::failure, existing.string() + " cannot be written", "choose another --data"};
  const std::string words = mebibytes(space.available) + " free for " + data_directory;
  if (space.available < (200u << 20)) return {"disk", Verdict::failure, words, "make room"};
  if (space.available < (2ull << 30)) return {"disk", Verdict::warning, words, "make room for recordings"};
  return {"disk", Verdict::ok, words, ""};
}

Task<Finding> encoder(const config::Settings& settings) {
  const Verdict bad = settings.recording.enabled ? Verdict::failure : Verdict::warning;
  const auto path = find_encoder(settings);
  if (!path)
    co_return Finding{"encoder", bad, "greenroom-encoder was not found",
                      "install it beside greenroom, or set recording.encoder, or recording.enabled: false"};
  base::ProcessOptions options;
  options.executable = *path;
  options.arguments = {"probe"};
  const auto run = co_await run_program(options, program_deadline);
  if (run && run->status == base::ExitStatus{})
    co_return Finding{"encoder", Verdict::ok, first_line(run->output), ""};
  const std::string why = run ? run->status.text() + ", " + first_line(run->output) : run.error().message();
  co_return Finding{"encoder", bad, *path + " does not work: " + why, "install it anew"};
}

/// Asks only: a running daemon may have them.
Finding cgroup(const config::Limits& limits) {
  const bool is_wanted =
      limits.session_memory.count > 0 || limits.session_cpu > 0 || limits.session_processes > 0;
  const Verdict bad = is_wanted ? Verdict::warning : Verdict::ok;
  const std::string remedy = is_wanted ? "run it as a systemd service with Delegate=yes" : "";
  const auto path = own_cgroup();
  if (!path) return {"cgroup", bad, path.error().detail + ": sessions have no limits of their own", remedy};
  const bool is_root = ::access((*path + "/cgroup.type").c_str(), F_OK) != 0;
  const bool is_ours =
      ::access((*path + "/cgroup.procs").c_str(), W_OK) == 0 && ::access(path->c_str(), W_OK) == 0;
  if (is_root || !is_ours)
    return {"cgroup", bad,
            *path + " is not delegated: a daemon started here gives sessions no limits of their own", remedy};
  const std::string has = browser::wanted_controllers(kernel_file((*path + "/cgroup.controllers").c_str()));
  if (has.empty())
    return {"cgroup", bad, *path + " can end processes, but limit nothing: no controllers", remedy};
  return {"cgroup", Verdict::ok, *path + ", limits of sessions can hold: " + has, ""};
}

}  // namespace

std::optional<base::Identity> spare_identity(const config::Settings& settings) {
  if (::geteuid() != 0) return std::nullopt;
  const uid_t uid = settings.browser.uid_base + settings.browser.uid_count;
  return base::Identity{uid, uid};
}

bool is_cjk_font(const std::string& file_name) {
  const std::string name = lower(file_name);
  for (const char* word :
       {"cjk", "wqy", "ipaex", "ipag", "unfonts", "nanum", "droidsansfallback", "sourcehan"})
    if (name.find(word) != std::string::npos) return true;
  return false;
}

bool is_emoji_font(const std::string& file_name) {
  const std::string name = lower(file_name);
  return name.find("emoji") != std::string::npos || name.find("symbola") != std::string::npos;
}

Task<std::vector<Finding>> examine_machine(const config::Settings& settings,
                                           const std::string& data_directory) {
  std::vector<Finding> findings;
  findings.push_back(chromium_file(settings));
  Finding user = co_await identity(settings);
  findings.push_back(std::move(user));
  Finding box = co_await sandbox(settings);
  findings.push_back(std::move(box));
  findings.push_back(shared_memory());
  findings.push_back(fonts());
  findings.push_back(x_server(settings));
  findings.push_back(disk(data_directory));
  Finding encoding = co_await encoder(settings);
  findings.push_back(std::move(encoding));
  findings.push_back(cgroup(settings.limits));
  Finding driver = co_await examine_driver(settings);
  findings.push_back(std::move(driver));
  co_return findings;
}

}  // namespace greenroom::daemon
