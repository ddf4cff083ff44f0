// The live page's routes: whom its links let in, and as what.
#include <set>

#include "tests/unit/api/gateway_test.hpp"

namespace greenroom::api {
namespace {

using session::EndReason;

class LiveTest : public GatewayTest {
 protected:
  LiveTest() { core.put(running_session()); }

  std::string token(Scope scope, std::string_view subject = session_id,
                    std::chrono::seconds lasts = std::chrono::hours(1)) {
    return signer.sign(scope, subject, core.now() + lasts);
  }
  std::string path(std::string_view name, std::string_view with) const {
    return "/view/" + std::string(session_id) + std::string(name) + "?token=" + std::string(with);
  }
  net::Response open(std::string target, std::string_view origin = "http://127.0.0.1:4480") {
    net::Request asked = request("GET", target);
    asked.wants_websocket = true;
    if (!origin.empty()) asked.headers.add("Origin", std::string(origin));
    return answer(std::move(asked));
  }
  net::Response look(std::string target) {
    net::Request asked = request("GET", target);
    asked.headers.add("Accept", "text/html,*/*");
    return answer(std::move(asked));
  }
  /// As whom the socket of that answer is served.
  session::LiveViewer viewer_of(const net::Response& response) {
    auto serve = [&]() -> Task<void> { co_await response.on_websocket(nullptr); };
    base::asio::co_spawn(loop, serve(), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    loop.restart();
    loop.run();
    return core.viewers.visits.empty() ? session::LiveViewer() : core.viewers.visits.back().viewer;
  }
};

TEST_F(LiveTest, EachRouteWantsATokenOfThatSession) {
  for (const std::string_view name : {"", "/facts", "/picture"}) {
    EXPECT_EQ(answer(request("GET", "/view/" + std::string(session_id) + std::string(name))).status, 401u);
    EXPECT_EQ(answer(request("GET", path(name, token(Scope::view)))).status, 200u) << name;
    EXPECT_EQ(answer(request("GET", path(name, token(Scope::control)))).status, 200u) << name;
    for (const Scope other : {Scope::cdp, Scope::replay, Scope::admin})
      EXPECT_EQ(answer(request("GET", path(name, token(other)))).status, 403u) << name;
    EXPECT_EQ(answer(request("GET", path(name, token(Scope::control, "another")))).status, 403u) << name;
    EXPECT_EQ(answer(request("GET", path(name, token(Scope::control, session_id, std::chrono::seconds(-1)))))
                  .status,
              410u)
        << name;
  }
  EXPECT_EQ(answer(request("GET", path("/picture", token(Scope::view)))).body, "JPEG");
}

TEST_F(LiveTest, TheSocketKnowsWhoMayActAndOnWhichTab) {
  const auto acting = open(path("/socket", token(Scope::control)) + "&tab=0A");
  ASSERT_EQ(acting.status, 101u);
  EXPECT_TRUE(acting.websocket_limits.sends_binary);
  EXPECT_LE(acting.websocket_limits.message.count, 1024u * 1024u);
  EXPECT_TRUE(viewer_of(acting).may_control);
  EXPECT_EQ(core.viewers.visits.back().viewer.tab, "0A");
  EXPECT_EQ(core.viewers.visits.back().session, session_id);
  EXPECT_FALSE(viewer_of(open(path("/socket", token(Scope::view)))).may_control);
  EXPECT_FALSE(viewer_of(open(path("/socket", token(Scope::control)) + "&interactive=0")).may_control);
  EXPECT_EQ(open(path("/socket", token(Scope::cdp))).status, 403u);
  EXPECT_EQ(answer(request("GET", path("/socket", token(Scope::view)))).status, 400u) << "no websocket";
}

TEST_F(LiveTest, ALinkThatExpiresIsNoticedWhileSomebodyLooks) {
  const auto viewer =
      viewer_of(open(path("/socket", token(Scope::control, session_id, std::chrono::seconds(60)))));
  EXPECT_TRUE(viewer.is_still_allowed());
  core.clock().advance(std::chrono::seconds(61));
  EXPECT_FALSE(viewer.is_still_allowed());
}

TEST_F(LiveTest, PagesOfOtherOriginsOpenNoSocket) {
  EXPECT_EQ(open(path("/socket", token(Scope::control)), "https://evil.example").status, 403u);
  EXPECT_EQ(open(path("/socket", token(Scope::control)), "null").status, 403u)
      << "a sandbox without its origin";
}

TEST_F(LiveTest, OnlyTheLivePageMayBeFramed) {
  const auto live = look(path("", token(Scope::view)));
  const std::string& policy = *live.headers.find("content-security-policy");
  EXPECT_EQ(policy.find("frame-ancestors"), std::string::npos);
  EXPECT_NE(policy.find("default-src 'none'"), std::string::npos);
  EXPECT_EQ(live.headers.find("x-frame-options"), nullptr);
  EXPECT_NE(look("/").headers.find("content-security-policy")->find("frame-ancestors 'none'"),
            std::string::npos);
}

TEST_F(LiveTest, AnEndedSessionIsGoneAndThePageSaysSo) {
  core.put(ended_session(EndReason::requested));
  EXPECT_EQ(answer(request("GET", path("", token(Scope::control)))).status, 410u);
  EXPECT_EQ(open(path("/socket", token(Scope::control))).status, 410u);
  const auto page = look(path("", token(Scope::control)) + "&goodbye=x");
  EXPECT_EQ(page.status, 410u);
  EXPECT_NE(page.body.find("data-over=\"ended\""), std::string::npos);
  const auto expired = look(path("", token(Scope::control, session_id, std::chrono::seconds(-1))));
  EXPECT_NE(expired.body.find("data-over=\"expired\""), std::string::npos);
  const auto forged = look(path("", "v1.x.y"));
  EXPECT_EQ(forged.status, 401u);
  EXPECT_NE(forged.body.find("data-over=\"refused\""), std::string::npos);
}

}  // namespace
}  // namespace greenroom::api
