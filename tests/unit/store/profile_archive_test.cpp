// What belongs to a profile, and what an archive of one must not hold.
#include "store/profile_archive.hpp"

#include <archive.h>
#include <archive_entry.h>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

namespace fs = std::filesystem;
using base::errc;
using base::Result;

/// One entry of a hand-made archive.
struct Entry {
  std::string path;
  std::string content = "x";
  mode_t type = AE_IFREG;
  std::string link = {};
};

std::string archive_of(const std::vector<Entry>& entries) {
  std::string out(1 << 20, '\0');
  std::size_t used = 0;
  archive* a = ::archive_write_new();
  ::archive_write_set_format_ustar(a);
  ::archive_write_open_memory(a, out.data(), out.size(), &used);
  for (const Entry& one : entries) {
    archive_entry* entry = ::archive_entry_new();
    ::archive_entry_set_pathname(entry, one.path.c_str());
    ::archive_entry_set_filetype(entry, one.type);
    ::archive_entry_set_perm(entry, 0600);
    if (one.type == AE_IFLNK)
      ::archive_entry_set_symlink(entry, one.link.c_str());
    else if (!one.link.empty())
      ::archive_entry_set_hardlink(entry, one.link.c_str());
    const bool has_content = one.type == AE_IFREG && one.link.empty();
    ::archive_entry_set_size(entry, has_content ? static_cast<la_int64_t>(one.content.size()) : 0);
    ::archive_write_header(a, entry);
    if (has_content) ::archive_write_data(a, one.content.data(), one.content.size());
    ::archive_entry_free(entry);
  }
  ::archive_write_close(a);
  ::archive_write_free(a);
  out.resize(used);
  return out;
}

GetBytes bytes_of(std::string text) {
  return [text = std::move(text), given = false]() mutable -> Result<std::string_view> {
    return std::exchange(given, true) ? std::string_view() : std::string_view(text);
  };
}

