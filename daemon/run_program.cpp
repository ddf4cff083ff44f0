#include "daemon/run_program.hpp"

#include <array>

#include <boost/asio/buffer.hpp>
#include <boost/asio/readable_pipe.hpp>

#include "base/deadline.hpp"
#include "base/fd.hpp"

namespace greenroom::daemon {

using base::Result;
using base::Task;

namespace {

constexpr std::size_t kept_output = 64u << 10;

Task<Result<ProgramRun>> follow(base::asio::readable_pipe& pipe, base::ChildProcess& child) {
  ProgramRun run;
  std::array<char, 4096> chunk{};
  for (;;) {
    auto [error, n] = co_await pipe.async_read_some(base::asio::buffer(chunk), base::use_tuple);
    if (error) break;  // its end, or ours by the deadline
    run.output.append(chunk.data(), std::min(n, kept_output - run.output.size()));
  }
  run.status = co_await child.exited();
  co_return run;
}

}  // namespace

Task<Result<ProgramRun>> run_program(base::ProcessOptions options, std::chrono::milliseconds deadline) {
  base::Confinement none;
  co_return co_await run_confined(std::move(options), std::move(none), deadline);
}

Task<Result<ProgramRun>> run_confined(base::ProcessOptions options, base::Confinement confinement,
                                      std::chrono::milliseconds deadline) {
  auto ends = base::make_pipe();
  if (!ends) co_return ends.error();
  options.descriptors = {{ends->second.value(), 1}, {ends->second.value(), 2}};
  const auto executor = co_await base::asio::this_coro::executor;
  auto child = base::start_confined(executor, options, confinement);
  if (!child) co_return child.error();
  ends->second.reset();
  base::asio::readable_pipe pipe(executor, ends->first.release());
  co_return co_await base::with_deadline(follow(pipe, **child), deadline, "waiting for a program's end");
}

}  // namespace greenroom::daemon
