#include "daemon/serve.hpp"

#include <csignal>
#include <cstdio>
#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

#include "base/deadline.hpp"
#include "base/sealed_file.hpp"
#include "browser/process_tree.hpp"
#include "daemon/app.hpp"
#include "daemon/banner.hpp"
#include "daemon/cgroups.hpp"
#include "daemon/launch_options.hpp"
#include "daemon/local_server.hpp"
#include "daemon/loop.hpp"
#include "daemon/paths.hpp"
#include "daemon/setup.hpp"
#include "daemon/systemd_notify.hpp"
#include "daemon/work_directory.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
/// Each session takes a dozen descriptors; the usual soft limit of 1024 would be met by eighty of them.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// Everything that can fail before there is a loop.
Result<AppParts> prepare(const CommandLine& line, config::Settings settings) {
  auto data = data_directory(line);
  if (!data) return data.error();
  AppParts parts;
  parts.data_directory = *data;
  parts.key_of_this_run = line.variable("GREENROOM_API_KEY").value_or("");
  parts.needs_key = !line.has(keyless_flag);
  if (auto made = store::prepare_data_directory(*data); !made) return made.error();
  auto lock = store::DataLock::take(*data);
  if (!lock) return lock.error();
  parts.lock = std::move(*lock);
  auto database = store::Database::open(*data);
  if (!database) return database.error();
  parts.database = std::move(*database);
  auto work = prepare_work_directory(settings, *data);
  if (!work) return work.error();
  auto launch = launch_options(settings, *work);
  if (!launch) return launch.error();
  parts.launch = std::move(*launch);
  parts.cgroups = take_cgroups(settings.limits);
  parts.launch.cgroups = parts.cgroups.tree;
  auto egress = egress_options(settings);
  if (!egress) return egress.error();
  parts.egress = std::move(*egress);
  if (const auto encoder = find_encoder(settings)) {
    auto reachable = reachable_encoder(*encoder, *work);
    if (!reachable) return reachable.error();
    parts.encoder = std::move(*reachable);
  }
  if (!settings.profiles.key_file.empty()) {
    auto key = base::read_seal_key(settings.profiles.key_file);
    if (!key) return Error{key.error().code, "profiles.key_file: " + key.error().message()};
    parts.profile_key = std::move(*key);
  }
  parts.settings = std::move(settings);
  return parts;
}

std::vector<std::string> lines_of(std::span<const std::string_view> lines) {
  return std::vector<std::string>(lines.begin(), lines.end());
}

void print_banner(const App& app) {
  BannerFacts facts;
  facts.url = app.url();
  facts.new_key = app.new_key();
  facts.key_from_environment = app.has_key_of_this_run();
  const api::Welcome& welcome = api::all_dialects().front()->welcome;
  facts.environment_lines = lines_of(welcome.environment);
  facts.first_program = lines_of(welcome.program);
  facts.program_name = welcome.program_name;
  std::fputs(banner(facts).c_str(), stdout);
  std::fflush(stdout);
}

/// Until somebody asks for the end, then until it is reached. A second request cuts the waiting short.
Task<void> run_until_told(App& app, SystemdNotifier& notifier, boost::asio::signal_set& signals) {
  (void)co_await signals.async_wait(base::use_tuple);
  const std::string left = std::to_string(app.live_sessions());
  notifier.stopping("draining " + left + " sessions");
  if (app.live_sessions() > 0)
    std::fprintf(stderr, "greenroom: waiting for %s sessions to end; again to end them now\n", left.c_str());
  using namespace boost::asio::experimental::awaitable_operators;
  (void)co_await (app.drain() || signals.async_wait(boost::asio::use_awaitable));
}

// By value: it outlives the expression that starts it (rule C2).
Task<void> live(base::Executor executor, AppParts parts, int& exit_code) {
  base::StderrSink sink;
  const base::Logger log(sink, parts.settings.log.level);
  const bool records = !parts.encoder.empty();
  App app(executor, std::move(parts), sink);
  boost::asio::signal_set signals(executor, SIGINT, SIGTERM);
  if (!records) log.warning("greenroom-encoder was not found: nothing is recorded");
  auto started = co_await app.start();
  if (started) {
    log.info("listening", {{"address", app.url().substr(7)}});
    print_banner(app);
    SystemdNotifier notifier(
        parse_notify_environment(std::getenv("NOTIFY_SOCKET") ? std::getenv("NOTIFY_SOCKET") : "",
                                 std::getenv("WATCHDOG_USEC") ? std::getenv("WATCHDOG_USEC") : "",
                                 std::getenv("WATCHDOG_PID") ? std::getenv("WATCHDOG_PID") : "", ::getpid()));
    base::TaskGroup watchdog(executor);
    watchdog.spawn(notifier.keep_alive());
    notifier.ready("serving at " + app.url());
    co_await run_until_told(app, notifier, signals);
    co_await app.stop();
    watchdog.stop();
    co_await watchdog.join();
    log.info("stopped");
  } else {
    exit_code = report(started.error());
    co_await app.stop();
  }
}
}  // namespace

int serve(const CommandLine& line) {
  auto settings = load_settings(line);
  if (!settings) return report(settings.error(), exit_config);
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  if (auto reaper = browser::become_subreaper(); !reaper) return report(reaper.error());
  const bool busy_poll = settings->server.busy_poll;
  auto parts = prepare(line, std::move(*settings));
  if (!parts) return report(parts.error());
  boost::asio::io_context loop{1};
  int exit_code = exit_success;
  base::TaskGroup root(loop.get_executor());
  root.spawn(live(loop.get_executor(), std::move(*parts), exit_code));
  run_loop(loop, busy_poll);
  return exit_code;
}

}  // namespace greenroom::daemon
