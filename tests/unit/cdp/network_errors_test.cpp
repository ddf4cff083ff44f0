#include "cdp/network_errors.hpp"

#include <gtest/gtest.h>

namespace greenroom::cdp {
namespace {

constexpr std::string_view refused = "net::ERR_CONNECTION_REFUSED";

std::optional<std::string> told(std::string_view message, std::string_view reason = refused) {
  const auto envelope = scan_answer(message);
  return envelope && may_tell_of_failure(*envelope) ? with_reason(message, reason) : std::nullopt;
}

TEST(NetworkErrors, AnAnswerAndAnEventGetTheReason) {
  EXPECT_EQ(
      told(
          R"({"id":4,"result":{"frameId":"F","loaderId":"L","errorText":"net::ERR_SOCKS_CONNECTION_FAILED"},"sessionId":"S"})"),
      R"({"id":4,"result":{"frameId":"F","loaderId":"L","errorText":"net::ERR_CONNECTION_REFUSED"},"sessionId":"S"})");
  EXPECT_EQ(
      told(
          R"({"method":"Network.loadingFailed","params":{"requestId":"1","errorText":"net::ERR_SOCKS_CONNECTION_FAILED","canceled":false},"sessionId":"S"})"),
      R"({"method":"Network.loadingFailed","params":{"requestId":"1","errorText":"net::ERR_CONNECTION_REFUSED","canceled":false},"sessionId":"S"})");
}

TEST(NetworkErrors, EverythingElseStays) {
  for (
      const std::string_view message : {
          R"({"id":4,"result":{"frameId":"F","loaderId":"L"},"sessionId":"S"})",
          R"({"id":4,"result":{"frameId":"F","errorText":"net::ERR_ABORTED"},"sessionId":"S"})",
          R"({"id":4,"result":{"result":{"type":"string","value":"net::ERR_SOCKS_CONNECTION_FAILED"}},"sessionId":"S"})",
          R"({"method":"Runtime.consoleAPICalled","params":{"errorText":"net::ERR_SOCKS_CONNECTION_FAILED"},"sessionId":"S"})",
      })
    EXPECT_EQ(told(message), std::nullopt) << message;
  EXPECT_EQ(
      told(R"({"method":"Network.loadingFailed","params":{"errorText":"net::ERR_SOCKS_CONNECTION_FAILED"}})",
           ""),
      std::nullopt);
}

}  // namespace
}  // namespace greenroom::cdp
