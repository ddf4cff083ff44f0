// Which dialogs are closed for their page, when, and what is said of them.
#include "session/dialogs.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "session/record.hpp"
#include "tests/fakes/fake_browser.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/kept_lines.hpp"
#include "tests/fakes/memory_stream.hpp"

namespace greenroom::session {
namespace {

const std::string session_id = "00000000-0000-4000-8000-000000000001";

class DialogsTest : public testing::Test {
 protected:
  DialogsTest() {
    options.flush_interval = std::chrono::hours(1);
    SessionView view;
    view.id = session_id;
    run(rows.insert(to_record(view)));
  }
  ~DialogsTest() override {
    if (clients.first) clients.first->close({1000, ""});
    run(timeline->stop());
    run(tasks.join());
  }
  void follow() {
    timeline = std::make_unique<Timeline>(loop.get_executor(), session_id, Timeline::Sink{store, clock},
                                          options, base::Logger(log, base::LogLevel::debug));
    run(timeline->follow(switchboard));
    switchboard.wire.emit(
        "Target.attachedToTarget",
        {{"sessionId", "page"}, {"targetInfo", {{"type", "page"}, {"targetId", "target"}}}});
  }
  /// A client is there from now on.
  void join() {
    clients = fakes::MemoryStream::make(loop.get_executor());
    tasks.spawn(serve());
    loop.restart();
    loop.poll();
  }
  base::Task<void> serve() { (void)co_await switchboard.serve_client(*clients.second, {}); }
  void enable_page(std::string_view target) { switchboard.observe({"Page.enable", "{}", "s", target}); }
  void open(std::string_view type) {
    switchboard.wire.emit("Page.javascriptDialogOpening", {{"type", type}, {"message", "secret"}}, "page");
  }
  template <class T>
  void run(base::Task<T> task) {
    bool is_done = false;
    auto done = [&](std::exception_ptr failure, auto&&...) {
      if (failure) std::rethrow_exception(failure);
      is_done = true;
    };
    base::asio::co_spawn(loop, std::move(task), done);
    turn([&] { return is_done; });
  }
  template <class T>
  T run_for(base::Task<T> task) {
    std::optional<T> value;
    base::asio::co_spawn(loop, std::move(task), [&](std::exception_ptr failure, T result) {
      if (failure) std::rethrow_exception(failure);
      value.emplace(std::move(result));
    });
    turn([&] { return value.has_value(); });
    return std::move(*value);
  }
  template <class Condition>
  void turn(Condition condition) {
    loop.restart();
    while (!condition())
      if (loop.run_one_for(std::chrono::seconds(10)) == 0) throw std::runtime_error("stuck");
  }
  std::vector<bool> answers() const {
    std::vector<bool> out;
    for (const browser::FakeCall& call : switchboard.wire.calls)
      if (call.method == "Page.handleJavaScriptDialog") out.push_back(call.params.at("accept").as_bool());
    return out;
  }
  std::string last_marker() {
    run(timeline->flush());
    std::string found;
    const auto take = [&]() -> base::Task<bool> {
      const auto events = co_await store.read(session_id, 0, 1000);
      for (const auto& event : *events)
        if (event.method.starts_with("dialog.") || event.method.starts_with("chooser."))
          found = event.method + " " + event.params;
      co_return true;
    };
    run(take());
    return found;
  }

  base::asio::io_context loop{1};
  fakes::KeptLines log;
  fakes::FakeClock clock;
  std::unique_ptr<store::Database> database = std::move(*store::Database::in_memory());
  store::SessionStore rows{*database};
  store::TimelineStore store{*database};
  browser::FakeSwitchboard switchboard{loop.get_executor()};
  fakes::MemoryStream::Pair clients;
  Timeline::Options options;
  std::unique_ptr<Timeline> timeline;
  base::TaskGroup tasks{loop.get_executor()};
};

TEST_F(DialogsTest, WithNobodyThereTheAnswerIsNoAtOnce) {
  follow();
  for (const char* type : {"alert", "confirm", "prompt"}) open(type);
  EXPECT_EQ(answers(), (std::vector{false, false, false}));
  EXPECT_EQ(last_marker(), R"(dialog.opened {"type":"prompt","waits":false})");
  switchboard.wire.emit("Page.javascriptDialogClosed", {{"result", false}, {"userInput", ""}}, "page");
  EXPECT_EQ(last_marker(), R"(dialog.closed {"type":"prompt","answered":false,"accepted":false})");
}

TEST_F(DialogsTest, APageThatAsksWhetherItMayBeLeftMay) {
  follow();
  open("beforeunload");
  EXPECT_EQ(answers(), std::vector{true});
}

TEST_F(DialogsTest, AClientThatIsNotToldOfItCannotAnswer) {
  follow();
  join();
  enable_page("another");
  open("confirm");
  EXPECT_EQ(answers(), std::vector{false});
}

TEST_F(DialogsTest, AClientThatIsToldOfItMayTakeItsTime) {
  follow();
  join();
  enable_page("target");
  open("confirm");
  EXPECT_TRUE(answers().empty());
  EXPECT_EQ(last_marker(), R"(dialog.opened {"type":"confirm","waits":true})");
  switchboard.wire.emit("Page.javascriptDialogClosed", {{"result", true}, {"userInput", ""}}, "page");
  EXPECT_EQ(last_marker(), R"(dialog.closed {"type":"confirm","answered":true,"accepted":true})");
  EXPECT_TRUE(answers().empty());
}

TEST_F(DialogsTest, ButNotForEver) {
  follow();
  join();
  auto line = run_for(switchboard.open_line());
  ASSERT_TRUE(line);
  Dialogs dialogs(loop.get_executor(), *timeline, base::Milliseconds(1));
  dialogs.follow(**line, switchboard);
  dialogs.is_watched("target");
  dialogs.opened("page", {0, "target"}, R"({"type":"alert"})");
  EXPECT_TRUE(answers().empty());
  turn([&] { return !answers().empty(); });
  EXPECT_EQ(answers(), std::vector{false});
  dialogs.stop();
  run(dialogs.join());
}

TEST_F(DialogsTest, TheEndClosesWhatIsStillOpen) {
  follow();
  join();
  enable_page("target");
  open("confirm");
  EXPECT_TRUE(answers().empty());
  run(timeline->stop());
  EXPECT_EQ(answers(), std::vector{false});
}

TEST_F(DialogsTest, ASessionThatKeepsNothingIsNotHeldUpEither) {
  options.only_markers = true;
  options.queue_bound = 0;
  follow();
  open("confirm");
  EXPECT_EQ(answers(), std::vector{false});
  EXPECT_EQ(last_marker(), "");
  EXPECT_EQ(switchboard.wire.count("Network.enable"), 0u);
  EXPECT_TRUE(switchboard.wire.asked.empty()) << "nobody wants to know what is visible";
}

TEST_F(DialogsTest, ChoosersOfFilesNeverOpen) {
  follow();
  EXPECT_EQ(switchboard.wire.count("Page.setInterceptFileChooserDialog"), 1u);
  switchboard.wire.emit("Page.fileChooserOpened", {{"frameId", "f"}, {"mode", "selectSingle"}}, "page");
  EXPECT_EQ(last_marker(), "chooser.opened {}");
}

}  // namespace
}  // namespace greenroom::session
