#include "tests/fakes/fake_certificates.hpp"
#include "tests/unit/api/gateway_test.hpp"

namespace greenroom::api {
namespace {

class CertificatesTest : public GatewayTest {
 protected:
  CertificatesTest() { core.kept_certificates = &certificates; }

  net::Response upload(std::string_view part) {
    std::string body = "--b\r\n" + std::string(part) + "\r\n--b--\r\n";
    net::Request asked = with_key("POST", "/v1/certificates", std::move(body));
    asked.headers.add("Content-Type", "multipart/form-data; boundary=b");
    return answer(std::move(asked));
  }

  fakes::FakeCertificates certificates;
};

constexpr std::string_view file =
    "Content-Disposition: form-data; name=\"file\"; filename=\"ca.pem\"\r\n\r\nPEM";

TEST_F(CertificatesTest, AFileIsKeptAndFoundAndDeleted) {
  const net::Response made = upload(file);
  ASSERT_EQ(made.status, 200u) << made.body;
  const json::object said = json::parse(made.body).as_object();
  EXPECT_EQ(said.at("projectId").as_string(), own_project);
  ASSERT_EQ(certificates.kept.size(), 1u);
  EXPECT_EQ(certificates.kept[0].authorities[0], "PEM");
  const std::string path = "/v1/certificates/" + std::string(said.at("id").as_string());
  EXPECT_EQ(json::parse(answer(with_key("GET", path)).body), json::value(said));
  EXPECT_EQ(json::parse(answer(with_key("GET", "/v1/certificates")).body), json::value({said}));
  const net::Response deleted = answer(with_key("DELETE", path));
  EXPECT_EQ(deleted.status, 204u);
  EXPECT_EQ(deleted.body, "");
  EXPECT_EQ(answer(with_key("GET", path)).status, 404u);
  EXPECT_EQ(answer(with_key("DELETE", path)).status, 404u);
  EXPECT_EQ(answer(with_key("GET", "/v1/certificates")).body, "[]");
}

TEST_F(CertificatesTest, WhatIsNoFileIsRefused) {
  EXPECT_EQ(upload("Content-Disposition: form-data; name=\"other\"\r\n\r\nx").status, 400u);
  EXPECT_EQ(upload("Content-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n").status, 400u);
  EXPECT_EQ(upload("nonsense").status, 400u);
  EXPECT_EQ(answer(with_key("POST", "/v1/certificates", "{}")).status, 400u);
  EXPECT_EQ(upload(std::string(file) + std::string(2 << 20, 'x')).status, 413u);
  EXPECT_TRUE(certificates.kept.empty());
}

TEST_F(CertificatesTest, ADaemonWithoutThemSaysSo) {
  core.kept_certificates = nullptr;
  EXPECT_EQ(answer(with_key("GET", "/v1/certificates")).status, 501u);
}

}  // namespace
}  // namespace greenroom::api
