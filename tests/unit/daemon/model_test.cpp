#include "daemon/model.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::daemon {
namespace {

namespace json = boost::json;

json::object request(std::string_view text) { return json::parse(text).as_object(); }

TEST(ChooseModel, TheNamedOneWithoutTheProviderThatTheEndpointStandsFor) {
  json::object asked = request(R"({"model":"openai/gpt-4.1","input":[]})");
  const auto is_other = choose_model(asked, "");
  ASSERT_TRUE(is_other);
  EXPECT_FALSE(*is_other);
  EXPECT_EQ(asked.at("model"), "gpt-4.1");
  asked = request(R"({"model":"anthropic/claude"})");
  ASSERT_TRUE(choose_model(asked, ""));
  EXPECT_EQ(asked.at("model"), "anthropic/claude");
}

TEST(ChooseModel, TheConfiguredOneWins) {
  json::object asked = request(R"({"model":"openai/gpt-4.1"})");
  EXPECT_TRUE(*choose_model(asked, "local"));
  EXPECT_EQ(asked.at("model"), "local");
  asked = request("{}");
  EXPECT_FALSE(*choose_model(asked, "local"));
  EXPECT_EQ(asked.at("model"), "local");
  asked = request(R"({"model":"auto"})");
  EXPECT_FALSE(*choose_model(asked, "local"));
}

TEST(ChooseModel, NoneIsAnErrorAndSoIsAStream) {
  for (const char* text : {"{}", R"({"model":null})", R"({"model":7})", R"({"model":"auto"})",
                           R"({"model":"m","stream":true})", R"({"model":"m","stream":"yes"})"}) {
    json::object asked = request(text);
    EXPECT_FALSE(choose_model(asked, "")) << text;
  }
  json::object asked = request(R"({"model":"m","stream":false})");
  EXPECT_TRUE(choose_model(asked, ""));
}

}  // namespace
}  // namespace greenroom::daemon
