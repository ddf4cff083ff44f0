// Claude Scope's dialect: its validator's rules, what is shown of a capture, and whose door a request is for.
#include "api/answers.hpp"
#include "api/claude_scope/parse.hpp"
#include "api/claude_scope/render.hpp"
#include "tests/unit/api/gateway_test.hpp"

namespace greenroom::api {
namespace {

using claude_scope::parse_change;
using claude_scope::parse_new_session;
using claude_scope::parse_settings;
using Broken = std::vector<std::string>;

Broken broken_by_change(std::string_view body) { return parse_change(body)->broken; }

TEST(ClaudeScopeRules, EveryBrokenOneIsNamedAtOnce) {
  const Broken expected = {"property seedUrl should not exist",
                           "title must be longer than or equal to 1 characters",
                           "agentTarget must be one of the following values: CLAUDE_CODE, CODEX, CURSOR, RAW",
                           "frameCount must not be less than 0", "urlCount must be an integer number"};
  EXPECT_EQ(parse_new_session(R"({"title":"","agentTarget":"codex","frameCount":-1,"urlCount":1.5,
                                  "seedUrl":"http://a"})")
                ->broken,
            expected);
}

TEST(ClaudeScopeRules, ATitleIsCountedInCharacters) {
  std::string umlauts;
  for (int i = 0; i < 500; ++i) umlauts += "ä";
  EXPECT_EQ(parse_new_session(R"({"title":")" + umlauts + "\"}")->broken, Broken());
  EXPECT_EQ(parse_new_session(R"({"title":")" + umlauts + "x\"}")->broken,
            Broken{"title must be shorter than or equal to 500 characters"});
  EXPECT_EQ(parse_new_session("")->broken, Broken{"title must be a string"});
  EXPECT_EQ(parse_new_session(R"({"title":7})")->broken, Broken{"title must be a string"});
}

TEST(ClaudeScopeRules, NullIsAsNotSaid) {
  EXPECT_EQ(broken_by_change(R"({"title":null,"urls":null})"), Broken());
  EXPECT_TRUE(parse_change(R"({"title":null})")->said.empty()) << "a merge would take null for a deletion";
}

TEST(ClaudeScopeRules, UrlsAreTextsAndNumbersAreWhole) {
  EXPECT_EQ(broken_by_change(R"({"urls":["a",1]})"), Broken{"each value in urls must be a string"});
  EXPECT_EQ(broken_by_change(R"({"urls":"a"})"), Broken{"urls must be an array"});
  EXPECT_EQ(broken_by_change(R"({"duration":1e300})"), Broken{"duration must be an integer number"});
  EXPECT_EQ(broken_by_change(R"({"status":"done"})"),
            Broken{"status must be one of the following values: processing, complete, error"});
  EXPECT_EQ(parse_change(R"({"duration":30.0})")->said.at("duration"), json::value(30));
}

TEST(ClaudeScopeRules, SettingsHaveTheirBounds) {
  EXPECT_EQ(parse_settings(R"({"maxRecordingLength":4})")->broken,
            Broken{"maxRecordingLength must not be less than 5"});
  EXPECT_EQ(parse_settings(R"({"maxRecordingLength":301})")->broken,
            Broken{"maxRecordingLength must not be greater than 300"});
  EXPECT_EQ(parse_settings(R"({"includeRawDiff":"yes"})")->broken,
            Broken{"includeRawDiff must be a boolean value"});
}

TEST(ClaudeScopeRules, AThousandOddMembersAreNotAThousandMessages) {
  json::object body;
  for (int i = 0; i < 1000; ++i) body["odd" + std::to_string(i)] = i;
  EXPECT_LT(broken_by_change(json::serialize(body)).size(), 60u);
}

TEST(ClaudeScopeRules, TheLimitIsFromOneToAHundred) {
  auto broken = [](const std::string& query) {
    return claude_scope::parse_list(net::Target::parse("/api/sessions" + query)).broken;
  };
  EXPECT_EQ(broken(""), Broken());
  EXPECT_EQ(broken("?limit=100"), Broken());
  EXPECT_EQ(broken("?limit=0"), Broken{"limit must not be less than 1"});
  EXPECT_EQ(broken("?limit=-1"), Broken{"limit must not be less than 1"});
  EXPECT_EQ(broken("?limit=101"), Broken{"limit must not be greater than 100"});
  EXPECT_EQ(broken("?limit=99999999999999999999999"), Broken{"limit must not be greater than 100"});
  EXPECT_EQ(broken("?limit=ten"), Broken{"limit must be an integer number"});
  EXPECT_EQ(broken("?limit=10x"), Broken{"limit must be an integer number"});
}

