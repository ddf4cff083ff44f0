#include "store/secret_store.hpp"

#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

TEST(SecretStore, IsMadeOnceAndStaysOverARestart) {
  TempDir dir;
  std::string first;
  {
    auto database = std::move(*Database::open(dir.path()));
    SecretStore secrets(*database);
    first = *run(secrets.find_or_make("links", 32));
    EXPECT_EQ(first.size(), 32u);
    EXPECT_EQ(*run(secrets.find_or_make("links", 32)), first);
    EXPECT_NE(*run(secrets.find_or_make("other", 32)), first);
  }
  auto database = std::move(*Database::open(dir.path()));
  EXPECT_EQ(*run(SecretStore(*database).find_or_make("links", 32)), first);
}

}  // namespace
}  // namespace greenroom::store
