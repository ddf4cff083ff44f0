#include "cdp/envelope.hpp"

#include <chrono>
#include <vector>

#include <gtest/gtest.h>

namespace greenroom::cdp {
namespace {

/// What the client sees: the message without its session.
std::string without_session(std::string message) {
  const auto envelope = scan(message);
  if (!envelope) return "refused: " + envelope.error().detail;
  message.erase(envelope->session_member.begin, envelope->session_member.size);
  return message;
}

bool is_refused(std::string_view message) {
  const auto envelope = scan(message);
  return !envelope && envelope.error().code == base::errc::protocol;
}

TEST(Envelope, MembersAreFoundInAnyOrder) {
  for (const std::string_view message : {
           R"({"id":7,"method":"Page.enable","sessionId":"S1","params":{"a":[1,{"id":9}]}})",
           R"({"params":{"a":[1,{"id":9}]},"sessionId":"S1","method":"Page.enable","id":7})",
           R"({"sessionId":"S1","params":{"a":[1,{"id":9}]},"id":7,"method":"Page.enable"})",
           "\n { \"method\" :\t\"Page.enable\" , \"params\":{\"a\":[1,{\"id\":9}]} ,\r\n\"id\": 7 , "
           "\"sessionId\" : \"S1\" } \n",
       }) {
    const auto envelope = scan(message);
    ASSERT_TRUE(envelope) << message;
    EXPECT_EQ(envelope->id, 7) << message;
    EXPECT_EQ(envelope->method, "Page.enable") << message;
    EXPECT_EQ(envelope->session_id, "S1") << message;
    EXPECT_EQ(envelope->params, R"({"a":[1,{"id":9}]})") << message;
    EXPECT_FALSE(envelope->has_error);
    EXPECT_FALSE(envelope->is_empty);
  }
}

TEST(Envelope, NamesInsideParamsAreNotTheMessagesOwn) {
  const auto envelope =
      scan(R"({"id":1,"method":"A.b","params":{"sessionId":"X","method":"C.d","params":{"id":2}}})");
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->method, "A.b");
  EXPECT_EQ(envelope->session_id, "");
  EXPECT_FALSE(envelope->session_member);
}

TEST(Envelope, TheSessionIsCutOutWithExactlyOneComma) {
  EXPECT_EQ(without_session(R"({"sessionId":"S","id":1,"result":{}})"), R"({"id":1,"result":{}})");
  EXPECT_EQ(without_session(R"({"id":1,"sessionId":"S","result":{}})"), R"({"id":1,"result":{}})");
  EXPECT_EQ(without_session(R"({"id":1,"result":{},"sessionId":"S"})"), R"({"id":1,"result":{}})");
  EXPECT_EQ(without_session(R"({"sessionId":"S"})"), "{}");
  EXPECT_EQ(without_session(R"({ "id":1 , "sessionId" : "S" })"), R"({ "id":1  })");
  EXPECT_EQ(without_session(R"({ "sessionId" : "S" , "id":1 })"), R"({  "id":1 })");
  EXPECT_EQ(without_session(R"({"id":1})"), R"({"id":1})");
}

TEST(Envelope, OpenIsWhereAMemberCanBeSplicedIn) {
  const std::string message = "  {\"id\":1}";
  const auto envelope = scan(message);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(message.substr(0, envelope->open), "  {");
  const auto empty = scan("{ }");
  ASSERT_TRUE(empty);
  EXPECT_TRUE(empty->is_empty);
}

TEST(Envelope, BracesAndQuotesInsideStringsAreText) {
  const auto envelope = scan(R"({"params":{"a":"}]{[\"\\","b":"\\\\\"}"},"method":"A.b","x":"\\","id":3})");
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->params, R"({"a":"}]{[\"\\","b":"\\\\\"}"})");
  EXPECT_EQ(envelope->method, "A.b");
  EXPECT_EQ(envelope->id, 3);
}

TEST(Envelope, AnswersTellResultAndError) {
  const auto result = scan(R"({"id":1,"result":{"a":1}})");
  ASSERT_TRUE(result);
  EXPECT_EQ(result->result, R"({"a":1})");
  EXPECT_EQ(result->method, "");
  const auto error = scan(R"({"id":-1,"error":{"code":-32000,"message":"no"}})");
  ASSERT_TRUE(error);
  EXPECT_TRUE(error->has_error);
  EXPECT_EQ(error->id, -1);
}

