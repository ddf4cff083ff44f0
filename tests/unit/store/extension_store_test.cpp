#include "store/extension_store.hpp"

#include "store/model_cache_store.hpp"
#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

using base::errc;

class ExtensionStoreTest : public StoreTest {
 protected:
  ExtensionRecord one(const std::string& id, std::int64_t made = 1000) {
    return {id, "p", "hash-" + id, "Name", "1.0", "a.zip", 12, at(made), at(made)};
  }
  ExtensionStore extensions{*database_};
};

TEST_F(ExtensionStoreTest, WhatIsInsertedIsFoundByItsProjectOnly) {
  ASSERT_TRUE(run(extensions.insert(one("a"), 10)));
  EXPECT_EQ(*run(extensions.find("p", "a")), one("a"));
  EXPECT_EQ(run(extensions.find("q", "a")).error().code, errc::not_found);
  EXPECT_EQ(run(extensions.remove("q", "a")).error().code, errc::not_found);
  EXPECT_EQ(*run(extensions.remove("p", "a")), one("a"));
  EXPECT_EQ(run(extensions.find("p", "a")).error().code, errc::not_found);
}

TEST_F(ExtensionStoreTest, TheNewestComesFirst) {
  ASSERT_TRUE(run(extensions.insert(one("a", 1), 10)));
  ASSERT_TRUE(run(extensions.insert(one("b", 2), 10)));
  const auto all = run(extensions.list("p"));
  ASSERT_EQ(all->size(), 2u);
  EXPECT_EQ(all->front().id, "b");
  EXPECT_TRUE(run(extensions.list("q"))->empty());
}

TEST_F(ExtensionStoreTest, AProjectHasABound) {
  ASSERT_TRUE(run(extensions.insert(one("a"), 1)));
  EXPECT_EQ(run(extensions.insert(one("b"), 1)).error().code, errc::conflict);
}

TEST_F(ExtensionStoreTest, AReplacedOneKeepsItsIdAndItsBeginning) {
  ASSERT_TRUE(run(extensions.insert(one("a", 5), 10)));
  ExtensionRecord next = one("a", 9);
  next.hash = "other";
  next.version = "2.0";
  const auto now = run(extensions.replace(next));
  ASSERT_TRUE(now);
  EXPECT_EQ(now->created_at, at(5));
  EXPECT_EQ(now->updated_at, at(9));
  EXPECT_EQ(now->version, "2.0");
  EXPECT_FALSE(*run(extensions.has_hash("hash-a")));
  EXPECT_TRUE(*run(extensions.has_hash("other")));
  EXPECT_EQ(*run(extensions.hashes()), std::vector<std::string>{"other"});
  EXPECT_EQ(run(extensions.replace(one("none"))).error().code, errc::not_found);
}

CachedAnswer answer(std::string value) {
  CachedAnswer out;
  out.value = std::move(value);
  out.input_tokens = 3;
  return out;
}

TEST_F(ExtensionStoreTest, ACachedAnswerIsCountedEachTimeItIsAskedFor) {
  ModelCacheStore cache(*database_, {});
  EXPECT_FALSE(*run(cache.look_up("p", "k", at(1))));
  ASSERT_TRUE(run(cache.put("p", "k", answer("1"), at(2))));
  EXPECT_EQ((*run(cache.look_up("p", "k", at(3))))->seen, 2);
  ASSERT_TRUE(run(cache.put("p", "k", answer("2"), at(4))));
  const auto found = *run(cache.look_up("p", "k", at(5)));
  EXPECT_EQ(found->value, "2");
  EXPECT_EQ(found->seen, 3);
  EXPECT_EQ(found->input_tokens, 3);
  EXPECT_EQ(found->made_at, at(4));
  EXPECT_FALSE(*run(cache.look_up("q", "k", at(6))));
}

TEST_F(ExtensionStoreTest, OldAnswersAndThoseBeyondTheRoomGo) {
  ModelCacheLimits limits;
  limits.size = base::Bytes{1000};
  limits.age = base::Milliseconds(100);
  ModelCacheStore cache(*database_, limits);
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(run(cache.put("p", "k" + std::to_string(i), answer(std::string(150, 'x')), at(i))));
  EXPECT_FALSE(*run(cache.look_up("p", "k0", at(10))));
  EXPECT_TRUE(*run(cache.look_up("p", "k9", at(10))));
  EXPECT_FALSE(*run(cache.look_up("p", "k9", at(200))));
}

}  // namespace
}  // namespace greenroom::store
