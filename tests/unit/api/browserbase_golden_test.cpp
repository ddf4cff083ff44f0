// Every pair of tests/golden/browserbase: a request, what the core was asked, and the answer. A text that
// ends or begins with '*' in an expected body stands for any text with that beginning or end.
#include <fstream>
#include <iterator>

#include "recorder/archive.hpp"
#include "tests/unit/api/golden.hpp"

namespace greenroom::api {
namespace {

json::array goldens(const std::string& name) {
  std::ifstream file("tests/golden/browserbase/" + name + ".json");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  return json::parse(text).as_array();
}

std::string filled(std::string_view text) {
  std::string out(text);
  if (const auto at = out.find("{key}"); at != out.npos) out.replace(at, 5, api_key);
  return out;
}

bool fits(std::string_view expected, std::string_view actual) {
  if (expected == "*") return true;
  if (expected.ends_with('*')) return actual.starts_with(expected.substr(0, expected.size() - 1));
  if (expected.starts_with('*')) return actual.ends_with(expected.substr(1));
  return expected == actual;
}

/// Where the two differ, or nothing.
std::string difference(const json::value& expected, const json::value& actual, const std::string& where) {
  const std::string both =
      where + ": expected " + json::serialize(expected) + ", got " + json::serialize(actual);
  if (expected.is_string() && actual.is_string())
    return fits(expected.as_string(), actual.as_string()) ? "" : both;
  if (expected.is_object() && actual.is_object()) {
    if (expected.as_object().size() != actual.as_object().size()) return both;
    for (const auto& item : expected.as_object()) {
      const json::value* other = actual.as_object().if_contains(item.key());
      if (other == nullptr) return where + "/" + std::string(item.key()) + " is missing";
      if (auto inner = difference(item.value(), *other, where + "/" + std::string(item.key()));
          !inner.empty())
        return inner;
    }
    return "";
  }
  if (expected.is_array() && actual.is_array()) {
    if (expected.as_array().size() != actual.as_array().size()) return both;
    for (std::size_t i = 0; i < expected.as_array().size(); ++i)
      if (auto inner = difference(expected.at(i), actual.at(i), where + "/" + std::to_string(i));
          !inner.empty())
        return inner;
    return "";
  }
  return expected == actual ? "" : both;
}

class BrowserbaseGolden : public GatewayTest, public testing::WithParamInterface<const char*> {
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

void check_headers(const json::object& expected, const net::Response& response) {
  for (const auto& header : expected) {
    const std::string* value = response.headers.find(header.key());
    if (header.value().is_null())
      EXPECT_EQ(value, nullptr) << header.key();
    else
      EXPECT_EQ(value != nullptr ? *value : "missing", std::string(header.value().as_string()))
          << header.key();
  }
}

TEST_P(BrowserbaseGolden, AnswersAsTheClientExpects) {
  const json::array all = goldens(GetParam());
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
    if (const json::value* calls = golden.if_contains("calls"))
      EXPECT_EQ(difference(*calls, core.calls(), "calls"), "");
    if (const json::value* body = expected.if_contains("body")) {
      boost::system::error_code no_json;
      json::value actual = json::parse(response.body, no_json);
      if (no_json) actual = json::string(response.body);
      EXPECT_EQ(difference(*body, actual, "body"), "");
    }
  }
  EXPECT_FALSE(log.lines().empty());
  EXPECT_FALSE(log.mentions(api_key)) << "a log line holds the key";
}

INSTANTIATE_TEST_SUITE_P(All, BrowserbaseGolden, testing::Values("create", "requests", "errors"));

}  // namespace
}  // namespace greenroom::api
