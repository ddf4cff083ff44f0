#include "api/kept_texts.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "api/dialect.hpp"

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

std::string link(const Call& call, const session::SessionView& view) {
  ++renderings;
  return call.base_url + "/" + view.id;
}

/// A call of somebody who used that address.
struct Caller {
  explicit Caller(std::string address)
      : call{request, path, {}, std::move(address), signer, keys, texts, {}} {}
  net::Request request;
  net::PathParameters path;
  LinkSigner signer{"secret"};
  KeyRing keys;
  KeptTexts texts;
  Call call;
};

TEST(KeptTexts, WhoReachedUsByAnotherAddressGetsOtherLinks) {
  renderings = 0;
  const KeptTexts texts;
  const SharedView view = view_of("one");
  {
    const Caller passing("http://127.0.0.1:4480");  // its address must outlive it in here
    EXPECT_EQ(texts.of(passing.call, view, link), "http://127.0.0.1:4480/one");
  }
  const Caller near("http://127.0.0.1:4480");
  const Caller far("https://browsers.example");
  EXPECT_EQ(texts.of(far.call, view, link), "https://browsers.example/one");
  EXPECT_EQ(texts.of(near.call, view, link), "http://127.0.0.1:4480/one");
  EXPECT_EQ(renderings, 2);
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
