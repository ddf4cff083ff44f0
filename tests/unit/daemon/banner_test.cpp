#include "daemon/banner.hpp"

#include <gtest/gtest.h>

namespace greenroom::daemon {
namespace {

BannerFacts facts() {
  BannerFacts f;
  f.url = "http://127.0.0.1:4480";
  f.environment_lines = {"export BASE_URL={url}", "export API_KEY={key}"};
  f.first_program = {"connect('{url}', '{key}');", "", "done();"};
  f.program_name = "first.mjs";
  return f;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST(Banner, TheFirstStartShowsTheKeyAndFillsItIn) {
  BannerFacts first = facts();
  first.new_key = "gr_secret";
  const std::string text = banner(first);
  EXPECT_TRUE(has(text, "\n  gr_secret\n")) << text;
  EXPECT_TRUE(has(text, "  export BASE_URL=http://127.0.0.1:4480\n")) << text;
  EXPECT_TRUE(has(text, "  export API_KEY=gr_secret\n")) << text;
  EXPECT_TRUE(has(text, "first.mjs:\n\n  connect('http://127.0.0.1:4480', 'gr_secret');\n\n  done();\n"))
      << text;
}

TEST(Banner, LaterStartsLeaveAPlaceForTheReadersOwnKey) {
  const std::string text = banner(facts());
  EXPECT_TRUE(has(text, "export API_KEY=<your key>\n")) << text;
  EXPECT_TRUE(has(text, "greenroom keys add")) << text;
}

TEST(Banner, AUrlThatLooksLikeAPlaceIsNotFilledAgain) {
  BannerFacts odd = facts();
  odd.url = "http://{url}";
  EXPECT_TRUE(has(banner(odd), "export BASE_URL=http://{url}\n"));
}

TEST(Banner, WithoutAProgramItSaysOnlyTheAddress) {
  BannerFacts bare;
  bare.url = "http://127.0.0.1:1";
  const std::string text = banner(bare);
  EXPECT_TRUE(has(text, "http://127.0.0.1:1"));
  EXPECT_FALSE(has(text, "program"));
}

}  // namespace
}  // namespace greenroom::daemon
