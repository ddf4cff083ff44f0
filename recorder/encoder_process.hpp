// The encoder as the daemon sees it: a process with a socket. The one file here that starts processes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/process.hpp"
#include "base/task.hpp"

namespace greenroom::recorder {

/// How to run the encoder's program.
struct EncoderProgram {
  std::string executable;                  ///< absolute path of greenroom-encoder
  std::optional<base::Identity> identity;  ///< unprivileged, when the daemon is root; none: ours
  int nice = 10;                           ///< below the browsers, 0 to 19
};

/// A running encoder. It ends by itself when this object, and so the socket, goes.
class EncoderProcess {
 public:
  /// Starts it in `mode` ("record", "mux") on `directory`, which is created when missing (0700) and given to
  /// the program's identity. Errors: io.
  static base::Result<std::unique_ptr<EncoderProcess>> start(const base::Executor& executor,
                                                             const EncoderProgram& program,
                                                             const std::string& mode,
                                                             const std::string& directory);
  virtual ~EncoderProcess() = default;

  /// The next bytes of the control socket. Unbounded. Errors: closed (for ever after).
  /// Cancel   returns closed.
  virtual base::Task<base::Result<std::string>> receive() = 0;
  /// Sends a small command without waiting. Errors: closed, unavailable (it does not read).
  virtual base::Result<void> send(std::string_view bytes) = 0;
  /// Sends something large and waits until the socket has taken it: an encoder that is slow slows its sender.
  /// One at a time; small commands that are sent meanwhile follow it. Errors: closed. Cancel   the socket is
  /// of no use afterwards.
  virtual base::Task<base::Result<void>> deliver(std::string bytes) = 0;
  /// Unbounded: until the process has ended.
  virtual base::Task<base::ExitStatus> exited() = 0;
  /// SIGKILL. No error when it has ended.
  virtual void kill() = 0;
};

}  // namespace greenroom::recorder
