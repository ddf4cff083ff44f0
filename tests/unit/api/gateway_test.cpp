// The door: destinations, guards, websockets, tokens.
#include "api/gateway.hpp"

#include "tests/unit/api/gateway_test.hpp"

namespace greenroom::api {
namespace {

using session::EndReason;

TEST_F(GatewayTest, OpenRoutesNeedNoKey) {
  for (const std::string_view path : {"/", "/healthz", "/readyz"})
    EXPECT_EQ(answer(request("GET", path)).status, 200u);
  core.ready = false;
  EXPECT_EQ(answer(request("GET", "/readyz")).status, 503u);
}

TEST_F(GatewayTest, MetricsNeedAKeyUnlessTheyAreOpen) {
  EXPECT_EQ(answer(request("GET", "/metrics")).status, 401u);
  auto asked = request("GET", "/metrics");
  asked.headers.add("authorization", "Bearer " + std::string(api_key));
  EXPECT_EQ(answer(asked).body, "fake 1\n");
  options.open_metrics = true;
  make();
  EXPECT_EQ(answer(request("GET", "/metrics")).status, 200u);
  EXPECT_EQ(answer(request("GET", "/greenroom/v1/sessions")).status, 401u);
}

TEST_F(GatewayTest, TheCommandLinesTokenOpensTheOwnRoutes) {
  auto with = [&](Scope scope, std::chrono::seconds age) {
    auto asked = request("GET", "/greenroom/v1/sessions");
    asked.headers.add("authorization", "Bearer " + signer.sign(scope, "cli", core.now() + age));
    return answer(asked).status;
  };
  EXPECT_EQ(with(Scope::admin, std::chrono::seconds(60)), 200u);
  EXPECT_EQ(with(Scope::admin, std::chrono::seconds(-60)), 401u);
  EXPECT_EQ(with(Scope::cdp, std::chrono::seconds(60)), 401u);
}

TEST_F(GatewayTest, AtTheRootTheCredentialDecides) {
  const auto by_credential = answer(with_key("GET", "/nothing/here"));
  EXPECT_EQ(by_credential.status, 404u);
  EXPECT_TRUE(json::parse(by_credential.body).as_object().contains("statusCode"));
  const auto by_path = answer(request("GET", "/v1/sessions"));
  EXPECT_EQ(by_path.status, 401u);
  EXPECT_TRUE(json::parse(by_path.body).as_object().contains("statusCode"));
  const auto nobodys = answer(request("GET", "/nothing/here"));
  EXPECT_EQ(nobodys.status, 404u);
  EXPECT_FALSE(json::parse(nobodys.body).as_object().contains("statusCode"));
  EXPECT_EQ(answer(with_key("GET", "/browserbasement/v1/projects")).status, 404u);
}

TEST_F(GatewayTest, ForeignHostsAreRefusedOnEveryRoute) {
  for (const std::string_view path : {"/", "/healthz", "/v1/sessions", "/nothing"}) {
    auto asked = with_key("GET", path);
    asked.headers.set("host", "evil.example:4480");
    EXPECT_EQ(answer(asked).status, 403u) << path;
  }
  EXPECT_TRUE(core.calls().empty());
}

TEST_F(GatewayTest, AProxysHostIsCheckedInPlaceOfItsOwn) {
  auto asked = request("GET", "/healthz");
  asked.headers.add("x-forwarded-host", "evil.example");
  EXPECT_EQ(answer(asked).status, 200u) << "believed from nobody";
  options.links.trusted_proxies = {"127.0.0.1"};
  make();
  EXPECT_EQ(answer(asked).status, 403u);
}

TEST_F(GatewayTest, PagesOfOtherOriginsMayOnlyRead) {
  auto asked = with_key("POST", "/v1/sessions", "{}");
  asked.headers.add("origin", "http://evil.example");
  EXPECT_EQ(answer(asked).status, 403u);
  EXPECT_TRUE(core.calls().empty());
  auto read = with_key("GET", "/v1/sessions");
  read.headers.add("origin", "http://evil.example");
  EXPECT_EQ(answer(read).status, 200u);
}

TEST_F(GatewayTest, ASigningKeyOpensItsSessionsWebsocket) {
  core.put(running_session());
  const std::string token = signer.sign(Scope::cdp, session_id, core.now() + std::chrono::hours(1));
  auto asked = request("GET", "/?signingKey=" + token);
  asked.wants_websocket = true;
  const auto opened = answer(asked);
  EXPECT_EQ(opened.status, 101u);
  EXPECT_TRUE(opened.on_websocket);
  auto foreign = asked;
  foreign.headers.add("origin", "http://evil.example");
  EXPECT_EQ(answer(foreign).status, 403u);
}

TEST_F(GatewayTest, WebsocketsWithoutAGoodTokenAreRefused) {
  core.put(running_session());
  auto status = [&](std::string_view target) {
    auto asked = request("GET", target);
    asked.wants_websocket = true;
    return answer(asked).status;
  };
  const auto hour = std::chrono::hours(1);
  EXPECT_EQ(status("/"), 401u);
  EXPECT_EQ(status("/?signingKey=x"), 401u);
  EXPECT_EQ(status("/?signingKey=" + signer.sign(Scope::cdp, session_id, core.now() - hour)), 410u);
  EXPECT_NE(status("/?signingKey=" + signer.sign(Scope::view, session_id, core.now() + hour)), 101u);
  EXPECT_EQ(status("/?signingKey=" + signer.sign(Scope::cdp, "unknown", core.now() + hour)), 404u);
  EXPECT_EQ(status("/?apiKey=wrong&sessionId=" + std::string(session_id)), 401u);
  core.put(ended_session(EndReason::requested));
  EXPECT_EQ(status("/?signingKey=" + signer.sign(Scope::cdp, session_id, core.now() + hour)), 410u);
}

TEST_F(GatewayTest, AKeyInTheAddressOpensItsOwnProjectsSessionsOnly) {
  core.put(running_session());
  const std::string front = "/?apiKey=" + std::string(api_key);
  auto status = [&](const std::string& target) {
    auto asked = request("GET", target);
    asked.wants_websocket = true;
    return answer(asked).status;
  };
  EXPECT_EQ(status(front + "&sessionId=" + std::string(session_id)), 101u);
  EXPECT_EQ(status(front), 101u);
  EXPECT_EQ(core.calls().size(), 1u) << "the address alone makes a session";
  auto foreign = running_session();
  foreign.project_id = "another";
  core.put(foreign);
  EXPECT_EQ(status(front + "&sessionId=" + std::string(session_id)), 404u);
  EXPECT_FALSE(log.mentions(api_key)) << "queries are not logged";
}

TEST_F(GatewayTest, ACreatedSessionThatCannotBeHandedOverIsAbandoned) {
  const auto made = answer(with_key("POST", "/v1/sessions", "{}"));
  ASSERT_EQ(made.status, 201u);
  ASSERT_TRUE(made.undelivered);
  made.undelivered();
  EXPECT_EQ(core.abandoned(), std::vector<std::string>{"22222222-2222-4222-8222-222222222222"});
}

TEST_F(GatewayTest, RecordingsServeOnlyTheirOwnFiles) {
  core.put(ended_session(EndReason::requested));
  const std::string token =
      "?token=" + signer.sign(Scope::replay, session_id, core.now() + std::chrono::hours(1));
  const std::string front = "/replay/" + std::string(session_id) + "/";
  EXPECT_EQ(answer(request("GET", front + "seg-0.m4s" + token)).file->path,
            "/recordings/" + std::string(session_id) + "/seg-0.m4s");
  for (const std::string_view name : {"index.jsonl", "..%2f..%2fgreenroom.db", "%2e%2e", "seg-0.m4s%00", "x"})
    EXPECT_FALSE(answer(request("GET", front + std::string(name) + token)).file) << name;
  EXPECT_EQ(answer(request("GET", front + "seg-0.m4s")).status, 401u);
}

TEST_F(GatewayTest, RefusalsOfTheServerTakeTheTargetsShape) {
  const auto theirs = gateway->refuse(413, "body too large", net::Target::parse("/browserbase/v1/sessions"));
  EXPECT_EQ(theirs.status, 413u);
  EXPECT_TRUE(json::parse(theirs.body).as_object().contains("statusCode"));
  const auto own = gateway->refuse(400, "bad", net::Target::parse("/"));
  EXPECT_EQ(own.status, 400u);
  EXPECT_EQ(json::parse(own.body).at("error"), "invalid_argument");
}

}  // namespace
}  // namespace greenroom::api
