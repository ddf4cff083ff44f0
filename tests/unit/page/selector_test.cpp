#include "page/selector.hpp"

#include <gtest/gtest.h>

namespace greenroom::page {
namespace {

using Kind = SelectorPart::Kind;

std::vector<SelectorPart> parts(std::string_view text) {
  const auto parsed = parse_selector(text);
  return parsed ? *parsed : std::vector<SelectorPart>{};
}

TEST(Selector, WhatBeginsLikeAPathIsXPath) {
  for (const std::string_view text : {"xpath=//a", "//a", " xpath= //a "})
    EXPECT_EQ(parts(text), (std::vector<SelectorPart>{{Kind::xpath, "//a"}})) << text;
  EXPECT_EQ(parts("(//a)[2]"), (std::vector<SelectorPart>{{Kind::xpath, "(//a)[2]"}}));
}

TEST(Selector, AllElseIsCssUnlessItSaysText) {
  EXPECT_EQ(parts("#a .b"), (std::vector<SelectorPart>{{Kind::css, "#a .b"}}));
  EXPECT_EQ(parts("css=a > b"), (std::vector<SelectorPart>{{Kind::css, "a > b"}}));
  EXPECT_EQ(parts("text='Send it'"), (std::vector<SelectorPart>{{Kind::text, "Send it"}}));
}

TEST(Selector, AStepCalledIframeLeadsIntoIt) {
  EXPECT_EQ(parts("/html[1]/body[1]/iframe[2]/html[1]/FRAME/p"),
            (std::vector<SelectorPart>{{Kind::xpath, "/html[1]/body[1]/iframe[2]"},
                                       {Kind::xpath, "/html[1]/FRAME"},
                                       {Kind::xpath, "/p"}}));
  EXPECT_EQ(parts("//iframe[@name='x']//button"),
            (std::vector<SelectorPart>{{Kind::xpath, "//iframe[@name='x']"}, {Kind::xpath, "//button"}}));
}

TEST(Selector, AnIframeAtTheEndIsTheElementItself) {
  EXPECT_EQ(parts("/html/body/iframe[1]"),
            (std::vector<SelectorPart>{{Kind::xpath, "/html/body/iframe[1]"}}));
}

TEST(Selector, NamesInsideBracketsAndQuotesAreNoSteps) {
  EXPECT_EQ(parts("//div[iframe/x]/p").size(), 1u);
  EXPECT_EQ(parts("//a[@href='/iframe/b']/i").size(), 1u);
}

TEST(Selector, ArrowsLeadIntoFramesInCss) {
  EXPECT_EQ(parts("iframe >> #a"), (std::vector<SelectorPart>{{Kind::css, "iframe"}, {Kind::css, "#a"}}));
  EXPECT_EQ(parts("a[title=\"x >> y\"]").size(), 1u);
}

TEST(Selector, ASlashAloneIsTheDocumentsElement) {
  EXPECT_EQ(parts("/"), (std::vector<SelectorPart>{{Kind::xpath, "/html"}}));
}

TEST(Selector, EmptyEndlessAndTooDeepOnesAreRefused) {
  for (const std::string& text : {std::string(), std::string("  "), std::string("xpath="),
                                  std::string(" >> a"), std::string(17 * 1024, 'a')})
    EXPECT_FALSE(parse_selector(text)) << text.substr(0, 20);
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "/iframe";
  EXPECT_FALSE(parse_selector(deep + "/a"));
}

}  // namespace
}  // namespace greenroom::page
