// One ChromeDriver process. It speaks TCP to both sides, so it gets a network of its own, in which nobody but
// we can reach it: a port of the machine would be open to every program on it.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "base/log.hpp"
#include "base/private_network.hpp"
#include "base/task_group.hpp"
#include "browser/output_tail.hpp"

namespace greenroom::browser {

struct ChromeDriverOptions {
  std::string executable;
  std::string home;       ///< of the browser's directory: by it the process is known to belong to the browser
  std::string temporary;  ///< where it unpacks files that clients send
  std::optional<base::Identity> identity;  ///< the browser's
  int cgroup = -1;                         ///< the browser's; -1: none
  unsigned connections = 16;               ///< commands that may run at a time
  base::Bytes memory{1ull << 30};
  base::Bytes file_size{1ull << 30};
  std::chrono::milliseconds deadline{10'000};           ///< from its start to its word that it listens
  std::chrono::milliseconds terminate_deadline{1'000};  ///< SIGTERM to SIGKILL
};

/// Addresses in that network. Nothing else is in it.
inline constexpr const char* driver_host = "127.0.0.1";
inline constexpr std::uint16_t driver_port = 9515;   ///< ChromeDriver listens
inline constexpr std::uint16_t browser_port = 9222;  ///< we do: it takes us for a browser's debugging port

/// The first version in a program's words, "156.0.8078.79" in "Starting ChromeDriver 156.0.8078.79 (…"; empty
/// when there is none. Pure.
std::string program_version(std::string_view words);
/// Whether a driver of that version may drive that browser ("Chrome/156.0.8078.79", or the number alone):
/// both are of one major version. Pure.
bool fits(std::string_view driver, std::string_view browser);

class ChromeDriver {
 public:
  /// Starts it and waits until it listens.
  ///
  /// Errors   not_found (no such program), unsupported (no namespace may be made here), launch_failed,
  ///          timed_out. Nothing is left behind.
  /// Cancel   as an error.
  /// Lifetime `tasks` outlives it, and is joined by its owner.
  static base::Task<base::Result<std::unique_ptr<ChromeDriver>>> start(base::TaskGroup& tasks,
                                                                       ChromeDriverOptions options);

  /// What came with its network. Once.
  base::PrivateSockets take_sockets() { return std::move(sockets_); }
  const std::string& version() const { return version_; }
  pid_t pid() const { return process_->pid(); }
  /// What it last wrote since it listens.
  const std::string& last_output() const { return tail_->text(); }
  /// Unbounded: until it ends.
  base::Task<base::ExitStatus> exited() { return process_->exited(); }
  /// SIGTERM, then SIGKILL. Not cancellable.
  base::Task<void> stop();

 private:
  ChromeDriver(ChromeDriverOptions options, std::unique_ptr<base::ChildProcess> process,
               base::PrivateSockets sockets);
  base::Task<base::Result<base::UniqueFd>> read_greeting(base::UniqueFd source);

  ChromeDriverOptions options_;
  base::PrivateSockets sockets_;
  std::unique_ptr<base::ChildProcess> process_;
  std::shared_ptr<OutputTail> tail_;  // once it listens
  std::string version_;
};

}  // namespace greenroom::browser
