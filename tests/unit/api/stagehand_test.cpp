// Stagehand's dialect through the gateway, with pages that only remember.
#include "api/stagehand/replay.hpp"
#include "api/stagehand/stream.hpp"
#include "tests/unit/api/gateway_test.hpp"

namespace greenroom::api {
namespace {

class StagehandTest : public GatewayTest {
 protected:
  StagehandTest() { core.put(running_session()); }

  net::Response call(const std::string& name, const std::string& body, const std::string& language = "") {
    net::Request request;
    request.method = "POST";
    request.target = net::Target::parse("/v1/sessions/" + running_session().id + "/" + name);
    request.headers.add("host", "127.0.0.1");
    request.headers.add("x-bb-api-key", std::string(api_key));
    if (!language.empty()) request.headers.add("x-language", language);
    request.body = body;
    request.remote_address = "127.0.0.1";
    return answer(std::move(request));
  }
  static json::object body_of_answer(const net::Response& response) {
    return json::parse(response.body).as_object();
  }
};

std::string act_body(const std::string& method, const std::string& arguments, const std::string& more = "") {
  return R"({"input":{"selector":"xpath=//a","description":"it","method":")" + method + R"(","arguments":)" +
         arguments + "}" + more + "}";
}

TEST_F(StagehandTest, AnActionBecomesADeed) {
  const net::Response response = call("act", act_body("scrollTo", R"(["25%"])"));
  EXPECT_EQ(response.status, 200u) << response.body;
  ASSERT_EQ(core.work.acts.size(), 1u);
  EXPECT_EQ(core.work.acts[0].deed, session::Deed::scroll_to);
  EXPECT_EQ(core.work.acts[0].share, 0.25);
  EXPECT_EQ(core.work.acts[0].selector, "xpath=//a");
  const json::object result = body_of_answer(response).at("data").at("result").as_object();
  EXPECT_EQ(result.at("message").as_string(),
            "Action [scrollTo] performed successfully on selector: xpath=//a");
}

TEST_F(StagehandTest, VariablesAreFilledInAndNeverSaid) {
  const net::Response response = call(
      "act",
      act_body(
          "fill", R"(["to %who%"])",
          R"(,"options":{"variables":{"who":{"value":"Mallory"}},"model":{"modelName":"x","apiKey":"sk-1"}})"));
  ASSERT_EQ(core.work.acts.size(), 1u);
  EXPECT_EQ(core.work.acts[0].text, "to Mallory");
  EXPECT_EQ(response.body.find("Mallory"), std::string::npos);
  ASSERT_EQ(core.work.calls.size(), 1u);
  const std::string noted = json::serialize(core.work.calls[0]);
  EXPECT_EQ(noted.find("Mallory"), std::string::npos) << noted;
  EXPECT_EQ(noted.find("sk-1"), std::string::npos) << noted;
  EXPECT_NE(noted.find("who:redacted"), std::string::npos) << noted;
}

TEST_F(StagehandTest, APasswordIsNotWrittenDown) {
  core.work.done.is_secret = true;
  call("act", act_body("fill", R"(["hunter2"])"));
  ASSERT_EQ(core.work.calls.size(), 1u);
  EXPECT_EQ(json::serialize(core.work.calls[0]).find("hunter2"), std::string::npos);
}

TEST_F(StagehandTest, WhatAnElementDoesNotTakeIsASoftFailure) {
  core.work.failure = base::Error{base::errc::conflict, "the element is disabled"};
  const net::Response response = call("act", act_body("click", "[]"));
  EXPECT_EQ(response.status, 200u);
  const json::object result = body_of_answer(response).at("data").at("result").as_object();
  EXPECT_FALSE(result.at("success").as_bool());
  EXPECT_EQ(result.at("message").as_string(), "Failed to perform act: the element is disabled");
}

TEST_F(StagehandTest, WhatFailedMayHaveBeenAPassword) {
  core.work.failure = base::Error{base::errc::conflict, "the element is covered"};
  call("act", act_body("fill", R"(["hunter2"])"));
  core.work.failure = base::Error{base::errc::timed_out, "x"};
  call("act", act_body("fill", R"(["hunter2"])"));
  ASSERT_EQ(core.work.calls.size(), 2u);
  for (const json::object& noted : core.work.calls)
    EXPECT_EQ(json::serialize(noted).find("hunter2"), std::string::npos);
}

TEST_F(StagehandTest, AModelsCredentialsAreNotWrittenDown) {
  call("navigate", R"({"url":"https://a.example","options":{"model":{"modelName":"openai/x","apiKey":"sk-1",
       "headers":{"authorization":"Bearer sk-2"},"auth":{"token":"sk-3"},"providerOptions":{"key":"sk-4"}}}})");
  ASSERT_EQ(core.work.calls.size(), 1u);
  EXPECT_EQ(json::serialize(core.work.calls[0]).find("sk-"), std::string::npos);
}

