// POST /v1/fetch: what its fields mean, and what each failure of the web is called.
#include "tests/unit/api/gateway_test.hpp"

namespace greenroom::api {
namespace {

class BrowserbaseFetch : public GatewayTest {
 protected:
  net::Response fetch(const json::value& body) {
    return answer(with_key("POST", "/v1/fetch", json::serialize(body)));
  }
};

TEST_F(BrowserbaseFetch, AnswersWhatItFound) {
  core.web.resource.headers = {{"content-type", "text/plain"}, {"x-a", "1, 2"}};
  core.web.resource.content_type = "text/plain";
  core.web.resource.content = "words";
  core.web.resource.status = 404;
  const net::Response response = fetch({{"url", "http://a.example/"}});
  EXPECT_EQ(response.status, 200u) << "what the resource answered is in the body";
  const json::object body = json::parse(response.body).as_object();
  EXPECT_EQ(body.at("statusCode"), 404);
  EXPECT_EQ(body.at("headers").at("x-a"), "1, 2");
  EXPECT_EQ(body.at("content"), "words");
  EXPECT_EQ(body.at("contentType"), "text/plain");
  EXPECT_EQ(body.at("encoding"), "utf-8");
  EXPECT_EQ(body.at("id").as_string().size(), 36u);
  ASSERT_EQ(core.web.asked.size(), 1u);
  EXPECT_FALSE(core.web.asked[0].follows_redirects);
  EXPECT_TRUE(core.web.asked[0].verifies_certificate);
  EXPECT_EQ(core.web.asked[0].format, FetchFormat::raw);
}

TEST_F(BrowserbaseFetch, WhatIsNoTextIsBase64) {
  core.web.resource.content = std::string("\0\xFF", 2);
  core.web.resource.is_text = false;
  const json::object body = json::parse(fetch({{"url", "http://a.example/"}}).body).as_object();
  EXPECT_EQ(body.at("content"), "AP8=");
  EXPECT_EQ(body.at("encoding"), "base64");
}

TEST_F(BrowserbaseFetch, EveryFieldIsHonouredIgnoredAloudOrRefused) {
  const net::Response response = fetch({{"url", "http://a.example/"},
                                        {"format", "markdown"},
                                        {"allowRedirects", true},
                                        {"allowInsecureSsl", true},
                                        {"proxies", true},
                                        {"schema", {{"type", "object"}}},
                                        {"novelty", 1}});
  EXPECT_EQ(response.status, 200u);
  EXPECT_EQ(response.headers.value_or("greenroom-ignored", ""), "schema, proxies, novelty");
  ASSERT_EQ(core.web.asked.size(), 1u);
  EXPECT_TRUE(core.web.asked[0].follows_redirects);
  EXPECT_FALSE(core.web.asked[0].verifies_certificate);
  EXPECT_EQ(core.web.asked[0].format, FetchFormat::markdown);
  EXPECT_EQ(fetch({{"url", "http://a.example/"}, {"format", "json"}}).status, 403u);
  EXPECT_EQ(core.web.asked.size(), 1u) << "refused before anything is fetched";
}

TEST_F(BrowserbaseFetch, WrongFieldsAre400AndNothingIsFetched) {
  for (const char* body :
       {"{}", R"({"url":7})", R"({"url":null})", R"({"url":"http://a/","format":"pdf"})",
        R"({"url":"http://a/","allowRedirects":"yes"})", R"({"url":"http://a/","schema":[]})", "["})
    EXPECT_EQ(answer(with_key("POST", "/v1/fetch", body)).status, 400u) << body;
  EXPECT_TRUE(core.web.asked.empty());
}

TEST_F(BrowserbaseFetch, FailuresHaveTheContractsStatuses) {
  struct Case {
    base::errc code;
    unsigned status;
    bool is_final;
  };
  for (const Case& item :
       {Case{base::errc::invalid_argument, 400, true}, Case{base::errc::unsupported, 400, true},
        Case{base::errc::forbidden, 403, true}, Case{base::errc::too_large, 502, true},
        Case{base::errc::protocol, 502, true}, Case{base::errc::closed, 503, false},
        Case{base::errc::timed_out, 504, true}, Case{base::errc::limit_reached, 429, false}}) {
    SCOPED_TRACE(base::name(item.code));
    core.web.failure = base::Error{item.code, "why"};
    const net::Response response = fetch({{"url", "http://a.example/"}});
    EXPECT_EQ(response.status, item.status);
    EXPECT_EQ(response.headers.find("x-should-retry") != nullptr, item.is_final);
    const json::object body = json::parse(response.body).as_object();
    EXPECT_EQ(body.at("statusCode"), item.status);
    EXPECT_EQ(body.at("id").as_string().size(), 36u);
    EXPECT_NE(body.at("message").as_string().find("why"), std::string::npos);
  }
}

}  // namespace
}  // namespace greenroom::api
