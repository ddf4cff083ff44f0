// The session core as dialects see it: it records what it was asked and answers what the test set.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/certificates.hpp"
#include "api/core.hpp"
#include "tests/fakes/fake_captures.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/fake_extensions.hpp"
#include "tests/fakes/fake_fetcher.hpp"
#include "tests/fakes/fake_live_input.hpp"
#include "tests/fakes/fake_model.hpp"
#include "tests/fakes/fake_pages.hpp"
#include "tests/fakes/fake_profiles.hpp"
#include "tests/fakes/fake_web_driver.hpp"

namespace greenroom::fakes {

namespace json = boost::json;
using base::Result;
using base::Task;

/// What a new session is beside what its specification says.
struct Birth {
  std::string id = "22222222-2222-4222-8222-222222222222";
  base::WallTime created_at;
  base::WallTime started_at;
  base::WallTime updated_at;
};

/// Everything is in memory and nothing waits.
class FakeCore final : public api::Core {
 public:
  FakeCore();

  /// As if it were new.
  void reset() { *this = FakeCore(); }
  /// A session that is there. Its id is its key.
  void put(session::SessionView view);
  /// The next call of that name ("create", "end", …) fails with this.
  void fail_next(std::string call, base::Error error) { failures_[std::move(call)] = std::move(error); }
  /// What was called, each as {"call": name, …}.
  const json::array& calls() const { return calls_; }
  FakeClock& clock() { return clock_; }
  std::vector<std::string>& abandoned() { return abandoned_; }

  std::vector<cdp::TargetInfo> pages;
  std::vector<api::LogEvent> events;
  std::vector<session::Cookie> jar;
  api::RecordingFacts facts;
  std::vector<recorder::TabShown> shown;
  api::Mp4Facts mp4;
  std::vector<api::Project> known_projects;
  session::SessionOptions session_options;
  api::ProjectUsage project_usage{7, 12};
  std::optional<session::SessionSpec> last_spec;  ///< of the last session that was made
  std::optional<Birth> birth;  ///< of the next session; none: now, with an id that is always the same
  bool ready = true;
  FakePages work;
  api::Certificates* kept_certificates = nullptr;  ///< none: this core keeps none
  FakeCaptures kept;
  std::optional<FakeProfiles> carried_profiles;  ///< none: this core keeps no profiles
  FakeLiveInput viewers;
  FakeWebDriver driver;
  bool has_driver = true;
  api::SessionFiles* session_files = nullptr;
  FakeExtensions known_extensions;
  FakeModel language_model;
  FakeFetcher web;

  api::PageWork* page_work() override { return &work; }
  api::Captures& captures() override { return kept; }
  api::Profiles* profiles() override { return carried_profiles ? &*carried_profiles : nullptr; }
  api::Certificates* certificates() override { return kept_certificates; }
  api::LiveInput* live_input() override { return &viewers; }
  api::WebDriver* web_driver() override { return has_driver ? &driver : nullptr; }
  api::SessionFiles* files() override { return session_files; }
  api::Extensions* extensions() override { return &known_extensions; }
  api::Model* model() override { return &language_model; }
  api::Fetcher* fetcher() override { return &web; }

  Task<Result<api::SharedView>> create(session::SessionSpec spec) override;
  api::SharedView find_now(std::string_view id) const override;
  Task<Result<api::SharedView>> find(std::string id) override;
  Task<Result<std::vector<api::SharedView>>> list(session::ListFilter filter) override;
  Task<Result<std::size_t>> count(session::ListFilter filter) override;
  Task<Result<api::SharedView>> end(std::string id, session::EndReason reason) override;
  Task<Result<api::SharedView>> extend(std::string id, base::Milliseconds by) override;
  Task<Result<api::SharedView>> resize(std::string id, browser::Size viewport) override;
  void touch(std::string_view id) override;
  Task<Result<std::vector<session::Cookie>>> cookies(std::string id) override;
  Task<Result<void>> set_cookies(std::string id, std::vector<session::Cookie> cookies) override;
  void abandon(std::string_view id) override { abandoned_.emplace_back(id); }
  Task<Result<std::vector<cdp::TargetInfo>>> targets(std::string id) override;
  Result<json::object> browser_version(std::string_view id) override;
  Task<Result<std::string>> picture(std::string id) override;
  Task<void> serve_client(std::string id, std::unique_ptr<net::MessageStream> stream,
                          session::ClientOptions options) override;
  Task<Result<std::vector<api::LogEvent>>> log(std::string id) override;
  Task<Result<std::vector<api::LogEvent>>> timeline(std::string id, api::LogQuery query) override;
  Task<Result<void>> erase(std::string id) override;
  Task<Result<void>> erase_recording(std::string id) override;
  Task<Result<std::string>> dom_events(std::string id, std::optional<int> tab, std::string extra) override;
  Task<Result<api::RecordingFacts>> recording(std::string id) override;
  Task<Result<std::vector<recorder::TabTrack>>> tracks(std::string id,
                                                       recorder::RecordingIndex index) override;
  Task<void> recording_grows(std::string id, base::Milliseconds limit) override;
  Result<std::string> recording_file(std::string_view id, std::string_view name) const override;
  Task<Result<std::string>> recording_mp4(std::string id) override;
  Task<Result<void>> request_mp4(std::string id) override;
  api::Mp4Facts mp4_facts(std::string_view) const override { return mp4; }
  const std::vector<api::Project>& projects() const override { return known_projects; }
  Task<Result<api::ProjectUsage>> usage(std::string project_id) override;
  bool is_ready() const override { return ready; }
  std::string metrics() const override { return "fake 1\n"; }
  const session::SessionOptions& options() const override { return session_options; }
  base::WallTime now() const override { return clock_.wall(); }

 private:
  /// Notes the call; the failure that the test set for it, if any.
  std::optional<base::Error> note(std::string name, json::object more);
  std::optional<base::Error> failure_of(const std::string& name);

  FakeClock clock_;
  json::array calls_;
  std::map<std::string, base::Error> failures_;
  std::map<std::string, api::SharedView, std::less<>> sessions_;
  std::vector<std::string> order_;
  std::vector<std::string> abandoned_;
};

}  // namespace greenroom::fakes
