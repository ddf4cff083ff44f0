#include "api/kept_texts.hpp"

#include <memory>

#include <gtest/gtest.h>

namespace greenroom::api {
namespace {

int renderings = 0;

std::string id_of(const session::SessionView& view) {
  ++renderings;
  return view.id;
}
std::string loud(const session::SessionView& view) { return view.id + "!"; }

SharedView view_of(std::string id) {
  auto view = std::make_shared<session::SessionView>();
  view->id = std::move(id);
  return view;
}

TEST(KeptTexts, AViewIsRenderedOnce) {
  renderings = 0;
  const KeptTexts texts;
  const SharedView view = view_of("one");
  EXPECT_EQ(texts.of(view, id_of), "one");
  EXPECT_EQ(texts.of(view, id_of), "one");
  EXPECT_EQ(renderings, 1);
}

TEST(KeptTexts, EachRenderingHasItsOwn) {
  const KeptTexts texts;
  const SharedView view = view_of("one");
  EXPECT_EQ(texts.of(view, id_of), "one");
  EXPECT_EQ(texts.of(view, loud), "one!");
}

TEST(KeptTexts, TheNextViewOfASessionIsAnotherOne) {
  const KeptTexts texts;
  for (int i = 0; i < 2'000; ++i) {
    // Gone at once for everybody else: its address may not come again while its text is kept.
    const std::string id = std::to_string(i);
    EXPECT_EQ(texts.of(view_of(id), id_of), id);
  }
}

}  // namespace
}  // namespace greenroom::api
