#include "daemon/app.hpp"

#include <algorithm>
#include <filesystem>
#include <unistd.h>

#include "api/assets.hpp"
#include "base/deadline.hpp"
#include "base/time_format.hpp"
#include "daemon/daemon_file.hpp"
#include "daemon/launch_options.hpp"
#include "daemon/machine.hpp"
#include "daemon/metrics.hpp"
#include "daemon/segment_rows.hpp"
#include "daemon/setup.hpp"
#include "recorder/finish_interrupted.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr std::size_t file_threads = 2;
constexpr std::chrono::seconds key_interval{2};  // how long a key made or revoked elsewhere may go unseen
constexpr std::chrono::seconds http_grace{3};

browser::WarmPoolOptions pool_options(const config::Settings& settings) {
  browser::WarmPoolOptions options;
  const config::Browser& wanted = settings.browser;
  options.rules.size = static_cast<std::size_t>(wanted.pool_size);
  options.rules.kinds = static_cast<std::size_t>(wanted.pool_kinds);
  options.rules.max_age = wanted.pool_max_age;
  options.rules.refill_delay = wanted.pool_delay;
  options.rules.longest_delay = std::max(options.rules.longest_delay, wanted.pool_delay);
  options.rules.memory = wanted.pool_memory;
  options.fingerprint = default_fingerprint(settings);
  return options;
}

browser::LaunchOptions gated(browser::LaunchOptions options, browser::NetworkGate& gate) {
  options.gate = &gate;
  return options;
}

recorder::MuxerOptions muxer_options(const std::string& encoder, const config::Settings& settings) {
  recorder::MuxerOptions options;
  options.program.executable = encoder;
  options.program.identity = encoder_identity(settings);
  return options;
}
}  // namespace

App::App(const base::Executor& executor, AppParts parts, base::LogSink& sink)
    : executor_(executor),
      settings_(std::move(parts.settings)),
      data_directory_(std::move(parts.data_directory)),
      key_of_this_run_(std::move(parts.key_of_this_run)),
      needs_key_(parts.needs_key),
      encoder_(std::move(parts.encoder)),
      log_(sink, settings_.log.level),
      cgroups_(std::move(parts.cgroups)),
      began_(clock_.steady()),
      files_(file_threads),
      lock_(std::move(parts.lock)),
      database_(std::move(parts.database)),
      rows_(*database_),
      timeline_(*database_),
      captures_(*database_),
      preferences_(*database_),
      segments_(*database_),
      file_rows_(*database_),
      key_store_(*database_),
      project_store_(*database_),
      secret_store_(*database_),
      profile_store_(*database_),
      certificate_store_(*database_),
      certificates_(certificate_store_, clock_),
      egress_(executor_, std::move(parts.egress), clock_, log_),
      extension_rows_(*database_),
      model_cache_(*database_, model_cache_limits()),
      extensions_(executor_, ExtensionParts{extension_rows_, files_, clock_, log_}, extension_options()),
      model_(model_cache_, clock_, log_, model_options()),
      launcher_(
          browser::make_chromium_launcher(executor_, files_, gated(std::move(parts.launch), egress_), log_)),
      pool_(executor_, *launcher_, pool_options(settings_), log_),
      muxer_(executor_, muxer_options(encoder_, settings_)),
      profiles_(executor_, profile_store_, clock_, profile_options(std::move(parts.profile_key)), log_),
      dom_script_(std::string(api::asset("record.umd.min.cjs").content) +
                  std::string(api::asset("dom.js").content)),
      session_files_(executor_, session_files_parts()),
      tasks_(executor_) {}

