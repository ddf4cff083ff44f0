// The pairs that the official client captured from a real daemon (tests/golden/browserbase/captured_*.json;
// made by tests/conformance/browserbase/capture.mjs): its requests, to a core that knows what the daemon's
// knew, get the answers that it got.
#include <array>
#include <charconv>
#include <cmath>

#include "base/time_format.hpp"
#include "recorder/archive.hpp"
#include "tests/unit/api/gateway_test.hpp"
#include "tests/unit/api/golden_files.hpp"

namespace greenroom::api {
namespace {

base::WallTime time_at(const json::object& object, std::string_view name) {
  return base::from_rfc3339(text_at(object, name)).value();
}

std::optional<json::object> object_at(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::nullopt;
  return value->as_object();
}

session::SessionView view_of(const json::object& said) {
  session::SessionView view;
  view.id = text_at(said, "id");
  view.project_id = text_at(said, "projectId");
  view.project_label = text_at(said, "projectLabel");
  view.dialect = text_at(said, "dialect");
  view.region = text_at(said, "region");
  view.state = session::state_of(text_at(said, "state")).value();
  view.end_reason = session::end_reason_of(text_at(said, "endReason"));
  view.created_at = time_at(said, "createdAt");
  view.started_at = time_at(said, "startedAt");
  view.updated_at = time_at(said, "updatedAt");
  view.expires_at = time_at(said, "expiresAt");
  if (said.contains("endedAt")) view.ended_at = time_at(said, "endedAt");
  view.keep_alive = said.at("keepAlive").as_bool();
  view.user_metadata = object_at(said, "userMetadata");
  view.viewport = {said.at("viewport").at(0).to_number<int>(), said.at("viewport").at(1).to_number<int>()};
  view.headless = said.at("headless").as_bool();
  view.recorded = said.at("recorded").as_bool();
  view.logged = said.at("logged").as_bool();
  view.recording = session::recording_state_of(text_at(said, "recording")).value();
  view.recording_error = text_at(said, "recordingError");
  view.proxy_bytes = said.at("proxyBytes").to_number<std::int64_t>();
  return view;
}

/// What a request changed or made, without the times, which the answer has.
json::object deeds(const session::SessionView& view) {
  json::object out;
  out["id"] = view.id;
  out["project"] = view.project_id;
  out["label"] = view.project_label;
  out["dialect"] = view.dialect;
  out["region"] = view.region;
  out["state"] = session::word(view.state);
  out["reason"] = view.end_reason ? session::word(*view.end_reason) : "none";
  out["keepAlive"] = view.keep_alive;
  out["metadata"] = view.user_metadata ? json::value(*view.user_metadata) : json::value();
  out["viewport"] = json::array{view.viewport.width, view.viewport.height};
  out["recorded"] = view.recorded;
  out["logged"] = view.logged;
  out["age"] = (view.expires_at - view.started_at).count();
  return out;
}

class BrowserbaseCaptured : public GatewayTest, public testing::WithParamInterface<const char*> {
 protected:
  void know(const json::object& state, const json::object* after) {
    core.session_options.limit = 3;  // as the capturing daemon was configured
    if (const json::value* projects = state.if_contains("projects")) {
      core.known_projects.clear();
      for (const json::value& project : projects->as_array()) {
        const json::object& said = project.as_object();
        core.known_projects.push_back({text_at(said, "id"), text_at(said, "name"), text_at(said, "ownerId"),
                                       time_at(said, "createdAt"), time_at(said, "updatedAt")});
      }
    }
    for (const json::value& said : state.at("sessions").as_array()) core.put(view_of(said.as_object()));
    if (state.contains("now")) core.clock().set(time_at(state, "now"));
    if (after != nullptr) {
      const session::SessionView view = view_of(*after);
      core.birth = fakes::Birth{view.id, view.created_at, view.started_at, view.updated_at};
    }
    if (const json::value* targets = state.if_contains("targets"))
      for (const json::value& target : targets->as_array()) {
        const json::object& said = target.as_object();
        core.pages.push_back(
            {text_at(said, "id"), text_at(said, "type"), text_at(said, "title"), text_at(said, "url"), true});
      }
    if (const json::value* events = state.if_contains("events"))
      for (const json::value& event : events->as_array()) know_event(event.as_object());
    if (const auto recording = object_at(state, "recording")) {
      core.facts.state = session::recording_state_of(text_at(*recording, "state")).value();
      core.facts.index = recorder::parse_index(text_at(*recording, "index"));
      EXPECT_EQ(core.facts.index.skipped_lines, 0u);
    }
    if (const auto mp4 = object_at(state, "mp4"); mp4 && text_at(*mp4, "state") == "ready")
      core.mp4 = {Mp4State::ready, time_at(*mp4, "madeAt")};
    if (const auto usage = object_at(state, "usage"))
      core.project_usage = {usage->at("minutes").as_int64(), usage->at("proxyBytes").as_int64()};
    if (const auto failure = object_at(state, "fail")) fail(*failure);
  }
  void know_event(const json::object& said) {
    LogEvent event;
    event.seq = said.at("seq").as_int64();
    event.at_ms = said.at("atMs").as_int64();
    event.page_index = said.at("page").to_number<int>();
    event.method = text_at(said, "method");
    event.params = text_at(said, "params");
    core.events.push_back(std::move(event));
  }
  void fail(const json::object& failure) {
    ASSERT_EQ(text_at(failure, "code"), base::name(base::errc::limit_reached));
    core.fail_next(text_at(failure, "call"), {base::errc::limit_reached, text_at(failure, "detail")});
  }

