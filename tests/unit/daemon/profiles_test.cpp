// Profiles over a store in memory and a folder of the test's own: versions, leases, what a restart finds.
#include "daemon/profiles.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "daemon/profile_companion.hpp"
#include "tests/fakes/fake_browser.hpp"
#include "tests/fakes/fake_clock.hpp"
#include "tests/fakes/kept_lines.hpp"

namespace greenroom::daemon {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using base::errc;

/// A session that says only who it is and whether it has ended.
class FakeCarrier final : public session::Carrier {
 public:
  explicit FakeCarrier(std::string id) { now.id = std::move(id); }
  session::SharedView view() const override { return std::make_shared<const session::SessionView>(now); }
  void note(std::string_view, const json::object&) override {}
  void add_proxy_bytes(std::int64_t) override {}
  session::SessionView now;
};

class KeptProfilesTest : public testing::Test {
 protected:
  KeptProfilesTest() {
    std::string name = (fs::temp_directory_path() / "greenroom-profiles-XXXXXX").string();
    folder = ::mkdtemp(name.data());
    open();
  }
  ~KeptProfilesTest() override {
    profiles.reset();  // its threads may still be removing something of it
    fs::remove_all(folder);
  }
  void open() {
    KeptProfilesOptions options;
    options.files.root = folder + "/profiles";
    options.files.key = key;
    options.save_patience = patience;
    profiles = std::make_unique<KeptProfiles>(loop.get_executor(), rows, clock, std::move(options),
                                              base::Logger(lines, base::LogLevel::info));
  }
  template <class T>
  T run(base::Task<T> task) {
    std::optional<T> value;
    start(std::move(task), value);
    loop.restart();
    loop.run();
    return std::move(*value);
  }
  template <class T>
  void start(base::Task<T> task, std::optional<T>& value) {
    boost::asio::co_spawn(loop, std::move(task), [&value](std::exception_ptr failure, T result) {
      if (failure) std::rethrow_exception(failure);
      value.emplace(std::move(result));
    });
  }
  void run(base::Task<void> task) {
    boost::asio::co_spawn(loop, std::move(task), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    loop.restart();
    loop.run();
  }
  std::string make() { return run(profiles->make("p", {}))->id; }
  /// An archive with one file and one cookie.
  std::string archive(const std::string& content) {
    session::ProfileState state;
    session::Cookie cookie;
    cookie.name = "who";
    cookie.value = content;
    cookie.domain = "a.example";
    session::put_cookies(state, {cookie}, true);
    std::string out;
    store::ArchiveWriter writer([&](std::string_view bytes) {
      out += bytes;
      return base::Result<void>();
    });
    const std::string text = session::to_text(state);
    EXPECT_TRUE(writer.begin_file(std::string(archived_state_name), text.size()));
    EXPECT_TRUE(writer.write(text));
    EXPECT_TRUE(writer.begin_file("Default/Local Storage/x", content.size()));
    EXPECT_TRUE(writer.write(content));
    EXPECT_TRUE(writer.finish());
    return out;
  }
  /// In pieces, as it comes from a client.
  base::Result<api::Profile> put_in(const std::string& id, std::string bytes) {
    auto rest = std::make_shared<std::string>(std::move(bytes));
    auto source = [rest]() -> base::Task<base::Result<std::string>> {
      std::string piece = rest->substr(0, 1'000);
      rest->erase(0, piece.size());
      co_return piece;
    };
    return run(profiles->import_archive("p", id, source));
  }
  void fill(const std::string& id, const std::string& content) {
    const auto taken = put_in(id, archive(content));
    ASSERT_TRUE(taken) << taken.error().message();
  }
  std::string cookie_of(const std::string& id) {
    const auto cookies = run(profiles->cookies("p", id));
    return cookies && !cookies->empty() ? cookies->front().value : "";
  }
  std::vector<std::string> versions(const std::string& id) {
    std::vector<std::string> names;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(folder + "/profiles/" + id, none))
      names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
  std::unique_ptr<session::Companion> companion_of(const std::string& id, bool persists) {
    session::SessionSpec spec;
    spec.project_id = "p";
    spec.profile = session::ProfileUse{id, persists};
    session::Companions companions;
    const auto added = run(profiles->add(spec, companions));
    EXPECT_TRUE(added);
    return added ? std::move(companions.front()) : nullptr;
  }

  std::string folder;
  std::string key;
  base::Milliseconds patience{200};
  boost::asio::io_context loop{1};
  fakes::FakeClock clock;
  fakes::KeptLines lines;
  std::unique_ptr<store::Database> database = std::move(*store::Database::in_memory());
  store::ProfileStore rows{*database};
  std::unique_ptr<KeptProfiles> profiles;
};

TEST_F(KeptProfilesTest, TheLastTwoVersionsAreKept) {
  const std::string id = make();
  EXPECT_EQ(cookie_of(id), "") << "nothing was saved";
  for (const char* content : {"one", "two", "three"}) fill(id, content);
  EXPECT_EQ(cookie_of(id), "three");
  EXPECT_EQ(versions(id), (std::vector<std::string>{"2", "3"}));
  const auto found = run(profiles->find("p", id));
  EXPECT_EQ(found->version, 3);
  EXPECT_EQ(found->size.count, 5u);
  EXPECT_EQ(found->domains, std::vector<std::string>{"a.example"});
}

TEST_F(KeptProfilesTest, AnImportThatFailsChangesNothing) {
  const std::string id = make();
  fill(id, "one");
  EXPECT_EQ(put_in(id, "no archive").error().code, errc::invalid_argument);
  EXPECT_EQ(cookie_of(id), "one");
  EXPECT_EQ(versions(id), std::vector<std::string>{"1"}) << "no draft is left";
}

TEST_F(KeptProfilesTest, WhatIsTakenOutCanBePutIn) {
  const std::string id = make(), other = make();
  fill(id, std::string(1'000'000, 'x'));
  auto out = run(profiles->export_archive("p", id));
  ASSERT_TRUE(out);
  std::string all;
  for (;;) {
    auto piece = run((*out)->next());
    ASSERT_TRUE(piece) << piece.error().message();
    if (piece->empty()) break;
    all += *piece;
  }
  const auto taken = put_in(other, all);
  ASSERT_TRUE(taken) << taken.error().message();
  EXPECT_EQ(taken->size.count, 1'000'000u);
  EXPECT_EQ(cookie_of(other), std::string(1'000'000, 'x'));
  EXPECT_EQ(run(profiles->export_archive("p", make())).error().code, errc::conflict);
}

TEST_F(KeptProfilesTest, AForkIsACopyOfItsOwn) {
  for (const std::string& with : {std::string(), std::string(32, 'k')}) {
    key = with;
    open();
    const std::string id = make();
    fill(id, "one");
    const auto copy = run(profiles->fork("p", id, "The copy"));
    ASSERT_TRUE(copy) << copy.error().message();
    fill(id, "two");
    EXPECT_EQ(cookie_of(copy->id), "one");
    ASSERT_TRUE(run(profiles->erase("p", id)));
    EXPECT_EQ(cookie_of(copy->id), "one");
    EXPECT_EQ(versions(id), std::vector<std::string>());
    EXPECT_EQ(run(profiles->fork("p", make(), std::nullopt))->version, 0) << "of an empty one";
  }
}

TEST_F(KeptProfilesTest, CookiesAreANewVersionWithTheSameFiles) {
  const std::string id = make();
  session::Cookie cookie;
  cookie.name = "n";
  cookie.value = "v";
  cookie.domain = "b.example";
  EXPECT_EQ(*run(profiles->put_cookies("p", id, {cookie}, false)), 1u) << "of one that was never saved";
  fill(id, "one");
  EXPECT_EQ(*run(profiles->put_cookies("p", id, {cookie}, false)), 2u);
  EXPECT_EQ(run(profiles->find("p", id))->version, 3);
  const std::string there = folder + "/target";
  fs::create_directories(there);
  browser::Fingerprint wanted;
  FakeCarrier session("s");
  const auto companion = companion_of(id, false);
  ASSERT_TRUE(run(companion->prepare(session, wanted)));
  ASSERT_TRUE(wanted.profile);
  ASSERT_TRUE(wanted.profile->write(there));
  EXPECT_EQ(fs::file_size(there + "/Default/Local Storage/x"), 3u);
}

TEST_F(KeptProfilesTest, OfWhatADaemonLeftHalfDoneNothingStays) {
  const std::string id = make(), stranger = "11111111-1111-4111-8111-111111111111";
  for (const char* content : {"one", "two"}) fill(id, content);
  for (const std::string& name : {id + "/3", id + "/.draft-x", stranger + "/1", std::string(".import-x")})
    fs::create_directories(folder + "/profiles/" + name);
  std::ofstream(folder + "/profiles/" + id + "/3/state") << "half";
  open();
  ASSERT_TRUE(run(profiles->sweep()));
  EXPECT_EQ(versions(id), (std::vector<std::string>{"1", "2"}));
  EXPECT_FALSE(fs::exists(folder + "/profiles/" + stranger));
  EXPECT_FALSE(fs::exists(folder + "/profiles/.import-x"));
  EXPECT_EQ(cookie_of(id), "two");
  fill(id, "three");
  EXPECT_EQ(cookie_of(id), "three");
}

TEST_F(KeptProfilesTest, AnotherKeyIsSaidAtTheCreate) {
  key = std::string(32, 'k');
  open();
  const std::string id = make();
  fill(id, "one");
  key.clear();
  open();
  session::SessionSpec spec;
  spec.project_id = "p";
  spec.profile = session::ProfileUse{id, false};
  session::Companions companions;
  EXPECT_EQ(run(profiles->add(spec, companions)).error().code, errc::conflict);
  spec.profile->id = "nobody";
  EXPECT_EQ(run(profiles->add(spec, companions)).error().code, errc::not_found);
  spec.profile.reset();
  EXPECT_TRUE(run(profiles->add(spec, companions)));
  EXPECT_TRUE(companions.empty());
}

TEST_F(KeptProfilesTest, WhoNeedsAProfileWaitsWhileASessionSavesIt) {
  const std::string id = make();
  auto first = companion_of(id, true);
  FakeCarrier session("s");
  browser::Fingerprint wanted;
  ASSERT_TRUE(run(first->prepare(session, wanted)));
  EXPECT_FALSE(wanted.profile) << "nothing was saved yet: any browser will do";
  EXPECT_TRUE(run(profiles->cookies("p", id))) << "a session that runs holds nobody up";
  session.now.state = session::State::ended;
  std::optional<base::Result<std::vector<session::Cookie>>> waiting;
  start(profiles->cookies("p", id), waiting);
  loop.restart();
  while (loop.run_one_for(std::chrono::milliseconds(20)) > 0 && !waiting) {
  }
  EXPECT_FALSE(waiting);
  first.reset();
  loop.restart();
  loop.run();
  ASSERT_TRUE(waiting);
  EXPECT_TRUE(*waiting);
}

TEST_F(KeptProfilesTest, AndNotForEver) {
  patience = base::Milliseconds(0);
  open();
  const std::string id = make();
  const auto first = companion_of(id, true);
  FakeCarrier session("s");
  browser::Fingerprint wanted;
  ASSERT_TRUE(run(first->prepare(session, wanted)));
  session.now.state = session::State::ended;
  EXPECT_EQ(run(profiles->cookies("p", id)).error().code, errc::unavailable);
  ASSERT_TRUE(profiles->persist("s", false));
  EXPECT_TRUE(run(profiles->cookies("p", id))) << "what is not saved is not waited for";
  EXPECT_EQ(profiles->persist("nobody", true).error().code, errc::not_found);
}

TEST_F(KeptProfilesTest, ABrowserThatDidNotEndAsItShouldSavesNothing) {
  const std::string id = make();
  fill(id, "one");
  const auto companion = companion_of(id, true);
  FakeCarrier session("s");
  browser::Fingerprint wanted;
  ASSERT_TRUE(run(companion->prepare(session, wanted)));
  browser::FakeBrowser browser(loop.get_executor(), wanted);
  browser.die({0, 9});
  run(companion->after_exit(browser));
  EXPECT_TRUE(lines.mentions("profile not saved"));
  EXPECT_EQ(cookie_of(id), "one");
  EXPECT_EQ(versions(id), std::vector<std::string>{"1"});
}

}  // namespace
}  // namespace greenroom::daemon
