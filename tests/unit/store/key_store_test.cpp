#include "store/key_store.hpp"

#include <set>

#include "store/connection.hpp"
#include "store/project_store.hpp"
#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

using base::errc;
using base::Result;

class KeyStoreTest : public StoreTest {
 protected:
  KeyRecord record(std::string_view key) {
    KeyRecord made = describe_key(key, "laptop", at(1000));
    made.project_id = run(ProjectStore(*database_).list())->front().id;
    return made;
  }
  KeyStore keys_{*database_};
};

TEST(MakeKey, HasItsPrefixAndFortyUrlSafeCharacters) {
  std::set<std::string> made;
  for (int i = 0; i < 100; ++i) {
    const std::string key = make_key();
    EXPECT_EQ(key.size(), 43u);
    EXPECT_TRUE(key.starts_with("gr_"));
    EXPECT_EQ(key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"),
              std::string::npos);
    made.insert(key);
  }
  EXPECT_EQ(made.size(), 100u);
}

TEST_F(KeyStoreTest, ListsWhatWasAdded) {
  const KeyRecord added = record("gr_secret");
  EXPECT_EQ(added.prefix, "gr_sec");
  ASSERT_TRUE(run(keys_.add(added)));
  EXPECT_EQ(*run(keys_.list()), std::vector{added});
  EXPECT_EQ(*run(keys_.active()), std::vector{added});
  EXPECT_EQ(added.hash, base::sha256("gr_secret"));
}

TEST_F(KeyStoreTest, TheKeyItselfIsNowhereInTheRow) {
  ASSERT_TRUE(run(keys_.add(record("gr_the-secret-itself"))));
  auto job = [](Connection& c) -> Result<std::string> {
    return c.raw()
        .execAndGet("SELECT json_array(id, project_id, name, sha256, prefix) FROM keys")
        .getString();
  };
  EXPECT_EQ(run(database_->run(job))->find("the-secret"), std::string::npos);
}

TEST_F(KeyStoreTest, ARevokedKeyIsListedButNotActive) {
  const KeyRecord added = record("gr_secret");
  ASSERT_TRUE(run(keys_.add(added)));
  ASSERT_TRUE(run(keys_.revoke(added.id, at(2000))));
  EXPECT_TRUE(run(keys_.active())->empty());
  EXPECT_EQ(run(keys_.list())->front().revoked_at, at(2000));
  EXPECT_EQ(run(keys_.revoke(added.id, at(3000))).error().code, errc::gone);
  EXPECT_EQ(run(keys_.list())->front().revoked_at, at(2000)) << "the first time counts";
}

TEST_F(KeyStoreTest, RevokingAnUnknownKeyIsNotFound) {
  EXPECT_EQ(run(keys_.revoke("nobody", at(1))).error().code, errc::not_found);
}

TEST_F(KeyStoreTest, TheSameKeyIsActiveOnceButMayComeBack) {
  const KeyRecord first = record("gr_secret");
  ASSERT_TRUE(run(keys_.add(first)));
  EXPECT_EQ(run(keys_.add(record("gr_secret"))).error().code, errc::conflict);
  ASSERT_TRUE(run(keys_.revoke(first.id, at(2000))));
  EXPECT_TRUE(run(keys_.add(record("gr_secret"))));
  EXPECT_EQ(run(keys_.active())->size(), 1u);
}

TEST_F(KeyStoreTest, AKeyNeedsAProject) {
  KeyRecord orphan = record("gr_secret");
  orphan.project_id = "nowhere";
  EXPECT_EQ(run(keys_.add(orphan)).error().code, errc::conflict);
}

}  // namespace
}  // namespace greenroom::store
