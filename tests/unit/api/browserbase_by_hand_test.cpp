// The pairs that were written by hand (tests/golden/browserbase/by_hand_*.json): what the official client
// cannot send, and states of the core that a capture cannot bring about. Each says what the core was asked,
// too.
#include "recorder/archive.hpp"
#include "tests/unit/api/gateway_test.hpp"
#include "tests/unit/api/golden_files.hpp"

namespace greenroom::api {
namespace {

std::string filled(std::string_view text) {
  std::string out(text);
  if (const auto at = out.find("{key}"); at != out.npos) out.replace(at, 5, api_key);
  return out;
}

class BrowserbaseByHand : public GatewayTest, public testing::WithParamInterface<const char*> {
 protected:
  void give(std::string_view what) {
    core.pages = {{"PAGE", "page", "A", "https://a.example/", true}, {"W", "worker", "", "", false}};
    core.events = {{1, 1'800'000'000'123, 0, "Network.requestWillBeSent",
                    R"({"frameId":"F","loaderId":"L","request":{"url":"https://a.example/"}})"}};
    if (what.empty()) return;
    session::SessionView view = running_session();
    core.facts.state = session::RecordingState::recording;
    if (what == "foreign") view.project_id = "another";
    if (what != "running" && what != "foreign") {
      const auto colon = what.find(':');
      const auto reason = colon == what.npos ? session::EndReason::requested
                                             : session::end_reason_of(what.substr(colon + 1)).value();
      view = ended_session(reason);
      core.facts.state = session::RecordingState::ready;
    }
    if (what == "unrecorded") {
      view.recorded = false;
      core.facts.state = session::RecordingState::disabled;
    }
    if (what == "recorded" || what == "ready") {
      recorder::Segment segment;
      segment.file = "seg-0.m4s";
      segment.init = "init-0.mp4";
      segment.wall = core.now() + base::Milliseconds(500);
      segment.duration = base::Milliseconds(4000);
      core.facts.index.segments.push_back(segment);
    }
    if (what == "ready") core.mp4 = {Mp4State::ready, core.now()};
    core.put(std::move(view));
  }
  void set_failure(const json::object& fail) {
    for (int i = 1; i <= static_cast<int>(base::errc::internal); ++i)
      if (base::name(static_cast<base::errc>(i)) == fail.at("code").as_string())
        core.fail_next(std::string(fail.at("call").as_string()),
                       {static_cast<base::errc>(i), std::string(fail.at("detail").as_string())});
  }
  net::Response ask(const json::object& asked) {
    net::Request sent = request(asked.at("method").as_string(), asked.at("target").as_string());
    for (const auto& header : asked.at("headers").as_object())
      sent.headers.add(std::string(header.key()), filled(header.value().as_string()));
    if (const json::value* body = asked.if_contains("body"))
      sent.body = body->is_string() ? std::string(body->as_string()) : json::serialize(*body);
    return answer(std::move(sent));
  }
};

TEST_P(BrowserbaseByHand, AnswersAsTheClientExpects) {
  const json::array all = read_goldens(GetParam());
  ASSERT_GT(all.size(), 10u);
  for (const json::value& item : all) {
    const json::object& golden = item.as_object();
    SCOPED_TRACE(std::string(GetParam()) + ": " + std::string(golden.at("name").as_string()));
    core.reset();
    if (const json::value* given = golden.if_contains("given")) give(given->as_string());
    if (const json::value* fail = golden.if_contains("fail")) set_failure(fail->as_object());
    const net::Response response = ask(golden.at("request").as_object());
    const json::object& expected = golden.at("response").as_object();
    EXPECT_EQ(response.status, static_cast<unsigned>(expected.at("status").as_int64())) << response.body;
    if (const json::value* headers = expected.if_contains("headers"))
      check_headers(headers->as_object(), response);
    if (const json::value* calls = golden.if_contains("calls")) {
      EXPECT_EQ(difference(*calls, core.calls(), "calls"), "");
    }
    if (const json::value* body = expected.if_contains("body")) {
      EXPECT_EQ(difference(*body, body_of(response), "body"), "");
    }
  }
  EXPECT_FALSE(log.lines().empty());
  EXPECT_FALSE(log.mentions(api_key)) << "a log line holds the key";
}

INSTANTIATE_TEST_SUITE_P(All, BrowserbaseByHand,
                         testing::Values("by_hand_odd_bodies", "by_hand_odd_requests",
                                         "by_hand_core_states"));

}  // namespace
}  // namespace greenroom::api
