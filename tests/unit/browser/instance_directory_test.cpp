#include "browser/instance_directory.hpp"

#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/ids.hpp"

namespace greenroom::browser {
namespace {

namespace fs = std::filesystem;

class InstanceDirectoryTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/greenroom-instance-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    folder_ = name;
    work_ = folder_ + "/work";
    ASSERT_TRUE(make_work_directory(work_));
  }
  void TearDown() override { fs::remove_all(folder_); }

  static unsigned mode(const std::string& path) {
    struct stat about {};
    return ::lstat(path.c_str(), &about) == 0 ? about.st_mode & 07777 : 0;
  }

  std::string folder_;
  std::string work_;
  std::string id_ = base::make_uuid();
};

TEST_F(InstanceDirectoryTest, IsForItsOwnerAlone) {
  const auto made = make_instance_directory(work_, id_, std::nullopt, InitialContent{{}, "{}", "", nullptr});
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(mode(work_), 0711u);
  for (const std::string& path : {made->root, made->profile(), made->cache(), made->temporary(), made->home(),
                                  made->downloads(), made->uploads()})
    EXPECT_EQ(mode(path), 0700u) << path;
  EXPECT_EQ(mode(made->profile() + "/Default/Preferences"), 0600u);
  EXPECT_EQ(instance_names(work_), std::vector<std::string>{id_});
}

TEST_F(InstanceDirectoryTest, BelongsToItsIdentity) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  const auto made = make_instance_directory(work_, id_, base::Identity{61999, 61998},
                                            InitialContent{{{"xauthority", "x"}}, "", "", nullptr});
  ASSERT_TRUE(made) << made.error().message();
  for (const auto& entry : fs::recursive_directory_iterator(made->root)) {
    struct stat about {};
    ASSERT_EQ(::lstat(entry.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_uid, 61999u) << entry.path();
    EXPECT_EQ(about.st_gid, 61998u) << entry.path();
  }
}

TEST_F(InstanceDirectoryTest, AFileThatCannotBeWrittenLeavesNothing) {
  EXPECT_FALSE(make_instance_directory(work_, id_, std::nullopt,
                                       InitialContent{{{"no/such/folder", "x"}}, "", "", nullptr}));
  EXPECT_FALSE(fs::exists(work_ + "/" + id_));
}

/// Writes one file as a profile that was used before would.
class UsedProfile final : public InitialProfile {
 public:
  explicit UsedProfile(bool fails) : fails_(fails) {}
  base::Result<void> write(const std::string& directory) const override {
    if (fails_) return base::Error{base::errc::protocol, "damaged"};
    fs::create_directories(directory + "/Default/Local Storage/leveldb");
    std::ofstream(directory + "/Default/Local Storage/leveldb/1") << "kept";
    std::ofstream(directory + "/Default/Preferences")
        << R"({"kept":1,"download":{"old":true,"default_directory":"gone"}})";
    return {};
  }

 private:
  bool fails_;
};

TEST_F(InstanceDirectoryTest, BeginsWithAProfileWhichBecomesItsOwners) {
  const UsedProfile profile(false);
  std::optional<base::Identity> owner;
  if (::geteuid() == 0) owner = base::Identity{61999, 61998};
  InitialContent content;
  content.preferences = R"({"download":{"default_directory":"/new"}})";
  content.profile = &profile;
  const auto made = make_instance_directory(work_, id_, owner, content);
  ASSERT_TRUE(made) << made.error().message();
  std::ifstream file(made->profile() + "/Default/Preferences");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(text, R"({"kept":1,"download":{"old":true,"default_directory":"/new"}})");
  for (const auto& entry : fs::recursive_directory_iterator(made->root)) {
    struct stat about {};
    ASSERT_EQ(::lstat(entry.path().c_str(), &about), 0);
    EXPECT_EQ(about.st_uid, owner ? owner->uid : ::geteuid()) << entry.path();
  }
}

TEST_F(InstanceDirectoryTest, AProfileThatCannotBeReadLeavesNothing) {
  const UsedProfile profile(true);
  InitialContent content;
  content.profile = &profile;
  const auto made = make_instance_directory(work_, id_, std::nullopt, content);
  ASSERT_FALSE(made);
  EXPECT_EQ(made.error().code, base::errc::protocol);
  EXPECT_FALSE(fs::exists(work_ + "/" + id_));
}