TEST_F(StagehandTest, APageThatIsGoneIsAFaultThatIsSentOnceOnly) {
  core.work.failure = base::Error{base::errc::gone, "there is no such page"};
  net::Response response = call("act", act_body("click", "[]"));
  EXPECT_EQ(response.status, 500u);
  EXPECT_EQ(body_of_answer(response).at("message").as_string(), "Page not found");
  EXPECT_EQ(response.headers.value_or("x-should-retry", ""), "false");
  core.work.failure = base::Error{base::errc::gone, "there is no such page"};
  response = call("navigate", R"({"url":"https://a.example"})");
  EXPECT_EQ(response.status, 404u) << "this call has a status of its own for it";
  EXPECT_EQ(body_of_answer(response).at("message").as_string(), "Page not found");
}

TEST_F(StagehandTest, StartIsNotTheOtherHalfsUpdate) {
  net::Request request;
  request.method = "POST";
  request.target = net::Target::parse("/v1/sessions/start");
  request.headers.add("host", "127.0.0.1");
  request.headers.add("x-bb-api-key", std::string(api_key));
  request.body = R"({"modelName":"openai/gpt-4.1"})";
  request.remote_address = "127.0.0.1";
  const net::Response response = answer(std::move(request));
  EXPECT_EQ(response.status, 200u) << response.body;
  EXPECT_TRUE(body_of_answer(response).at("data").at("available").as_bool());
}

TEST(StagehandFraming, IsChosenByTheClient) {
  using stagehand::Framing;
  auto framing = [](const char* language, const char* lang, const char* version) {
    net::Request request;
    if (*language != 0) request.headers.add("x-language", language);
    if (*lang != 0) request.headers.add("x-stainless-lang", lang);
    if (*version != 0) request.headers.add("x-stainless-package-version", version);
    return stagehand::framing_of(request);
  };
  EXPECT_EQ(framing("typescript", "", ""), Framing::bare);
  EXPECT_EQ(framing("", "python", "3.12.9"), Framing::bare);
  EXPECT_EQ(framing("python", "python", "3.13.0"), Framing::named);
  EXPECT_EQ(framing("", "go", "4.0"), Framing::named);
  EXPECT_EQ(framing("", "", ""), Framing::named);
}

TEST(StagehandReplay, PagesAreRunsOfOneHost) {
  auto call = [](std::int64_t seq, std::int64_t at, const char* method, const char* url) {
    LogEvent event;
    event.seq = seq;
    event.at_ms = at + 50;
    event.method = "api.call";
    event.params = R"({"method":")" + std::string(method) + R"(","parameters":{},"result":{},"url":")" + url +
                   R"(","startedAt":)" + std::to_string(at) + R"(,"endedAt":)" + std::to_string(at + 50) +
                   "}";
    return event;
  };
  LogEvent navigate;
  navigate.method = "Page.navigate";
  navigate.at_ms = 900;
  navigate.params = R"({"url":"https://c.example:8443/x"})";
  const session::SessionView view;
  const json::object replay = stagehand::render_replay(
      {call(1, 100, "navigate", "https://a.example/1"), call(2, 200, "act", "https://a.example/2"),
       call(3, 400, "extract", "about:blank"), navigate},
      view);
  const json::array& pages = replay.at("pages").as_array();
  ASSERT_EQ(pages.size(), 3u);
  EXPECT_EQ(pages[0].at("url").as_string(), "a.example");
  EXPECT_EQ(pages[0].at("duration").as_int64(), 300);
  EXPECT_EQ(pages[0].at("actions").as_array().size(), 2u);
  EXPECT_EQ(pages[1].at("url").as_string(), "about:blank");
  EXPECT_EQ(pages[2].at("url").as_string(), "c.example");
  EXPECT_EQ(pages[2].at("duration").as_int64(), 0);
}

TEST(StagehandReplay, AHostIsAllThatNamesAPage) {
  EXPECT_EQ(stagehand::page_key("https://user@a.example:8080/x?y#z"), "a.example");
  EXPECT_EQ(stagehand::page_key("http://[::1]:80/"), "[::1]");
  EXPECT_EQ(stagehand::page_key("data:text/html,x"), "about:blank");
  EXPECT_EQ(stagehand::page_key(""), "about:blank");
  EXPECT_EQ(stagehand::page_key("nowhere"), "nowhere");
}

}  // namespace
}  // namespace greenroom::api
