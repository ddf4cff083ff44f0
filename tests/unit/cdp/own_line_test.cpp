#include "cdp/own_line.hpp"

#include <optional>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::cdp {
namespace {

using base::errc;
using Outcome = std::optional<base::Result<json::object>>;
using std::chrono::milliseconds;

struct FakeHost final : LineHost {
  bool send_to_browser(std::string message) override {
    if (!takes) return false;
    sent.push_back(std::move(message));
    return true;
  }
  void close_line(std::uint64_t line) override { closed.push_back(line); }
  bool takes = true;
  std::vector<std::string> sent;
  std::vector<std::uint64_t> closed;
};

base::Task<void> keep(base::Task<base::Result<json::object>> task, Outcome& outcome) {
  auto result = co_await std::move(task);
  outcome.emplace(std::move(result));
}

class OwnLineTest : public testing::Test {
 protected:
  /// Starts it; what it waits for comes later.
  void start(base::Task<base::Result<json::object>> task, Outcome& outcome) {
    base::asio::co_spawn(loop, keep(std::move(task), outcome), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    settle();
  }
  void settle() {
    loop.restart();
    loop.poll();
  }
  void answer(OwnLine& line, const std::string& message) {
    line.receive(*scan(message), message, true);
    settle();
  }
  base::asio::io_context loop{1};
  FakeHost host;
};

TEST_F(OwnLineTest, ACallIsSentOnTheRootAndAnsweredById) {
  OwnLine line(loop.get_executor(), host, 3, "ROOT", milliseconds(60'000));
  Outcome first, second;
  start(line.call("A.one", {{"x", 1}}, {}), first);
  start(line.call("A.two", {}, "CHILD"), second);
  EXPECT_EQ(json::parse(host.sent.at(0)),
            json::parse(R"({"id":1,"method":"A.one","params":{"x":1},"sessionId":"ROOT"})"));
  EXPECT_EQ(json::parse(host.sent.at(1)).at("sessionId"), "CHILD");
  answer(line, R"({"id":2,"result":{"n":2},"sessionId":"CHILD"})");
  EXPECT_FALSE(first);
  ASSERT_TRUE(second && *second);
  EXPECT_EQ((*second)->at("n"), 2);
  answer(line, R"({"id":1,"result":{},"sessionId":"ROOT"})");
  ASSERT_TRUE(first && *first);
}

TEST_F(OwnLineTest, AnErrorCarriesTheBrowsersWords) {
  OwnLine line(loop.get_executor(), host, 3, "ROOT", milliseconds(60'000));
  Outcome outcome;
  start(line.call("A.one", {}, {}), outcome);
  answer(line, R"({"id":1,"error":{"code":-32000,"message":"No such thing"}})");
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->error(), (base::Error{errc::protocol, "A.one: No such thing"}));
}

TEST_F(OwnLineTest, AnAnswerWithoutResultIsAProtocolError) {
  OwnLine line(loop.get_executor(), host, 3, "ROOT", milliseconds(60'000));
  for (const std::string_view rest : {"", ",\"result\":[1]", ",\"result\":tru", ",\"error\":{}"}) {
    Outcome outcome;
    start(line.call("A.one", {}, {}), outcome);
    answer(line, "{\"id\":" + std::to_string(host.sent.size()) + std::string(rest) + "}");
    ASSERT_TRUE(outcome) << rest;
    EXPECT_EQ(outcome->error().code, errc::protocol) << rest;
  }
}

TEST_F(OwnLineTest, ACallThatIsNotAnsweredTimesOutAndItsLateAnswerIsIgnored) {
  OwnLine line(loop.get_executor(), host, 3, "ROOT", milliseconds(1));
  Outcome outcome;
  start(line.call("A.slow", {}, {}), outcome);
  loop.restart();
  loop.run();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->error(), (base::Error{errc::timed_out, "A.slow"}));
  answer(line, R"({"id":1,"result":{"late":true}})");
  EXPECT_EQ(outcome->error().code, errc::timed_out);
}

TEST_F(OwnLineTest, AnswersOfUnknownIdsAreIgnored) {
  OwnLine line(loop.get_executor(), host, 3, "ROOT", milliseconds(60'000));
  Outcome outcome;
  start(line.call("A.one", {}, {}), outcome);
  answer(line, R"({"id":99,"result":{}})");
  answer(line, R"({"id":0,"result":{}})");
  EXPECT_FALSE(outcome);
  answer(line, R"({"id":1,"result":{}})");
  EXPECT_TRUE(outcome && *outcome);
}

TEST_F(OwnLineTest, ACancelledCallEndsAtOnce) {
  OwnLine line(loop.get_executor(), host, 3, "ROOT", milliseconds(60'000));
  Outcome outcome;
  base::asio::cancellation_signal stop;
  base::asio::co_spawn(loop, keep(line.call("A.one", {}, {}), outcome),
                       base::asio::bind_cancellation_slot(stop.slot(), [](std::exception_ptr) {}));
  settle();
  stop.emit(base::asio::cancellation_type::terminal);
  settle();
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->error().code, errc::closed);
  answer(line, R"({"id":1,"result":{}})");
}

TEST_F(OwnLineTest, DisconnectingFailsWhatWaitsAndWhatComes) {
  OwnLine line(loop.get_executor(), host, 3, "ROOT", milliseconds(60'000));
  Outcome waiting, later;
  start(line.call("A.one", {}, {}), waiting);
  line.disconnect();
  settle();
  ASSERT_TRUE(waiting);
  EXPECT_EQ(waiting->error().code, errc::closed);
  start(line.call("A.two", {}, {}), later);
  ASSERT_TRUE(later);
  EXPECT_EQ(later->error().code, errc::closed);
  line.post("A.three", {}, {});
  EXPECT_EQ(host.sent.size(), 1u);
}

TEST_F(OwnLineTest, ACallThatCannotBeSentFailsAtOnce) {
  OwnLine line(loop.get_executor(), host, 3, "ROOT", milliseconds(60'000));
  host.takes = false;
  Outcome outcome;
  start(line.call("A.one", {}, {}), outcome);
  ASSERT_TRUE(outcome);
  EXPECT_EQ(outcome->error(), (base::Error{errc::closed, "A.one"}));
}

TEST_F(OwnLineTest, EventsReachTheHandlerWithTheRootNameless) {
  OwnLine line(loop.get_executor(), host, 3, "ROOT", milliseconds(60'000));
  std::vector<std::string> seen;
  line.on_event([&](std::string_view method, std::string_view session, std::string_view params) {
    seen.push_back(std::string(method) + " " + std::string(session) + " " + std::string(params));
  });
  const std::string root = R"({"method":"A.x","params":{"a":1},"sessionId":"ROOT"})";
  const std::string child = R"({"method":"A.y","params":{},"sessionId":"CHILD"})";
  line.receive(*scan(root), root, true);
  line.receive(*scan(child), child, false);
  EXPECT_EQ(seen, (std::vector<std::string>{"A.x  {\"a\":1}", "A.y CHILD {}"}));
  line.on_event({});
  line.receive(*scan(root), root, true);
  EXPECT_EQ(seen.size(), 2u);
}

TEST_F(OwnLineTest, TheLineEndsWithItsObjectUnlessTheHostHasGone) {
  { OwnLine line(loop.get_executor(), host, 3, "ROOT", milliseconds(1)); }
  EXPECT_EQ(host.closed, std::vector<std::uint64_t>{3});
  {
    OwnLine line(loop.get_executor(), host, 4, "ROOT", milliseconds(1));
    line.disconnect();
  }
  EXPECT_EQ(host.closed.size(), 1u);
}

TEST(CallBook, TheResultIsSeenBeforeAnyLaterMessage) {
  base::asio::io_context loop{1};
  CallBook book(loop.get_executor());
  int seen = 0;
  const auto ticket = book.open("A.b", {}, {}, [&](const json::object&) { ++seen; });
  EXPECT_EQ(json::parse(ticket.message), json::parse(R"({"id":1,"method":"A.b","params":{}})"));
  const std::string message = R"({"id":1,"result":{}})";
  book.complete(*scan(message), message);
  EXPECT_EQ(seen, 1) << "in complete() itself, not in a later turn of the loop";
  book.complete(*scan(message), message);
  EXPECT_EQ(seen, 1) << "an answer counts once";
}

TEST(CallBook, AnAbandonedCallsAnswerGoesNowhere) {
  base::asio::io_context loop{1};
  CallBook book(loop.get_executor());
  bool seen = false;
  const auto ticket = book.open("A.b", {}, {}, [&](const json::object&) { seen = true; });
  book.abandon(ticket.id);
  const std::string message = R"({"id":1,"result":{}})";
  book.complete(*scan(message), message);
  EXPECT_FALSE(seen);
}

}  // namespace
}  // namespace greenroom::cdp
