// Clients: who sees what, and what a misbehaving one costs the others.
#include "tests/unit/cdp/switchboard_test.hpp"

#include "base/busy_poll.hpp"

namespace greenroom::cdp {
namespace {

using Messages = std::vector<std::string>;

TEST_F(SwitchboardTest, ClientsDoNotSeeEachOthersMessages) {
  start();
  Client& one = connect();
  Client& two = connect();
  EXPECT_EQ(switchboard->clients(), 2u);
  browser_says(R"({"method":"A.b","params":{},"sessionId":"root-1"})");
  browser_says(R"({"id":1,"result":{},"sessionId":"root-2"})");
  EXPECT_EQ(one.received, Messages{R"({"method":"A.b","params":{}})"});
  EXPECT_EQ(two.received, Messages{R"({"id":1,"result":{}})"});
}

TEST_F(SwitchboardTest, TheRootSessionIsSplicedInAndCutOut) {
  start();
  Client& client = connect();
  pipe.forget_sent();
  send(client, R"({"id":1,"method":"Browser.getVersion"})");
  send(client, R"({ })");
  send(client, R"(  {"id":2,"method":"A.b","params":{"sessionId":"x"}})");
  EXPECT_EQ(pipe.sent(),
            (Messages{R"({"sessionId":"root-1","id":1,"method":"Browser.getVersion"})",
                      R"({"sessionId":"root-1" })",
                      R"({"sessionId":"root-1","id":2,"method":"A.b","params":{"sessionId":"x"}})"}));
  browser_says(R"({"id":1,"sessionId":"root-1","result":{"sessionId":"root-1"}})");
  EXPECT_EQ(client.received, Messages{R"({"id":1,"result":{"sessionId":"root-1"}})"});
}

TEST_F(SwitchboardTest, ChildSessionsFollowWhoAttachedThem) {
  start();
  Client& one = connect();
  Client& two = connect();
  browser_says(attached("root-1", "C1", false));
  browser_says(attached("C1", "C2", false));
  const std::string event = R"({"method":"A.b","params":{},"sessionId":"C2"})";
  browser_says(event);
  ASSERT_EQ(one.received.size(), 3u);
  EXPECT_EQ(one.received[2], event) << "a child's session stays in the message";
  EXPECT_TRUE(two.received.empty());
  browser_says(R"({"method":"Target.detachedFromTarget","params":{"sessionId":"C2"},"sessionId":"C1"})");
  EXPECT_EQ(one.received.size(), 4u);
  browser_says(event);
  EXPECT_EQ(one.received.size(), 4u) << "nobody's any more";
}

TEST_F(SwitchboardTest, AnAttachAnswerMakesItsSessionTheCallers) {
  start();
  Client& client = connect();
  browser_says(R"({"id":4,"result":{"sessionId":"C9"},"sessionId":"root-1"})");
  browser_says(R"({"method":"A.b","params":{},"sessionId":"C9"})");
  EXPECT_EQ(client.received.size(), 2u);
}

TEST_F(SwitchboardTest, AMessageToAnotherLinesSessionIsRefusedAndNotPassedOn) {
  start();
  Client& one = connect();
  Client& two = connect();
  pipe.forget_sent();
  send(one, R"({"id":1,"method":"A.b","sessionId":"root-2"})");
  ASSERT_EQ(one.received.size(), 1u);
  EXPECT_NE(one.received[0].find("-32001"), std::string::npos) << one.received[0];
  EXPECT_TRUE(pipe.sent().empty());
  browser_says(R"({"id":1,"result":{"secret":1},"sessionId":"root-2"})");
  EXPECT_EQ(one.received.size(), 1u);
  EXPECT_EQ(two.received.size(), 1u);
}

TEST_F(SwitchboardTest, TopLevelMessagesReachNoClient) {
  start();
  Client& client = connect();
  browser_says(R"({"method":"Target.targetCreated","params":{}})");
  browser_says(R"({"id":77,"result":{}})");
  browser_says("no JSON");
  browser_says(R"({"method":"A.b","sessionId":"unknown"})");
  EXPECT_TRUE(client.received.empty());
  EXPECT_FALSE(client.end);
}

TEST_F(SwitchboardTest, BrokenMessagesAreAnsweredAndTheLineGoesOn) {
  start();
  Client& client = connect();
  pipe.forget_sent();
  send(client, "nonsense");
  send(client, R"({"id":1,"method":"Browser\u002eclose"})");
  EXPECT_TRUE(pipe.sent().empty());
  ASSERT_EQ(client.received.size(), 2u);
  EXPECT_EQ(json::parse(client.received[0]).at("error").at("code"), -32700);
  send(client, R"({"id":2,"method":"A.b"})");
  EXPECT_EQ(pipe.sent().size(), 1u);
}

TEST_F(SwitchboardTest, RulesAnswerInTheBrowsersPlace) {
  start();
  Client& client = connect();
  pipe.forget_sent();
  send(client, R"({"id":1,"method":"Page.navigate","params":{"url":"file:///etc/passwd"},"sessionId":"C1"})");
  EXPECT_TRUE(pipe.sent().empty());
  ASSERT_EQ(client.received.size(), 1u);
  EXPECT_EQ(json::parse(client.received[0]).at("sessionId"), "C1");
  send(
      client,
      R"({"id":2,"method":"Browser.setDownloadBehavior","params":{"behavior":"allow","downloadPath":"/x"}})");
  const auto sent = pipe.sent("Browser.setDownloadBehavior");
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].at("params").at("downloadPath"), "/downloads");
  EXPECT_EQ(sent[0].at("sessionId"), "root-1");
}

TEST_F(SwitchboardTest, TheLoopStaysAwakeForASingleCommandAndBehindItsAnswer) {
  start();
  Client& client = connect();
  base::BusyPoll& busy = base::BusyPoll::of(loop.get_executor());
  const auto was_kept_awake = [&] {
    const bool was = busy.is_expecting();
    busy.look_at(base::SteadyTime::max());
    return was;
  };
  was_kept_awake();
  send(client, R"({"id":1,"method":"A.b"})");
  EXPECT_TRUE(was_kept_awake());
  send(client, R"({"id":2,"method":"A.b"})");
  EXPECT_FALSE(was_kept_awake()) << "two are on their way";
  browser_says(R"({"id":1,"result":{},"sessionId":"root-1"})");
  EXPECT_FALSE(was_kept_awake()) << "one still is";
  browser_says(R"({"id":2,"result":{},"sessionId":"root-1"})");
  EXPECT_TRUE(was_kept_awake());
  browser_says(R"({"method":"A.b","params":{},"sessionId":"root-1"})");
  EXPECT_FALSE(was_kept_awake()) << "an event is nobody's answer";
}

TEST_F(SwitchboardTest, BrowserCloseEndsTheLineAndNotTheBrowser) {
  start();
  Client& one = connect();
  Client& two = connect();
  pipe.forget_sent();
  send(one, R"({"id":9,"method":"Browser.close"})");
  EXPECT_EQ(one.received, Messages{R"({"id":9,"result":{}})"});
  ASSERT_TRUE(one.end && *one.end);
  EXPECT_EQ(**one.end, LineEnd::browser_close);
  EXPECT_EQ(one.closed->code, 1000);
  EXPECT_TRUE(pipe.sent("Browser.close").empty());
  EXPECT_FALSE(two.end);
  EXPECT_EQ(switchboard->clients(), 1u);
}

TEST_F(SwitchboardTest, AMessageThatIsTooLargeAfterSplicingClosesItsLineAlone) {
  options.message_limit = base::Bytes{100};
  start();
  Client& one = connect();
  Client& two = connect();
  pipe.forget_sent();
  const std::string_view front = R"({"id":1,"method":"A.b","params":{"x":")";
  const std::size_t spliced = std::string_view(R"("sessionId":"root-1",)").size();
  const std::string fits = std::string(front) + std::string(100 - spliced - front.size() - 3, 'x') + "\"}}";
  send(one, fits);
  ASSERT_EQ(pipe.sent().size(), 1u);
  EXPECT_EQ(pipe.sent()[0].size(), 100u);
  EXPECT_FALSE(one.end);
  send(one, std::string(front) + std::string(100 - spliced - front.size() - 2, 'x') + "\"}}");
  ASSERT_TRUE(one.end && *one.end);
  EXPECT_EQ(**one.end, LineEnd::message_refused);
  EXPECT_EQ(one.closed->code, 1009);
  EXPECT_FALSE(two.end);
  send(two, R"({"id":1,"method":"A.b"})");
  EXPECT_EQ(pipe.sent("A.b").size(), 2u);
}

