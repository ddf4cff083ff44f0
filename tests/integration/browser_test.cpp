// One real Chromium: it starts, works, ends in every way, and leaves nothing behind.
#include <arpa/inet.h>
#include <csignal>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include "base/fd.hpp"
#include "tests/integration/browser_fixture.hpp"

namespace greenroom::browser {
namespace {

using namespace std::chrono_literals;
using Steady = std::chrono::steady_clock;

std::string status_of(pid_t pid) {
  const auto status = base::read_file("/proc/" + std::to_string(pid) + "/status");
  return status ? *status : std::string();
}

/// Inodes of the TCP sockets that listen in the network namespace of a process (proc_net_tcp(5)).
std::vector<std::string> listening_inodes(pid_t pid) {
  std::vector<std::string> inodes;
  for (const char* table : {"/net/tcp", "/net/tcp6"}) {
    std::ifstream file("/proc/" + std::to_string(pid) + table);
    std::string line;
    std::getline(file, line);
    while (std::getline(file, line)) {
      std::istringstream words(line);
      std::vector<std::string> word(std::istream_iterator<std::string>(words), {});
      if (word.size() > 9 && word[3] == "0A") inodes.push_back(word[9]);
    }
  }
  return inodes;
}

/// How many of those sockets the process itself holds.
std::size_t listening_sockets(pid_t pid) {
  const std::vector<std::string> inodes = listening_inodes(pid);
  std::size_t count = 0;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd", error)) {
    const std::string link = std::filesystem::read_symlink(entry.path(), error).string();
    for (const std::string& inode : inodes)
      if (link == "socket:[" + inode + "]") ++count;
  }
  return count;
}

TEST_F(BrowserTest, StartsWithinItsDeadlineAndSaysItsVersion) {
  const auto begun = Steady::now();
  auto browser = launch();
  ASSERT_TRUE(browser);
  EXPECT_LT(Steady::now() - begun, options_.deadline);
  EXPECT_TRUE(browser->is_running());
  EXPECT_TRUE(browser->version().starts_with("Chrome/")) << browser->version();
  EXPECT_EQ(pages(*browser).size(), 1u);
  ASSERT_NE(browser->display(), nullptr);
  EXPECT_EQ(browser->display()->screen, (Size{1920, 1080}));
  stop(*browser);
  EXPECT_FALSE(browser->is_running());
}

TEST_F(BrowserTest, KeepsItsSandboxAndNoPrivileges) {
  auto browser = launch();
  ASSERT_TRUE(browser);
  int renderers = 0;
  for (const ProcessInfo& process : processes()) {
    if (::geteuid() == 0) {
      EXPECT_GE(process.uid, first_uid) << process.command_line;
    }
    if (process.command_line.find("--type=renderer") == std::string::npos) continue;
    ++renderers;
    const std::string status = status_of(process.pid);
    EXPECT_NE(status.find("Seccomp:\t2"), std::string::npos) << status;
    EXPECT_NE(status.find("NoNewPrivs:\t1"), std::string::npos) << status;
    // A pid in a namespace of its own beside ours.
    std::istringstream pids(status.substr(status.find("NSpid:")));
    std::string line;
    std::getline(pids, line);
    EXPECT_GE(std::count(line.begin(), line.end(), '\t'), 2) << line;
  }
  EXPECT_GE(renderers, 1);
  stop(*browser);
}

TEST_F(BrowserTest, ListensOnNoTcpPort) {
  // First: would one be seen?
  const base::UniqueFd planted(::socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in any{};
  any.sin_family = AF_INET;
  any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(::bind(planted.value(), reinterpret_cast<sockaddr*>(&any), sizeof any), 0);
  ASSERT_EQ(::listen(planted.value(), 1), 0);
  ASSERT_EQ(listening_sockets(::getpid()), 1u);

  auto browser = launch();
  ASSERT_TRUE(browser);
  const auto all = processes();
  EXPECT_GE(all.size(), 5u);
  for (const ProcessInfo& process : all)
    EXPECT_EQ(listening_sockets(process.pid), 0u) << process.command_line;
  stop(*browser);
}

TEST_F(BrowserTest, MakesAPageWhenTheLastIsClosed) {
  auto browser = launch();
  ASSERT_TRUE(browser);
  const auto before = pages(*browser);
  ASSERT_EQ(before.size(), 1u);
  EXPECT_TRUE(run(browser->ensure_page()));
  EXPECT_EQ(pages(*browser), before);
  call(*browser, "Target.closeTarget", {{"targetId", before[0]}});
  const auto until = Steady::now() + 5s;
  while (!pages(*browser).empty() && Steady::now() < until) run(base::sleep_for(10ms));
  ASSERT_TRUE(pages(*browser).empty());
  EXPECT_TRUE(run(browser->ensure_page()));
  EXPECT_EQ(pages(*browser).size(), 1u);
  EXPECT_TRUE(browser->is_running());
  stop(*browser);
}

TEST_F(BrowserTest, IsSeenToEndWhenItIsKilled) {
  auto browser = launch();
  ASSERT_TRUE(browser);
  const auto killed = Steady::now();
  ASSERT_EQ(::kill(browser->pid(), SIGKILL), 0);
  const BrowserExit end = run(browser->exited());
  EXPECT_LT(Steady::now() - killed, 1s);  // 100 ms is the aim, which a busy machine with sanitizers may miss
  EXPECT_EQ(end.status.signal, SIGKILL);
  const auto begun = Steady::now();
  stop(*browser);
  EXPECT_LT(Steady::now() - begun, 3s);
  EXPECT_EQ(traces(), "");
}

TEST_F(BrowserTest, EndsWithItsDisplay) {
  auto browser = launch();
  ASSERT_TRUE(browser);
  const int number = browser->display()->number;
  pid_t server = 0;
  for (const ProcessInfo& process : processes())
    if (process.command_line.find("Xvfb") != std::string::npos) server = process.pid;
  ASSERT_NE(server, 0);
  ASSERT_EQ(::kill(server, SIGKILL), 0);
  const auto killed = Steady::now();
  (void)run(browser->exited());
  EXPECT_LT(Steady::now() - killed, 1s);
  stop(*browser);
  // A killed server cannot remove these itself.
  EXPECT_FALSE(std::filesystem::exists("/tmp/.X" + std::to_string(number) + "-lock"));
  EXPECT_FALSE(std::filesystem::exists("/tmp/.X11-unix/X" + std::to_string(number)));
}

TEST_F(BrowserTest, StopsOnceHoweverOftenItIsAsked) {
  auto browser = launch();
  ASSERT_TRUE(browser);
  bool is_first_done = false;
  base::asio::co_spawn(loop_, browser->stop(), [&](std::exception_ptr) { is_first_done = true; });
  stop(*browser);
  run_until([&] { return is_first_done; });
  stop(*browser);
  EXPECT_EQ(traces(), "");
}

TEST_F(BrowserTest, ALaunchThatIsGivenUpLeavesNothing) {
  // Given up at several moments: in the directory, at the display, at the pipe, at the first page. A fast
  // machine launches in a third of a second, a busy one in several: the moments are parts of what it takes
  // here.
  const auto begun = Steady::now();
  auto undisturbed = launch();
  ASSERT_TRUE(undisturbed);
  const auto whole = std::chrono::duration_cast<std::chrono::milliseconds>(Steady::now() - begun);
  stop(*undisturbed);
  int given_up = 0;
  for (const int percent : {0, 10, 30, 50, 75}) {
    base::asio::cancellation_signal give_up;
    bool is_done = false;
    bool is_launched = false;
    std::unique_ptr<Browser> browser;
    const Fingerprint fingerprint;
    auto done = [&](std::exception_ptr failure, Result<std::unique_ptr<Browser>> result) {
      EXPECT_FALSE(failure);
      is_done = true;
      is_launched = result.has_value();
      if (is_launched) browser = std::move(*result);
    };
    base::asio::co_spawn(loop_, launcher_->launch(fingerprint),
                         base::asio::bind_cancellation_slot(give_up.slot(), done));
    run(base::sleep_for(1ms + whole * percent / 100));
    if (!is_done) give_up.emit(base::asio::cancellation_type::terminal);
    run_until([&] { return is_done; });
    given_up += is_launched ? 0 : 1;
    if (browser) stop(*browser);
    EXPECT_EQ(traces(), "") << percent << " % of " << whole.count() << " ms";
  }
  EXPECT_GE(given_up, 3) << "a launch is given up when it is told to, early and half way";
}

TEST_F(BrowserTest, ALaunchThatTakesTooLongLeavesNothing) {
  options_.deadline = 60ms;
  make_launcher();
  const Fingerprint fingerprint;
  auto browser = run(launcher_->launch(fingerprint));
  ASSERT_FALSE(browser);
  EXPECT_EQ(browser.error().code, base::errc::launch_timeout) << browser.error().message();
  EXPECT_EQ(traces(), "");
}

TEST_F(BrowserTest, AnExecutableThatIsNotThereIsALaunchThatFailed) {
  options_.executable = "/nonexistent/chromium";
  make_launcher();
  const Fingerprint fingerprint;
  auto browser = run(launcher_->launch(fingerprint));
  ASSERT_FALSE(browser);
  EXPECT_EQ(browser.error().code, base::errc::launch_failed) << browser.error().message();
}

/// A server that answers every connection with one page, for as long as it lives.
class OnePageServer {
 public:
  explicit OnePageServer(base::asio::io_context& loop)
      : acceptor_(loop, {base::asio::ip::address_v4::loopback(), 0}), connection_(loop) {
    accept();
  }
  std::string url() const {
    return "http://127.0.0.1:" + std::to_string(acceptor_.local_endpoint().port()) + "/";
  }

 private:
  void accept() {
    connection_ = base::asio::ip::tcp::socket(acceptor_.get_executor());
    acceptor_.async_accept(connection_, [this](boost::system::error_code error) {
      if (error) return;
      static const std::string answer =
          "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 5\r\nconnection: close\r\n\r\nhello";
      boost::system::error_code ignored;
      base::asio::write(connection_, base::asio::buffer(answer), ignored);
      accept();
    });
  }
  base::asio::ip::tcp::acceptor acceptor_;
  base::asio::ip::tcp::socket connection_;
};

TEST_F(BrowserTest, LoadsAPageAndKeepsItsServicesAlive) {
  OnePageServer server(loop_);
  auto browser = launch();
  ASSERT_TRUE(browser);
  const auto services = [this] {
    std::vector<pid_t> pids;
    for (const ProcessInfo& process : processes())
      if (process.command_line.find("--type=utility") != std::string::npos) pids.push_back(process.pid);
    return pids;
  };
  const std::string page = attach(*browser, pages(*browser).at(0));
  call(*browser, "Page.navigate", {{"url", server.url()}}, page);
  const char* loaded =
      "new Promise(r => { const look = () => document.body && document.body.innerText === 'hello' ?"
      " r(true) : setTimeout(look, 20); look(); })";
  EXPECT_TRUE(evaluate(*browser, page, loaded).as_bool());
  const auto before = services();
  EXPECT_FALSE(before.empty());
  run(base::sleep_for(2s));
  const auto after = services();
  for (const pid_t pid : before) EXPECT_NE(std::find(after.begin(), after.end(), pid), after.end()) << pid;
  stop(*browser);
}

TEST_F(BrowserTest, WhatIsLaunchedInAdvanceWarmsUpAndNothingOfItCanBeSeen) {
  auto launched = run(launcher_->launch_in_background(Fingerprint()));
  ASSERT_TRUE(launched) << launched.error().message();
  Browser& browser = **launched;
  ASSERT_EQ(pages(browser).size(), 1u);
  const std::string page = attach(browser, pages(browser).at(0));
  EXPECT_EQ(evaluate(browser, page, "location.href").as_string(), "about:blank");
  EXPECT_EQ(evaluate(browser, page, "history.length").to_number<int>(), 1);
  EXPECT_EQ(evaluate(browser, page, "document.title + document.referrer").as_string(), "");
  EXPECT_EQ(call(browser, "Page.getNavigationHistory", {}, page).at("entries").as_array().size(), 1u);
  stop(browser);
}

TEST_F(BrowserTest, CrashpadHandlersDoNotOutliveIt) {
  auto browser = launch();
  ASSERT_TRUE(browser);
  int handlers = 0;
  for (const ProcessInfo& process : processes())
    if (process.command_line.find("crashpad_handler") != std::string::npos && process.group != browser->pid())
      ++handlers;
  EXPECT_GE(handlers, 1) << "there is nothing to outlive it";
  // One that has left the group, the session and its parent, as those handlers do.
  const std::string home = "HOME=" + options_.work_directory + "/" + browser->id() + "/home";
  const pid_t starter = ::fork();
  if (starter == 0) {
    if (::geteuid() == 0 && ::setresuid(first_uid, first_uid, first_uid) != 0) ::_exit(1);
    if (::fork() == 0) {
      ::setsid();
      char* const arguments[] = {const_cast<char*>("sleep"), const_cast<char*>("600"), nullptr};
      char* const environment[] = {const_cast<char*>(home.c_str()), nullptr};
      ::execve("/bin/sleep", arguments, environment);
    }
    ::_exit(0);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(starter, &status, 0), starter);
  stop(*browser);
  EXPECT_EQ(traces(), "");
}

TEST_F(BrowserTest, ASweepRemovesWhatAKilledDaemonLeft) {
  const std::string id = "0b7e9f0c-54b6-4f0e-9a6a-2f6f3f7d9c11";
  const std::string left = options_.work_directory + "/" + id;
  std::filesystem::create_directories(left + "/profile/Default");
  std::ofstream(left + "/profile/Default/Preferences") << "{}";
  const std::string home = "HOME=" + left + "/home";
  const std::string other = "HOME=" + folder_;
  pid_t ours = ::fork();
  if (ours == 0) {
    char* const arguments[] = {const_cast<char*>("sleep"), const_cast<char*>("600"), nullptr};
    char* const environment[] = {const_cast<char*>(home.c_str()), nullptr};
    if (::geteuid() == 0 && ::setresuid(first_uid, first_uid, first_uid) != 0) ::_exit(1);
    ::execve("/bin/sleep", arguments, environment);
    ::_exit(1);
  }
  pid_t strangers = ::fork();
  if (strangers == 0) {
    char* const arguments[] = {const_cast<char*>("sleep"), const_cast<char*>("600"), nullptr};
    char* const environment[] = {const_cast<char*>(other.c_str()), nullptr};
    if (::geteuid() == 0 && ::setresuid(first_uid, first_uid, first_uid) != 0) ::_exit(1);
    ::execve("/bin/sleep", arguments, environment);
    ::_exit(1);
  }
  // Both must have become what they are.
  const auto until = Steady::now() + 5s;
  while (Steady::now() < until) {
    int seen = 0;
    for (const ProcessInfo& process : list_processes())
      if ((process.pid == ours || process.pid == strangers) && process.command_line.starts_with("sleep"))
        ++seen;
    if (seen == 2) break;
  }
  run(launcher_->sweep());
  EXPECT_FALSE(std::filesystem::exists(left));
  EXPECT_EQ(::kill(ours, 0), -1);
  EXPECT_EQ(::kill(strangers, 0), 0);
  ::kill(strangers, SIGKILL);
  int status = 0;
  ::waitpid(strangers, &status, 0);
}

}  // namespace
}  // namespace greenroom::browser
