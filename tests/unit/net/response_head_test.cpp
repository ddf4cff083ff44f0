// The head of an answer.
#include "net/response_head.hpp"

#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

HeadOptions options() {
  HeadOptions out;
  out.content_length = 5;
  out.request_id = "r1";
  out.date = "D";
  return out;
}

TEST(ResponseHead, IsStatusLineFieldsAndBlankLine) {
  Response response = text_response(200, "text/plain", "hello");
  std::string out;
  append_head(out, response, options());
  EXPECT_EQ(out,
            "HTTP/1.1 200 OK\r\ndate: D\r\nx-request-id: r1\r\ncontent-type: text/plain\r\ncontent-length: "
            "5\r\n\r\n");
}

TEST(ResponseHead, ServersOwnFieldsAreNotTheHandlers) {
  Response response;
  for (const char* name : {"Date", "Connection", "X-Request-Id", "Content-Length", "Transfer-Encoding"}) {
    response.headers.add(name, "evil");
  }
  std::string out;
  append_head(out, response, options());
  EXPECT_EQ(out.find("evil"), out.npos);
}

TEST(ResponseHead, NoFieldCanStartAnother) {
  Response response;
  response.headers.add("x", std::string("a\r\nset-cookie: b\0c", 18));
  std::string out;
  append_head(out, response, options());
  EXPECT_NE(out.find("x: a  set-cookie: b c\r\n"), out.npos);
}

TEST(ResponseHead, ConnectionIsSaidWhereItIsNotTheDefault) {
  std::string out;
  HeadOptions closing = options();
  closing.keep_alive = false;
  append_head(out, {}, closing);
  EXPECT_NE(out.find("connection: close\r\n"), out.npos);
  out.clear();
  HeadOptions old = options();
  old.to_http_1_0 = true;
  append_head(out, {}, old);
  EXPECT_NE(out.find("connection: keep-alive\r\n"), out.npos);
}

TEST(ResponseHead, SomeStatusesHaveNoBody) {
  EXPECT_TRUE(may_have_body(200));
  EXPECT_FALSE(may_have_body(101));
  EXPECT_FALSE(may_have_body(204));
  EXPECT_FALSE(may_have_body(304));
}

}  // namespace
}  // namespace greenroom::net