TEST_F(SwitchboardTest, AStuckClientIsClosedWhileTheOtherGoesOn) {
  start();
  fakes::MemoryStreamOptions small;
  small.queue = base::Bytes{200};
  Client& stuck = connect({}, small, Reads::no);
  Client& good = connect();
  const std::string text(90, 'x');
  for (int i = 0; i < 4; ++i) {
    pipe.say(R"({"method":"A.b","params":{"x":")" + text + R"("},"sessionId":"root-1"})");
    browser_says(R"({"method":"A.b","params":{},"sessionId":"root-2"})");
  }
  ASSERT_TRUE(stuck.end && *stuck.end);
  EXPECT_EQ(**stuck.end, LineEnd::client_gone);
  EXPECT_EQ(good.received.size(), 4u);
  EXPECT_FALSE(good.end);
}

TEST_F(SwitchboardTest, AFloodWaitsForTheBrowserToTakeIt) {
  start();
  Client& client = connect();
  pipe.forget_sent();
  pipe.hold(true);
  for (int i = 0; i < 5; ++i) send(client, R"({"id":1,"method":"A.b"})");
  EXPECT_EQ(pipe.sent().size(), 1u) << "the rest waits in the client's own stream";
  pipe.hold(false);
  settle();
  EXPECT_EQ(pipe.sent().size(), 5u);
}

