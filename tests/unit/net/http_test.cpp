// HTTP values.
#include "net/http.hpp"

#include <gtest/gtest.h>

namespace greenroom::net {
namespace {

TEST(Fields, LookUpIgnoresCaseAndFindsTheFirst) {
  Fields fields;
  fields.add("X-A", "1");
  fields.add("x-a", "2");
  ASSERT_NE(fields.find("x-A"), nullptr);
  EXPECT_EQ(*fields.find("x-A"), "1");
  EXPECT_EQ(fields.count("X-A"), 2u);
  EXPECT_EQ(fields.find("x-b"), nullptr);
  EXPECT_EQ(fields.value_or("x-b", "none"), "none");
}

TEST(Fields, SetReplacesEveryValueAndKeepsThePlace) {
  Fields fields;
  fields.add("a", "1");
  fields.add("b", "2");
  fields.add("A", "3");
  fields.set("a", "4");
  fields.set("c", "5");
  std::string all;
  for (const auto& [name, value] : fields) all += name + "=" + value + ";";
  EXPECT_EQ(all, "a=4;b=2;c=5;");
}

TEST(Target, IsTakenApartAtTheFirstQuestionMark) {
  const Target target = Target::parse("/v1/a%20b?x=1?y=2");
  EXPECT_EQ(target.path, "/v1/a%20b");
  EXPECT_EQ(target.query, "x=1?y=2");
}

TEST(Target, AbsoluteFormLosesItsAuthority) {
  EXPECT_EQ(Target::parse("http://host:80/a?b").path, "/a");
  EXPECT_EQ(Target::parse("HTTPS://host/a?b").query, "b");
  EXPECT_EQ(Target::parse("http://host").path, "/");
  EXPECT_EQ(Target::parse("http://host?q=1").query, "q=1");
}

TEST(Target, PathAlwaysBeginsWithASlash) {
  EXPECT_EQ(Target::parse("").path, "/");
  EXPECT_EQ(Target::parse("*").path, "/*");
  EXPECT_EQ(Target::parse("?a").path, "/");
}

TEST(Target, FragmentIsDropped) { EXPECT_EQ(Target::parse("/a#b?c").path, "/a"); }

TEST(Target, ParameterIsTheFirstOfItsNameDecoded) {
  const Target target = Target::parse("/?a=1&q=x%3D+y&q=2&empty&=nameless&%71x=z");
  EXPECT_EQ(target.parameter("a"), "1");
  EXPECT_EQ(target.parameter("q"), "x= y");
  EXPECT_EQ(target.parameter("empty"), "");
  EXPECT_EQ(target.parameter("qx"), "z");
  EXPECT_EQ(target.parameter("b"), std::nullopt);
}

TEST(Target, MalformedEscapeInAParameterStays) {
  EXPECT_EQ(Target::parse("/?a=100%&b=%zz").parameter("a"), "100%");
  EXPECT_EQ(Target::parse("/?a=100%&b=%zz").parameter("b"), "%zz");
}

TEST(Percent, DecodesEveryByteButNul) {
  EXPECT_EQ(percent_decode("a%2Fb%c3%A4+"), "a/b\xC3\xA4+");
  EXPECT_EQ(percent_decode("%00"), std::nullopt);
}

TEST(Percent, RefusesWhatIsNoEscape) {
  for (const char* text : {"%", "%1", "%g0", "%0g", "a%"})
    EXPECT_EQ(percent_decode(text), std::nullopt) << text;
}

TEST(Percent, EncodesAllButUnreserved) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a b/\xC3\xA4?"), "a%20b%2F%C3%A4%3F");
}

TEST(Response, TextResponseCarriesItsType) {
  const Response response = text_response(404, "text/plain", "no");
  EXPECT_EQ(response.status, 404u);
  EXPECT_EQ(response.headers.value_or("Content-Type", ""), "text/plain");
  EXPECT_EQ(response.body, "no");
}

TEST(Response, ReasonsFollowTheRegistry) {
  EXPECT_EQ(reason_phrase(404), "Not Found");
  EXPECT_EQ(reason_phrase(431), "Request Header Fields Too Large");
  EXPECT_EQ(reason_phrase(799), "Unknown");
}

}  // namespace
}  // namespace greenroom::net