Task<Result<void>> App::start() {
  auto projects = co_await project_store_.list();
  if (!projects) co_return projects.error();
  for (const store::ProjectRecord& row : *projects)
    projects_.push_back({row.id, row.name, row.owner_id, row.created_at, row.updated_at});
  auto secret = co_await secret_store_.find_or_make(link_secret_name, link_secret_bytes);
  if (!secret) co_return secret.error();
  signer_ = std::make_unique<api::LinkSigner>(std::move(*secret));
  if (auto made = co_await make_first_key(); !made) co_return made.error();
  if (auto loaded = co_await load_keys(); !loaded) co_return loaded.error();
  if (auto allowed = check_exposure(); !allowed) co_return allowed.error();
  if (auto carried = co_await start_carried(); !carried) co_return carried.error();
  make_sessions();
  if (auto swept = co_await session_files_.sweep(); !swept) co_return swept.error();
  // Before browsers are swept: a port that is taken must not cost anything, nor a second daemon anybody's
  // browsers.
  if (auto listening = listen(); !listening) co_return listening.error();
  if (!cgroups_.limits_hold)
    log_.warning("limits of sessions do not hold", {{"control_groups", cgroups_.words}});
  else
    log_.debug("control groups", {{cgroups_.tree ? "path" : "none", cgroups_.words}});
  egress_.use_own_port(http_->port());
  egress_.start();
  co_await launcher_->sweep();
  if (auto swept = co_await profiles_.sweep(); !swept) co_return swept.error();
  auto finish = [this](std::string id) { return finish_recording(std::move(id)); };
  if (auto recovered = co_await sessions_->recover(finish); !recovered) co_return recovered.error();
  sessions_->start_measuring();
  pool_.start();
  tasks_.spawn(http_->run());
  tasks_.spawn(follow_key_changes());
  keeper_->start();
  DaemonFile file;
  file.pid = ::getpid();
  file.address = settings_.server.listen.host;
  file.port = http_->port();
  file.started_at = base::to_rfc3339(clock_.wall());
  file.version = GREENROOM_VERSION;
  co_return write_daemon_file(data_directory_, file);
}

/// What an earlier daemon left of a recording is made whole, and the rows say what the files do.
Task<Result<void>> App::finish_recording(std::string id) {
  auto work = [directory = recordings_directory() + "/" + id] {
    return recorder::finish_interrupted(directory);
  };
  auto index = co_await files_.run(std::move(work));
  if (!index) co_return index.error();
  std::vector<store::SegmentRecord> records;
  for (const recorder::Segment& segment : index->segments) records.push_back(to_record(segment));
  co_return co_await segments_.replace(std::move(id), std::move(records));
}

