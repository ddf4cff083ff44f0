#include "browser/chrome_driver.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <unistd.h>

#include <boost/asio/readable_pipe.hpp>

#include "base/apart.hpp"
#include "base/deadline.hpp"

namespace greenroom::browser {

namespace asio = base::asio;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {

constexpr std::size_t greeting_limit = 4096;

base::ProcessOptions process_options(const ChromeDriverOptions& options, int output) {
  base::ProcessOptions process;
  process.executable = options.executable;
  process.arguments = {"--port=" + std::to_string(driver_port)};
  process.environment = {"HOME=" + options.home, "TMPDIR=" + options.temporary, "PATH=/usr/bin:/bin"};
  process.descriptors = {{output, 1}, {output, 2}};
  process.working_directory = options.temporary;
  process.identity = options.identity;
  process.cgroup = options.cgroup;
  return process;
}

base::Confinement confinement(const ChromeDriverOptions& options, int handover) {
  const uid_t user = options.identity ? options.identity->uid : ::geteuid();
  const gid_t group = options.identity ? options.identity->gid : ::getegid();
  base::Confinement limits;
  limits.network = base::private_network(handover, browser_port, options.connections, user, group);
  limits.memory_limit = options.memory;
  limits.file_limit = options.file_size;
  limits.ends_with_us = true;
  return limits;
}

std::string_view major_of(std::string_view version) { return version.substr(0, version.find('.')); }

Task<void> fill(std::shared_ptr<OutputTail> tail) { co_await tail->run(); }

/// Why it did not start, in the words of whoever knows best.
Error start_error(Error error, int handover, const std::string& executable) {
  if (::access(executable.c_str(), X_OK) != 0) return Error{errc::not_found, executable};
  const auto sockets = base::take_private_sockets(handover);
  return sockets ? Error{errc::launch_failed, error.detail} : sockets.error();
}

}  // namespace

std::string program_version(std::string_view words) {
  constexpr std::string_view digits = "0123456789";
  for (std::size_t at = words.find_first_of(digits); at != std::string_view::npos;) {
    const std::size_t end = std::min(words.find_first_not_of("0123456789.", at), words.size());
    const std::string_view number = words.substr(at, end - at);
    const bool is_word = at == 0 || words[at - 1] == ' ' || words[at - 1] == '\n';
    if (is_word && number.find('.') != std::string_view::npos) return std::string(number);
    at = words.find_first_of(digits, end);
  }
  return {};
}

bool fits(std::string_view driver, std::string_view browser) {
  const std::size_t slash = browser.find('/');
  if (slash != std::string_view::npos) browser.remove_prefix(slash + 1);
  return !major_of(driver).empty() && major_of(driver) == major_of(browser);
}

ChromeDriver::ChromeDriver(ChromeDriverOptions options, std::unique_ptr<base::ChildProcess> process,
                           base::PrivateSockets sockets)
    : options_(std::move(options)), sockets_(std::move(sockets)), process_(std::move(process)) {}

Task<Result<std::unique_ptr<ChromeDriver>>> ChromeDriver::start(base::TaskGroup& tasks,
                                                                ChromeDriverOptions options) {
  co_await base::keep_running_when_cancelled();
  auto output = base::make_pipe();
  if (!output) co_return output.error();
  auto handover = base::make_socket_pair();
  if (!handover) co_return handover.error();
  const base::ProcessOptions wanted = process_options(options, output->second.value());
  const base::Confinement limits = confinement(options, handover->second.value());
  auto process = base::start_confined(tasks.executor(), wanted, limits);
  if (!process) co_return start_error(process.error(), handover->first.value(), options.executable);
  output->second.reset();
  auto sockets = base::take_private_sockets(handover->first.value());
  if (!sockets) co_return sockets.error();
  const auto deadline = options.deadline;
  std::unique_ptr<ChromeDriver> driver(
      new ChromeDriver(std::move(options), std::move(*process), std::move(*sockets)));
  auto rest = co_await base::with_deadline(driver->read_greeting(std::move(output->first)), deadline,
                                           "waiting for ChromeDriver");
  if (!rest) {
    co_await base::apart(driver->stop());
    co_return rest.error();
  }
  driver->tail_ = std::make_shared<OutputTail>(tasks.executor(), std::move(*rest));
  tasks.spawn(fill(driver->tail_));
  co_return driver;
}

/// It says that it listens when it does. Answers the rest of its output.
Task<Result<base::UniqueFd>> ChromeDriver::read_greeting(base::UniqueFd source) {
  co_await base::keep_running_when_cancelled();
  asio::readable_pipe pipe(co_await asio::this_coro::executor, source.release());
  std::string greeting;
  std::array<char, 1024> chunk;
  while (greeting.find("started successfully") == std::string::npos) {
    auto [error, count] = co_await pipe.async_read_some(asio::buffer(chunk), base::use_tuple);
    if (error == asio::error::operation_aborted) co_return Error{errc::closed, "starting ChromeDriver"};
    if (error || greeting.size() > greeting_limit)
      co_return Error{errc::launch_failed, "ChromeDriver did not start: " + greeting};
    greeting.append(chunk.data(), count);
  }
  version_ = program_version(greeting);
  co_return base::UniqueFd(pipe.release());
}

Task<void> ChromeDriver::stop() {
  co_await base::disable_cancellation();
  // Its group's number may be somebody else's by now.
  if (!process_->is_running()) co_return;
  const auto ended = [this]() -> Task<void> { (void)co_await process_->exited(); };
  process_->signal_group(SIGTERM);
  const bool has_ended = co_await base::finishes_within(ended(), options_.terminate_deadline);
  if (has_ended) co_return;
  process_->signal_group(SIGKILL);
  (void)co_await base::finishes_within(ended(), options_.terminate_deadline);
}

}  // namespace greenroom::browser
