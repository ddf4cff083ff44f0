// What the browser tests share: a loop, a launcher in a folder of its own, and looks at the process table.
#pragma once

#include <chrono>
#include <csignal>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "base/deadline.hpp"
#include "browser/browser.hpp"
#include "browser/process_tree.hpp"

namespace greenroom::browser {

using base::Result;
using base::Task;

class BrowserTest : public ::testing::Test {
 protected:
  static constexpr uid_t first_uid = 61000;
  static constexpr unsigned uid_count = 100;

  void SetUp() override {
    ASSERT_TRUE(become_subreaper());
    std::signal(SIGPIPE, SIG_IGN);  // as the daemon does: a pipe whose reader went is an error, not the end
    char name[] = "/tmp/greenroom-browser-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
    std::filesystem::permissions(folder_, std::filesystem::perms(0711));
    options_.work_directory = folder_ + "/browsers";
    if (::geteuid() == 0) {
      options_.first_identity = base::Identity{first_uid, first_uid};
      options_.identity_count = uid_count;
    }
    make_launcher();
  }

  void TearDown() override {
    EXPECT_EQ(traces(), "") << "something is left behind";
    EXPECT_EQ(zombies(), "") << "somebody is not reaped";
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  void make_launcher() {
    launcher_ = make_chromium_launcher(loop_.get_executor(), pool_, options_,
                                       base::Logger(sink_, base::LogLevel::warning));
  }

  /// Runs one coroutine to its end; background tasks of browsers move meanwhile.
  template <class T>
  T run(Task<T> task) {
    std::optional<T> value;
    std::exception_ptr failure;
    base::asio::co_spawn(loop_, std::move(task), [&](std::exception_ptr error, T result) {
      failure = error;
      value.emplace(std::move(result));
    });
    run_until([&] { return value.has_value(); });
    if (failure) std::rethrow_exception(failure);
    return std::move(*value);
  }

  void run(Task<void> task) {
    bool is_done = false;
    std::exception_ptr failure;
    base::asio::co_spawn(loop_, std::move(task), [&](std::exception_ptr error) {
      failure = error;
      is_done = true;
    });
    run_until([&] { return is_done; });
    if (failure) std::rethrow_exception(failure);
  }

  template <class F>
  void run_until(F is_done) {
    loop_.restart();
    while (!is_done()) loop_.run_one();
  }

  std::unique_ptr<Browser> launch(const Fingerprint& fingerprint = {}) {
    auto browser = run(launcher_->launch(fingerprint));
    if (!browser) ADD_FAILURE() << browser.error().message();
    return browser ? std::move(*browser) : nullptr;
  }

  void stop(Browser& browser) { run(browser.stop()); }

  json::object call(Browser& browser, std::string_view method, json::object params,
                    std::string_view session = {}) {
    auto answer = run(browser.line().call(method, std::move(params), session));
    if (!answer) ADD_FAILURE() << method << ": " << answer.error().message();
    return answer ? std::move(*answer) : json::object();
  }

  std::string attach(Browser& browser, const std::string& target) {
    const json::object answer =
        call(browser, "Target.attachToTarget", {{"targetId", target}, {"flatten", true}});
    const json::value* session = answer.if_contains("sessionId");
    return session != nullptr ? std::string(session->as_string()) : std::string();
  }

  json::value evaluate(Browser& browser, const std::string& session, const std::string& script) {
    const json::object answer =
        call(browser, "Runtime.evaluate",
             {{"expression", script}, {"awaitPromise", true}, {"returnByValue", true}, {"userGesture", true}},
             session);
    boost::system::error_code error;
    const json::value whole(answer);
    const json::value* value = whole.find_pointer("/result/value", error);
    if (value == nullptr) ADD_FAILURE() << script << " gave " << json::serialize(answer);
    return value != nullptr ? *value : json::value();
  }

  std::vector<std::string> pages(Browser& browser) {
    std::vector<std::string> ids;
    const json::object answer = call(browser, "Target.getTargets", {});
    for (const json::value& target : answer.at("targetInfos").as_array())
      if (target.at("type").as_string() == "page") ids.emplace_back(target.at("targetId").as_string());
    return ids;
  }

  /// Waits in the page for a size; "1280x720" at last, or what it is after two seconds.
  std::string size_of(Browser& browser, const std::string& session, Size wanted) {
    const std::string script =
        "new Promise(resolve => { const end = Date.now() + 2000; const look = () => {"
        " if ((innerWidth === " +
        std::to_string(wanted.width) + " && innerHeight === " + std::to_string(wanted.height) +
        ") || Date.now() > end) resolve(innerWidth + 'x' + innerHeight); else setTimeout(look, 10); };"
        " look(); })";
    return std::string(evaluate(browser, session, script).as_string());
  }

  /// Processes of any browser of this test.
  std::vector<ProcessInfo> processes() const {
    TreeKey key;
    key.directory = options_.work_directory;
    key.daemon = ::getpid();
    key.is_exclusive = options_.first_identity.has_value();
    key.uids = options_.first_identity ? UidRange{first_uid, first_uid + uid_count - 1}
                                       : UidRange{::geteuid(), ::geteuid()};
    return members(list_processes(), key);
  }

  /// What must be nothing at the end: processes, zombies, folders, X locks of ours.
  std::string traces() const {
    std::string found;
    for (const ProcessInfo& process : processes())
      found += "process " + std::to_string(process.pid) + (process.is_zombie ? " (zombie) " : " ") +
               process.command_line.substr(0, 80) + "\n";
    std::error_code error;
    for (const auto& entry : std::filesystem::directory_iterator(options_.work_directory, error))
      found += "folder " + entry.path().string() + "\n";
    return found;
  }

  /// Children of ours that nobody has waited for. An orphan may end a moment after its browser's teardown has
  /// looked: the next teardown takes it, here as in the daemon.
  static std::string zombies() {
    TreeKey nothing;
    nothing.directory = "/nonexistent/greenroom";
    (void)end_processes(nothing, std::chrono::seconds(1));
    std::string found;
    for (const ProcessInfo& process : list_processes())
      if (process.is_zombie && process.parent == ::getpid())
        found += "zombie " + std::to_string(process.pid) + "\n";
    return found;
  }

  std::string folder_;
  LaunchOptions options_;
  base::StderrSink sink_;
  base::asio::io_context loop_{1};
  base::BlockingPool pool_{1};
  std::unique_ptr<Launcher> launcher_;
};

}  // namespace greenroom::browser
