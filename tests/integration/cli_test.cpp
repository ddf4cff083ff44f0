// The program as a shell sees it: words, exit codes, what goes to which stream.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/fd.hpp"
#include "daemon/run_program.hpp"
#include "daemon/setup.hpp"

namespace greenroom::daemon {
namespace {

struct Outcome {
  int code = -1;
  std::string said;  ///< both streams
};

class CliTest : public ::testing::Test {
 protected:
  CliTest() {
    std::string name = (std::filesystem::temp_directory_path() / "greenroom-cli-XXXXXX").string();
    directory_ = ::mkdtemp(name.data());
  }
  ~CliTest() override { std::filesystem::remove_all(directory_); }

  Outcome greenroom(std::vector<std::string> words, std::vector<std::string> environment = {}) {
    base::ProcessOptions options;
    options.executable = GREENROOM_BINARY;
    options.arguments = std::move(words);
    options.environment = std::move(environment);
    options.environment.push_back("GREENROOM_DATA=" + directory_);
    const auto run = run_to_end(run_program(options, std::chrono::seconds(60)));
    if (!run) return {-1, run.error().message()};
    return {run->status.code, run->output};
  }

  std::string write(const std::string& name, const std::string& text) {
    const std::string path = directory_ + "/" + name;
    std::ofstream(path) << text;
    return path;
  }

  std::string directory_;
};

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

/// The last line that is not empty.
std::string last_line(std::string text) {
  while (text.ends_with('\n')) text.pop_back();
  return text.substr(text.rfind('\n') + 1);
}

TEST_F(CliTest, HelpAndVersionAreGiven) {
  const Outcome help = greenroom({"--help"});
  EXPECT_EQ(help.code, 0);
  EXPECT_TRUE(has(help.said, "check-config")) << help.said;
  EXPECT_EQ(greenroom({"version"}).said, "greenroom " GREENROOM_VERSION "\n");
}

TEST_F(CliTest, AMistypedFlagIsOneLineAndExitCode2) {
  const Outcome outcome = greenroom({"serve", "--lisen", "127.0.0.1:0"});
  EXPECT_EQ(outcome.code, 2);
  EXPECT_EQ(outcome.said, "greenroom: 'serve' knows no --lisen (see greenroom serve --help)\n");
}

TEST_F(CliTest, CheckConfigNamesFileLineAndKeyWithExitCode78) {
  const std::string wrong = write("greenroom.yaml", "session:\n  default_timeout: 5x\n");
  const Outcome outcome = greenroom({"check-config", "--config", wrong});
  EXPECT_EQ(outcome.code, 78);
  EXPECT_EQ(outcome.said,
            "greenroom: greenroom.yaml:2: session.default_timeout: '5x' is no duration (use 30s, 5m, 1h)\n");
  EXPECT_EQ(greenroom({"check-config", "--config", directory_ + "/nowhere"}).code, 78);
  EXPECT_EQ(greenroom({"check-config", "--config", write("good.yaml", "recording: {fps: 5}\n")}).code, 0);
  const Outcome variable = greenroom({"check-config"}, {"GREENROOM_RECORDING__FPS=0"});
  EXPECT_EQ(variable.code, 78);
  EXPECT_TRUE(has(variable.said, "GREENROOM_RECORDING__FPS")) << variable.said;
}

TEST_F(CliTest, AKeyIsShownOnceThenListedByItsPrefixThenRevoked) {
  const Outcome added = greenroom({"keys", "add", "--name", "laptop"});
  ASSERT_EQ(added.code, 0) << added.said;
  const std::string key = last_line(added.said);
  ASSERT_TRUE(key.starts_with("gr_")) << added.said;
  ASSERT_EQ(key.size(), 43u);

  const Outcome listed = greenroom({"keys", "list"});
  EXPECT_TRUE(has(listed.said, key.substr(0, 6) + "…")) << listed.said;
  EXPECT_TRUE(has(listed.said, "laptop")) << listed.said;
  EXPECT_FALSE(has(listed.said, key)) << "the whole key is never shown again";
  for (const auto& entry : std::filesystem::directory_iterator(directory_))
    EXPECT_FALSE(has(*base::read_file(entry.path().string()), key)) << entry.path();

  const std::string id = last_line(listed.said).substr(0, 8);
  EXPECT_EQ(greenroom({"keys", "revoke", id}).code, 0);
  EXPECT_EQ(greenroom({"keys", "revoke", id}).code, 1) << "a second time";
  EXPECT_EQ(greenroom({"keys", "revoke", "ffffffff"}).code, 1);
}

TEST_F(CliTest, AnExistingKeyIsTakenOverFromAFileAndNotPrinted) {
  const std::string key = "cloud_key_0123456789abcdef";
  const Outcome added = greenroom({"keys", "add", "--value-file", write("key", key + "\n")});
  EXPECT_EQ(added.code, 0) << added.said;
  EXPECT_FALSE(has(added.said, key)) << added.said;
  EXPECT_EQ(greenroom({"keys", "add", "--value-file", directory_ + "/key"}).code, 1) << "it is there already";
  EXPECT_EQ(greenroom({"keys", "add", "--value-file", write("short", "abc\n")}).code, 1);
  EXPECT_EQ(greenroom({"keys", "add", "--value-file", write("lines", key + "\n" + key + "\n")}).code, 1);
  EXPECT_EQ(greenroom({"keys", "add", "--value-file", directory_ + "/nowhere"}).code, 1);
}

TEST_F(CliTest, ANewerStoreIsRefusedAndStaysByteForByte) {
  ASSERT_EQ(greenroom({"keys", "add"}).code, 0);
  const std::string path = directory_ + "/greenroom.db";
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(60);  // user_version in SQLite's header, big-endian
    file.write("\0\0\x03\xe8", 4);
  }
  const std::string before = *base::read_file(path);
  const Outcome outcome = greenroom({"keys", "add"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(has(outcome.said, "was not touched")) << outcome.said;
  EXPECT_TRUE(*base::read_file(path) == before);
}

TEST_F(CliTest, SessionsWithoutADaemonIsOneClearLine) {
  const Outcome none = greenroom({"sessions", "list"});
  EXPECT_EQ(none.code, 1);
  EXPECT_TRUE(has(none.said, "no daemon runs with the data directory " + directory_)) << none.said;
  EXPECT_EQ(greenroom({"sessions", "show", "../../etc/passwd"}).code, 2);
}

TEST_F(CliTest, ADamagedStoreIsAClearError) {
  write("greenroom.db", std::string(8192, 'x'));
  const Outcome outcome = greenroom({"keys", "list"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_TRUE(has(outcome.said, "damaged")) << outcome.said;
}

}  // namespace
}  // namespace greenroom::daemon
