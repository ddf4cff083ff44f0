// The windows of a real Chromium: page content only, and exactly as large as asked.
#include "tests/integration/browser_fixture.hpp"

namespace greenroom::browser {
namespace {

using namespace std::chrono_literals;

class BrowserWindows : public BrowserTest {
 protected:
  /// A page that was not there before.
  std::string new_page(Browser& browser, const std::vector<std::string>& before) {
    for (int tries = 0; tries < 200; ++tries) {
      for (const std::string& page : pages(browser))
        if (std::find(before.begin(), before.end(), page) == before.end()) return page;
      run(base::sleep_for(10ms));
    }
    ADD_FAILURE() << "no new page";
    return {};
  }

  std::string open(Browser& browser, const std::string& session, const std::string& script) {
    const auto before = pages(browser);
    evaluate(browser, session, script + ", 1");
    return attach(browser, new_page(browser, before));
  }
};

TEST_F(BrowserWindows, TheFirstPageHasTheViewportThatASessionWants) {
  auto browser = launch();
  ASSERT_TRUE(browser);
  const std::string page = attach(*browser, pages(*browser).at(0));
  EXPECT_EQ(size_of(*browser, page, {1280, 720}), "1280x720");
  for (const Size size : {Size{1024, 768}, Size{1920, 1080}, Size{375, 667}, Size{1280, 720}}) {
    EXPECT_TRUE(run(browser->use_viewport(size)));
    EXPECT_EQ(evaluate(*browser, page, "innerWidth + 'x' + innerHeight").as_string(),
              std::to_string(size.width) + "x" + std::to_string(size.height));
  }
  EXPECT_EQ(evaluate(*browser, page, "screen.width + 'x' + screen.height").as_string(), "1920x1080");
  stop(*browser);
}

TEST_F(BrowserWindows, NewContextsTabsAndPopupsHaveTheSizeOfTheirKind) {
  auto browser = launch();
  ASSERT_TRUE(browser);
  EXPECT_TRUE(run(browser->use_viewport({1100, 700})));
  const std::string page = attach(*browser, pages(*browser).at(0));

  const json::object context = call(*browser, "Target.createBrowserContext", {});
  const json::object created =
      call(*browser, "Target.createTarget",
           {{"url", "about:blank"}, {"browserContextId", context.at("browserContextId")}});
  const std::string in_context = attach(*browser, std::string(created.at("targetId").as_string()));
  EXPECT_EQ(size_of(*browser, in_context, {1100, 700}), "1100x700");

  const std::string tab = open(*browser, page, "window.open('about:blank')");
  EXPECT_EQ(size_of(*browser, tab, {1100, 700}), "1100x700");

  const std::string popup =
      open(*browser, page, "window.open('about:blank', '_blank', 'width=400,height=300')");
  EXPECT_EQ(size_of(*browser, popup, {400, 300}), "400x300");

  const std::string large =
      open(*browser, page, "window.open('about:blank', '_blank', 'width=3000,height=2000')");
  evaluate(*browser, large, "new Promise(r => setTimeout(r, 300, 1))");
  EXPECT_EQ(evaluate(*browser, large, "innerWidth <= 1920 && innerHeight <= 1080").as_bool(), true);
  stop(*browser);
}

TEST_F(BrowserWindows, APageCanDrawWithWebGl) {
  auto browser = launch();
  ASSERT_TRUE(browser);
  const std::string page = attach(*browser, pages(*browser).at(0));
  const char* draw = R"((() => {
    const gl = document.createElement('canvas').getContext('webgl');
    if (!gl) return 'none';
    gl.clearColor(1, 0, 0, 1); gl.clear(gl.COLOR_BUFFER_BIT);
    const pixel = new Uint8Array(4); gl.readPixels(0, 0, 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    return pixel.join();
  })())";
  EXPECT_EQ(evaluate(*browser, page, draw).as_string(), "255,0,0,255");
  stop(*browser);
}

TEST_F(BrowserWindows, FontsHaveGlyphsForTheWorldAndEmoji) {
  auto browser = launch();
  ASSERT_TRUE(browser);
  const std::string page = attach(*browser, pages(*browser).at(0));
  // A missing glyph is drawn as the same box for every character.
  const char* compare = R"((() => {
    const draw = text => { const c = document.createElement('canvas'); c.width = c.height = 40;
      const x = c.getContext('2d'); x.font = '30px sans-serif'; x.fillText(text, 0, 30); return c.toDataURL(); };
    const missing = draw('\u{10FFFE}');
    return ['A', '日', '本', '한', '😀', '🚀'].map(t => draw(t)).every(
        (picture, i, all) => picture !== missing && all.indexOf(picture) === i);
  })())";
  EXPECT_TRUE(evaluate(*browser, page, compare).as_bool());
  stop(*browser);
}

TEST_F(BrowserWindows, NothingIsHoveredBeforeAClientMoves) {
  auto browser = launch();
  ASSERT_TRUE(browser);
  const std::string page = attach(*browser, pages(*browser).at(0));
  evaluate(*browser, page, "document.documentElement.innerHTML = '<div style=height:5000px>x</div>', 1");
  evaluate(*browser, page, "new Promise(r => setTimeout(r, 500, 1))");
  EXPECT_EQ(evaluate(*browser, page, "document.querySelectorAll(':hover').length").as_int64(), 0);
  stop(*browser);
}

TEST_F(BrowserWindows, AHeadlessBrowserHasNoDisplayAndTheSameSizes) {
  Fingerprint headless;
  headless.headless = true;
  auto browser = launch(headless);
  ASSERT_TRUE(browser);
  EXPECT_EQ(browser->display(), nullptr);
  const std::string page = attach(*browser, pages(*browser).at(0));
  EXPECT_EQ(size_of(*browser, page, {1280, 720}), "1280x720");
  EXPECT_TRUE(run(browser->use_viewport({1000, 600})));
  EXPECT_EQ(evaluate(*browser, page, "innerWidth + 'x' + innerHeight").as_string(), "1000x600");
  const std::string popup =
      open(*browser, page, "window.open('about:blank', '_blank', 'width=400,height=300')");
  EXPECT_EQ(size_of(*browser, popup, {400, 300}), "400x300");
  stop(*browser);
}

TEST_F(BrowserWindows, ATimezoneAndALanguageOfTheFingerprintAreSeenByPages) {
  Fingerprint abroad;
  abroad.timezone = "Asia/Tokyo";
  abroad.language = "de";
  auto browser = launch(abroad);
  ASSERT_TRUE(browser);
  const std::string page = attach(*browser, pages(*browser).at(0));
  EXPECT_EQ(evaluate(*browser, page, "Intl.DateTimeFormat().resolvedOptions().timeZone").as_string(),
            "Asia/Tokyo");
  EXPECT_EQ(evaluate(*browser, page, "navigator.language").as_string(), "de");
  stop(*browser);
}

}  // namespace
}  // namespace greenroom::browser
