// What becomes of a client's message: nearly always it passes as it is. The few exceptions are all here.
// Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "cdp/envelope.hpp"

namespace greenroom::cdp {

/// Where a client may make the browser write and read files.
struct ClientDirectories {
  std::string downloads;
  std::string uploads;
};

/// Send the message on, with the root session spliced in when it names none.
struct PassOn {};
/// Send this instead. It names its session.
struct Replace {
  std::string message;
};
/// Do not send it; answer this.
struct Answer {
  std::string message;
};
/// Answer this, then end the line: the client asked to close the browser, which is not its to close.
struct EndLine {
  std::string answer;
};

using Verdict = std::variant<PassOn, Replace, Answer, EndLine>;

/// `root` is the session that a message without one is meant for.
Verdict judge(std::string_view message, const Envelope& envelope, std::string_view root,
              const ClientDirectories& directories);

/// Where a file is that a client was told of by an API. The folders that APIs name ("/tmp/uploads") are
/// shared by all sessions in what they say and stand for the session's own; every other path is itself.
/// Normalised, so that what is compared is what is opened.
std::string real_path(std::string_view told, const ClientDirectories& directories);

/// True for addresses that no client may open: files and the browser's own pages. Takes them as lenient as a
/// browser does (leading blanks, tabs and line ends inside, any case).
bool is_forbidden_url(std::string_view url);

/// True for the commands of clients that change something a person would see or that a session's log should
/// name: navigation, input, tabs, files, cookies, the size of a page.
bool is_observed_command(std::string_view method);

/// A CDP error answer. Without an id it is what a browser says to a message that it could not read.
std::string error_answer(const Envelope& envelope, int code, std::string_view text);

}  // namespace greenroom::cdp
