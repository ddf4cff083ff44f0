#include "daemon/web_driver.hpp"

#include "api/answers.hpp"
#include "base/deadline.hpp"
#include "cdp/client_rules.hpp"
#include "daemon/driver_messages.hpp"
#include "net/adopted_server.hpp"

namespace greenroom::daemon {

using api::DriverError;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {

constexpr base::Milliseconds begin_patience{10'000};   // for the session to be ready for clients
constexpr base::Milliseconds socket_patience{30'000};  // for another command to end
constexpr base::Milliseconds server_grace{500};
constexpr base::Milliseconds no_pings{24 * 3'600'000};
constexpr base::Bytes answer_limit = base::Bytes{256ull << 20};

const Error over{errc::gone, "the session has ended"};
const Error client_gone{errc::closed, "the client has gone"};

net::ServerOptions door_options() {
  net::ServerOptions options;
  options.connection_limit = 256;
  // It answers no ping (RFC 6455 §5.5.2 notwithstanding), and on a loopback device of its own a peer that has
  // gone is noticed.
  options.ping_interval = no_pings;
  return options;
}

net::ClientRequest request_of(const api::DriverCommand& command, base::Milliseconds deadline) {
  net::ClientRequest request;
  request.host = browser::driver_host;
  request.port = browser::driver_port;
  request.method = command.method;
  request.target = command.path;
  request.headers.add("content-type", "application/json; charset=utf-8");
  request.body = command.body;
  request.deadline = deadline;
  return request;
}

}  // namespace

Task<net::Response> WebDrivers::run(std::string session_id, api::DriverCommand command) {
  const std::optional<session::Use> session = parts_.sessions.use(session_id);
  const auto found = by_session_.find(session_id);
  if (!session || found == by_session_.end())
    co_return api::driver_error(DriverError::invalid_session_id, over.detail);
  (*session)->touch();
  auto answer = co_await found->second->run(std::move(command));
  (*session)->touch();
  co_return answer;
}

SessionDriver::SessionDriver(WebDrivers& drivers, WebDriverParts& parts)
    : drivers_(drivers),
      parts_(parts),
      log_(parts.log),
      begun_(parts.executor),
      changed_(parts.executor),
      tasks_(parts.executor) {}

SessionDriver::~SessionDriver() { drivers_.by_session_.erase(id_); }

Task<Result<void>> SessionDriver::prepare(session::Carrier& session, browser::Fingerprint&) {
  id_ = session.view()->id;
  log_ = parts_.log.with("session", id_);
  drivers_.by_session_[id_] = this;
  co_return Result<void>();
}

Task<Result<void>> SessionDriver::begin(session::Carrier&, browser::Browser& browser) {
  browser_ = &browser;
  begun_.set();
  co_return Result<void>();
}

Task<void> SessionDriver::before_stop(browser::Browser&) { return stop(); }
Task<void> SessionDriver::after_exit(browser::Browser&) { return stop(); }

net::Response SessionDriver::failure_of(const Error& error) const {
  if (state_ == State::stopped || error.code == errc::gone)
    return api::driver_error(DriverError::invalid_session_id, over.detail);
  if (error.code == errc::invalid_argument || error.code == errc::forbidden)
    return api::driver_error(DriverError::invalid_argument, error.detail);
  if (error.code == errc::timed_out) return api::driver_error(DriverError::timeout, error.detail);
  if (error.code == errc::closed)
    return api::driver_error(DriverError::unknown_error, "the driver ended: " + error.detail);
  return api::driver_error(DriverError::unknown_error, error.message());
}

Task<net::Response> SessionDriver::run(api::DriverCommand command) {
  co_await base::keep_running_when_cancelled();
  const DriverStep step = step_of(command.method, command.path);
  if (step == DriverStep::unknown)
    co_return api::driver_error(DriverError::unknown_command, command.method + " " + command.path);
  if (step == DriverStep::new_session) co_return co_await make_session(std::move(command));
  // Nobody has made a session that such a command could mean.
  if (state_ != State::running)
    co_return api::driver_error(DriverError::invalid_session_id, "no such WebDriver session");
  if (step == DriverStep::navigate) co_return co_await navigate(std::move(command));
  if (step == DriverStep::send_keys) co_return co_await send_keys(std::move(command));
  if (step == DriverStep::upload) {
    // ChromeDriver has it under its older name: "/session/{id}/file".
    constexpr std::string_view grids = "/se/file";
    command.path.replace(command.path.size() - grids.size(), grids.size(), "/file");
  }
  co_return co_await pass(std::move(command));
}

Task<net::Response> SessionDriver::make_session(api::DriverCommand command) {
  const std::string address = std::string(browser::driver_host) + ":" + std::to_string(browser::browser_port);
  auto wanted = attach_to(command.body, address);
  if (!wanted) co_return failure_of(wanted.error());
  const bool has_begun = co_await base::finishes_within(begun_.wait(), begin_patience);
  if (!has_begun || browser_ == nullptr)
    co_return api::driver_error(DriverError::session_not_created, "the session is not ready");
  auto running = co_await ensure_running();
  if (!running && state_ == State::stopped) co_return failure_of(running.error());
  if (!running) co_return api::driver_error(DriverError::session_not_created, running.error().message());
  command.body = std::move(wanted->body);
  auto answer = co_await forward(command);
  if (!answer) co_return failure_of(answer.error());
  if (answer->status == 200) answer->body = session_created(std::move(answer->body), command.cdp_url);
  co_return api::with_ignored(std::move(*answer), wanted->ignored);
}

Task<net::Response> SessionDriver::navigate(api::DriverCommand command) {
  // The browser would refuse it too, in words that only a protocol's author knows.
  if (cdp::is_forbidden_url(url_in(command.body)))
    co_return api::driver_error(DriverError::invalid_argument,
                                "addresses of this kind are not open to clients");
  co_return co_await pass(std::move(command));
}

Task<net::Response> SessionDriver::send_keys(api::DriverCommand command) {
  constexpr std::string_view tail = "/value";
  if (!may_name_files(command.body)) co_return co_await pass(std::move(command));
  api::DriverCommand question;
  question.method = "GET";
  question.path = command.path.substr(0, command.path.size() - tail.size()) + "/property/type";
  auto type = co_await forward(question);
  if (!type) co_return failure_of(type.error());
  // No such element, an open alert: what the keys would have met.
  if (type->status != 200) co_return std::move(*type);
  if (type->body.find("\"file\"") == std::string::npos) co_return co_await pass(std::move(command));
  const DriverFolders folders{browser_->upload_directory(), browser_->download_directory()};
  auto body = choose_files(command.body, folders);
  if (!body) co_return failure_of(body.error());
  command.body = std::move(*body);
  co_return co_await pass(std::move(command));
}

Task<net::Response> SessionDriver::pass(api::DriverCommand command) {
  auto answer = co_await forward(command);
  if (!answer) co_return failure_of(answer.error());
  co_return std::move(*answer);
}

Task<Result<base::UniqueFd>> SessionDriver::take_socket() {
  const auto until = std::chrono::steady_clock::now() + socket_patience;
  while (state_ == State::running && sockets_.empty()) {
    const auto left = until - std::chrono::steady_clock::now();
    if (left.count() <= 0) co_return Error{errc::timed_out, "too many commands at a time"};
    (void)co_await base::finishes_within(changed_.wait(), left);
    const auto cancelled = (co_await base::asio::this_coro::cancellation_state).cancelled();
    if (cancelled != base::asio::cancellation_type::none) co_return client_gone;
  }
  if (state_ != State::running) co_return Error{errc::closed, "it was stopped"};
  base::UniqueFd socket = std::move(sockets_.back());
  sockets_.pop_back();
  co_return socket;
}

Task<Result<net::Response>> SessionDriver::forward(const api::DriverCommand& command) {
  auto socket = co_await take_socket();
  if (!socket) co_return socket.error();
  const std::uint64_t generation = generation_;
  // A command may take as long as its client lets it: until the client, the driver or the session goes.
  net::ClientRequest request = request_of(command, parts_.sessions.options().longest_age);
  auto answer = co_await net::fetch_over(*socket, std::move(request), answer_limit);
  if (*socket && generation == generation_) sockets_.push_back(std::move(*socket));
  changed_.notify_all();
  if (!answer) co_return answer.error();
  net::Response response;
  response.status = answer->status;
  response.body = std::move(answer->body);
  for (const std::string_view name : {"content-type", "cache-control"})
    if (const std::string* value = answer->headers.find(name)) response.headers.set(name, *value);
  co_return response;
}

Task<Result<void>> SessionDriver::ensure_running() {
  while (state_ == State::ending) {
    co_await changed_.wait();
    const auto cancelled = (co_await base::asio::this_coro::cancellation_state).cancelled();
    if (cancelled != base::asio::cancellation_type::none) co_return client_gone;
  }
  if (state_ == State::none) {
    state_ = State::starting;
    // Not here: the client who asked first may leave while others wait.
    tasks_.spawn(start());
  }
  while (state_ == State::starting) {
    co_await changed_.wait();
    const auto cancelled = (co_await base::asio::this_coro::cancellation_state).cancelled();
    if (cancelled != base::asio::cancellation_type::none) co_return client_gone;
  }
  if (state_ == State::running) co_return Result<void>();
  if (state_ == State::stopped) co_return over;
  co_return outcome_ ? Result<void>(Error{errc::closed, "the driver ended at once"}) : outcome_;
}

Task<void> SessionDriver::start() {
  co_await base::keep_running_when_cancelled();
  const auto began = std::chrono::steady_clock::now();
  outcome_ = co_await open();
  if (outcome_) tasks_.spawn(follow());
  if (state_ == State::stopped) {
    if (outcome_) co_await driver_->stop();
    co_return;
  }
  state_ = outcome_ ? State::running : State::none;
  changed_.notify_all();
  if (!outcome_) co_return log_.warning("driver did not start", {{"why", outcome_.error().message()}});
  const auto took = std::chrono::duration_cast<base::Milliseconds>(std::chrono::steady_clock::now() - began);
  log_.info("driver running", {{"milliseconds", took.count()}, {"version", driver_->version()}});
}

Task<Result<void>> SessionDriver::open() {
  const auto path = parts_.find_driver();
  if (!path)
    co_return Error{errc::unsupported,
                    "ChromeDriver was not found (browser.chromedriver; Debian: chromium-driver)"};
  browser::ChromeDriverOptions options;
  options.executable = *path;
  options.home = browser_->home_directory();
  options.temporary = browser_->upload_directory();
  options.identity = browser_->identity();
  options.cgroup = browser_->cgroup();
  auto started = co_await browser::ChromeDriver::start(tasks_, std::move(options));
  if (!started) co_return started.error();
  if (!browser::fits((*started)->version(), browser_->version())) {
    const std::string version = (*started)->version();
    co_await (*started)->stop();
    co_return Error{errc::unsupported, "ChromeDriver " + version + " does not fit " + browser_->version()};
  }
  base::PrivateSockets sockets = (*started)->take_sockets();
  auto door = std::make_unique<DriverDoor>(parts_.sessions, id_);
  net::ServerOptions served = door_options();
  auto server =
      net::adopt_server(std::move(sockets.listening), parts_.executor, std::move(served), *door, log_);
  if (!server) {
    co_await (*started)->stop();
    co_return server.error();
  }
  ++generation_;
  sockets_ = std::move(sockets.unconnected);
  driver_ = std::move(*started);
  door_ = std::move(door);
  server_ = std::move(*server);
  tasks_.spawn(server_->run());
  co_return Result<void>();
}

/// Until it ends, by whatever cause: the next WebDriver session gets another.
Task<void> SessionDriver::follow() {
  co_await base::disable_cancellation();
  const base::ExitStatus status = co_await driver_->exited();
  if (state_ == State::running) {
    state_ = State::ending;
    log_.warning("driver ended", {{"how", status.text()}, {"said", driver_->last_output()}});
  }
  ++generation_;
  sockets_.clear();
  changed_.notify_all();
  co_await server_->stop(server_grace);
  server_.reset();
  door_.reset();
  // The object of the process stays: stop() may be waiting in it.
  if (state_ == State::ending) state_ = State::none;
  changed_.notify_all();
}

/// Idempotent. The browser may run or not.
Task<void> SessionDriver::stop() {
  co_await base::disable_cancellation();
  const bool is_starting = std::exchange(state_, State::stopped) == State::starting;
  begun_.set();
  changed_.notify_all();
  if (is_starting) tasks_.stop();
  if (driver_) co_await driver_->stop();
  co_await tasks_.join();
}

}  // namespace greenroom::daemon
