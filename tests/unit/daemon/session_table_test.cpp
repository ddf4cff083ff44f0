#include "daemon/session_table.hpp"

#include <gtest/gtest.h>

namespace greenroom::daemon {
namespace {

using base::errc;

constexpr std::string_view two = R"([
  {"id": "one", "state": "running", "createdAt": "2026-01-01T00:00:00.000Z", "endReason": null},
  {"id": "second", "state": "ended", "createdAt": "2026-01-02T00:00:00.000Z", "endReason": "idle", "dialect": "d"}
])";

TEST(SessionTable, AlignsItsColumns) {
  const std::string expected =
      "ID      STATE    CREATED                   REASON  MADE THROUGH\n"
      "one     running  2026-01-01T00:00:00.000Z  -       -\n"
      "second  ended    2026-01-02T00:00:00.000Z  idle    d\n";
  EXPECT_EQ(*session_table(two), expected);
  EXPECT_EQ(*session_table("{\"sessions\": " + std::string(two) + "}"), expected);
  EXPECT_EQ(*session_table("[]"), "There is no session.\n");
}

TEST(SessionTable, OtherAnswersAreErrors) {
  for (const char* body : {"", "<html>", "7", "{}", "[1]", R"({"sessions": 1})"})
    EXPECT_EQ(session_table(body).error().code, errc::protocol) << body;
}

TEST(SessionTable, CannotSteerTheTerminal) {
  const std::string text = *session_table(R"([{"id": "a\u001b[2Jb", "state": "x\ny"}])");
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("x?y"), std::string::npos);
}

TEST(SessionDetails, AreALineForEachMember) {
  EXPECT_EQ(*session_details(R"({"id": "one", "keep_alive": true, "metadata": {"a": [1]}, "\u001b": "\n"})"),
            "id          one\n"
            "keep_alive  true\n"
            "metadata    {\"a\":[1]}\n"
            "?           ?\n");
  EXPECT_EQ(session_details("[]").error().code, errc::protocol);
}

}  // namespace
}  // namespace greenroom::daemon
