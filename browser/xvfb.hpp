// One X server per headful browser: started with the browser's identity, gone with it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/process.hpp"
#include "base/task_group.hpp"
#include "browser/browser.hpp"
#include "browser/output_tail.hpp"
#include "browser/process_tree.hpp"
#include "browser/x_client.hpp"

namespace greenroom::browser {

struct XvfbOptions {
  std::string executable;
  std::string authority;  ///< the file that holds the cookie, readable by `identity`
  std::string cookie;     ///< the same cookie
  Size screen;
  std::string home;  ///< the instance: HOME of the server, by which a later daemon knows it as ours
  std::optional<base::Identity> identity;
  int nice = 0;                                         ///< added to our own niceness
  int cgroup = -1;                                      ///< as base::ProcessOptions
  std::chrono::milliseconds deadline{10'000};           ///< from the start to its display number
  std::chrono::milliseconds terminate_deadline{1'000};  ///< SIGTERM to SIGKILL
};

/// The server's arguments. Pure.
std::vector<std::string> xvfb_arguments(const XvfbOptions& options);

/// The display number in what the server writes to its -displayfd, once the line is complete. Pure.
std::optional<int> display_number(std::string_view written);

/// As root: makes /tmp/.X11-unix root's own. The first server would else own it, and with it every later
/// browser's socket. Errors: io. Blocks.
base::Result<void> prepare_x_sockets();

/// Whether the text of /proc/net/unix knows a socket of that path, as a file or as an abstract name. To
/// connect would tell, too, but end the server: one that has only begun ends with its first client
/// (-terminate). Pure.
bool is_bound(std::string_view table, std::string_view path);

/// Removes the sockets that killed servers of these users have left: those on which nobody listens. (A server
/// that finds its own number writes no lock file.) Blocks.
void remove_dead_x_sockets(UidRange owners);

/// Removes the socket of that display if nobody listens on it: its server, which was ours, has ended. Blocks.
///
/// Only the socket with that inode: when the server has gone, its number may be another one's at once.
void remove_dead_x_socket(int number, ino_t inode);

/// What a server that was killed while it compiled its keyboard has left in /tmp, by that user: whoever gets
/// its display number next could not overwrite it, and would end at once. `youth`: what is younger stays.
/// Blocks.
void remove_keyboard_files(UidRange owners, std::chrono::seconds youth);

class Xvfb {
 public:
  /// Errors   launch_failed (with the server's own words), timed_out, closed.
  /// Cancel   safe: the server is dead when it returns.
  static base::Task<base::Result<std::unique_ptr<Xvfb>>> start(base::TaskGroup& tasks, XvfbOptions options);

  const Display& display() const { return display_; }
  base::ChildProcess& process() { return *process_; }
  /// The inode of the socket on which it listens.
  ino_t socket() const { return socket_; }

  /// Moves the pointer to the far corner of the screen, where no window of a smaller viewport is: it is real
  /// and what lies under it would be shown as hovered. Errors: io, protocol.
  base::Task<base::Result<void>> park_pointer();

  /// SIGTERM, then SIGKILL. Bounded. A killed server leaves its socket. Cancel: not cancellable.
  base::Task<void> stop();

 private:
  Xvfb(XvfbOptions options, std::unique_ptr<base::ChildProcess> process, std::shared_ptr<OutputTail> tail);
  base::Task<base::Result<void>> read_number(base::UniqueFd source);

  XvfbOptions options_;
  std::unique_ptr<base::ChildProcess> process_;
  std::shared_ptr<OutputTail> tail_;  // shared with the task that fills it
  Display display_;
  ino_t socket_ = 0;
  std::unique_ptr<XClient> holder_;  // keeps the server from ending between two clients
};

}  // namespace greenroom::browser
