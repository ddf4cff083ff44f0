// The half of App that puts together what sessions carry.
#include "daemon/app.hpp"
#include "daemon/companions.hpp"
#include "daemon/launch_options.hpp"
#include "daemon/paths.hpp"

namespace greenroom::daemon {

using base::Result;
using base::Task;

ExtensionOptions App::extension_options() const {
  ExtensionOptions options;
  options.directory = data_directory_ + "/extensions";
  options.engine = default_fingerprint(settings_).engine;
  return options;
}

ModelOptions App::model_options() {
  ModelOptions options;
  options.base_url = settings_.model.base_url;
  options.key_file = settings_.model.api_key_file;
  options.name = settings_.model.name;
  options.deadline = settings_.model.timeout;
  options.caches = settings_.model.cache_size.count > 0;
  options.connect = [this](const std::string& host, std::uint16_t port) {
    return egress_.connect_anywhere(host, port);
  };
  return options;
}

store::ModelCacheLimits App::model_cache_limits() const {
  store::ModelCacheLimits limits;
  limits.size = settings_.model.cache_size;
  return limits;
}

/// Before the first session. The data directory is ours: its lock is held.
Task<Result<void>> App::start_carried() {
  if (auto model = model_.start(); !model) co_return model.error();
  co_return co_await extensions_.start();
}

/// In this order they are prepared and begun; in the other one they end.
session::MakeCompanions App::make_companions() {
  std::vector<AddCompanions> parts;
  // The first one: at the end it closes the browser, which the others still need.
  parts.push_back([this](const session::SessionSpec& spec, session::Companions& companions) {
    return profiles_.add(spec, companions);
  });
  parts.push_back([this](const session::SessionSpec& spec, session::Companions& companions) {
    return egress_.add_companions(spec, companions, certificates_);
  });
  parts.push_back(session_files_.companions());
  parts.emplace_back([this](const session::SessionSpec& spec, session::Companions& companions) {
    return extensions_.add_companions(spec, companions);
  });
  // The last: it is a client of all the others.
  parts.push_back([this](const session::SessionSpec&, session::Companions& companions) {
    return add_web_driver(companions);
  });
  return companions_of(std::move(parts));
}

KeptProfilesOptions App::profile_options(std::string key) const {
  KeptProfilesOptions options;
  options.files.root = data_directory_ + "/profiles";
  options.files.key = std::move(key);
  options.files.limits.size = settings_.profiles.max_size;
  options.save_patience = settings_.profiles.save_wait;
  return options;
}

Task<Result<void>> App::add_web_driver(session::Companions& companions) {
  companions.push_back(web_drivers_->companion());
  co_return Result<void>();
}

SessionFilesParts App::session_files_parts() {
  std::optional<base::Milliseconds> lifetime;
  if (settings_.session.keep_ended.count() > 0) lifetime = settings_.session.keep_ended;
  return {file_rows_,
          files_,
          clock_,
          log_,
          files_directory(),
          settings_.files.file_size,
          settings_.files.session_size,
          lifetime,
          [this] { return keeper_->check_room(); }};
}

FetcherOptions App::fetcher_options() {
  FetcherOptions options;
  options.user_agent = "Mozilla/5.0 (compatible; Greenroom/" GREENROOM_VERSION ")";
  options.connect = [this](const std::string& host, std::uint16_t port) {
    return egress_.connect_as_pages_may(host, port);
  };
  return options;
}

CarriedParts App::carried_parts() {
  CarriedParts parts;
  parts.profiles = &profiles_;
  parts.certificates = &certificates_;
  live_input_ = std::make_unique<SessionViewers>(*sessions_);
  parts.live_input = live_input_.get();
  WebDriverParts driven{executor_, *sessions_, [this] { return find_chromedriver(settings_); }, log_};
  web_drivers_ = std::make_unique<WebDrivers>(std::move(driven));
  parts.web_driver = web_drivers_.get();
  parts.files = &session_files_;
  parts.extensions = &extensions_;
  parts.model = &model_;
  fetcher_ = std::make_unique<WebFetcher>(files_, fetcher_options());
  parts.fetcher = fetcher_.get();
  return parts;
}

}  // namespace greenroom::daemon
