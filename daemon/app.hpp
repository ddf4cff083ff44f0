// The composition root: its members, in order, are the architecture.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/gateway.hpp"
#include "api/key_ring.hpp"
#include "api/links.hpp"
#include "base/blocking_pool.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "base/task_group.hpp"
#include "browser/warm_pool.hpp"
#include "config/settings.hpp"
#include "daemon/certificates.hpp"
#include "daemon/cgroups.hpp"
#include "daemon/egress.hpp"
#include "daemon/extensions.hpp"
#include "daemon/fetcher.hpp"
#include "daemon/housekeeper.hpp"
#include "daemon/live_input.hpp"
#include "daemon/model.hpp"
#include "daemon/profiles.hpp"
#include "daemon/session_core.hpp"
#include "daemon/session_files.hpp"
#include "daemon/web_driver.hpp"
#include "net/http_server.hpp"
#include "recorder/muxer.hpp"
#include "session/manager.hpp"
#include "store/capture_store.hpp"
#include "store/data_lock.hpp"
#include "store/database.hpp"
#include "store/extension_store.hpp"
#include "store/file_store.hpp"
#include "store/key_store.hpp"
#include "store/model_cache_store.hpp"
#include "store/preference_store.hpp"
#include "store/profile_store.hpp"
#include "store/project_store.hpp"
#include "store/secret_store.hpp"
#include "store/segment_store.hpp"
#include "store/session_store.hpp"
#include "store/timeline_store.hpp"

namespace greenroom::daemon {

/// What is ready before the loop runs.
struct AppParts {
  config::Settings settings;
  std::string data_directory;
  std::string key_of_this_run;  ///< GREENROOM_API_KEY, or empty
  bool needs_key = true;        ///< false: on loopback, every request is the first project's
  store::DataLock lock;
  std::unique_ptr<store::Database> database;
  browser::LaunchOptions launch;
  EgressOptions egress;
  std::string encoder;      ///< empty: there is none, and nothing is recorded
  Cgroups cgroups;          ///< as `launch` has them
  std::string profile_key;  ///< empty: profiles are not encrypted
};

/// The whole daemon. Members are made in the order of their dependence and go in the reverse one.
class App {
 public:
  App(const base::Executor& executor, AppParts parts, base::LogSink& sink);

  /// Reads keys, secrets and projects, closes what an earlier daemon left, starts the pool and listens.
  /// Errors   those of the store; io (the port is taken); forbidden (beyond loopback without a key).
  base::Task<base::Result<void>> start();

  /// "http://127.0.0.1:4480". After start().
  std::string url() const;
  /// The key that start() made because there was none.
  const std::optional<std::string>& new_key() const { return new_key_; }
  bool has_key_of_this_run() const { return !key_of_this_run_.empty(); }
  std::size_t live_sessions() const { return sessions_->live(); }

  /// Refuses new sessions and waits until none is left or the drain deadline has passed. Cancel: returns
  /// early.
  base::Task<void> drain();
  /// Ends what is left and joins everything. After it the loop has nothing more to do.
  base::Task<void> stop();

 private:
  base::Task<base::Result<void>> load_keys();
  base::Task<base::Result<void>> make_first_key();
  base::Task<void> follow_key_changes();
  base::Task<base::Result<void>> finish_recording(std::string id);
  base::Task<void> store_segment(std::string session_id, store::SegmentRecord record);
  base::Result<void> check_exposure() const;
  base::Result<void> listen();
  void make_sessions();
  session::SessionOptions session_options();
  session::Services services();
  session::MakeCompanions make_companions();
  CarriedParts carried_parts();
  KeptProfilesOptions profile_options(std::string key) const;
  base::Task<base::Result<void>> add_web_driver(session::Companions& companions);
  FetcherOptions fetcher_options();
  base::Task<base::Result<std::unique_ptr<recorder::Recording>>> start_recording(
      session::RecordingRequest request);
  std::string metrics() const;
  std::string recordings_directory() const { return data_directory_ + "/recordings"; }
  std::string files_directory() const { return data_directory_ + "/files"; }
  SessionFilesParts session_files_parts();
  std::string dom_directory() const { return data_directory_ + "/dom"; }
  ExtensionOptions extension_options() const;
  ModelOptions model_options();
  store::ModelCacheLimits model_cache_limits() const;
  base::Task<base::Result<void>> start_carried();

  base::Executor executor_;
  config::Settings settings_;
  std::string data_directory_;
  std::string key_of_this_run_;
  bool needs_key_;
  std::string encoder_;
  base::Logger log_;
  Cgroups cgroups_;
  base::SystemClock clock_;
  base::SteadyTime began_;
  base::BlockingPool files_;
  store::DataLock lock_;
  std::unique_ptr<store::Database> database_;
  store::SessionStore rows_;
  store::TimelineStore timeline_;
  store::CaptureStore captures_;
  store::PreferenceStore preferences_;
  store::SegmentStore segments_;
  store::FileStore file_rows_;
  store::KeyStore key_store_;
  store::ProjectStore project_store_;
  store::SecretStore secret_store_;
  store::ProfileStore profile_store_;
  store::CertificateStore certificate_store_;
  KeptCertificates certificates_;
  Egress egress_;
  store::ExtensionStore extension_rows_;
  store::ModelCacheStore model_cache_;
  KeptExtensions extensions_;
  ModelEndpoint model_;
  std::unique_ptr<browser::Launcher> launcher_;
  browser::WarmPool pool_;
  recorder::Muxer muxer_;
  KeptProfiles profiles_;
  std::string dom_script_;
  std::unique_ptr<WebFetcher> fetcher_;
  std::vector<api::Project> projects_;
  KeptSessionFiles session_files_;
  std::unique_ptr<session::SessionManager> sessions_;
  std::unique_ptr<SessionViewers> live_input_;
  std::unique_ptr<WebDrivers> web_drivers_;
  std::unique_ptr<Housekeeper> keeper_;
  std::unique_ptr<SessionCore> core_;
  api::KeyRing keys_;
  std::unique_ptr<api::LinkSigner> signer_;
  std::unique_ptr<api::Gateway> gateway_;
  std::unique_ptr<net::HttpServer> http_;
  std::optional<std::string> new_key_;
  bool stopping_ = false;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::daemon