TEST(MergedPreferences, OursWinAndTheRestStays) {
  EXPECT_EQ(merged_preferences(R"({"a":{"b":1,"c":2},"d":3})", R"({"a":{"c":4},"d":{"e":5}})"),
            R"({"a":{"b":1,"c":4},"d":{"e":5}})");
  for (const char* broken : {"", "[]", "{", "7"})
    EXPECT_EQ(merged_preferences(broken, R"({"a":1})"), R"({"a":1})");
}

TEST_F(InstanceDirectoryTest, GoesAsOne) {
  const auto made = make_instance_directory(work_, id_, std::nullopt, {});
  ASSERT_TRUE(made);
  std::ofstream(made->cache() + "/file") << "x";
  fs::create_directories(made->profile() + "/a/b/c");
  EXPECT_TRUE(remove_instance_directory(work_, id_));
  EXPECT_FALSE(fs::exists(made->root));
  EXPECT_TRUE(remove_instance_directory(work_, id_)) << "gone already is no error";
}

TEST_F(InstanceDirectoryTest, LinksAreRemovedAndNotFollowed) {
  const std::string outside = folder_ + "/outside";
  fs::create_directories(outside + "/sub");
  std::ofstream(outside + "/kept") << "x";
  const auto made = make_instance_directory(work_, id_, std::nullopt, {});
  ASSERT_TRUE(made);
  fs::create_directory_symlink(outside, made->home() + "/link");
  fs::create_symlink(outside + "/kept", made->home() + "/file");
  EXPECT_TRUE(remove_instance_directory(work_, id_));
  EXPECT_TRUE(fs::exists(outside + "/kept"));
  EXPECT_TRUE(fs::exists(outside + "/sub"));
}

TEST_F(InstanceDirectoryTest, ALinkInItsPlaceIsNotFollowedEither) {
  const std::string outside = folder_ + "/outside";
  fs::create_directories(outside);
  std::ofstream(outside + "/kept") << "x";
  fs::create_directory_symlink(outside, work_ + "/" + id_);
  EXPECT_TRUE(remove_instance_directory(work_, id_));
  EXPECT_FALSE(fs::is_symlink(work_ + "/" + id_));
  EXPECT_TRUE(fs::exists(outside + "/kept"));
}

TEST_F(InstanceDirectoryTest, DepthAndLockedFoldersDoNotSaveIt) {
  const auto made = make_instance_directory(work_, id_, std::nullopt, {});
  ASSERT_TRUE(made);
  // Deeper than descriptors are held.
  int at = ::open(made->home().c_str(), O_RDONLY | O_DIRECTORY);
  for (int depth = 0; depth < 200; ++depth) {
    ASSERT_EQ(::mkdirat(at, "deep-0", 0700), 0);
    const int next = ::openat(at, "deep-0", O_RDONLY | O_DIRECTORY);
    ::close(at);
    at = next;
  }
  ::close(at);
  fs::create_directories(made->cache() + "/locked/inside");
  fs::permissions(made->cache() + "/locked", fs::perms::none);
  const auto removed = remove_instance_directory(work_, id_);
  EXPECT_TRUE(removed) << removed.error().message();
  EXPECT_FALSE(fs::exists(made->root));
}

TEST_F(InstanceDirectoryTest, AWayOutOfTheWorkDirectoryIsNoName) {
  for (const char* name : {"", ".", "..", "../outside", "a/b"})
    EXPECT_FALSE(remove_instance_directory(work_, name));
}

TEST_F(InstanceDirectoryTest, SomebodyElsesFolderIsNotOpened) {
  if (::geteuid() != 0) GTEST_SKIP() << "identities are root's";
  const std::string closed = folder_ + "/closed";
  fs::create_directory(closed);
  fs::permissions(closed, fs::perms(0700));
  EXPECT_FALSE(make_work_directory(closed));
  EXPECT_EQ(mode(closed), 0700u);
}

}  // namespace
}  // namespace greenroom::browser
