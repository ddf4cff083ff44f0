#include "recorder/muxer.hpp"

#include <filesystem>
#include <utility>

#include "base/deadline.hpp"
#include "recorder/archive.hpp"
#include "recorder/control.hpp"

namespace greenroom::recorder {

using base::Task;

namespace {

std::string movie_path(const std::string& directory) { return directory + "/recording.mp4"; }

/// True when the recording has ended and its MP4 was made after that.
bool is_up_to_date(const std::string& directory) {
  const auto index = read_index(directory);
  if (!index || !index->end) return false;
  std::error_code no_movie;
  std::error_code no_index;
  const auto made = std::filesystem::last_write_time(movie_path(directory), no_movie);
  const auto ended = std::filesystem::last_write_time(directory + "/" + index_file_name, no_index);
  return !no_movie && !no_index && made >= ended;
}

base::Error error_of(const EncoderFailed& failed) {
  const std::string detail = failed.detail.empty() ? failed.reason : failed.detail;
  for (const errc code : {errc::not_found, errc::storage_full, errc::protocol})
    if (failed.reason == base::name(code)) return {code, detail};
  return {errc::io, "making an MP4: " + detail};
}

/// The program's verdict: its last message before the socket ends. Cancel: returns closed.
Task<Result<RecordingEnd>> await_verdict(EncoderProcess& program) {
  EventParser parser;
  for (;;) {
    const auto bytes = co_await program.receive();
    if (!bytes) co_return Error{errc::io, "making an MP4: the program died"};
    parser.feed(*bytes);
    const auto event = parser.next();
    if (!event) co_return event.error();
    if (!*event) continue;
    if (const auto* failed = std::get_if<EncoderFailed>(&**event)) co_return error_of(*failed);
    if (const auto* finished = std::get_if<EncoderFinished>(&**event)) co_return finished->end;
  }
}

}  // namespace

Muxer::Muxer(const base::Executor& executor, MuxerOptions options)
    : executor_(executor), options_(std::move(options)), slot_free_(executor), tasks_(executor) {}

Task<base::Result<std::string>> Muxer::make_mp4(std::string directory) {
  if (is_stopped_) co_return Error{errc::closed, "the muxer"};
  std::shared_ptr<Run>& known = runs_[directory];
  const bool is_new = !known;
  if (is_new) known = std::make_shared<Run>(executor_);
  const std::shared_ptr<Run> run = known;
  if (is_new) tasks_.spawn(carry_out(std::move(directory), run));
  co_await run->done.wait();
  co_return run->path;
}

Task<void> Muxer::carry_out(std::string directory, std::shared_ptr<Run> run) {
  co_await base::keep_running_when_cancelled();
  run->path = co_await base::with_deadline(wait_and_mux(directory), options_.deadline, "making an MP4");
  runs_.erase(directory);
  run->done.set();
}

Task<base::Result<std::string>> Muxer::wait_and_mux(const std::string& directory) {
  co_await base::keep_running_when_cancelled();
  const auto is_cancelled = co_await base::asio::this_coro::cancellation_state;
  while (is_busy_ && is_cancelled.cancelled() == base::asio::cancellation_type::none)
    co_await slot_free_.wait();
  if (is_busy_ || is_stopped_) co_return Error{errc::closed, "the muxer"};
  is_busy_ = true;
  auto path = co_await mux(directory);
  is_busy_ = false;
  slot_free_.notify_all();
  co_return path;
}

Task<base::Result<std::string>> Muxer::mux(const std::string& directory) {
  co_await base::keep_running_when_cancelled();
  std::error_code nothing_there;
  if (!std::filesystem::exists(directory, nothing_there)) co_return Error{errc::not_found, directory};
  if (is_up_to_date(directory)) co_return movie_path(directory);
  auto program = EncoderProcess::start(executor_, options_.program, "mux", directory);
  if (!program) co_return program.error();
  const auto verdict = co_await await_verdict(**program);
  // Its verdict is out, or nobody waits for it: what it still does is nobody's loss.
  (*program)->kill();
  if (!verdict) co_return verdict.error();
  co_return movie_path(directory);
}

Task<void> Muxer::stop() {
  co_await base::disable_cancellation();
  is_stopped_ = true;
  tasks_.stop();
  co_await tasks_.join();
}

}  // namespace greenroom::recorder
