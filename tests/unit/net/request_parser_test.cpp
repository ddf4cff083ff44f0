// From bytes to requests, whole and in pieces, and what is refused.
#include "net/request_parser.hpp"

#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

using State = RequestParser::State;

constexpr ParserLimits limits{base::Bytes{1024}, base::Bytes{100}};

RequestParser::Refusal refusal_of(const std::string& text) {
  RequestParser parser(limits);
  parser.feed(text);
  if (parser.state() != State::failed) return {0, "not refused"};
  return parser.refusal();
}

std::string get(const std::string& fields) { return "GET / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }
std::string post(const std::string& fields) { return "POST / HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n"; }

TEST(RequestParser, ReadsARequestWithABody) {
  RequestParser parser(limits);
  const std::string text = "POST /a?b HTTP/1.1\r\nHost: x\r\nX-Y:  z \r\nContent-Length: 3\r\n\r\nabcGET";
  EXPECT_EQ(parser.feed(text), text.size() - 3);
  ASSERT_EQ(parser.state(), State::done);
  EXPECT_EQ(parser.request().method, "POST");
  EXPECT_EQ(parser.request().target.path, "/a");
  EXPECT_EQ(parser.request().target.query, "b");
  EXPECT_EQ(parser.request().header("x-y"), "z");
  EXPECT_EQ(parser.request().body, "abc");
  EXPECT_TRUE(parser.keep_alive());
}

TEST(RequestParser, ReadsByteByByteWhatItReadsAtOnce) {
  const std::string text =
      "POST /a HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
      "chunked\r\n\r\n3;e=1\r\nabc\r\nA\r\n0123456789\r\n0\r\nT: 1\r\n\r\n";
  RequestParser parser(limits);
  std::string waiting;
  for (const char c : text) {
    ASSERT_NE(parser.state(), State::done);
    waiting += c;
    waiting.erase(0, parser.feed(waiting));
  }
  ASSERT_EQ(parser.state(), State::done);
  EXPECT_EQ(parser.request().body, "abc0123456789");
  EXPECT_EQ(parser.request().headers.find("t"), nullptr) << "trailers are dropped";
}

TEST(RequestParser, PipelinedRequestsComeOneByOne) {
  RequestParser parser(limits);
  std::string text = get("X: 1\r\n") + get("X: 2\r\n");
  text.erase(0, parser.feed(text));
  EXPECT_EQ(parser.request().header("x"), "1");
  parser.reset();
  text.erase(0, parser.feed(text));
  EXPECT_EQ(parser.request().header("x"), "2");
  EXPECT_TRUE(text.empty());
}

TEST(RequestParser, ARuleChoosesTheBodysLimitByItsHead) {
  std::string asked;
  AskBodyRule ask = [&asked](const Request& head) {
    asked += head.target.path;
    BodyRule rule;
    if (head.target.path == "/large") rule.limit = base::Bytes{1000};
    return rule;
  };
  for (const auto& [path, state] : {std::pair{"/large", State::done}, std::pair{"/small", State::failed}}) {
    RequestParser parser(limits, ask);
    const std::string head = std::string("POST ") + path + " HTTP/1.1\r\nHost: a\r\n";
    parser.feed(head + "Content-Length: 500\r\n\r\n" + std::string(500, 'x'));
    EXPECT_EQ(parser.state(), state) << path;
    RequestParser chunked(limits, ask);
    chunked.feed(head + "Transfer-Encoding: chunked\r\n\r\n1f4\r\n" + std::string(500, 'x') +
                 "\r\n0\r\n\r\n");
    EXPECT_EQ(chunked.state(), state) << path;
  }
  EXPECT_EQ(asked, "/large/large/small/small");
  RequestParser empty(limits, ask);
  empty.feed(post("Content-Length: 0\r\n"));
  EXPECT_EQ(asked, "/large/large/small/small") << "no body, no question";
}

TEST(RequestParser, AStreamedBodyIsTakenAsItComes) {
  AskBodyRule ask = [](const Request&) {
    BodyRule rule;
    rule.is_streamed = true;
    rule.limit = base::Bytes{10};
    return rule;
  };
  RequestParser parser(limits, ask);
  parser.feed(post("Transfer-Encoding: chunked\r\n") + "3\r\nabc\r\n4\r\nde");
  EXPECT_TRUE(parser.is_streamed());
  EXPECT_EQ(parser.state(), State::body);
  EXPECT_EQ(parser.take_body(), "abcde");
  EXPECT_EQ(parser.take_body(), "");
  parser.feed("fg\r\n4\r\nhijk\r\n0\r\n\r\n");
  EXPECT_EQ(parser.state(), State::failed);
  EXPECT_EQ(parser.refusal().status, 413u);
}

TEST(RequestParser, AmbiguousLengthsAreRefused) {
  EXPECT_EQ(refusal_of(post("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n")).status, 400u);
  EXPECT_EQ(refusal_of(post("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n")).status, 400u);
  EXPECT_EQ(refusal_of(post("Content-Length: 3\r\nContent-Length: 4\r\n")).status, 400u);
  EXPECT_EQ(refusal_of(post("Content-Length: 3\r\nContent-Length: 3\r\n")).status, 400u);
  for (const char* length : {"3, 3", "+3", "-1", "0x3", "", "99999999999999999999"}) {
    EXPECT_EQ(refusal_of(post("Content-Length: " + std::string(length) + "\r\n")).status, 400u) << length;
  }
}

TEST(RequestParser, OnlyPlainChunkedIsATransferCoding) {
  EXPECT_EQ(refusal_of(post("Transfer-Encoding: gzip\r\n")).status, 501u);
  EXPECT_EQ(refusal_of(post("Transfer-Encoding: gzip, chunked\r\n")).status, 501u);
  EXPECT_EQ(refusal_of(post("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n")).status, 400u);
  EXPECT_EQ(refusal_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n").status, 400u);
}

TEST(RequestParser, ExactlyOneHostIsNeededFromHttp11) {
  EXPECT_EQ(refusal_of("GET / HTTP/1.1\r\n\r\n").status, 400u);
  EXPECT_EQ(refusal_of(get("Host: b\r\n")).status, 400u);
  RequestParser old(limits);
  old.feed("GET / HTTP/1.0\r\n\r\n");
  EXPECT_EQ(old.state(), State::done);
}

TEST(RequestParser, LimitsHaveTheirStatuses) {
  EXPECT_EQ(refusal_of(get("X: " + std::string(2000, 'a') + "\r\n")).status, 431u);
  std::string many;
  for (int i = 0; i < 101; ++i) many += "a:\r\n";
  EXPECT_EQ(refusal_of(get(many)).status, 431u);
  EXPECT_EQ(refusal_of(post("Content-Length: 101\r\n")).status, 413u);
  EXPECT_EQ(refusal_of(post("Transfer-Encoding: chunked\r\n") + "65\r\n").status, 413u);
}

TEST(RequestParser, HeadThatComesFieldByFieldIsLimitedToo) {
  RequestParser parser(limits);
  std::string waiting = "GET / HTTP/1.1\r\nHost: a\r\n";
  for (int i = 0; i < 50 && parser.state() == State::head; ++i) {
    waiting.erase(0, parser.feed(waiting));
    waiting += "X: " + std::string(60, 'a') + "\r\n";
  }
  ASSERT_EQ(parser.state(), State::failed);
  EXPECT_EQ(parser.refusal().status, 431u);
}

TEST(RequestParser, WhatIsNoRequestIsRefused) {
  for (const char* text : {"\x16\x03\x01\x02\x00\x01\r\n\r\n", "GET /\r\n\r\n",
                           "GET / HTTP/1.1\r\nHost : a\r\n\r\n", "GET a HTTP/1.1\r\nHost: a\r\n\r\n"}) {
    EXPECT_EQ(refusal_of(text).status, 400u) << text;
  }
  EXPECT_NE(refusal_of("GET / HTTP/1.1\nHost: a\n\n").status, 0u) << "a bare LF ends no line";
  EXPECT_EQ(refusal_of("GET / HTTP/2.0\r\nHost: a\r\n\r\n").status, 505u);
  EXPECT_EQ(refusal_of("CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n").status, 400u);
}

TEST(RequestParser, ConnectionTokensDecideKeepAlive) {
  const auto keeps = [](const std::string& text) {
    RequestParser parser(limits);
    parser.feed(text);
    EXPECT_EQ(parser.state(), State::done);
    return parser.keep_alive();
  };
  EXPECT_TRUE(keeps(get("")));
  EXPECT_FALSE(keeps(get("Connection: foo, Close\r\n")));
  EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
  EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(RequestParser, TellsWhenTheClientWaitsForContinue) {
  RequestParser parser(limits);
  parser.feed(post("Content-Length: 3\r\nExpect: 100-Continue\r\n"));
  EXPECT_EQ(parser.state(), State::body);
  EXPECT_TRUE(parser.expects_continue());
}

TEST(RequestParser, WebsocketNeedsAllItsSigns) {
  const auto wants = [](const std::string& text) {
    RequestParser parser(limits);
    parser.feed(text);
    return parser.request().wants_websocket;
  };
  EXPECT_TRUE(wants(get("Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n")));
  EXPECT_FALSE(wants(get("Upgrade: websocket\r\n")));
  EXPECT_FALSE(wants(get("Connection: upgrade\r\n")));
  EXPECT_FALSE(wants(post("Upgrade: websocket\r\nConnection: upgrade\r\n")));
}

}  // namespace
}  // namespace greenroom::net