std::string App::url() const {
  // "Every address" is no address to call: on this machine loopback is.
  std::string host = settings_.server.listen.host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  const bool is_v6 = host.find(':') != std::string::npos;
  return "http://" + (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(http_->port());
}

Task<Result<void>> App::make_first_key() {
  auto known = co_await key_store_.list();
  if (!known) co_return known.error();
  if (!known->empty() || !key_of_this_run_.empty()) co_return Result<void>();
  const std::string key = store::make_key();
  store::KeyRecord record = store::describe_key(key, "default", clock_.wall());
  record.project_id = projects_.front().id;
  auto added = co_await key_store_.add(std::move(record));
  if (!added) co_return added.error();
  new_key_ = key;
  co_return Result<void>();
}

Task<Result<void>> App::load_keys() {
  auto active = co_await key_store_.active();
  if (!active) co_return active.error();
  std::vector<api::KnownKey> keys;
  for (const store::KeyRecord& record : *active) keys.push_back({record.id, record.project_id, record.hash});
  if (!key_of_this_run_.empty())
    keys.push_back({"run", projects_.front().id, base::sha256(key_of_this_run_)});
  keys_.replace(std::move(keys));
  co_return Result<void>();
}

/// Keys are made and revoked by another process, the command line.
Task<void> App::follow_key_changes() {
  co_await base::keep_running_when_cancelled();
  std::int64_t seen = -1;
  while (!stopping_) {
    const auto version = co_await database_->data_version();
    if (version && *version != seen) {
      const auto loaded = co_await load_keys();
      if (loaded) seen = *version;
    }
    co_await base::sleep_for(key_interval);
  }
}

Result<void> App::check_exposure() const {
  const std::string& host = settings_.server.listen.host;
  const bool is_loopback = host.starts_with("127.") || host == "::1";
  if (!needs_key_ && !is_loopback)
    return Error{errc::forbidden, "not listening on " + host + " for requests without a key"};
  if (is_loopback || !keys_.empty()) return {};
  return Error{errc::forbidden,
               "not listening on " + host + " without a key: `greenroom keys add` makes one"};
}

session::SessionOptions App::session_options() {
  constexpr base::Milliseconds recorder_patience{100};  // one picture at the usual rate
  session::SessionOptions options;
  options.viewport = {settings_.browser.viewport.width, settings_.browser.viewport.height};
  options.screen = {settings_.browser.screen.width, settings_.browser.screen.height};
  options.engine = default_fingerprint(settings_).engine;
  options.headless = settings_.browser.headless || options.engine == browser::Engine::headless_shell;
  options.lifetime.max_age = settings_.session.default_timeout;
  options.lifetime.connect = settings_.session.connect_timeout;
  options.lifetime.disconnect_grace = settings_.session.disconnect_grace;
  options.lifetime.idle = settings_.session.idle_timeout;
  options.longest_age = settings_.session.max_timeout;
  options.limit = static_cast<std::size_t>(settings_.limits.sessions);
  options.limit_per_key = static_cast<std::size_t>(settings_.limits.sessions_per_key);
  options.queue = static_cast<std::size_t>(settings_.limits.queue);
  options.queue_wait = settings_.limits.queue_wait;
  options.free_memory = settings_.limits.free_memory;
  options.ping_interval = settings_.session.ping_interval;
  options.ping_deadline = settings_.session.ping_timeout;
  options.provides_proxy = egress_.has_proxy();
  options.recording = settings_.recording.enabled && !encoder_.empty();
  options.record_fps = settings_.recording.fps;
  options.record_quality = recorder::quality_of(settings_.recording.quality).value_or(options.record_quality);
  options.record_pointer = settings_.recording.pointer;
  options.recording_delay = recorder_patience;
  options.timeline = settings_.timeline.enabled;
  options.timeline_options.max_events = static_cast<std::size_t>(settings_.timeline.max_events);
  options.timeline_options.max_size = settings_.timeline.max_size;
  options.timeline_options.console = settings_.timeline.console;
  options.record_dom = settings_.recording.dom;
  options.dom.files = &files_;
  options.dom.script = dom_script_;
  options.dom.limit = settings_.recording.dom_size;
  options.dom_directory = dom_directory();
  return options;
}

session::Services App::services() {
  auto take = [this](const browser::Fingerprint& fingerprint) { return pool_.take(fingerprint); };
  auto record = [this](session::RecordingRequest request) { return start_recording(std::move(request)); };
  auto check_room = [this] { return keeper_->check_room(); };
  auto measure = [this](std::vector<browser::ProcessRoots> trees) {
    return launcher_->measure(std::move(trees));
  };
  return session::Services{take, record,     rows_,   timeline_,        clock_,       log_,
                           {},   check_room, measure, available_memory, memory_kills, make_companions()};
}

void App::make_sessions() {
  sessions_ = std::make_unique<session::SessionManager>(executor_, session_options(), services());
  HousekeeperParts keeper{*sessions_,
                          rows_,
                          segments_,
                          files_,
                          clock_,
                          log_,
                          data_directory_,
                          recordings_directory(),
                          dom_directory(),
                          files_directory(),
                          {},
                          {}};
  keeper.rules.age = settings_.session.keep_ended;
  keeper.rules.count = static_cast<std::size_t>(settings_.session.keep_count);
  keeper.rules.size = settings_.recording.keep_size;
  keeper.floors = {settings_.recording.min_free, settings_.limits.min_free};
  keeper_ = std::make_unique<Housekeeper>(executor_, std::move(keeper));
  SessionCoreParts parts{*sessions_,
                         rows_,
                         timeline_,
                         captures_,
                         preferences_,
                         muxer_,
                         *keeper_,
                         files_,
                         clock_,
                         recordings_directory(),
                         dom_directory(),
                         projects_,
                         [this] { return metrics(); },
                         settings_.server.drain_deadline,
                         carried_parts()};
  core_ = std::make_unique<SessionCore>(executor_, std::move(parts));
}

Result<void> App::listen() {
  api::GatewayOptions options;
  options.links.public_url = settings_.server.public_url;
  options.links.trusted_proxies = settings_.server.trusted_proxies;
  options.guard.allowed_hosts = settings_.server.allowed_hosts;
  options.guard.allowed_origins = settings_.server.allowed_origins;
  options.guard.public_url = settings_.server.public_url;
  options.link_lifetime = settings_.recording.link_lifetime;
  options.open_metrics = settings_.metrics.open;
  if (!needs_key_) options.project_without_key = projects_.front().id;
  gateway_ = std::make_unique<api::Gateway>(*core_, keys_, *signer_, std::move(options), log_);
  net::ServerOptions server;
  server.address = settings_.server.listen.host;
  server.port = settings_.server.listen.port;
  server.body_limit = settings_.server.body_limit;
  server.connection_limit = static_cast<std::size_t>(settings_.server.connections);
  auto listening = net::HttpServer::listen(executor_, server, *gateway_, log_);
  if (!listening) {
    const config::ListenAddress& address = settings_.server.listen;
    return Error{listening.error().code, address.host + ":" + std::to_string(address.port) + ": " +
                                             listening.error().detail + " (--listen names another)"};
  }
  http_ = std::move(*listening);
  return {};
}

Task<Result<std::unique_ptr<recorder::Recording>>> App::start_recording(session::RecordingRequest request) {
  if (auto room = keeper_->check_recording_room(); !room) co_return room.error();
  std::error_code failure;
  std::filesystem::create_directories(recordings_directory(), failure);
  std::filesystem::permissions(recordings_directory(), std::filesystem::perms::owner_all, failure);
  recorder::RecordingOptions options;
  options.program.executable = encoder_;
  options.program.identity = encoder_identity(settings_);
  options.directory = recordings_directory() + "/" + request.session_id;
  options.capture.frames_per_second = request.frames_per_second;
  recorder::use_quality(options.capture, request.quality);
  options.capture.max_width = settings_.browser.screen.width;
  options.capture.max_height = settings_.browser.screen.height;
  if (request.display) {
    options.capture.display = request.display->number;
    options.capture.cookie = request.display->cookie;
    options.capture.max_width = request.display->screen.width;
    options.capture.max_height = request.display->screen.height;
  } else {
    options.capture.source = recorder::CaptureSource::frames;
    options.frames = request.frames;
  }
  options.files = &files_;
  options.on_mark = std::move(request.on_mark);
  options.on_segment = [this, id = request.session_id](const recorder::Segment& segment) {
    tasks_.spawn(store_segment(id, to_record(segment)));
  };
  const base::Logger log = log_.with("session", request.session_id);
  co_return co_await recorder::Recording::start(std::move(options), log);
}

Task<void> App::store_segment(std::string session_id, store::SegmentRecord record) {
  const auto stored = co_await segments_.put(session_id, std::move(record));
  // The index on the disk is the truth; the row is a copy of it.
  if (!stored)
    log_.warning("segment row not stored", {{"session", session_id}, {"why", stored.error().message()}});
}

std::string App::metrics() const {
  MetricsFacts facts;
  facts.sessions = sessions_->numbers();
  facts.pool = pool_.counters();
  facts.waiting_browsers = pool_.waiting();
  facts.http = http_->counters();
  facts.egress = egress_.counters();
  facts.resident_bytes = resident_bytes();
  facts.uptime_seconds = std::chrono::duration<double>(clock_.steady() - began_).count();
  facts.version = GREENROOM_VERSION;
  return render_metrics(facts);
}

Task<void> App::drain() {
  sessions_->stop_creating();
  (void)co_await sessions_->wait_until_empty(settings_.server.drain_deadline);
}

Task<void> App::stop() {
  co_await base::disable_cancellation();
  stopping_ = true;
  if (sessions_) co_await sessions_->end_all(session::EndReason::drained);
  co_await pool_.stop();
  co_await egress_.stop();
  if (http_) co_await http_->stop(http_grace);
  co_await muxer_.stop();
  if (core_) co_await core_->stop();
  if (keeper_) co_await keeper_->stop();
  co_await extensions_.stop();
  tasks_.stop();
  co_await tasks_.join();
  ::unlink((data_directory_ + "/daemon.json").c_str());
}

}  // namespace greenroom::daemon
