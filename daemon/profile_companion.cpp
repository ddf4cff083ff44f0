#include "daemon/profile_companion.hpp"

#include <algorithm>
#include <unistd.h>

#include <boost/json.hpp>

#include "base/deadline.hpp"

namespace greenroom::daemon {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr base::Milliseconds cookie_patience{5'000};

Task<void> wait_for_end(browser::Browser& browser) { (void)co_await browser.exited(); }
}  // namespace

ProfileCompanion::ProfileCompanion(KeptProfiles& owner, store::ProfileRecord row, KeptProfiles::Opened opened,
                                   bool persists)
    : owner_(owner),
      row_(std::move(row)),
      opened_(std::move(opened)),
      persists_(persists),
      log_(owner.log_.with("profile", row_.id)) {
  owner_.live_.push_back(this);
}

ProfileCompanion::~ProfileCompanion() {
  owner_.live_.remove(this);
  owner_.session_over_.notify_all();
}

bool ProfileCompanion::belongs_to(std::string_view session_id) const {
  return session_ != nullptr && session_->view()->id == session_id;
}

/// Its session is over for its users, and what it leaves is not on the disk yet.
bool ProfileCompanion::is_saving() const {
  return persists_ && session_ != nullptr && session_->view()->state == session::State::ended;
}

void ProfileCompanion::persist(bool wanted) {
  persists_ = wanted;
  if (wanted && tabs_) tabs_->follow_changes();
}

/// The session may have waited for its slot since it was made: what counts is what was saved by now.
Task<Result<void>> ProfileCompanion::prepare(session::Carrier& session, browser::Fingerprint& wanted) {
  session_ = &session;
  log_ = log_.with("session", session.view()->id);
  auto row = co_await owner_.find_settled(row_.project_id, row_.id);
  if (!row) co_return row.error();
  if (row->version != row_.version) {
    auto opened = co_await owner_.open(*row);
    if (!opened) co_return opened.error();
    opened_ = std::move(*opened);
    row_ = std::move(*row);
  }
  if (opened_) state_ = opened_->state();
  wanted.profile = std::exchange(opened_, nullptr);
  co_return Result<void>();
}

Task<Result<void>> ProfileCompanion::begin(session::Carrier&, browser::Browser& browser) {
  auto put = co_await put_cookies(browser);
  if (!put) co_return put.error();
  session::TabStorage::Options options;
  options.saved = state_.tabs;
  options.follows = persists_;
  tabs_ = std::make_unique<session::TabStorage>(std::move(options), log_);
  co_return co_await tabs_->follow(browser.switchboard());
}

/// All at once, and only when the browser takes that amiss one by one.
Task<Result<void>> ProfileCompanion::put_cookies(browser::Browser& browser) {
  const double now = std::chrono::duration<double>(owner_.clock_.wall().time_since_epoch()).count();
  const json::array cookies = session::cookies_to_set(state_, now);
  if (cookies.empty()) co_return Result<void>();
  json::object all;
  all["cookies"] = cookies;
  auto put = co_await browser.line().call("Storage.setCookies", std::move(all), {});
  if (put) co_return Result<void>();
  if (put.error().code != errc::protocol) co_return put.error();
  std::size_t refused = 0;
  for (const json::value& cookie : cookies) {
    json::array list;
    list.push_back(cookie);
    json::object one;
    one["cookies"] = std::move(list);
    auto taken = co_await browser.line().call("Storage.setCookies", std::move(one), {});
    if (!taken && taken.error().code != errc::protocol) co_return taken.error();
    if (!taken) ++refused;
  }
  log_.warning("cookies of a profile not taken", {{"count", refused}});
  co_return Result<void>();
}

Task<Result<void>> ProfileCompanion::gather(browser::Browser& browser) {
  auto answer = co_await base::with_deadline(browser.line().call("Storage.getCookies", json::object(), {}),
                                             cookie_patience, "reading the cookies");
  if (!answer) co_return answer.error();
  session::ProfileState state;
  if (json::value* list = answer->if_contains("cookies"); list != nullptr && list->is_array())
    for (json::value& cookie : list->get_array()) state.cookies.push_back(std::move(cookie));
  if (tabs_) state.tabs = co_await tabs_->gather();
  gathered_ = std::move(state);
  co_return Result<void>();
}

/// Only a browser that ends by itself has written everything.
Task<void> ProfileCompanion::before_stop(browser::Browser& browser) {
  if (!persists_) co_return;
  auto gathered = co_await gather(browser);
  tabs_.reset();
  if (!gathered) {
    log_.warning("cookies not read", {{"why", gathered.error().message()}});
    co_return;
  }
  browser.line().post("Browser.close", json::object());
  (void)co_await base::finishes_within(wait_for_end(browser), owner_.options_.close_patience);
}

Task<void> ProfileCompanion::after_exit(browser::Browser& browser) {
  if (!persists_) co_return;
  auto saved = co_await save(browser);
  if (saved)
    log_.info("profile saved", {{"version", saved->version}, {"bytes", saved->bytes}});
  else
    log_.error("profile not saved", {{"why", saved.error().message()}});
}

Task<Result<store::ProfileRecord>> ProfileCompanion::save(browser::Browser& browser) {
  if (!gathered_) co_return Error{errc::closed, "the browser did not end as it should"};
  const browser::BrowserExit exit = co_await browser.exited();
  if (exit.status != base::ExitStatus())
    co_return Error{errc::closed, "the browser ended with " + exit.status.text()};
  const auto identity = browser.identity();
  const uid_t owner = identity ? identity->uid : ::geteuid();
  auto job = [files = owner_.files_, id = row_.id, folder = browser.profile_directory(), owner,
              state = std::move(*gathered_)] { return files.draft_of_browser(id, folder, owner, state); };
  auto draft = co_await owner_.disk_.run(std::move(job));
  if (!draft) co_return draft.error();
  co_return co_await owner_.save(row_.project_id, row_.id, std::move(*draft));
}

}  // namespace greenroom::daemon