TEST(Envelope, EscapesInRoutedMembersAreRefused) {
  EXPECT_TRUE(is_refused(R"({"id":1,"method":"Browser\u002eclose"})"));
  EXPECT_TRUE(is_refused(R"({"id":1,"method":"A.b","sessionId":"S\u0031"})"));
  EXPECT_TRUE(is_refused(R"({"id":1,"\u006dethod":"Browser.close"})"));
  EXPECT_TRUE(is_refused(R"({"id":1,"meth\od":"Browser.close"})"));
}

TEST(Envelope, ARoutedMemberTwiceIsRefused) {
  EXPECT_TRUE(is_refused(R"({"id":1,"id":2})"));
  EXPECT_TRUE(is_refused(R"({"method":"Page.enable","id":1,"method":"Browser.close"})"));
  EXPECT_TRUE(is_refused(R"({"sessionId":"A","sessionId":"B"})"));
  EXPECT_TRUE(is_refused(R"({"params":{},"params":{"url":"file:///"}})"));
}

TEST(Envelope, WrongTypesOfRoutedMembersAreRefused) {
  for (const std::string_view message :
       {R"({"id":"1"})", R"({"id":1.5})", R"({"id":1e3})", R"({"id":null})", R"({"id":true})", R"({"id":{}})",
        R"({"id":99999999999999999999})", R"({"method":1})", R"({"method":null})", R"({"method":["A.b"]})",
        R"({"sessionId":7})", R"({"sessionId":null})", R"({"sessionId":{"a":"b"}})"})
    EXPECT_TRUE(is_refused(message)) << message;
}

TEST(Envelope, WhatIsNoObjectIsRefused) {
  for (const std::string_view message :
       {"", " ", "[]", "1", "\"a\"", "null", "{", "}", "{]", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}",
        "{\"a\":1 \"b\":2}", "{a:1}", "{'a':1}", "{\"a\":1}}", "{\"a\":1}{\"b\":2}", "{} x"})
    EXPECT_TRUE(is_refused(message)) << message;
}

TEST(Envelope, CommentsAreRefusedWhereverTheyStand) {
  // Chromium's parser skips them, so a quote or a brace in one would make us read another message than it
  // does.
  for (const std::string_view message :
       {R"({/*"*/"method":"Browser.close"})", R"(/**/{"id":1})", R"({"id":1/*,*/})", R"({"id":/*1*/2})",
        R"({"params":{/*}*/"a":1},"id":1})", R"({"params":[1 // ]
         ],"id":1})",
        R"({"id":1}//)", R"({"id":1,// "method":"A.b"
         "method":"Browser.close"})"})
    EXPECT_TRUE(is_refused(message)) << message;
}

TEST(Envelope, ANulIsNoBlank) {
  using namespace std::string_view_literals;
  EXPECT_TRUE(is_refused("{\"id\":1}\0"sv));
  EXPECT_TRUE(is_refused("\0{\"id\":1}"sv));
  EXPECT_TRUE(is_refused("{\"id\":1,\0\"method\":\"A.b\"}"sv));
  EXPECT_TRUE(is_refused("{\"id\":1\0}"sv));
}

TEST(Envelope, InputCutAtAnyByteIsRefusedAndNeverReadBeyond) {
  const std::string whole =
      R"({"id":12,"method":"Page.navigate","params":{"url":"https:\/\/a.example\/\"x\\","b":[1,[2,{"c":"]"}]]},)"
      R"("sessionId":"0123","result":{"sessionId":"4567"},"error":null})";
  ASSERT_TRUE(scan(whole));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    // A buffer of exactly that size, so that a sanitizer sees a byte too many.
    const std::vector<char> exact(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_TRUE(is_refused({exact.data(), exact.size()})) << size;
  }
}

TEST(Envelope, AHugeStringAndDeepNestingAreQuick) {
  std::string message = R"({"id":1,"result":{"data":")" + std::string(32 * 1024 * 1024, 'A') + R"("}})";
  const auto began = std::chrono::steady_clock::now();
  const auto envelope = scan(message);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->id, 1);
  // memchr does this in a few milliseconds; one look at each byte, unoptimised, takes a hundred times that.
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::milliseconds(400));
  const std::string deep =
      "{\"params\":" + std::string(200'000, '[') + std::string(200'000, ']') + ",\"id\":5}";
  const auto nested = scan(deep);
  ASSERT_TRUE(nested);
  EXPECT_EQ(nested->id, 5);
}

