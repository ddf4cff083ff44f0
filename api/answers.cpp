#include "api/answers.hpp"

#include <algorithm>
#include <charconv>

#include "api/field_rules.hpp"
#include "api/recording_wishes.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;

unsigned http_status(errc code) {
  switch (code) {
    case errc::invalid_argument:
      return 400;
    case errc::unauthenticated:
      return 401;
    case errc::forbidden:
      return 403;
    case errc::not_found:
      return 404;
    case errc::conflict:
      return 409;
    case errc::gone:
      return 410;
    case errc::too_large:
      return 413;
    case errc::limit_reached:
      return 429;
    case errc::unsupported:
      return 501;
    case errc::unavailable:
      return 503;
    case errc::timed_out:
    case errc::launch_timeout:
      return 504;
    case errc::storage_full:
      return 507;
    case errc::closed:
    case errc::io:
    case errc::protocol:
    case errc::launch_failed:
    case errc::store_newer:
    case errc::locked:
    case errc::internal:
      return 500;
  }
  return 500;
}

std::string words_of(const Error& error) {
  const bool is_own_text = error.code == errc::invalid_argument || error.code == errc::unsupported ||
                           error.code == errc::conflict || error.code == errc::not_found;
  return is_own_text && !error.detail.empty() ? error.detail : error.message();
}

std::string full_words_of(const Error& error) {
  const bool is_one_word = error.code == errc::not_found && error.detail == "session";
  return is_one_word ? "Session not found" : words_of(error);
}

net::Response with_ignored(net::Response response, const std::vector<std::string>& ignored) {
  constexpr std::size_t most = 2'000;  // bytes: what a client sends must not become an endless header
  std::string list;
  for (const std::string& name : ignored) {
    // Names come from the request: only what is safe in a header goes back.
    if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") !=
        std::string::npos)
      continue;
    if (list.size() + name.size() > most) break;
    list += (list.empty() ? "" : ", ") + name;
  }
  if (!list.empty()) response.headers.set("greenroom-ignored", list);
  return response;
}

net::Response created(Core& core, const session::SessionView& view, net::Response response) {
  response.undelivered = [&core, id = view.id] { core.abandon(id); };
  return response;
}

Task<Result<SharedView>> live_session_of(const Call& call, Core& core, Scope scope, std::string_view token) {
  auto id = call.signer.verify(scope, token, core.now());
  if (!id) co_return id.error();
  auto view = co_await core.find(std::move(*id));
  if (!view) co_return view.error();
  if ((*view)->state == session::State::ended) co_return Error{errc::gone, "the session has ended"};
  co_return view;
}

Task<Result<SharedView>> live_session_of_token(const Call& call, Core& core, Scope scope) {
  const auto token = token_of(call.request.target);
  if (!token) co_return Error{errc::unauthenticated, "the address needs a session's token"};
  co_return co_await live_session_of(call, core, scope, *token);
}

namespace {
const Error unknown_key{errc::unauthenticated, "the API key is not known"};

Task<Result<SharedView>> find_of_project(Core& core, std::string id, std::string project) {
  auto view = co_await core.find(std::move(id));
  if (view && (*view)->project_id != project) co_return Error{errc::not_found, "session"};
  co_return view;
}
}  // namespace

Task<Result<SharedView>> find_owned_by_key(const Call& call, Core& core, std::string_view presented) {
  const KnownKey* key = call.keys.find(presented);
  if (key == nullptr) co_return unknown_key;
  co_return co_await find_of_project(core, std::string(call.path["id"]), key->project_id);
}

Task<Result<CdpTarget>> open_with_token(const Call& call, Core& core) {
  auto view = co_await live_session_of_token(call, core, Scope::cdp);
  if (!view) co_return view.error();
  CdpTarget out;
  out.session_id = (*view)->id;
  co_return out;
}

Task<Result<CdpTarget>> open_with_key(const Call& call, Core& core, session::SessionSpec fresh) {
  const net::Target& target = call.request.target;
  const KnownKey* key = call.keys.find(target.parameter("apiKey").value_or(""));
  if (key == nullptr) co_return unknown_key;
  CdpTarget out;
  if (const auto named = target.parameter("sessionId")) {
    auto view = co_await find_of_project(core, *named, key->project_id);
    if (!view) co_return view.error();
    if ((*view)->state == session::State::ended) co_return Error{errc::gone, "the session has ended"};
    out.session_id = (*view)->id;
    co_return out;
  }
  fresh.project_id = key->project_id;
  if (auto whole = complete_spec(call, fresh); !whole) co_return whole.error();
  fresh.key_id = key->id;  // the address names it, and no header does
  auto made = co_await core.create(std::move(fresh));
  if (!made) co_return made.error();
  out.session_id = (*made)->id;
  co_return out;
}

std::string cdp_token(const Call& call, const session::SessionView& view) {
  return call.signer.sign(Scope::cdp, view.id, view.expires_at + std::chrono::hours(1));
}

std::string late_token(const Call& call, const Core& core, const session::SessionView& view) {
  const base::WallTime until =
      std::max(view.expires_at + std::chrono::hours(1), core.now() + call.link_lifetime);
  return call.signer.sign(Scope::cdp, view.id, until);
}

Task<Result<net::Response>> refuse_route(const Call& call, Core&) {
  co_return not_served(call.request.method + " " + call.request.target.path);
}

base::Milliseconds video_start(const session::SessionView& view, const recorder::RecordingIndex& index) {
  if (index.segments.empty()) return base::Milliseconds(0);
  return std::max(base::Milliseconds(0), base::Milliseconds(index.segments.front().wall - view.started_at));
}

std::int64_t epoch_ms(base::WallTime time) { return time.time_since_epoch().count(); }

Result<std::int64_t> whole_parameter(const net::Target& target, std::string_view name, std::int64_t otherwise,
                                     std::int64_t least, std::int64_t most) {
  const auto text = target.parameter(name);
  if (!text) return otherwise;
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failure != std::errc() || end != text->data() + text->size() || number < least || number > most)
    return Error{errc::invalid_argument, "querystring/" + std::string(name) + " must be an integer from " +
                                             std::to_string(least) + " to " + std::to_string(most)};
  return number;
}

}  // namespace greenroom::api
