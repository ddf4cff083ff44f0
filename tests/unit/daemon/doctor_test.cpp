#include "daemon/doctor.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace greenroom::daemon {
namespace {

const Finding good{"disk", Verdict::ok, "plenty", ""};
const Finding middling{"fonts", Verdict::warning, "no emoji", "install some"};
const Finding bad{"chromium", Verdict::failure, "not \"found\"", "install it"};

TEST(DoctorText, SaysVerdictWordsAndRemedy) {
  EXPECT_EQ(findings_as_text({good, middling}),
            "ok    disk           plenty\n"
            "warn  fonts          no emoji\n"
            "                     → install some\n"
            "\nThis machine can run sessions.\n");
  EXPECT_NE(findings_as_text({good, bad}).find("will not work"), std::string::npos);
}

TEST(DoctorJson, IsOkUnlessSomethingFailed) {
  const auto with_warning = boost::json::parse(findings_as_json({good, middling}));
  EXPECT_TRUE(with_warning.at("ok").as_bool());
  const auto with_failure = boost::json::parse(findings_as_json({good, bad}));
  EXPECT_FALSE(with_failure.at("ok").as_bool());
  const auto& check = with_failure.at("checks").as_array().at(1);
  EXPECT_EQ(check.at("verdict"), "failure");
  EXPECT_EQ(check.at("words"), "not \"found\"");
  EXPECT_EQ(check.at("remedy"), "install it");
}

TEST(Fonts, AreKnownByTheNamesThatPackagesGiveThem) {
  for (const char* name :
       {"NotoSansCJK-Regular.ttc", "wqy-zenhei.ttc", "NanumGothic.ttf", "DroidSansFallbackFull.ttf"})
    EXPECT_TRUE(is_cjk_font(name)) << name;
  EXPECT_TRUE(is_emoji_font("NotoColorEmoji.ttf"));
  for (const char* name : {"DejaVuSans.ttf", "LiberationMono-Bold.ttf"}) {
    EXPECT_FALSE(is_cjk_font(name)) << name;
    EXPECT_FALSE(is_emoji_font(name)) << name;
  }
}

}  // namespace
}  // namespace greenroom::daemon