TEST(Envelope, AStringOfBackslashesIsReadOnce) {
  // Counting the escapes before each quote must not make a quadratic scan of it.
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += R"(\\\")";
  const std::string message = R"({"params":{"a":")" + text + R"("},"id":4})";
  const auto began = std::chrono::steady_clock::now();
  const auto envelope = scan(message);
  ASSERT_TRUE(envelope);
  EXPECT_EQ(envelope->id, 4);
  EXPECT_LT(std::chrono::steady_clock::now() - began, std::chrono::seconds(2));
}

TEST(Envelope, MemberFindsTheTopLevelOnly) {
  const std::string_view object = R"({"a":{"b":"inner"},"b":"outer","c":[1,2],"d":null})";
  EXPECT_EQ(member(object, "b"), "\"outer\"");
  EXPECT_EQ(member(object, "a"), R"({"b":"inner"})");
  EXPECT_EQ(member(object, "c"), "[1,2]");
  EXPECT_EQ(member(object, "d"), "null");
  EXPECT_EQ(member(object, "missing"), "");
  EXPECT_EQ(member("", "a"), "");
  EXPECT_EQ(member("[1]", "a"), "");
}

TEST(Envelope, PlainStringGivesWhatIsBetweenTheQuotes) {
  EXPECT_EQ(plain_string("\"abc\""), "abc");
  EXPECT_EQ(plain_string("\"\""), "");
  EXPECT_EQ(plain_string(R"("a\"b")"), "");
  for (const std::string_view value : {"", "\"", "1", "null", "\"abc", "abc\""})
    EXPECT_EQ(plain_string(value), "");
}

/// Both ways of scanning must see the same.
void expect_same(const std::string& message) {
  const auto walked = scan(message);
  const auto quick = scan_answer(message);
  ASSERT_EQ(walked.has_value(), quick.has_value()) << message.substr(0, 60);
  if (!walked) return;
  EXPECT_EQ(walked->id, quick->id);
  EXPECT_EQ(walked->method, quick->method);
  EXPECT_EQ(walked->session_id, quick->session_id);
  EXPECT_EQ(walked->result, quick->result);
  EXPECT_EQ(walked->params, quick->params);
  EXPECT_EQ(walked->has_error, quick->has_error);
  EXPECT_EQ(walked->open, quick->open);
  std::string cut = message, quickly_cut = message;
  cut.erase(walked->session_member.begin, walked->session_member.size);
  quickly_cut.erase(quick->session_member.begin, quick->session_member.size);
  EXPECT_EQ(cut, quickly_cut);
}

TEST(ScanAnswer, SeesInALargeAnswerWhatScanSees) {
  const std::string large(100'000, 'x');
  const std::string result = "{\"data\":\"" + large + "\"}";
  expect_same("{\"id\":7,\"result\":" + result + ",\"sessionId\":\"AB12\"}");
  expect_same("{\"id\":-1,\"result\":[" + std::string(100'000, '[') + std::string(100'000, ']') +
              "],\"sessionId\":\"A\"}");
  expect_same("{\"id\":7,\"result\":" + result + "}");
  expect_same("{\"id\":7,\"error\":" + result + ",\"sessionId\":\"A\"}");
  expect_same("{\"method\":\"a.b\",\"params\":" + result + ",\"sessionId\":\"A\"}");
  expect_same("{\"sessionId\":\"A\",\"id\":7,\"result\":" + result + "}");
  expect_same("{\"id\":7,\"result\":{\"a\":\"" + large + "\",\"sessionId\":\"inner\"}}");
  expect_same("{\"id\":99999999999999999999,\"result\":" + result + ",\"sessionId\":\"A\"}");
}

TEST(ScanAnswer, APageCannotPutASessionIntoItsAnswer) {
  const std::string large(100'000, 'x');
  const std::string forged = large + R"(\",\"sessionId\":\"forged\"})";
  expect_same("{\"id\":7,\"result\":{\"value\":\"" + forged + "\"},\"sessionId\":\"real\"}");
  expect_same("{\"id\":7,\"result\":{\"value\":\"" + forged + "\"}}");
  expect_same("{\"id\":7,\"result\":\"" + forged + "\"}");
  expect_same("{\"id\":7,\"result\":{},\"sessionId\":\"" + large + "\"}");
  expect_same("{\"id\":7,\"result\":{},\"sessionId\":\"" + large + R"(\"})" + "\"}");
}

}  // namespace
}  // namespace greenroom::cdp