TEST_F(SwitchboardTest, ABrowserThatTakesNothingEndsTheLine) {
  start();
  Client& client = connect();
  pipe.refuse_messages();
  send(client, R"({"id":1,"method":"A.b"})");
  ASSERT_TRUE(client.end && *client.end);
  EXPECT_EQ(client.closed->code, 1011);
}

TEST_F(SwitchboardTest, CountersCountClientsMessages) {
  start();
  Client& client = connect();
  const auto before = switchboard->last_client_command();
  send(client, R"({"id":1,"method":"A.b"})");
  browser_says(R"({"id":1,"result":{},"sessionId":"root-1"})");
  EXPECT_EQ(switchboard->counters().messages_from_clients, 1u);
  EXPECT_EQ(switchboard->counters().bytes_from_clients, 23u);
  EXPECT_EQ(switchboard->counters().messages_to_clients, 1u);
  EXPECT_EQ(switchboard->counters().bytes_to_clients, 20u);
  EXPECT_GE(switchboard->last_client_command(), before);
}

TEST_F(SwitchboardTest, ObserversSeeAFewCommandsWithTheirTarget) {
  start();
  std::vector<std::string> seen;
  switchboard->on_client_command([&](const ClientCommand& command) {
    seen.push_back(std::string(command.method) + " " + std::string(command.target_id) + " " +
                   std::string(command.params));
  });
  Client& client = connect();
  browser_says(attached("root-1", "C1", false));
  send(client,
       R"({"id":1,"method":"Emulation.setDeviceMetricsOverride","params":{"width":1},"sessionId":"C1"})");
  send(client, R"({"id":2,"method":"Page.enable","sessionId":"C1"})");
  send(client, R"({"id":3,"method":"Page.captureScreenshot","sessionId":"C1"})");
  EXPECT_EQ(seen, (Messages{R"(Emulation.setDeviceMetricsOverride T {"width":1})", "Page.enable T "}));
}

}  // namespace
}  // namespace greenroom::cdp
