// Files through the dialects' doors, with a core that keeps them in memory.
#include "api/file_answers.hpp"
#include "tests/fakes/fake_files.hpp"
#include "tests/unit/api/gateway_test.hpp"

namespace greenroom::api {
namespace {

constexpr std::string_view boundary = "multipart/form-data; boundary=B";

class FilesTest : public GatewayTest {
 protected:
  FilesTest() {
    core.session_files = &files;
    core.put(running_session());
  }

  static std::string form(std::string_view name, std::string_view content) {
    return "--B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"" + std::string(name) +
           "\"\r\n\r\n" + std::string(content) + "\r\n--B--\r\n";
  }
  net::Response ask(std::string_view header, std::string_view method, const std::string& target,
                    std::string body = {}) {
    net::Request asked = request(method, target);
    const std::string before = header == "authorization" ? "Bearer " : "";
    asked.headers.add(std::string(header), before + std::string(api_key));
    if (!body.empty()) asked.headers.add("content-type", std::string(boundary));
    asked.body = std::move(body);
    return answer(std::move(asked));
  }
  net::Response first(std::string_view method, const std::string& target, std::string body = {}) {
    return ask("x-bb-api-key", method, target, std::move(body));
  }
  net::Response second(std::string_view method, const std::string& target, std::string body = {}) {
    return ask("x-api-key", method, "/hyperbrowser" + target, std::move(body));
  }
  net::Response third(std::string_view method, const std::string& target, std::string body = {}) {
    return ask("authorization", method, "/notte" + target, std::move(body));
  }
  static json::object body_of(const net::Response& response) {
    boost::system::error_code failure;
    json::value value = json::parse(response.body, failure);
    EXPECT_FALSE(failure) << response.body;
    return value.is_object() ? value.get_object() : json::object();
  }
  /// What a streamed body is.
  std::string streamed(const net::Response& response) {
    class Writer final : public net::BodyWriter {
     public:
      std::string all;
      base::Task<bool> write(std::string_view piece) override {
        all += piece;
        co_return true;
      }
    } writer;
    base::asio::co_spawn(loop, response.stream(writer), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    loop.restart();
    loop.run();
    return writer.all;
  }
  KeptFile& downloaded(std::string name, std::string stored_name) {
    KeptFile file;
    file.id = "66666666-6666-4666-8666-66666666666" + std::to_string(files.all.size());
    file.project_id = own_project;
    file.session_id = session_id;
    file.source = FileSource::download;
    file.name = std::move(name);
    file.stored_name = std::move(stored_name);
    file.mime_type = "text/html";
    file.size = base::Bytes{5};
    file.checksum = "c0ffee";
    file.created_at = files.now;
    files.all.push_back(file);
    return files.all.back();
  }

  const std::string session{session_id};
  fakes::FakeFiles files;
};

TEST_F(FilesTest, AnUploadIsTakenFromThePartNamedFile) {
  const std::string field = "--B\r\nContent-Disposition: form-data; name=\"projectId\"\r\n\r\np\r\n";
  const auto response = first("POST", "/v1/sessions/" + session + "/uploads", field + form("a.txt", "hello"));
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(body_of(response).at("message"), "File uploaded successfully");
  ASSERT_EQ(files.all.size(), 1u);
  EXPECT_EQ(files.all[0].name, "a.txt");
  EXPECT_EQ(files.all[0].session_id, session);
  EXPECT_EQ(files.contents[0], "hello");
}

TEST_F(FilesTest, AnUploadThatIsNoneIsRefusedInTheDialectsShape) {
  const std::string address = "/v1/sessions/" + session + "/uploads";
  const std::string broken = form("a.txt", "hello").substr(0, 80);
  for (const std::string& body : {std::string("{}"), broken, std::string("--B--"), form("", "x"),
                                  form("a", "x").substr(0, form("a", "x").size() - 7) + form("b", "y")}) {
    const auto response = first("POST", address, body);
    EXPECT_EQ(response.status, 400u) << body << response.body;
    EXPECT_EQ(body_of(response).at("statusCode"), 400);
  }
  EXPECT_EQ(first("POST", address, form("a", std::string(1001, 'x'))).status, 413u);
  EXPECT_EQ(third("POST", "/sessions/" + session + "/files", broken).status, 422u);
  EXPECT_TRUE(files.all.empty());
  files.refusal = base::Error{base::errc::gone, "the session has ended"};
  EXPECT_EQ(first("POST", address, form("a", "x")).status, 410u);
  core.session_files = nullptr;
  EXPECT_EQ(first("POST", address, form("a", "x")).status, 501u);
}

TEST_F(FilesTest, TheFirstListsPagesAndGivesContentOrFacts) {
  downloaded("a.html", "a-1.html");
  const KeptFile file = downloaded("b.html", "b-2.html");
  auto page = body_of(first("GET", "/v1/downloads?limit=1&offset=1&sessionId=" + session));
  EXPECT_EQ(page.at("total"), 2);
  EXPECT_EQ(page.at("limit"), 1);
  EXPECT_EQ(page.at("downloads").at(0).at("filename"), "b.html");
  EXPECT_EQ(files.settled, std::vector<std::string>{session});
  const auto content = first("GET", "/v1/downloads/" + file.id);
  ASSERT_TRUE(content.file);
  EXPECT_EQ(content.file->path, "/kept/" + file.id);
  EXPECT_EQ(content.headers.value_or("x-content-type-options", ""), "nosniff");
  EXPECT_TRUE(content.headers.value_or("content-disposition", "").starts_with("attachment;"));
  EXPECT_TRUE(content.headers.value_or("content-security-policy", "").starts_with("sandbox"));
  EXPECT_EQ(streamed(first("GET", "/v1/sessions/" + session + "/downloads")), "a-1.html\nb-2.html\n");
  EXPECT_EQ(first("DELETE", "/v1/downloads/" + file.id).status, 204u);
  EXPECT_EQ(first("GET", "/v1/downloads/" + file.id).status, 404u);
  for (const char* query :
       {"", "?sessionId=", "?limit=0", "?offset=-1", "?minSize=x", "?createdAfter=yesterday"}) {
    const std::string target = std::string("/v1/downloads") + query;
    const bool names = target.find("sessionId") != std::string::npos || target == "/v1/downloads";
    const auto response = first("GET", names ? target : target + "&sessionId=" + session);
    EXPECT_TRUE(response.status == 400 || (response.status == 404 && names)) << query << response.body;
  }
}

TEST_F(FilesTest, AnotherProjectsFileIsUnknown) {
  KeptFile& file = downloaded("a.html", "a-1.html");
  file.project_id = "99999999-9999-4999-8999-999999999999";
  EXPECT_EQ(first("GET", "/v1/downloads/" + file.id).status, 404u);
  EXPECT_EQ(first("DELETE", "/v1/downloads/" + file.id).status, 404u);
  EXPECT_EQ(third("GET", "/sessions/" + session + "/files/" + file.id).status, 404u);
  EXPECT_EQ(files.all.size(), 1u);
}

TEST_F(FilesTest, TheSecondTellsThePathAndLinksAnArchive) {
  const auto made = body_of(second("POST", "/api/session/" + session + "/uploads", form("a b.txt", "x")));
  EXPECT_EQ(made.at("filePath"), "/tmp/uploads/a b.txt");
  EXPECT_EQ(made.at("fileName"), "a b.txt");
  auto state = body_of(second("GET", "/api/session/" + session + "/downloads-url"));
  EXPECT_EQ(state.at("status"), "pending");
  EXPECT_TRUE(state.at("downloadsUrl").is_null());
  downloaded("r.csv", "r-1.csv");
  downloaded("r.csv", "r-2.csv");
  state = body_of(second("GET", "/api/session/" + session + "/downloads-url"));
  EXPECT_EQ(state.at("status"), "completed");
  const std::string link(state.at("downloadsUrl").as_string());
  const std::string path = link.substr(link.find("/greenroom/"));
  EXPECT_EQ(streamed(answer(request("GET", path))), "r-1.csv\nr-2.csv\n");
  EXPECT_EQ(answer(request("GET", path.substr(0, path.find('?')))).status, 401u);
  std::string forged = path;
  forged.replace(forged.find(session), session.size(), "44444444-4444-4444-8444-444444444444");
  EXPECT_EQ(answer(request("GET", forged)).status, 403u);
}

TEST_F(FilesTest, PlainNamesAreNumberedWhereTheyWouldBeTwice) {
  std::vector<KeptFile> some(4);
  some[0].name = some[1].name = some[2].name = "r.csv";
  some[3].name = "r (1).csv";
  use_plain_names(some);
  EXPECT_EQ(some[0].stored_name, "r.csv");
  EXPECT_EQ(some[1].stored_name, "r (1).csv");
  EXPECT_EQ(some[2].stored_name, "r (2).csv");
  EXPECT_EQ(some[3].stored_name, "r (1) (1).csv");
}

TEST_F(FilesTest, TheThirdHasTheProjectsOwnByNameAndASessionsById) {
  EXPECT_EQ(third("POST", "/storage/uploads/list.csv", form("blob", "x")).status, 200u);
  ASSERT_EQ(files.all.size(), 1u);
  EXPECT_EQ(files.all[0].name, "list.csv") << "the name is the path's";
  EXPECT_EQ(files.all[0].session_id, "");
  const auto list = body_of(third("GET", "/storage/uploads"));
  EXPECT_EQ(list.at("files").at(0).at("file_ext"), ".csv");
  const auto link = body_of(third("GET", "/storage/uploads/list.csv"));
  const std::string url(link.at("url").as_string());
  const auto content = answer(request("GET", url.substr(url.find("/greenroom/"))));
  ASSERT_TRUE(content.file);
  EXPECT_EQ(content.file->path, "/kept/" + files.all[0].id);
  const auto made = third("POST", "/sessions/" + session + "/files", form("n.txt", "x"));
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(body_of(made).at("source"), "user_upload");
  EXPECT_EQ(third("GET", "/storage/uploads/none.csv").status, 404u);
  EXPECT_EQ(third("GET", "/sessions/" + session + "/files?source=mine").status, 422u);
}

}  // namespace
}  // namespace greenroom::api
