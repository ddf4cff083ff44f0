// What a session's browser downloads and its clients upload, over a store in memory and real folders.
#include "daemon/session_files.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "session/record.hpp"
#include "store/session_store.hpp"
#include "tests/fakes/fake_browser.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/kept_lines.hpp"

namespace greenroom::daemon {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using base::errc;

const std::string session_id = "33333333-3333-4333-8333-333333333333";
const std::string project = "11111111-1111-4111-8111-111111111111";

class Carrier final : public session::Carrier {
 public:
  session::SessionView state;
  std::vector<std::string> words;
  session::SharedView view() const override { return std::make_shared<session::SessionView>(state); }
  void note(std::string_view word, const json::object&) override { words.emplace_back(word); }
  void add_proxy_bytes(std::int64_t) override {}
};

class SessionFilesTest : public testing::Test {
 protected:
  SessionFilesTest() {
    for (const char* folder : {"/instances/b/downloads", "/instances/b/uploads"})
      fs::create_directories(root_ + folder);
    carrier_.state.id = session_id;
    carrier_.state.project_id = project;
    carrier_.state.state = session::State::running;
    browser_.use_folders(root_ + "/instances/b/downloads", root_ + "/instances/b/uploads");
    EXPECT_TRUE(run(sessions_.insert(session::to_record(carrier_.state))));
  }
  ~SessionFilesTest() override { fs::remove_all(root_); }