TEST(ClaudeScopeRules, AnIdHasItsPrefixOrIsOurOwn) {
  EXPECT_EQ(claude_scope::parse_id("sess_AAAA0001"), "AAAA0001");
  EXPECT_EQ(claude_scope::parse_id(session_id), session_id);
  EXPECT_EQ(claude_scope::parse_id("AAAA0001"), "");
}

LogEvent marker(const char* method, const json::object& params) {
  LogEvent event;
  event.method = method;
  event.params = json::serialize(params);
  return event;
}

TEST(CaptureFacts, AreWhatTheTimelineSays) {
  const CaptureFacts facts = facts_of({
      marker("tab.opened", {{"url", "about:blank"}}),
      marker("tab.titled", {{"title", "Not yet"}, {"url", "about:blank"}}),
      marker("tab.navigated", {{"url", "https://a.example/"}}),
      marker("tab.titled", {{"title", "Loading"}, {"url", "https://a.example/"}}),
      marker("tab.titled", {{"title", "First"}, {"url", "https://a.example/"}}),
      marker("tab.navigated", {{"url", "https://a.example/#part"}, {"withinDocument", true}}),
      marker("tab.opened", {{"url", "http://b.example/"}}),
      marker("tab.titled", {{"title", "Second"}, {"url", "http://b.example/"}}),
      marker("tab.navigated", {{"url", "https://a.example/"}}),
      marker("tab.navigated", {}),
      marker("client.joined", {{"url", "https://no.example/"}}),
  });
  EXPECT_EQ(facts.title, "First");
  const std::vector<std::string> urls = {"https://a.example/", "https://a.example/#part",
                                         "http://b.example/"};
  EXPECT_EQ(facts.urls, urls);
}

TEST(CaptureFacts, ComeBackAsTheyWereKept) {
  const CaptureFacts facts{
      "A \"title\"", {"https://a.example/", "https://b.example/"}, base::Milliseconds(1234)};
  EXPECT_EQ(facts_from(to_text(facts)), facts);
  EXPECT_EQ(facts_from(""), std::nullopt);
  EXPECT_EQ(facts_from("[]"), std::nullopt);
}

class ClaudeScopeTest : public GatewayTest {
 protected:
  Capture recorded(session::SessionView view, base::Milliseconds duration) {
    Capture capture;
    capture.id = "RECORDED";
    capture.created_at = capture.updated_at = core.now();
    capture.session = std::make_shared<const session::SessionView>(std::move(view));
    capture.facts = {"A page", {"https://a.example/"}, duration};
    return capture;
  }
  net::Response ask(std::string_view method, std::string_view target, std::string body = {}) {
    net::Request asked = request(method, target);
    asked.headers.add("Authorization", "Bearer " + std::string(api_key));
    asked.body = std::move(body);
    return answer(std::move(asked));
  }
  claude_scope::Account account{"someone", claude_scope::render_settings({})};
};

TEST_F(ClaudeScopeTest, ARecordingIsCompleteOnceItIsWholeAndOnlyThen) {
  using session::EndReason;
  using session::RecordingState;
  const base::Milliseconds some{4000};
  const base::Milliseconds none{0};
  session::SessionView view = running_session();
  EXPECT_EQ(claude_scope::status_of(recorded(view, none)), "processing");
  view = ended_session(EndReason::requested);
  view.recording = RecordingState::finalizing;
  EXPECT_EQ(claude_scope::status_of(recorded(view, none)), "processing");
  view.recording = RecordingState::ready;
  EXPECT_EQ(claude_scope::status_of(recorded(view, some)), "complete");
  EXPECT_EQ(claude_scope::status_of(recorded(view, none)), "error");
  view.recording = RecordingState::failed;
  view.recording_error = "encoder_failed: it died";
  EXPECT_EQ(claude_scope::status_of(recorded(view, some)), "complete") << "what there is can be looked at";
  EXPECT_EQ(claude_scope::render_status(recorded(ended_session(EndReason::requested), none)).at("lastError"),
            json::value("nothing of it can be played"));
  EXPECT_EQ(claude_scope::render_status(recorded(view, none)).at("lastError"),
            json::value("encoder_failed: it died"));
  EXPECT_EQ(
      claude_scope::render_status(recorded(ended_session(EndReason::browser_crashed), some)).at("lastError"),
      json::value("browser_crashed"));
}