  net::Response ask(const json::object& asked) {
    net::Request sent;
    sent.method = text_at(asked, "method");
    sent.target = net::Target::parse(text_at(asked, "target"));
    for (const auto& header : asked.at("headers").as_object()) {
      const std::string value(header.value().as_string());
      sent.headers.add(std::string(header.key()), value == "{key}" ? std::string(api_key) : value);
    }
    sent.body = text_at(asked, "body");
    sent.remote_address = "127.0.0.1";
    return answer(std::move(sent));
  }

  /// Good tokens become "{cdp token of <session> for 7200 s}", as the capture writes them.
  std::string token_words(std::string_view token) {
    constexpr auto scopes = std::array{Scope::cdp, Scope::view, Scope::control, Scope::replay, Scope::admin};
    for (const Scope scope : scopes) {
      const auto subject = signer.verify(scope, token, core.now());
      if (!subject) continue;
      const auto payload = base::from_base64url(token.substr(3, token.rfind('.') - 3)).value();
      const std::string digits = payload.substr(payload.rfind('|') + 1);
      const SharedView view = core.find_now(*subject);
      const base::WallTime from = scope == Scope::replay || !view ? core.now() : view->started_at;
      const base::WallTime until{std::chrono::seconds(std::stoll(digits))};
      const auto tens = std::lround(static_cast<double>((until - from).count()) / 10'000);
      return "{" + std::string(word(scope)) + " token of " + *subject + " for " + std::to_string(tens * 10) +
             " s}";
    }
    return "{a token that nobody may use}";
  }
  std::string plain(std::string text) {
    constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    for (std::size_t at = text.find("v1."); at != text.npos; at = text.find("v1.", at + 1)) {
      const std::size_t end = std::min(text.find_first_not_of(alphabet, at), text.size());
      const std::string_view token = std::string_view(text).substr(at, end - at);
      if (std::count(token.begin(), token.end(), '.') != 2) continue;
      const std::string words = token_words(token);
      text.replace(at, end - at, words);
    }
    return text;
  }
  json::value plain(const json::value& value) {
    if (value.is_string()) return json::value(plain(std::string(value.get_string())));
    if (value.is_array()) {
      json::array out;
      for (const json::value& item : value.get_array()) out.push_back(plain(item));
      return out;
    }
    if (!value.is_object()) return value;
    json::object out;
    for (const auto& item : value.get_object()) out[item.key()] = plain(item.value());
    return out;
  }
};

// Of those by which the client decides, an answer has exactly the captured ones.
void check_decisive_headers(json::object expected, const net::Response& response) {
  for (const std::string_view name :
       {"content-type", "x-should-retry", "retry-after", "x-ratelimit-limit", "x-ratelimit-remaining",
        "x-ratelimit-reset", "greenroom-ignored", "access-control-allow-origin", "location"})
    if (!expected.contains(name)) expected[name] = nullptr;
  check_headers(expected, response);
}

TEST_P(BrowserbaseCaptured, TheClientGetsTheAnswerThatItGot) {
  const json::array all = read_goldens(GetParam());
  ASSERT_FALSE(all.empty());
  for (const json::value& item : all) {
    const json::object& golden = item.as_object();
    SCOPED_TRACE(std::string(GetParam()) + ": " + text_at(golden, "name"));
    core.reset();
    const auto after = object_at(golden, "after");
    know(golden.at("state").as_object(), after ? &*after : nullptr);
    const net::Response response = ask(golden.at("request").as_object());
    const json::object& expected = golden.at("response").as_object();
    EXPECT_EQ(response.status, expected.at("status").to_number<unsigned>()) << response.body;
    check_decisive_headers(expected.at("headers").as_object(), response);
    EXPECT_EQ(difference(expected.at("body"), plain(body_of(response)), "body"), "");
    if (!after) continue;
    const session::SessionView wanted = view_of(*after);
    const SharedView made = core.find_now(wanted.id);
    ASSERT_TRUE(made);
    EXPECT_EQ(difference(deeds(wanted), deeds(*made), "the session"), "");
  }
}

INSTANTIATE_TEST_SUITE_P(All, BrowserbaseCaptured,
                         testing::Values("captured_create", "captured_sessions", "captured_recordings",
                                         "captured_projects", "captured_refusals", "captured_not_served"));

}  // namespace
}  // namespace greenroom::api
