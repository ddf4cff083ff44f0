// How lines begin and end: attach, release, detach, download behaviour, the target's and the browser's end.
#include "tests/unit/cdp/switchboard_test.hpp"

namespace greenroom::cdp {
namespace {

using base::errc;

std::vector<std::string> methods(const fakes::ScriptedPipe& pipe) {
  std::vector<std::string> out;
  for (const std::string& message : pipe.sent())
    out.emplace_back(json::parse(message).at("method").as_string());
  return out;
}

TEST_F(SwitchboardTest, AClosingLineReleasesItsPausedChildrenBeforeItDetaches) {
  start();
  Client& client = connect();
  connect();
  browser_says(attached("root-1", "held", true));
  browser_says(attached("root-1", "free", false));
  browser_says(attached("root-2", "other", true));
  pipe.forget_sent();
  client.own->close({1001, {}});
  settle();
  ASSERT_TRUE(client.end && *client.end);
  EXPECT_EQ(**client.end, LineEnd::client_gone);
  EXPECT_EQ(methods(pipe),
            (std::vector<std::string>{"Runtime.runIfWaitingForDebugger", "Target.detachFromTarget",
                                      "Browser.setDownloadBehavior"}));
  EXPECT_EQ(pipe.sent("Runtime.runIfWaitingForDebugger")[0].at("sessionId"), "held");
  EXPECT_EQ(pipe.sent("Target.detachFromTarget")[0].at("params").at("sessionId"), "root-1");
  EXPECT_FALSE(pipe.sent("Target.detachFromTarget")[0].contains("sessionId"));
  EXPECT_EQ(pipe.sent("Browser.setDownloadBehavior")[0].at("params"),
            json::parse(R"({"behavior":"allowAndName","downloadPath":"/downloads"})"));
}

TEST_F(SwitchboardTest, WhatTheClientReleasedIsNotReleasedAgain) {
  start();
  Client& client = connect();
  browser_says(attached("root-1", "held", true));
  send(client, R"({"id":1,"method":"Runtime.runIfWaitingForDebugger","sessionId":"held"})");
  pipe.forget_sent();
  client.own->close({1001, {}});
  settle();
  EXPECT_TRUE(pipe.sent("Runtime.runIfWaitingForDebugger").empty());
}

TEST_F(SwitchboardTest, AChildThatStaysPausedIsReleasedByTheDaemon) {
  options.release_deadline = std::chrono::milliseconds(0);
  options.sweep_interval = std::chrono::milliseconds(1);
  start();
  connect();
  browser_says(attached("root-1", "held", true));
  while (pipe.sent("Runtime.runIfWaitingForDebugger").empty())
    ASSERT_GT(loop.run_one_for(std::chrono::seconds(5)), 0u);
  EXPECT_EQ(pipe.sent("Runtime.runIfWaitingForDebugger")[0].at("sessionId"), "held");
}

TEST_F(SwitchboardTest, AChildThatIsYoungKeepsItsPause) {
  options.sweep_interval = std::chrono::milliseconds(1);
  start();
  connect();
  browser_says(attached("root-1", "held", true));
  for (int i = 0; i < 5; ++i) loop.run_one_for(std::chrono::milliseconds(20));
  EXPECT_TRUE(pipe.sent("Runtime.runIfWaitingForDebugger").empty());
}

TEST_F(SwitchboardTest, TheDownloadFolderIsSaidAtTheStartAndWhenItChanges) {
  start();
  ASSERT_EQ(pipe.sent("Browser.setDownloadBehavior").size(), 1u);
  switchboard->use_directories("/other", "/uploads");
  ASSERT_EQ(pipe.sent("Browser.setDownloadBehavior").size(), 2u);
  EXPECT_EQ(pipe.sent("Browser.setDownloadBehavior")[1].at("params").at("downloadPath"), "/other");
}

TEST_F(SwitchboardTest, AContextThatAClientMakesHasTheDownloadFolder) {
  start();
  connect();
  pipe.forget_sent();
  browser_says(R"({"id":7,"result":{"browserContextId":"C1"},"sessionId":"root-1"})");
  ASSERT_EQ(pipe.sent("Browser.setDownloadBehavior").size(), 1u);
  EXPECT_EQ(
      pipe.sent("Browser.setDownloadBehavior")[0].at("params"),
      json::parse(R"({"behavior":"allowAndName","downloadPath":"/downloads","browserContextId":"C1"})"));
}

TEST_F(SwitchboardTest, APageLineIsAttachedToItsTarget) {
  start();
  Client& client = connect("PAGE");
  const auto attaches = pipe.sent("Target.attachToTarget");
  ASSERT_EQ(attaches.size(), 1u);
  EXPECT_EQ(attaches[0].at("params"), json::parse(R"({"targetId":"PAGE","flatten":true})"));
  send(client, R"({"id":1,"method":"Page.enable"})");
  EXPECT_EQ(pipe.sent().back(), R"({"sessionId":"root-1","id":1,"method":"Page.enable"})");
}

TEST_F(SwitchboardTest, AMissingTargetIsNotFound) {
  start();
  Client& client = connect("missing");
  ASSERT_TRUE(client.end);
  EXPECT_EQ(client.end->error().code, errc::not_found);
  EXPECT_EQ(switchboard->clients(), 0u);
}

TEST_F(SwitchboardTest, APageLineEndsWithItsTarget) {
  start();
  Client& page = connect("PAGE");
  Client& browser = connect();
  browser_says(R"({"method":"Target.detachedFromTarget","params":{"sessionId":"root-1","targetId":"PAGE"}})");
  ASSERT_TRUE(page.end && *page.end);
  EXPECT_EQ(page.closed, (net::CloseReason{1000, "the target has gone"}));
  EXPECT_FALSE(browser.end);
}

TEST_F(SwitchboardTest, ALineThatWasPreparedWaitsForNothing) {
  start();
  std::optional<base::Result<void>> prepared;
  auto prepare = [&]() -> base::Task<void> {
    auto done = co_await switchboard->prepare_lines(2);
    prepared.emplace(std::move(done));
  };
  spawn(prepare());
  ASSERT_TRUE(prepared && *prepared);
  const std::size_t before = pipe.sent().size();
  const auto own = open_line();
  Client& client = connect();
  EXPECT_EQ(pipe.sent().size(), before);
  send(client, R"({"id":1,"method":"A.b"})");
  EXPECT_NE(pipe.sent().back().find(R"("sessionId":"root-)"), std::string::npos);
  // The third is nobody's yet, and a page's line is never among them.
  connect("PAGE");
  EXPECT_NE(pipe.sent().back().find("Target.attachToTarget"), std::string::npos);
  connect();
  EXPECT_NE(pipe.sent().back().find("Target.attachToBrowserTarget"), std::string::npos);
}

TEST_F(SwitchboardTest, TheBrowsersEndEndsEverything) {
  start();
  Client& client = connect();
  const auto line = open_line();
  std::optional<base::Result<json::object>> call;
  auto ask = [&]() -> base::Task<void> {
    auto result = co_await line->call("A.b", {}, {});
    call.emplace(std::move(result));
  };
  spawn(ask());
  EXPECT_FALSE(call);
  pipe.hang_up();
  settle();
  EXPECT_TRUE(ended);
  ASSERT_TRUE(call);
  EXPECT_EQ(call->error().code, errc::closed);
  // A client's stream is its session's to close, with the session's reason.
  switchboard->close_clients({1011, "browser_crashed"});
  settle();
  ASSERT_TRUE(client.end && *client.end);
  EXPECT_EQ(**client.end, LineEnd::browser_gone);
  EXPECT_EQ(client.closed->code, 1011);
  Client& late = connect();
  ASSERT_TRUE(late.end);
  EXPECT_EQ(late.end->error().code, errc::closed);
}

TEST_F(SwitchboardTest, ClosingTheClientsGivesThemTheReason) {
  start();
  Client& one = connect();
  Client& two = connect();
  switchboard->close_clients({1012, "drained"});
  settle();
  for (Client* client : {&one, &two}) {
    ASSERT_TRUE(client->end && *client->end);
    EXPECT_EQ(**client->end, LineEnd::closed_here);
    EXPECT_EQ(client->closed, (net::CloseReason{1012, "drained"}));
  }
}

TEST_F(SwitchboardTest, AnAttachWithoutAnswerTimesOut) {
  options.call_deadline = std::chrono::milliseconds(1);
  start();
  pipe.stop_answering();
  Client& client = connect();
  while (!client.end) ASSERT_GT(loop.run_one_for(std::chrono::seconds(5)), 0u);
  EXPECT_EQ(client.end->error().code, errc::timed_out);
}

TEST_F(SwitchboardTest, AnAttachAnsweredTooLateIsUndone) {
  options.call_deadline = std::chrono::milliseconds(1);
  start();
  pipe.stop_answering();
  Client& client = connect();
  const auto asked = pipe.sent("Target.attachToBrowserTarget");
  ASSERT_EQ(asked.size(), 1u);
  while (!client.end) ASSERT_GT(loop.run_one_for(std::chrono::seconds(5)), 0u);
  browser_says(json::serialize(json::object{{"id", asked[0].at("id")}, {"result", {{"sessionId", "late"}}}}));
  const auto detached = pipe.sent("Target.detachFromTarget");
  ASSERT_EQ(detached.size(), 1u) << "else the browser keeps a session that nobody has";
  EXPECT_EQ(detached[0].at("params").at("sessionId"), "late");
}

TEST_F(SwitchboardTest, OwnLinesHaveCallsAndEventsOfTheirOwn) {
  start();
  auto line = open_line();
  Client& client = connect();
  std::vector<std::string> events;
  line->on_event([&](std::string_view method, std::string_view session, std::string_view) {
    events.push_back(std::string(method) + "@" + std::string(session));
  });
  std::optional<base::Result<json::object>> call;
  auto ask = [&]() -> base::Task<void> {
    auto result = co_await line->call("A.b", {}, {});
    call.emplace(std::move(result));
  };
  spawn(ask());
  const json::value sent = json::parse(pipe.sent().back());
  EXPECT_EQ(sent.at("sessionId"), "root-1");
  browser_says(R"({"method":"A.x","params":{},"sessionId":"root-1"})");
  browser_says(attached("root-1", "C1", true));
  browser_says(R"({"method":"A.y","params":{},"sessionId":"C1"})");
  browser_says(
      json::serialize(json::object{{"id", sent.at("id")}, {"result", {{"n", 1}}}, {"sessionId", "root-1"}}));
  EXPECT_EQ(events, (std::vector<std::string>{"A.x@", "Target.attachedToTarget@", "A.y@C1"}));
  ASSERT_TRUE(call && *call);
  EXPECT_TRUE(client.received.empty());
  pipe.forget_sent();
  line.reset();
  EXPECT_EQ(methods(pipe),
            (std::vector<std::string>{"Runtime.runIfWaitingForDebugger", "Target.detachFromTarget",
                                      "Browser.setDownloadBehavior"}));
}

TEST_F(SwitchboardTest, AnOwnLineMayOutliveTheSwitchboard) {
  start();
  const auto line = open_line();
  pipe.hang_up();
  settle();
  ASSERT_TRUE(ended);
  switchboard.reset();
  line->post("A.b", {}, {});
  std::optional<base::Result<json::object>> call;
  auto ask = [&]() -> base::Task<void> {
    auto result = co_await line->call("A.b", {}, {});
    call.emplace(std::move(result));
  };
  spawn(ask());
  ASSERT_TRUE(call);
  EXPECT_EQ(call->error().code, errc::closed);
}

}  // namespace
}  // namespace greenroom::cdp
