// What becomes of a WebDriver command on its way to a driver. Nearly all pass as they are; the few exceptions
// are here. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"

namespace greenroom::daemon {

enum class DriverStep {
  new_session,
  navigate,
  send_keys,  ///< to an element, which may be one that takes files
  upload,     ///< by the name that a Selenium Grid gave it
  pass,
  unknown,  ///< none of a WebDriver session: ChromeDriver has commands for its owner too
};

/// `path` is what follows the endpoint, as sent.
DriverStep step_of(std::string_view method, std::string_view path);

struct NewDriverSession {
  std::string body;
  std::vector<std::string> ignored;  ///< options of the client that only a browser's start could honour
};

/// The same wishes for a browser that runs already, at that address: a driver that were not told of it would
/// start a program that the client names. Errors: invalid_argument (malformed, or it asks for what only a
/// browser's start could give and would be missed).
base::Result<NewDriverSession> attach_to(std::string_view body, std::string_view debugger_address);

/// The answer to it without that address, which leads nowhere outside, and with one that does. What is no
/// such answer stays as it is.
std::string session_created(std::string answer, std::string_view cdp_url);

/// The "url" of a navigation; empty when there is none.
std::string url_in(std::string_view body);

/// Folders of a session as its browser sees them.
struct DriverFolders {
  std::string uploads;
  std::string downloads;
};

/// Whether keys may name files, one a line, if their element takes files.
bool may_name_files(std::string_view body);

/// The keys for an element that takes files: paths below "/tmp/.uploads" and its like, by which clients know
/// what they have uploaded, become the session's own. Errors: invalid_argument; forbidden (a file elsewhere).
base::Result<std::string> choose_files(std::string_view body, const DriverFolders& folders);

}  // namespace greenroom::daemon
