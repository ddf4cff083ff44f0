// What can go wrong on a good day, as values. HTTP statuses and provider error bodies are decided only in
// api/; exceptions are for bugs.
#pragma once

#include <string>
#include <string_view>

#include <boost/assert/source_location.hpp>
#include <boost/system/result.hpp>

namespace greenroom::base {

/// Every kind of failure that crosses a folder's border. Each has one sentence (`sentence`).
enum class errc {
  invalid_argument = 1,  ///< a value is malformed or out of its range
  not_found,             ///< no such thing
  unauthenticated,       ///< no credential, or an unknown one
  forbidden,             ///< a credential that may not do this
  conflict,              ///< the thing's state does not allow this now
  gone,                  ///< the thing has ended or expired
  too_large,             ///< a message, body or file over its limit
  limit_reached,         ///< a configured limit on count, rate or memory
  timed_out,             ///< a deadline passed
  closed,                ///< the other side went away
  unavailable,           ///< temporarily not possible (draining, starting)
  unsupported,           ///< understood, but this program does not do it
  io,                    ///< the operating system refused
  protocol,              ///< the other side broke the protocol
  launch_failed,         ///< a browser or display could not be started
  launch_timeout,        ///< a browser did not answer in time after its start
  storage_full,          ///< no room on the disk
  store_newer,           ///< the store was written by a newer version
  locked,                ///< somebody else holds the lock
  internal,              ///< a bug; logged with its place
};

/// The fixed sentence of a kind, without a final stop.
std::string_view sentence(errc code);

/// The enumerator's own name, for logs and metrics.
std::string_view name(errc code);

/// A failure: its kind, and the operand where it is known ("profile 'x' is locked"). `detail` may reach a
/// user, so it never holds a secret.
struct Error {
  errc code = errc::internal;
  std::string detail;

  /// "sentence: detail", for people.
  std::string message() const;
  bool operator==(const Error&) const = default;
};

/// Thrown only when somebody takes the value of a failed Result, which is a bug.
[[noreturn]] void throw_exception_from_error(const Error& error, const boost::source_location& where);

template <class T = void>
using Result = boost::system::result<T, Error>;

/// An errc::io Error that says what was being done and what errno meant.
Error errno_error(std::string_view doing, int error_number);

}  // namespace greenroom::base