  template <class T>
  T run(base::Task<T> task) {
    std::optional<T> value;
    base::asio::co_spawn(loop_, std::move(task), [&](std::exception_ptr failure, T result) {
      if (failure) std::rethrow_exception(failure);
      value.emplace(std::move(result));
    });
    loop_.restart();
    loop_.run();
    return std::move(*value);
  }
  void run(base::Task<void> task) {
    base::asio::co_spawn(loop_, std::move(task), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    loop_.restart();
    loop_.run();
  }
  SessionFilesParts parts() {
    SessionFilesParts out{rows_,
                          pool_,
                          clock_,
                          base::Logger(log_, base::LogLevel::debug),
                          root_ + "/files",
                          base::Bytes{1000},
                          base::Bytes{2000},
                          std::nullopt,
                          [this] { return room_; }};
    return out;
  }
  void begin() {
    session::Companions companions;
    EXPECT_TRUE(run(files_.companions()(session::SessionSpec(), companions)));
    companion_ = std::move(companions.front());
    browser::Fingerprint wanted;
    EXPECT_TRUE(run(companion_->prepare(carrier_, wanted)));
    EXPECT_TRUE(run(companion_->begin(carrier_, browser_)));
  }
  void end() {
    carrier_.state.state = session::State::ended;
    run(companion_->after_exit(browser_));
    companion_.reset();
  }
  void write(const std::string& path, std::string_view content) const {
    std::ofstream(root_ + "/instances/b/" + path, std::ios::binary) << content;
  }
  void say(std::string_view method, const json::object& params) {
    browser_.fake_switchboard().wire.emit(method, params);
  }
  /// Chromium's events and file for a whole download.
  void download(const std::string& guid, const std::string& name, std::string_view content) {
    say("Browser.downloadWillBegin", {{"guid", guid}, {"suggestedFilename", name}, {"url", "http://x/"}});
    write("downloads/" + guid, content);
    say("Browser.downloadProgress",
        {{"guid", guid}, {"state", "completed"}, {"receivedBytes", content.size()}});
  }
  std::vector<api::KeptFile> kept(std::optional<api::FileSource> source = std::nullopt) {
    run(files_.settle(session_id));
    api::FileQuery query;
    query.project_id = project;
    query.session_id = session_id;
    query.source = source;
    return run(files_.list(query))->files;
  }
  base::Result<api::KeptFile> upload(const std::string& name, std::string_view content,
                                     api::SameName same_name = api::SameName::replace,
                                     bool of_project = false) {
    api::NewFile wanted;
    wanted.project_id = project;
    if (!of_project) wanted.session_id = session_id;
    wanted.name = name;
    wanted.same_name = same_name;
    auto intake = run(files_.receive(wanted));
    if (!intake) return intake.error();
    if (auto written = run((*intake)->write(content)); !written) return written.error();
    return run((*intake)->finish());
  }
  static std::string new_folder() {
    std::string pattern = (fs::temp_directory_path() / "greenroom-files-XXXXXX").string();
    return ::mkdtemp(pattern.data());
  }
  static std::string read(const std::string& path) {
    std::ostringstream content;
    content << std::ifstream(path, std::ios::binary).rdbuf();
    return content.str();
  }
  std::size_t contents() const {
    const std::string folder = root_ + "/files/" + session_id;
    if (!fs::exists(folder)) return 0;
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }

  boost::asio::io_context loop_{1};
  base::BlockingPool pool_{1};
  fakes::FakeClock clock_;
  fakes::KeptLines log_;
  std::string root_ = new_folder();  // before files_, which is told of it
  std::unique_ptr<store::Database> database_ = std::move(*store::Database::in_memory());
  store::SessionStore sessions_{*database_};
  store::FileStore rows_{*database_};
  base::Result<void> room_;
  Carrier carrier_;
  browser::FakeBrowser browser_{loop_.get_executor(), {}};
  KeptSessionFiles files_{loop_.get_executor(), parts()};
  std::unique_ptr<session::Companion> companion_;
};

TEST_F(SessionFilesTest, ADownloadIsKeptUnderTheNameThatWasSuggested) {
  begin();
  const auto& calls = browser_.fake_switchboard().wire.calls;
  ASSERT_EQ(browser_.fake_switchboard().wire.count("Browser.setDownloadBehavior"), 1u);
  EXPECT_EQ(calls.back().params.at("behavior"), "allowAndName");
  EXPECT_EQ(calls.back().params.at("eventsEnabled"), true);
  download("guid-1", "../../sample.pdf", "hello");
  download("guid-2", "sample.pdf", "again");
  const auto files = kept();
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].name, "sample.pdf");
  EXPECT_EQ(files[0].mime_type, "application/pdf");
  EXPECT_NE(files[0].stored_name, files[1].stored_name);
  EXPECT_EQ(files[0].checksum, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  EXPECT_EQ(read(files_.content_of(files[1]).path), "again");
  EXPECT_EQ(carrier_.words, (std::vector<std::string>{"file.downloaded", "file.downloaded"}));
  end();
}

TEST_F(SessionFilesTest, WhatNoEventToldIsTakenOnceAndUnfinishedOnesNever) {
  begin();
  write("downloads/by-extension.txt", "x");
  write("downloads/half.crdownload", "half");
  EXPECT_EQ(kept().size(), 1u);
  EXPECT_EQ(kept().size(), 1u);
  say("Browser.downloadWillBegin", {{"guid", "late"}, {"suggestedFilename", "late.txt"}});
  write("downloads/late", "late");
  end();
  const auto files = kept();
  ASSERT_EQ(files.size(), 2u) << "the end takes what is there";
  EXPECT_EQ(files[1].name, "late.txt");
}

TEST_F(SessionFilesTest, TheFileThatChromiumNamesIsTakenIfItIsInTheFolder) {
  begin();
  say("Browser.downloadWillBegin", {{"guid", "g"}, {"suggestedFilename", "a.txt"}});
  write("downloads/a (1).txt", "named");
  say("Browser.downloadProgress",
      {{"guid", "g"}, {"state", "completed"}, {"filePath", root_ + "/instances/b/downloads/a (1).txt"}});
  ASSERT_EQ(kept().size(), 1u);
  say("Browser.downloadWillBegin", {{"guid", "evil"}, {"suggestedFilename", "passwd"}});
  say("Browser.downloadProgress", {{"guid", "evil"}, {"state", "completed"}, {"filePath", "/etc/passwd"}});
  EXPECT_EQ(kept().size(), 1u);
  EXPECT_EQ(carrier_.words.back(), "file.lost");
  end();
}

TEST_F(SessionFilesTest, ADownloadAboveTheLimitIsCancelled) {
  begin();
  say("Browser.downloadWillBegin", {{"guid", "large"}, {"suggestedFilename", "large.bin"}});
  say("Browser.downloadProgress",
      {{"guid", "large"}, {"state", "inProgress"}, {"receivedBytes", 10}, {"totalBytes", 1001}});
  const auto& last = browser_.fake_switchboard().wire.calls.back();
  EXPECT_EQ(last.method, "Browser.cancelDownload");
  EXPECT_EQ(last.params.at("guid"), "large");
  say("Browser.downloadProgress", {{"guid", "large"}, {"state", "canceled"}});
  EXPECT_TRUE(kept().empty());
  end();
}

TEST_F(SessionFilesTest, AnUploadIsWhereTheBrowserFindsIt) {
  begin();
  const auto first = upload("/etc/a.txt", "one");
  ASSERT_TRUE(first) << first.error().message();
  EXPECT_EQ(read(root_ + "/instances/b/uploads/a.txt"), "one");
  ASSERT_TRUE(upload("a.txt", "two"));
  EXPECT_EQ(read(root_ + "/instances/b/uploads/a.txt"), "two");
  EXPECT_EQ(contents(), 1u) << "the first one was replaced";
  const auto third = upload("a.txt", "three", api::SameName::rename);
  ASSERT_TRUE(third);
  EXPECT_EQ(third->stored_name, "a (1).txt");
  EXPECT_EQ(read(root_ + "/instances/b/uploads/a (1).txt"), "three");
  EXPECT_EQ(*files_.browser_path_of(*third), root_ + "/instances/b/uploads/a (1).txt");
  EXPECT_TRUE(run(files_.erase(project, third->id)));
  EXPECT_FALSE(fs::exists(root_ + "/instances/b/uploads/a (1).txt"));
  EXPECT_EQ(contents(), 1u);
  end();
  EXPECT_EQ(upload("a.txt", "late").error().code, errc::gone);
  EXPECT_EQ(kept(api::FileSource::upload).size(), 1u) << "it stays with the session";
}

TEST_F(SessionFilesTest, RoomIsBoundedAndGivenBack) {
  begin();
  EXPECT_EQ(upload("a", std::string(1001, 'x')).error().code, errc::too_large);
  EXPECT_EQ(contents(), 0u);
  ASSERT_TRUE(upload("a", std::string(900, 'x')));
  const auto second = upload("b", std::string(900, 'x'));
  ASSERT_TRUE(second);
  EXPECT_EQ(upload("c", std::string(201, 'x')).error().code, errc::too_large);
  ASSERT_TRUE(upload("b", std::string(200, 'x'))) << "replacing gives the old one's room back";
  ASSERT_TRUE(upload("c", std::string(900, 'x')));
  download("g", "d.txt", "xx");
  EXPECT_EQ(kept(api::FileSource::download).size(), 0u) << "no room for it";
  room_ = base::Error{errc::storage_full, "the disk"};
  EXPECT_EQ(upload("d", "x").error().code, errc::storage_full);
  EXPECT_EQ(contents(), 3u);
  end();
}

TEST_F(SessionFilesTest, AProjectsOwnFilesBelongToNoSession) {
  const auto own = upload("list.csv", "x", api::SameName::replace, true);
  ASSERT_TRUE(own) << own.error().message();
  EXPECT_EQ(own->session_id, "");
  EXPECT_EQ(read(files_.content_of(*own).path), "x");
  EXPECT_TRUE(kept().empty());
  EXPECT_EQ(run(files_.find("another", own->id)).error().code, errc::not_found);
}

TEST_F(SessionFilesTest, WhatADaemonLeftWithoutARowIsSwept) {
  begin();
  ASSERT_TRUE(upload("a", "x"));
  end();
  const std::string folder = root_ + "/files/" + session_id;
  std::ofstream(folder + "/44444444-4444-4444-8444-444444444444.partial") << "half";
  fs::create_directories(root_ + "/files/55555555-5555-4555-8555-555555555555");
  EXPECT_TRUE(run(files_.sweep()));
  EXPECT_EQ(contents(), 1u);
  EXPECT_FALSE(fs::exists(root_ + "/files/55555555-5555-4555-8555-555555555555"));
}

}  // namespace
}  // namespace greenroom::daemon
