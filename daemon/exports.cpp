// `replay`, `timeline` and `har`: what is kept of a session, fetched from the running daemon.
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "base/fd.hpp"
#include "daemon/commands.hpp"
#include "daemon/daemon_client.hpp"
#include "daemon/progress.hpp"
#include "daemon/setup.hpp"

namespace greenroom::daemon {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;
using std::chrono::steady_clock;

namespace {
constexpr std::chrono::seconds longest_making{150};  // longer than the daemon itself allows
constexpr int look_every_ms = 200;
constexpr std::size_t lines_a_request = 10'000;

/// A file that has its name only once it is whole; "-" is standard output.
class OutputFile {
 public:
  static Result<OutputFile> open(std::string path) {
    OutputFile file;
    file.path_ = std::move(path);
    if (file.path_ == "-") return file;
    file.fd_.reset(::open(file.partial().c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.fd_) return base::errno_error("writing " + file.path_, errno);
    return file;
  }
  OutputFile(OutputFile&&) noexcept = default;
  OutputFile& operator=(OutputFile&&) = delete;
  ~OutputFile() {
    if (fd_) ::unlink(partial().c_str());
  }

  Result<void> write(std::string_view bytes) {
    const int fd = fd_ ? fd_.value() : STDOUT_FILENO;
    written_.count += bytes.size();
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd, bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return base::errno_error("writing " + path_, errno);
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return {};
  }
  Result<void> finish() {
    if (!fd_) return {};
    if (::rename(partial().c_str(), path_.c_str()) != 0) return base::errno_error("writing " + path_, errno);
    fd_.reset();
    return {};
  }
  const std::string& path() const { return path_; }
  base::Bytes written() const { return written_; }

 private:
  OutputFile() = default;
  std::string partial() const { return path_ + ".partial"; }
  std::string path_;
  base::UniqueFd fd_;
  base::Bytes written_;
};

/// Streams an answer into a file, with a line that says how far it is.
Result<void> save(const DaemonClient& daemon, const std::string& target, OutputFile& file,
                  Progress& progress) {
  const auto take = [&](std::string_view piece, std::optional<base::Bytes> whole) -> Result<void> {
    if (const auto wrote = file.write(piece); !wrote) return wrote;
    if (file.path() != "-") progress.show(progress_line(file.path(), file.written(), whole));
    return {};
  };
  if (const auto came = daemon.download(target, take); !came) return came;
  return file.finish();
}

Result<json::object> object_in(Result<std::string> body) {
  if (!body) return body.error();
  boost::system::error_code failure;
  json::value value = json::parse(*body, failure);
  if (failure || !value.is_object()) return Error{errc::protocol, "the daemon's answer is no object"};
  return std::move(value.get_object());
}

std::string member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// Why there is nothing to fetch, in words that say what to do; nothing when there may be.
std::optional<Error> unplayable(const json::object& recording, const std::string& id) {
  const std::string state = member(recording, "state");
  if (state == "disabled") return Error{errc::unavailable, "session " + id + " was not recorded"};
  if (state == "recording")
    return Error{errc::conflict,
                 "session " + id + " is still being recorded; end it first: greenroom sessions end " + id};
  const json::value* segments = recording.if_contains("segments");
  const bool is_empty = segments == nullptr || !segments->is_int64() || segments->get_int64() == 0;
  if (state == "failed" && is_empty)
    return Error{errc::unavailable,
                 "the recording of session " + id + " failed: " + member(recording, "reason")};
  if (state == "ready" && is_empty)
    return Error{errc::unavailable, "the recording of session " + id + " is empty"};
  return std::nullopt;
}

/// Asks for the MP4 and waits until it is there.
Result<void> make_mp4(const DaemonClient& daemon, const std::string& target, const std::string& id,
                      Progress& progress) {
  const auto began = steady_clock::now();
  bool is_asked = false;
  while (steady_clock::now() - began < longest_making) {
    const bool is_first = !is_asked;
    auto recording = object_in(daemon.ask("GET", target + "/recording"));
    if (!recording) return recording.error();
    if (const auto why = unplayable(*recording, id)) return *why;
    const std::string mp4 = member(*recording, "mp4");
    if (member(*recording, "state") != "finalizing") {
      if (mp4 == "ready") return {};
      if (mp4 == "failed" && is_asked)
        return Error{errc::io, "the daemon could not make the MP4; see its log"};
      if (is_first) {
        if (const auto asked = daemon.ask("POST", target + "/recording/mp4"); !asked) return asked.error();
        is_asked = true;
      }
    }
    const auto seconds =
        std::chrono::duration_cast<std::chrono::seconds>(steady_clock::now() - began).count();
    const char* doing = is_asked ? "Making the MP4" : "The recording is being finished";
    progress.show(std::string(doing) + " … " + std::to_string(seconds) + " s");
    (void)::poll(nullptr, 0, look_every_ms);
  }
  return Error{errc::timed_out, "the MP4 of session " + id};
}

Result<std::string> replay(const CommandLine& line, const std::string& target) {
  const std::string& id = line.operands.front();
  const auto daemon = DaemonClient::find(line);
  if (!daemon) return daemon.error();
  auto file = OutputFile::open(line.flag("-o").value_or(id + ".mp4"));
  if (!file) return file.error();
  Progress progress;
  if (const auto made = make_mp4(*daemon, target, id, progress); !made) return made.error();
  if (const auto saved = save(*daemon, target + "/recording.mp4", *file, progress); !saved)
    return saved.error();
  return file->path() == "-" ? std::string() : file->path() + ", " + size_text(file->written()) + "\n";
}

Result<void> timeline(const CommandLine& line, const std::string& target) {
  const auto daemon = DaemonClient::find(line);
  if (!daemon) return daemon.error();
  auto file = OutputFile::open(line.flag("-o").value_or("-"));
  if (!file) return file.error();
  std::string after = "0";
  for (;;) {
    const auto body =
        daemon->ask("GET", target + "/timeline?limit=" + std::to_string(lines_a_request) + "&after=" + after);
    if (!body) return body.error();
    if (const auto wrote = file->write(*body); !wrote) return wrote;
    if (body->empty()) return file->finish();
    // Where the last line begins: {"seq":N,…
    const std::size_t last = body->rfind('\n', body->size() - 2);
    const auto object = object_in(body->substr(last == body->npos ? 0 : last + 1));
    if (!object) return object.error();
    const json::value* seq = object->if_contains("seq");
    if (seq == nullptr || !seq->is_int64()) return Error{errc::protocol, "a line without a number"};
    after = std::to_string(seq->get_int64());
  }
}

Result<void> har(const CommandLine& line, const std::string& target) {
  const auto daemon = DaemonClient::find(line);
  if (!daemon) return daemon.error();
  auto file = OutputFile::open(line.flag("-o").value_or("-"));
  if (!file) return file.error();
  Progress progress;
  return save(*daemon, target + "/har", *file, progress);
}
}  // namespace

int run_replay(const CommandLine& line) {
  const auto target = session_target(line);
  if (!target) return report(target.error(), exit_usage);
  const auto saved = replay(line, *target);
  if (!saved) return report(saved.error());
  std::fputs(saved->c_str(), stdout);
  return exit_success;
}

int run_timeline(const CommandLine& line) {
  const auto target = session_target(line);
  if (!target) return report(target.error(), exit_usage);
  const auto done = timeline(line, *target);
  return done ? exit_success : report(done.error());
}

int run_har(const CommandLine& line) {
  const auto target = session_target(line);
  if (!target) return report(target.error(), exit_usage);
  const auto done = har(line, *target);
  return done ? exit_success : report(done.error());
}

}  // namespace greenroom::daemon
