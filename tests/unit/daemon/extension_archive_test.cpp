#include "daemon/extension_archive.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "base/fd.hpp"
#include "daemon/extension_files.hpp"
#include "tests/unit/daemon/zip_text.hpp"

namespace greenroom::daemon {
namespace {

using base::errc;
const ArchiveLimits limits;

class ExtensionArchive : public ::testing::Test {
 protected:
  ExtensionArchive() {
    std::string name = (std::filesystem::temp_directory_path() / "greenroom-zip-XXXXXX").string();
    home_ = ::mkdtemp(name.data());
  }
  ~ExtensionArchive() override { std::filesystem::remove_all(home_); }
  base::Result<UnpackedExtension> unpack(const std::vector<ZipMember>& entries,
                                         const ArchiveLimits& with = limits) {
    return unpack_extension(zip_of(entries), home_ + "/out" + std::to_string(++count_), with);
  }
  std::string text(const std::string& name) const {
    auto read = base::read_file(home_ + "/out" + std::to_string(count_) + "/" + name);
    return read ? *read : std::string("(none)");
  }
  std::string home_;
  int count_ = 0;
};

TEST_F(ExtensionArchive, WhatIsInItIsUnpacked) {
  const auto found = unpack({{"manifest.json", good_manifest}, {"a/", "", AE_IFDIR}, {"a/b/c.js", "hello"}});
  ASSERT_TRUE(found) << found.error().message();
  EXPECT_EQ(found->manifest.name, "Painter");
  EXPECT_EQ(found->manifest.version, "1.2.3");
  EXPECT_EQ(found->files, 2u);
  EXPECT_EQ(text("a/b/c.js"), "hello");
}

TEST_F(ExtensionArchive, BackslashesAreSlashesAndOneFolderIsTheExtension) {
  ASSERT_TRUE(unpack({{"top\\manifest.json", good_manifest}, {"top\\js\\c.js", "x"}}));
  EXPECT_EQ(text("js/c.js"), "x");
  EXPECT_FALSE(unpack({{"top/manifest.json", good_manifest}, {"other/c.js", "x"}}));
}

TEST_F(ExtensionArchive, WhatMacOsLeavesIsLeftOut) {
  ASSERT_TRUE(unpack({{"manifest.json", good_manifest}, {"__MACOSX/._a", "x"}, {".DS_Store", "x"}}));
  EXPECT_EQ(text("__MACOSX/._a"), "(none)");
}

TEST_F(ExtensionArchive, NothingLeavesItsFolder) {
  for (const char* name :
       {"../out.txt", "a/../../out.txt", "/tmp/out.txt", "C:\\out.txt", "..\\out.txt", "a\nb"}) {
    const auto found = unpack({{"manifest.json", good_manifest}, {name, "x"}});
    ASSERT_FALSE(found) << name;
    EXPECT_EQ(found.error().code, errc::invalid_argument) << name;
  }
  EXPECT_FALSE(std::filesystem::exists(home_ + "/out.txt"));
}

TEST_F(ExtensionArchive, LinksTwinsAndFilesThatAreFoldersAreRefused) {
  EXPECT_FALSE(unpack({{"manifest.json", good_manifest}, {"link", "/etc/passwd", AE_IFLNK}}));
  EXPECT_FALSE(unpack({{"manifest.json", good_manifest}, {"a", "1"}, {"./a", "2"}}));
  EXPECT_FALSE(unpack({{"manifest.json", good_manifest}, {"a", "1"}, {"a/b", "2"}}));
}

TEST_F(ExtensionArchive, LimitsHold) {
  ArchiveLimits small;
  small.unpacked = base::Bytes{1000};
  auto found = unpack({{"manifest.json", good_manifest}, {"big", std::string(5000, 'x')}}, small);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::too_large);
  small = ArchiveLimits();
  small.entries = 2;
  found = unpack({{"manifest.json", good_manifest}, {"a", ""}, {"b", ""}}, small);
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, errc::too_large);
}

