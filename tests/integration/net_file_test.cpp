// Files as answers, over real sockets.
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "tests/integration/net_loopback.hpp"

namespace greenroom::net::loopback {
namespace {

bool has(const std::string& text, std::string_view part) { return text.find(part) != text.npos; }

class NetFile : public testing::Test {
 protected:
  NetFile() {
    std::string pattern = testing::TempDir() + "net_file_XXXXXX";
    directory = ::mkdtemp(pattern.data());
    std::ofstream(directory / "f") << "0123456789";
    it.actions.on["/f"] = serve(directory / "f");
  }
  ~NetFile() override { std::filesystem::remove_all(directory); }
  static Action serve(std::filesystem::path path) {
    return [path](Request) -> base::Task<Response> {
      Response response = text_response(200, "video/mp4", {});
      FileBody body{path};
      response.file = std::move(body);
      co_return response;
    };
  }
  base::Task<std::string> ask(const std::string& path, const std::string& fields,
                              const char* method = "GET") {
    Client client(it.loop);
    co_await client.connect(it.port());
    co_await client.write(std::string(method) + " " + path + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n" +
                          fields + "\r\n");
    co_return co_await client.read_to_end();
  }
  Loopback it;
  std::filesystem::path directory;
};

TEST_F(NetFile, IsServedWholeInPartsOrNotAtAll) {
  auto test = [this]() -> base::Task<void> {
    const std::string whole = co_await ask("/f", "");
    EXPECT_TRUE(has(whole, " 200 ") && has(whole, "content-type: video/mp4\r\n")) << whole;
    EXPECT_TRUE(has(whole, "accept-ranges: bytes\r\n") && whole.ends_with("\r\n\r\n0123456789")) << whole;
    const std::size_t tag = whole.find("etag: ") + 6;
    const std::string etag = whole.substr(tag, whole.find("\r\n", tag) - tag);
    const std::string same = co_await ask("/f", "If-None-Match: " + etag + "\r\n");
    EXPECT_TRUE(has(same, " 304 ") && same.ends_with("\r\n\r\n")) << same;
    const std::string part = co_await ask("/f", "Range: bytes=2-4\r\nIf-Range: " + etag + "\r\n");
    EXPECT_TRUE(has(part, " 206 ") && has(part, "content-range: bytes 2-4/10\r\n")) << part;
    EXPECT_TRUE(part.ends_with("\r\n\r\n234")) << part;
    const std::string suffix = co_await ask("/f", "Range: bytes=-3\r\n");
    EXPECT_TRUE(suffix.ends_with("\r\n\r\n789")) << suffix;
    const std::string behind = co_await ask("/f", "Range: bytes=10-\r\n");
    EXPECT_TRUE(has(behind, " 416 ") && has(behind, "content-range: bytes */10\r\n")) << behind;
    const std::string head = co_await ask("/f", "", "HEAD");
    EXPECT_TRUE(has(head, "content-length: 10\r\n") && head.ends_with("\r\n\r\n")) << head;
  };
  it.run(test);
}

TEST_F(NetFile, LinkFolderAndNothingAreNotFound) {
  std::filesystem::create_symlink(directory / "f", directory / "link");
  it.actions.on["/link"] = serve(directory / "link");
  it.actions.on["/folder"] = serve(directory);
  it.actions.on["/none"] = serve(directory / "none");
  auto test = [this]() -> base::Task<void> {
    for (const char* path : {"/link", "/folder", "/none"}) {
      const std::string answer = co_await ask(path, "");
      EXPECT_TRUE(has(answer, " 404 ")) << path << answer;
    }
  };
  it.run(test);
}

TEST_F(NetFile, LargeOneArrivesWhole) {
  std::string content(30'000'000, 'a');
  for (std::size_t i = 0; i < content.size(); i += 997) content[i] = static_cast<char>('a' + i % 26);
  std::ofstream(directory / "f") << content;
  auto test = [&]() -> base::Task<void> {
    const std::string answer = co_await ask("/f", "");
    EXPECT_TRUE(answer.ends_with("\r\n\r\n" + content));
  };
  it.run(test);
}

}  // namespace
}  // namespace greenroom::net::loopback