TEST_F(ClaudeScopeTest, TheTitleIsWhatWasSaidElseWhatWasSeen) {
  session::SessionView view = ended_session(session::EndReason::requested);
  Capture capture = recorded(view, base::Milliseconds(1));
  auto title = [&] { return claude_scope::render_entry(capture, account).at("title"); };
  EXPECT_EQ(title(), json::value("A page"));
  capture.facts.title.clear();
  EXPECT_EQ(title(), json::value("https://a.example/"));
  capture.facts.urls.clear();
  EXPECT_EQ(title(), json::value("Session sess_RECORDED"));
  view.user_metadata = json::object{{"title", "By its maker"}, {"notes", "n"}};
  capture.session = std::make_shared<const session::SessionView>(view);
  EXPECT_EQ(title(), json::value("By its maker"));
  EXPECT_EQ(claude_scope::render_session(capture, account).at("notes"), json::value("n"));
  capture.said["title"] = "By a caller";
  EXPECT_EQ(title(), json::value("By a caller"));
}

TEST_F(ClaudeScopeTest, StatsAreOfCompletedOnesOnly) {
  Capture own;
  own.said = {{"status", "complete"}, {"duration", 10}, {"processingTime", 3}};
  Capture other = own;
  other.said = {{"status", "complete"}, {"duration", 1}, {"processingTime", 4}};
  Capture open;
  open.said = {{"duration", 100}, {"processingTime", 100}};
  const json::object expected = {
      {"totalSessions", 3}, {"completedSessions", 2}, {"totalDuration", 11}, {"avgProcessingTime", 4}};
  EXPECT_EQ(json::serialize(claude_scope::render_stats({own, other, open})), json::serialize(expected));
  const json::object nothing = {
      {"totalSessions", 0}, {"completedSessions", 0}, {"totalDuration", 0}, {"avgProcessingTime", 0}};
  EXPECT_EQ(json::serialize(claude_scope::render_stats({})), json::serialize(nothing));
}

TEST_F(ClaudeScopeTest, AHalfSecondIsNotNothing) {
  const Capture capture = recorded(ended_session(session::EndReason::requested), base::Milliseconds(400));
  EXPECT_EQ(claude_scope::render_entry(capture, account).at("duration"), json::value(1));
}

TEST_F(ClaudeScopeTest, AtTheRootTheCredentialDecidesWhoseSessionsAreMeant) {
  core.kept.all.push_back(recorded(running_session(), base::Milliseconds(0)));
  EXPECT_TRUE(json::parse(ask("GET", "/api/sessions").body).is_array());
  net::Request other = request("GET", "/api/sessions");
  other.headers.add("x-api-key", std::string(api_key));
  EXPECT_TRUE(json::parse(answer(std::move(other)).body).is_object());
}

TEST_F(ClaudeScopeTest, AnothersSessionIsNotFound) {
  core.kept.all.push_back(recorded(ended_session(session::EndReason::requested), base::Milliseconds(1)));
  core.kept.project = "22222222-2222-4222-8222-222222222222";
  for (const char* method : {"GET", "PATCH", "DELETE"})
    EXPECT_EQ(ask(method, "/claude-scope/api/sessions/sess_RECORDED").status, 404u) << method;
  EXPECT_EQ(ask("GET", "/claude-scope/api/sessions").body, "[]");
}

TEST_F(ClaudeScopeTest, WhatWasMeasuredCannotBeSaidToBeOtherwise) {
  core.kept.all.push_back(recorded(ended_session(session::EndReason::requested), base::Milliseconds(1)));
  const auto response = ask("PATCH", "/claude-scope/api/sessions/sess_RECORDED",
                            R"({"title":"x","duration":7,"status":"error"})");
  EXPECT_EQ(response.status, 400u);
  EXPECT_EQ(
      response.body,
      R"({"statusCode":400,"message":["status follows from the recording","duration follows from the recording"],"error":"Bad Request"})");
  EXPECT_TRUE(core.kept.calls.empty());
}

TEST_F(ClaudeScopeTest, AnUploadIsNotServedHoweverLargeItIs) {
  const auto target = net::Target::parse("/claude-scope/api/recordings");
  const net::Response response = gateway->refuse(413, "the request's body is too large", target);
  EXPECT_EQ(response.status, 501u);
  EXPECT_EQ(
      response.body,
      R"({"statusCode":501,"message":"POST /claude-scope/api/recordings is not served by this version of Greenroom","error":"Not Implemented"})");
  const auto served = net::Target::parse("/claude-scope/api/sessions");
  EXPECT_EQ(gateway->refuse(413, "the request's body is too large", served).status, 413u);
}

}  // namespace
}  // namespace greenroom::api
