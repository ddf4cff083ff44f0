#include "browser/window_plan.hpp"

#include <gtest/gtest.h>

namespace greenroom::browser {
namespace {

constexpr Size viewport{1280, 720};
constexpr Size screen{1920, 1080};

WindowInfo normal(WindowId id, Size bounds) { return {id, bounds, false}; }

TEST(WindowPlan, ANewWindowGetsTheViewport) {
  WindowPlan plan(viewport, screen);
  EXPECT_TRUE(plan.created("a", false));
  EXPECT_EQ(plan.found("a", normal(1, {945, 1060})), (Resize{1, viewport, false}));
}

TEST(WindowPlan, AWindowThatHasItsSizeAlreadyIsLeftAlone) {
  WindowPlan plan(viewport, screen);
  plan.created("a", false);
  EXPECT_EQ(plan.found("a", {1, viewport, true}), std::nullopt);
}

TEST(WindowPlan, ANewTabIsNoNewWindow) {
  WindowPlan plan(viewport, screen);
  plan.created("a", false);
  plan.found("a", normal(1, {945, 1060}));
  plan.created("b", true);
  EXPECT_EQ(plan.found("b", normal(1, viewport)), std::nullopt);
}

TEST(WindowPlan, APopupGetsTheContentThatItsOpenerAskedFor) {
  WindowPlan plan(viewport, screen);
  plan.created("a", true);
  EXPECT_EQ(plan.found("a", normal(1, {400, 300 + popup_bar})), (Resize{1, {400, 300}, true}));
}

TEST(WindowPlan, NoWindowIsLargerThanTheScreen) {
  WindowPlan plan({5000, 5000}, screen);
  EXPECT_EQ(plan.viewport(), screen);
  plan.created("a", true);
  EXPECT_EQ(plan.found("a", normal(1, {3000, 500 + popup_bar}))->content, (Size{1920, 500}));
  EXPECT_EQ(plan.emulated("a", {9999, 9999})->content, screen);
}

TEST(WindowPlan, AWindowFollowsItsPagesEmulationAndComesBack) {
  WindowPlan plan(viewport, screen);
  plan.created("a", false);
  plan.found("a", normal(1, viewport));
  EXPECT_EQ(plan.emulated("a", {800, 600})->content, (Size{800, 600}));
  EXPECT_EQ(plan.emulated("a", {800, 600}), std::nullopt) << "it is so already";
  EXPECT_EQ(plan.emulated("a", {0, 500})->content, (Size{1280, 500})) << "0 is no override";
  EXPECT_EQ(plan.emulation_cleared("a")->content, viewport);
  EXPECT_EQ(plan.emulation_cleared("a"), std::nullopt);
}

TEST(WindowPlan, AnUnknownPageHasNoWindowToResize) {
  WindowPlan plan(viewport, screen);
  EXPECT_EQ(plan.emulated("a", {800, 600}), std::nullopt);
  EXPECT_EQ(plan.found("a", normal(1, {10, 10})), std::nullopt);
  plan.created("a", false);
  EXPECT_TRUE(plan.changed("a"));
  EXPECT_EQ(plan.emulated("a", {800, 600}), std::nullopt);
}

TEST(WindowPlan, ANewViewportIsForEveryWindowButPopups) {
  WindowPlan plan(viewport, screen);
  plan.created("a", false);
  plan.found("a", normal(1, {900, 900}));
  plan.created("p", true);
  plan.found("p", normal(2, {400, 334}));
  EXPECT_EQ(plan.use_viewport({1024, 768}), (std::vector<Resize>{{1, {1024, 768}, false}}));
  EXPECT_TRUE(plan.use_viewport({1024, 768}).empty());
  plan.created("b", false);
  EXPECT_EQ(plan.found("b", normal(3, {900, 900}))->content, (Size{1024, 768}));
}

TEST(WindowPlan, AWindowGoesWithItsLastPage) {
  WindowPlan plan(viewport, screen);
  plan.created("a", false);
  plan.created("b", false);
  plan.found("a", normal(1, {900, 900}));
  plan.found("b", normal(1, {900, 900}));
  EXPECT_EQ(plan.destroyed("a"), std::nullopt);
  EXPECT_EQ(plan.destroyed("b"), 1);
  EXPECT_EQ(plan.destroyed("b"), std::nullopt);
  plan.created("c", false);
  EXPECT_TRUE(plan.found("c", normal(1, {900, 900}))) << "a number that came again is a new window";
}

TEST(WindowPlan, PagesWithoutEndAreNotRemembered) {
  WindowPlan plan(viewport, screen);
  for (std::size_t i = 0; i < WindowPlan::target_limit; ++i)
    EXPECT_TRUE(plan.created(std::to_string(i), false));
  EXPECT_FALSE(plan.created("one more", false));
}

}  // namespace
}  // namespace greenroom::browser
