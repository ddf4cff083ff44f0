// json_fields and key_ring: the small readers that every dialect uses.
#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "api/json_fields.hpp"
#include "api/key_ring.hpp"

namespace greenroom::api {
namespace {

TEST(JsonFields, ABodyIsAnObjectOrNothing) {
  EXPECT_TRUE(parse_body("")->empty());
  EXPECT_TRUE(parse_body(" \r\n\t")->empty());
  EXPECT_EQ(parse_body("{\"a\":1}")->at("a"), 1);
  for (const std::string_view body : {"[]", "1", "null", "{", "{}x", "\"a\"", "{a:1}", "\xff"})
    EXPECT_EQ(parse_body(body).error().code, base::errc::invalid_argument) << body;
}

TEST(JsonFields, MissingAndNullAreTheSame) {
  const json::object object = json::parse(R"({"a":null})").as_object();
  FieldReader fields(object, "body");
  for (const std::string_view name : {"a", "b"}) {
    EXPECT_FALSE(fields.boolean(name));
    EXPECT_FALSE(fields.integer(name, 0, 9));
    EXPECT_FALSE(fields.text(name));
    EXPECT_EQ(fields.object(name), nullptr);
    EXPECT_EQ(fields.array(name), nullptr);
    fields.ignore(name);
  }
  EXPECT_FALSE(fields.error());
  EXPECT_TRUE(fields.ignored().empty());
}

TEST(JsonFields, TheFirstFailureIsTheError) {
  const json::object object = json::parse(R"({"a":"x","b":7})").as_object();
  FieldReader fields(object, "body/inner");
  fields.boolean("a");
  fields.text("b");
  EXPECT_EQ(fields.error()->detail, "body/inner/a must be boolean");
  fields.ignore("b");
  EXPECT_EQ(fields.ignored(), std::vector<std::string>{"inner.b"});
}

TEST(JsonFields, IntegersAreWholeAndWithinTheirBounds) {
  auto read = [](std::string_view number) {
    const json::object object = json::parse("{\"n\":" + std::string(number) + "}").as_object();
    FieldReader fields(object, "body");
    const auto value = fields.integer("n", -5, 5);
    return fields.error() ? fields.error()->detail : std::to_string(*value);
  };
  EXPECT_EQ(read("5"), "5");
  EXPECT_EQ(read("-5"), "-5");
  EXPECT_EQ(read("3.0"), "3");
  EXPECT_EQ(read("6"), "body/n must be <= 5");
  EXPECT_EQ(read("-6"), "body/n must be >= -5");
  for (const std::string_view number :
       {"3.5", "1e300", "-1e300", "18446744073709551615", "\"3\"", "true", "[3]"})
    EXPECT_EQ(read(number), "body/n must be integer") << number;
}

TEST(KeyRing, FindsOnlyWhatWasPresentedInFull) {
  KeyRing ring;
  EXPECT_TRUE(ring.empty());
  EXPECT_EQ(ring.find("anything"), nullptr);
  ring.replace({{"1", "p1", base::sha256("first")}, {"2", "p2", base::sha256("second")}});
  EXPECT_EQ(ring.find("first")->project_id, "p1");
  EXPECT_EQ(ring.find("second")->id, "2");
  for (const std::string_view key : {"", "firs", "first ", "First", "third"})
    EXPECT_EQ(ring.find(key), nullptr) << key;
  ring.replace({});
  EXPECT_EQ(ring.find("first"), nullptr) << "revoked";
}

TEST(KeyRing, AnEmptyKeyIsNoKeyEvenIfItsHashIsThere) {
  KeyRing ring;
  ring.replace({{"1", "p", base::sha256("")}});
  EXPECT_EQ(ring.find(""), nullptr);
}

}  // namespace
}  // namespace greenroom::api
