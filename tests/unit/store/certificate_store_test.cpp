#include "store/certificate_store.hpp"

#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

CertificateRecord record(const char* id, const char* project, int seconds) {
  CertificateRecord out;
  out.id = id;
  out.project_id = project;
  out.created_at = out.updated_at = at(seconds);
  out.authorities = "TUlJ\nTUlK";
  return out;
}

TEST(CertificateStore, EachProjectSeesItsOwnNewestFirst) {
  auto database = std::move(*Database::in_memory());
  CertificateStore store(*database);
  ASSERT_TRUE(run(store.insert(record("a", "p", 1))));
  ASSERT_TRUE(run(store.insert(record("b", "p", 2))));
  ASSERT_TRUE(run(store.insert(record("c", "q", 3))));
  const auto own = *run(store.list("p"));
  ASSERT_EQ(own.size(), 2u);
  EXPECT_EQ(own[0], record("b", "p", 2));
  EXPECT_EQ(*run(store.find("p", "a")), record("a", "p", 1));
  EXPECT_EQ(run(store.find("q", "a")).error().code, base::errc::not_found);
}

TEST(CertificateStore, WhatIsRemovedIsGone) {
  auto database = std::move(*Database::in_memory());
  CertificateStore store(*database);
  ASSERT_TRUE(run(store.insert(record("a", "p", 1))));
  EXPECT_EQ(run(store.remove("q", "a")).error().code, base::errc::not_found);
  EXPECT_TRUE(run(store.remove("p", "a")));
  EXPECT_EQ(run(store.remove("p", "a")).error().code, base::errc::not_found);
  EXPECT_TRUE(run(store.list("p"))->empty());
}

}  // namespace
}  // namespace greenroom::store