TEST_F(ExtensionArchive, WhatIsNoZipIsRefused) {
  EXPECT_FALSE(look_into_extension("", limits));
  EXPECT_FALSE(look_into_extension("hello", limits));
  const std::string good = zip_of({{"manifest.json", good_manifest}});
  EXPECT_TRUE(look_into_extension(good, limits));
  for (std::size_t size = 1; size < good.size(); size += 7)
    EXPECT_FALSE(look_into_extension(std::string_view(good).substr(0, size), limits)) << size;
}

TEST_F(ExtensionArchive, ContentsAreKeptOnceAndCopied) {
  const std::string archive = zip_of({{"manifest.json", good_manifest}, {"a/b.js", "x"}});
  const std::string folder = home_ + "/kept";
  ASSERT_TRUE(sweep_extensions(folder, {}));
  ASSERT_TRUE(keep_extension(archive, folder, "hash", limits));
  ASSERT_TRUE(keep_extension("not even a zip", folder, "hash", limits));
  ASSERT_TRUE(copy_extension(folder + "/hash", home_, "copy", std::nullopt));
  EXPECT_EQ(*base::read_file(home_ + "/copy/a/b.js"), "x");
  const auto again = copy_extension(folder + "/hash", home_, "copy", std::nullopt);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, errc::conflict);
  ASSERT_TRUE(sweep_extensions(folder, {"hash"}));
  EXPECT_TRUE(std::filesystem::exists(folder + "/hash"));
  ASSERT_TRUE(remove_extension(folder, "hash"));
  EXPECT_TRUE(std::filesystem::is_empty(folder));
  ASSERT_TRUE(remove_extension(folder, "hash"));
}

TEST_F(ExtensionArchive, ACopyFollowsNoLinkThatIsInItsWay) {
  const std::string archive = zip_of({{"manifest.json", good_manifest}});
  ASSERT_TRUE(sweep_extensions(home_ + "/kept", {}));
  ASSERT_TRUE(keep_extension(archive, home_ + "/kept", "hash", limits));
  std::filesystem::create_directory(home_ + "/victim");
  std::filesystem::create_directory_symlink(home_ + "/victim", home_ + "/copy");
  EXPECT_FALSE(copy_extension(home_ + "/kept/hash", home_, "copy", std::nullopt));
  EXPECT_TRUE(std::filesystem::is_empty(home_ + "/victim"));
}

TEST(ExtensionManifest, CommentsAndAByteOrderMarkAreNoFault) {
  const auto found =
      parse_manifest("\xEF\xBB\xBF// ours\n{\"manifest_version\":3,\"name\":\"N\",\"version\":\"1\"}");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "N");
}

TEST(ExtensionManifest, ANameOfTheLocalesIsNone) {
  const auto found = parse_manifest(R"({"manifest_version":3,"name":"__MSG_app__","version":"1.0"})");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->name, "");
}

TEST(ExtensionManifest, NoExtensionChangesItsBrowsersWayToTheNetwork) {
  const auto manifest = [](const std::string& more) {
    return R"({"manifest_version":3,"name":"N","version":"1",)" + more + "}";
  };
  for (const char* name : {"proxy", "privacy", "vpnProvider"}) {
    const std::string list = std::string(":[\"tabs\",\"") + name + "\"]";
    const auto now = parse_manifest(manifest("\"permissions\"" + list));
    ASSERT_FALSE(now) << name;
    EXPECT_NE(now.error().detail.find(name), std::string::npos);
    EXPECT_FALSE(parse_manifest(manifest("\"optional_permissions\"" + list))) << name;
  }
  EXPECT_TRUE(parse_manifest(manifest(R"("permissions":["tabs","debugger","storage"])")));
}

TEST(ExtensionManifest, WhatTheBrowserWouldRefuseIsRefused) {
  for (const char* text : {"", "[]", "{", R"({"manifest_version":2,"name":"N","version":"1"})",
                           R"({"manifest_version":3,"version":"1"})", R"({"manifest_version":3,"name":"N"})",
                           R"({"manifest_version":3,"name":"N","version":"1."})",
                           R"({"manifest_version":3,"name":"N","version":"1.2.3.4.5"})",
                           R"({"manifest_version":"3","name":"N","version":"1"})"})
    EXPECT_FALSE(parse_manifest(text)) << text;
}

}  // namespace
}  // namespace greenroom::daemon
