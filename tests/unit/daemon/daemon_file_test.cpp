#include "daemon/daemon_file.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sys/stat.h>

#include <gtest/gtest.h>

namespace greenroom::daemon {
namespace {

using base::errc;

class DaemonFileTest : public ::testing::Test {
 protected:
  DaemonFileTest() {
    std::string name = (std::filesystem::temp_directory_path() / "greenroom-daemon-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~DaemonFileTest() override { std::filesystem::remove_all(directory_); }
  std::string directory_;
};

TEST_F(DaemonFileTest, ReadsWhatWasWritten) {
  const DaemonFile file{4711, "::1", 4480, "2026-01-02T03:04:05.678Z", "0.1.0"};
  ASSERT_TRUE(write_daemon_file(directory_, file));
  const auto read = read_daemon_file(directory_);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_TRUE(*read == file);
  struct stat status {};
  ASSERT_EQ(::stat((directory_ + "/daemon.json").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777u, 0600u);
}

TEST_F(DaemonFileTest, WithoutAFileNoDaemonRuns) {
  EXPECT_EQ(read_daemon_file(directory_).error().code, errc::unavailable);
}

TEST_F(DaemonFileTest, ADamagedFileIsSaid) {
  for (const char* text : {"", "{", "[]", "{}", R"({"pid":1,"address":"x","port":70000})",
                           R"({"pid":"1","address":"x","port":1})", R"({"pid":1,"address":7,"port":1})",
                           R"({"pid":-1,"address":"x","port":1})"}) {
    std::ofstream(directory_ + "/daemon.json") << text;
    const auto read = read_daemon_file(directory_);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, errc::protocol) << text;
  }
}

}  // namespace
}  // namespace greenroom::daemon