class ProfileArchiveTest : public testing::Test {
 protected:
  void write(const std::string& path, const std::string& content) {
    const fs::path file = fs::path(from_.path()) / path;
    fs::create_directories(file.parent_path());
    std::ofstream(file) << content;
  }
  Result<std::string> pack(ArchiveLimits limits = {}) {
    std::string out;
    auto put = [&](std::string_view bytes) {
      out += bytes;
      return Result<void>();
    };
    auto size = pack_profile(from_.path(), ::geteuid(), limits, put);
    if (!size) return size.error();
    return out;
  }
  Result<void> unpack(const std::string& archive, ArchiveLimits limits = {}) {
    return unpack_profile(bytes_of(archive), limits, to_.path());
  }
  std::string read(const std::string& path) {
    std::ifstream file(to_.file(path), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  }
  std::size_t files() {
    std::size_t count = 0;
    for (const auto& entry : fs::recursive_directory_iterator(to_.path())) count += entry.is_regular_file();
    return count;
  }

  TempDir from_, to_;
};

TEST_F(ProfileArchiveTest, WhatPagesKeepComesBackAndCachesDoNot) {
  const std::string deep = "Default/IndexedDB/https_" + std::string(150, 'a') + "_0.indexeddb.blob/1/00/2";
  write("Default/Local Storage/leveldb/000003.log", std::string(200'000, 'l') + "end");
  write(deep, std::string("\0binary\xff", 8));
  write("Default/Preferences", "{}");
  write("Default/Web Data", "");
  for (const char* other :
       {"Default/Cache/data_0", "Default/Code Cache/js/index", "Default/Cookies", "Local State",
        "Default/Session Storage/000003.log", "Default/Secure Preferences", "GPUCache/index"})
    write(other, "not kept");
  const auto packed = pack();
  ASSERT_TRUE(packed) << packed.error().message();
  ASSERT_TRUE(unpack(*packed));
  EXPECT_EQ(files(), 4u);
  EXPECT_EQ(read("Default/Local Storage/leveldb/000003.log"), std::string(200'000, 'l') + "end");
  EXPECT_EQ(read(deep), std::string("\0binary\xff", 8));
  EXPECT_EQ(read("Default/Preferences"), "{}");
}

TEST_F(ProfileArchiveTest, WhatABrowserMayHavePlantedIsLeftOut) {
  write("Default/Preferences", "{}");
  write("secret", "of somebody else");
  fs::create_directories(from_.file("Default/IndexedDB"));
  fs::create_symlink(from_.file("secret"), from_.file("Default/IndexedDB/link"));
  fs::create_directory_symlink("/etc", from_.file("Default/Local Storage"));
  fs::create_hard_link(from_.file("secret"), from_.file("Default/IndexedDB/hard"));
  ASSERT_EQ(::mkfifo(from_.file("Default/IndexedDB/pipe").c_str(), 0600), 0);
  ASSERT_TRUE(unpack(*pack()));
  EXPECT_EQ(files(), 1u) << "no link was followed, and the pipe held nothing up";
  std::string nothing;
  auto put = [&](std::string_view bytes) {
    nothing += bytes;
    return Result<void>();
  };
  const auto size = pack_profile(from_.path(), ::geteuid() + 1, {}, put);
  ASSERT_TRUE(size);
  EXPECT_EQ(size->count, 0u) << "files of another user";
}

TEST_F(ProfileArchiveTest, SizesAndCountsHaveBounds) {
  write("Default/IndexedDB/a", std::string(1'000, 'a'));
  write("Default/IndexedDB/b", std::string(1'000, 'b'));
  const std::string good = *pack();
  ArchiveLimits small;
  small.size = base::Bytes{1'999};
  EXPECT_EQ(pack(small).error().code, errc::too_large);
  EXPECT_EQ(unpack(good, small).error().code, errc::too_large);
  // What was unpacked before the bound was met is in the way of the next.
  fs::remove_all(to_.file("Default"));
  ArchiveLimits few;
  few.files = 1;
  EXPECT_EQ(pack(few).error().code, errc::too_large);
  EXPECT_EQ(unpack(good, few).error().code, errc::too_large);
}

TEST_F(ProfileArchiveTest, NoPathLeadsOut) {
  for (const char* path :
       {"/etc/passwd", "../x", "Default/../../x", "Default/IndexedDB/../../../x", "Default//x",
        "Default/IndexedDB/.", "Default/Indexed\\DB/x", "Default/IndexedDB/a\nb", "..", "./../x"}) {
    const auto refused = unpack(archive_of({{path}}));
    ASSERT_FALSE(refused) << path;
    EXPECT_EQ(refused.error().code, errc::invalid_argument) << path;
  }
  EXPECT_FALSE(unpack(archive_of({{"Default/Cookies"}}))) << "no file of ours";
  EXPECT_EQ(files(), 0u);
}

TEST_F(ProfileArchiveTest, NoLinkDeviceOrPipeIsMade) {
  const std::vector<Entry> odd = {{"Default/IndexedDB/l", "", AE_IFLNK, "/etc/passwd"},
                                  {"Default/IndexedDB/h", "", AE_IFREG, "/etc/passwd"},
                                  {"Default/IndexedDB/p", "", AE_IFIFO},
                                  {"Default/IndexedDB/c", "", AE_IFCHR}};
  for (const Entry& entry : odd) EXPECT_EQ(unpack(archive_of({entry})).error().code, errc::invalid_argument);
  EXPECT_EQ(files(), 0u);
  const auto twice = unpack(archive_of({{"Default/IndexedDB/a"}, {"Default/IndexedDB/a"}}));
  EXPECT_EQ(twice.error().code, errc::invalid_argument) << "the same name twice";
}

TEST_F(ProfileArchiveTest, WhatIsCutOrNoArchiveIsRefused) {
  std::string noise;
  for (unsigned i = 0, seed = 7; i < 100'000; ++i)
    noise += static_cast<char>((seed = seed * 1'103'515'245u + 12'345u) >> 16);
  write("Default/IndexedDB/a", noise);
  const std::string good = *pack();
  for (const std::size_t size : {good.size() / 2, good.size() / 4})
    EXPECT_FALSE(unpack(good.substr(0, size))) << size;
  EXPECT_EQ(unpack("no archive at all").error().code, errc::invalid_argument);
  auto broken = [] { return Result<std::string_view>(base::Error{errc::protocol, "damaged"}); };
  EXPECT_EQ(unpack_profile(broken, {}, to_.path()).error().code, errc::protocol) << "what the source says";
}

}  // namespace
}  // namespace greenroom::store
