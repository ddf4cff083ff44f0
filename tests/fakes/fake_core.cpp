#include "tests/fakes/fake_core.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

namespace greenroom::fakes {

using base::errc;
using base::Error;
using session::SessionView;
using session::State;

namespace {
json::object said(const session::NetworkWishes& wishes) {
  json::object out;
  json::array proxies;
  for (const session::ProxyRule& rule : wishes.proxies) {
    json::object one;
    one["hosts"] = rule.hosts;
    if (rule.provided) one["provided"] = true;
    if (!rule.server.empty()) one["server"] = rule.server;
    if (!rule.username.empty()) one["credentials"] = rule.username + ":" + rule.password;
    proxies.push_back(std::move(one));
  }
  if (!proxies.empty()) out["proxies"] = std::move(proxies);
  const auto list = [&](const char* name, const std::vector<std::string>& texts) {
    if (!texts.empty()) out[name] = json::array(texts.begin(), texts.end());
  };
  list("allowed", wishes.allowed_hosts);
  list("denied", wishes.denied_hosts);
  list("sites", wishes.allowed_sites);
  list("certificates", wishes.certificates);
  if (wishes.only_allowed_hosts) out["onlyAllowed"] = true;
  if (wishes.block_ads) out["blockAds"] = true;
  if (wishes.ignore_certificate_errors) out["ignoreCertificateErrors"] = true;
  return out;
}

json::object said(const session::SessionSpec& spec) {
  json::object out;
  out["project"] = spec.project_id;
  out["dialect"] = spec.dialect;
  if (!spec.project_label.empty()) out["label"] = spec.project_label;
  if (!spec.region.empty()) out["region"] = spec.region;
  if (spec.user_metadata) out["metadata"] = *spec.user_metadata;
  if (spec.viewport) out["viewport"] = json::array{spec.viewport->width, spec.viewport->height};
  if (spec.headless) out["headless"] = *spec.headless;
  out["record"] = spec.record;
  out["log"] = spec.log;
  out["keep"] = spec.on_disconnect == session::DisconnectPolicy::keep;
  if (spec.max_age) out["maxAgeMs"] = spec.max_age->count();
  // What is as it mostly is goes without saying.
  if (spec.idle) out["idleMs"] = spec.idle->count();
  if (!spec.end_if_never_connected) out["waits"] = true;
  if (spec.end_without_pages) out["endsWithoutPages"] = true;
  if (!spec.language.empty()) out["language"] = spec.language;
  if (!spec.user_agent.empty()) out["userAgent"] = spec.user_agent;
  if (spec.profile) out["profile"] = {{"id", spec.profile->id}, {"persist", spec.profile->persist}};
  if (spec.echo) out["echo"] = *spec.echo;
  if (!spec.network.is_plain()) out["network"] = said(spec.network);
  return out;
}

json::object said(const session::ListFilter& filter) {
  json::object out;
  out["project"] = filter.project_id;
  if (filter.state) out["state"] = session::word(*filter.state);
  json::array reasons;
  for (const auto reason : filter.end_reasons) reasons.emplace_back(session::word(reason));
  if (!reasons.empty()) out["reasons"] = std::move(reasons);
  if (filter.live) out["live"] = true;
  if (filter.offset > 0) out["offset"] = filter.offset;
  if (!filter.before.empty()) out["before"] = filter.before;
  if (filter.limit != session::ListFilter().limit) out["limit"] = filter.limit;
  json::array path;
  for (const std::string& key : filter.metadata_path) path.emplace_back(key);
  if (!path.empty()) {
    out["path"] = std::move(path);
    out["value"] = filter.metadata_value;
  }
  return out;
}
}  // namespace

FakeCore::FakeCore() {
  known_projects.push_back({"11111111-1111-4111-8111-111111111111", "Default", "greenroom", now(), now()});
}

void FakeCore::put(SessionView view) {
  const std::string id = view.id;
  if (!sessions_.contains(id)) order_.insert(order_.begin(), id);
  sessions_[id] = std::make_shared<const SessionView>(std::move(view));
}

std::optional<Error> FakeCore::note(std::string name, json::object more) {
  json::object call;
  call["call"] = name;
  for (auto& item : more) call[item.key()] = std::move(item.value());
  calls_.push_back(std::move(call));
  return failure_of(name);
}

std::optional<Error> FakeCore::failure_of(const std::string& name) {
  const auto found = failures_.find(name);
  if (found == failures_.end()) return std::nullopt;
  return std::move(failures_.extract(found).mapped());
}

Task<Result<api::SharedView>> FakeCore::create(session::SessionSpec spec) {
  if (const auto failure = note("create", said(spec))) co_return *failure;
  last_spec = spec;
  const Birth born = birth.value_or(Birth{.created_at = now(), .started_at = now(), .updated_at = now()});
  SessionView view;
  view.id = born.id;
  view.project_id = spec.project_id;
  view.project_label = spec.project_label;
  view.region = spec.region;
  view.dialect = spec.dialect;
  view.state = State::running;
  view.created_at = born.created_at;
  view.started_at = born.started_at;
  view.updated_at = born.updated_at;
  view.expires_at = born.started_at + spec.max_age.value_or(session_options.lifetime.max_age);
  view.keep_alive = spec.on_disconnect == session::DisconnectPolicy::keep;
  view.user_metadata = spec.user_metadata;
  view.echo = spec.echo;
  view.viewport = spec.viewport.value_or(session_options.viewport);
  view.recorded = spec.record;
  view.logged = spec.log;
  put(view);
  co_return find_now(view.id);
}

api::SharedView FakeCore::find_now(std::string_view id) const {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second;
}

Task<Result<api::SharedView>> FakeCore::find(std::string id) {
  if (api::SharedView known = find_now(id)) co_return known;
  co_return Error{errc::not_found, "session"};
}

Task<Result<std::vector<api::SharedView>>> FakeCore::list(session::ListFilter filter) {
  if (const auto failure = note("list", said(filter))) co_return *failure;
  std::vector<api::SharedView> out;
  for (const std::string& id : order_)
    if (session::matches(*sessions_.at(id), filter)) out.push_back(sessions_.at(id));
  out.erase(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(std::min(filter.offset, out.size())));
  out.resize(std::min(filter.limit, out.size()));
  co_return out;
}

Task<Result<std::size_t>> FakeCore::count(session::ListFilter filter) {
  if (const auto failure = note("count", said(filter))) co_return *failure;
  std::size_t count = 0;
  for (const auto& [id, view] : sessions_) count += session::matches(*view, filter) ? 1u : 0u;
  co_return count;
}

Task<Result<api::SharedView>> FakeCore::extend(std::string id, base::Milliseconds by) {
  json::object more;
  more["id"] = id;
  more["byMs"] = by.count();
  if (const auto failure = note("extend", std::move(more))) co_return *failure;
  SessionView view = *sessions_.at(id);
  view.expires_at += by;
  put(view);
  co_return find_now(id);
}

Task<Result<api::SharedView>> FakeCore::resize(std::string id, browser::Size viewport) {
  json::object more;
  more["id"] = id;
  more["viewport"] = json::array{viewport.width, viewport.height};
  if (const auto failure = note("resize", std::move(more))) co_return *failure;
  SessionView view = *sessions_.at(id);
  view.viewport = viewport;
  put(view);
  co_return find_now(id);
}

void FakeCore::touch(std::string_view id) {
  json::object more;
  more["id"] = id;
  note("touch", std::move(more));
}

Task<Result<std::vector<session::Cookie>>> FakeCore::cookies(std::string id) {
  json::object more;
  more["id"] = id;
  if (const auto failure = note("cookies", std::move(more))) co_return *failure;
  co_return jar;
}

Task<Result<void>> FakeCore::set_cookies(std::string id, std::vector<session::Cookie> cookies) {
  json::object more = session::to_cookie_parameters(cookies);
  more["id"] = id;
  if (const auto failure = note("set_cookies", std::move(more))) co_return *failure;
  jar = std::move(cookies);
  co_return Result<void>();
}

Task<Result<api::SharedView>> FakeCore::end(std::string id, session::EndReason reason) {
  json::object more;
  more["id"] = id;
  more["reason"] = session::word(reason);
  if (const auto failure = note("end", std::move(more))) co_return *failure;
  SessionView view = *sessions_.at(id);
  if (view.state != State::ended) {
    view.state = State::ended;
    view.end_reason = reason;
    view.ended_at = view.updated_at = now();
    put(view);
  }
  co_return find_now(id);
}

Task<Result<std::vector<cdp::TargetInfo>>> FakeCore::targets(std::string id) {
  json::object more;
  more["id"] = id;
  if (const auto failure = note("targets", std::move(more))) co_return *failure;
  co_return pages;
}

Result<json::object> FakeCore::browser_version(std::string_view) {
  json::object out;
  out["product"] = "Chrome/1.2.3.4";
  return out;
}

Task<Result<std::string>> FakeCore::picture(std::string) { co_return "JPEG"; }

Task<void> FakeCore::serve_client(std::string id, std::unique_ptr<net::MessageStream>,
                                  session::ClientOptions options) {
  json::object more;
  more["id"] = id;
  more["target"] = options.target;
  if (options.keeps_session) more["keeps"] = true;
  note("serve_client", std::move(more));
  co_return;
}

Task<Result<std::vector<api::LogEvent>>> FakeCore::log(std::string id) {
  json::object more;
  more["id"] = id;
  if (const auto failure = note("log", std::move(more))) co_return *failure;
  co_return events;
}

Task<Result<std::vector<api::LogEvent>>> FakeCore::timeline(std::string, api::LogQuery query) {
  std::vector<api::LogEvent> out;
  for (const api::LogEvent& event : events)
    if (event.seq > query.after && out.size() < query.limit) out.push_back(event);
  co_return out;
}

Task<Result<void>> FakeCore::erase(std::string id) {
  json::object more;
  more["id"] = id;
  if (const auto failure = note("erase", std::move(more))) co_return *failure;
  sessions_.erase(id);
  co_return Result<void>();
}

Task<Result<void>> FakeCore::erase_recording(std::string id) {
  json::object more;
  more["id"] = id;
  if (const auto failure = note("erase_recording", std::move(more))) co_return *failure;
  co_return Result<void>();
}

Task<Result<std::string>> FakeCore::dom_events(std::string, std::optional<int>, std::string) {
  co_return std::string("[]");
}

Task<Result<api::RecordingFacts>> FakeCore::recording(std::string) {
  if (const auto failure = failure_of("recording")) co_return *failure;
  co_return facts;
}

Task<Result<std::vector<recorder::TabTrack>>> FakeCore::tracks(std::string, recorder::RecordingIndex index) {
  if (const auto failure = failure_of("tracks")) co_return *failure;
  co_return recorder::cut_tracks(index, shown);
}

Task<void> FakeCore::recording_grows(std::string, base::Milliseconds) { co_return; }

Result<std::string> FakeCore::recording_file(std::string_view id, std::string_view name) const {
  if (!recorder::is_media_name(name)) return Error{errc::not_found, "no such part"};
  return "/recordings/" + std::string(id) + "/" + std::string(name);
}

Task<Result<std::string>> FakeCore::recording_mp4(std::string id) {
  co_return "/recordings/" + id + "/recording.mp4";
}

Task<Result<void>> FakeCore::request_mp4(std::string id) {
  json::object more;
  more["id"] = id;
  if (const auto failure = note("request_mp4", std::move(more))) co_return *failure;
  mp4.state = api::Mp4State::pending;
  co_return Result<void>();
}

Task<Result<api::ProjectUsage>> FakeCore::usage(std::string) { co_return project_usage; }

}  // namespace greenroom::fakes
