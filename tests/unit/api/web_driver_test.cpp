// The WebDriver endpoint: which session a request means, and how a refusal looks.
#include "api/web_driver.hpp"

#include "tests/unit/api/gateway_test.hpp"

namespace greenroom::api {
namespace {

class WebDriverTest : public GatewayTest {
 protected:
  WebDriverTest() {
    core.put(running_session());
    core.driver.next = net::text_response(200, "application/json", R"({"value":null})");
  }
  std::string token(std::chrono::seconds age = std::chrono::seconds(60)) const {
    return signer.sign(Scope::cdp, session_id, core.now() + age);
  }
  net::Response ask(std::string_view method, std::string_view target,
                    std::vector<std::pair<std::string, std::string>> headers, std::string body = {}) {
    net::Request asked = request(method, target);
    for (auto& [name, value] : headers) asked.headers.add(name, value);
    asked.body = std::move(body);
    return answer(std::move(asked));
  }
  static std::string error_of(const net::Response& response) {
    const json::value body = json::parse(response.body);
    return std::string(body.at_pointer("/value/error").get_string());
  }
  const std::string key{api_key};
};

TEST_F(WebDriverTest, TheSessionIsNamedByATokenInAHeader) {
  for (const char* header : {"x-bb-signing-key", "x-hyperbrowser-token"}) {
    const auto response = ask("POST", "/webdriver/session/1/url", {{header, token()}}, R"({"url":"x"})");
    EXPECT_EQ(response.status, 200u) << header;
    const auto& last = core.driver.asked.back();
    EXPECT_EQ(last.session_id, session_id);
    EXPECT_EQ(last.command.method, "POST");
    EXPECT_EQ(last.command.path, "/session/1/url");
    EXPECT_EQ(last.command.body, R"({"url":"x"})");
    EXPECT_TRUE(last.command.cdp_url.starts_with("ws://127.0.0.1:4480/webdriver/se/cdp?token="));
  }
  EXPECT_EQ(core.driver.asked.size(), 2u);
}

TEST_F(WebDriverTest, OrByAKeyAndItsId) {
  const std::string id(session_id);
  EXPECT_EQ(ask("DELETE", "/webdriver/session/1", {{"x-bb-api-key", key}, {"session-id", id}}).status, 200u);
  EXPECT_EQ(ask("GET", "/webdriver/session/1/title", {{"x-api-key", key}, {"session-id", id}}).status, 200u);
  EXPECT_EQ(core.driver.asked.size(), 2u);
  auto other = running_session();
  other.id = "44444444-4444-4444-8444-444444444444";
  other.project_id = "another";
  core.put(other);
  const auto foreign = ask("POST", "/webdriver/session", {{"x-bb-api-key", key}, {"session-id", other.id}});
  EXPECT_EQ(foreign.status, 404u);
  EXPECT_EQ(error_of(foreign), "invalid session id");
  EXPECT_EQ(core.driver.asked.size(), 2u);
}

TEST_F(WebDriverTest, WhoNamesNoneIsRefused) {
  const auto status = [&](std::vector<std::pair<std::string, std::string>> headers) {
    return ask("POST", "/webdriver/session", std::move(headers)).status;
  };
  EXPECT_EQ(status({}), 401u);
  EXPECT_EQ(status({{"x-bb-signing-key", "x"}}), 401u);
  EXPECT_EQ(status({{"x-bb-signing-key",
                     signer.sign(Scope::view, session_id, core.now() + std::chrono::hours(1))}}),
            403u);
  EXPECT_EQ(status({{"x-bb-api-key", "wrong"}, {"session-id", std::string(session_id)}}), 401u);
  EXPECT_EQ(status({{"session-id", std::string(session_id)}}), 401u);
  EXPECT_EQ(status({{"x-bb-api-key", key}}), 400u);
  EXPECT_EQ(status({{"x-bb-signing-key", token(std::chrono::seconds(-60))}}), 404u);
  EXPECT_TRUE(core.driver.asked.empty());
}

TEST_F(WebDriverTest, AnEndedSessionIsNoSession) {
  core.put(ended_session(session::EndReason::requested));
  const auto late = ask("GET", "/webdriver/session/1/url", {{"x-bb-signing-key", token()}});
  EXPECT_EQ(late.status, 404u);
  EXPECT_EQ(error_of(late), "invalid session id");
}

TEST_F(WebDriverTest, ItsStatusIsOpen) {
  const auto ready = ask("GET", "/webdriver/status", {});
  EXPECT_EQ(ready.status, 200u);
  EXPECT_TRUE(json::parse(ready.body).at_pointer("/value/ready").as_bool());
  core.ready = false;
  EXPECT_FALSE(json::parse(ask("GET", "/webdriver/status", {}).body).at_pointer("/value/ready").as_bool());
}

TEST_F(WebDriverTest, ADaemonWithoutOneSaysSo) {
  core.has_driver = false;
  const auto refused = ask("POST", "/webdriver/session", {{"x-bb-signing-key", token()}});
  EXPECT_EQ(refused.status, 501u);
  EXPECT_EQ(error_of(refused), "unsupported operation");
}

TEST_F(WebDriverTest, CdpBesideItIsAWebsocket) {
  auto asked = request("GET", "/webdriver/se/cdp?token=" + token());
  asked.wants_websocket = true;
  EXPECT_EQ(answer(asked).status, 101u);
  asked.target = net::Target::parse("/webdriver/se/cdp?token=wrong");
  EXPECT_EQ(answer(asked).status, 401u);
}

}  // namespace
}  // namespace greenroom::api
