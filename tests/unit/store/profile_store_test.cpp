#include "store/profile_store.hpp"

#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

using base::errc;

ProfileRecord record(char digit, std::optional<std::string> name = std::nullopt, std::string project = "p") {
  ProfileRecord out;
  const std::string four(4, digit);
  out.id =
      four + four + "-" + four + "-4" + four.substr(1) + "-8" + four.substr(1) + "-" + four + four + four;
  out.project_id = std::move(project);
  out.name = std::move(name);
  out.created_at = out.updated_at = at(1'000 + digit);
  return out;
}

class ProfileStoreTest : public StoreTest {
 protected:
  ProfileStore profiles_{*database_};
};

TEST_F(ProfileStoreTest, IsFoundByItsIdAndByTheBeginningOfIt) {
  const ProfileRecord one = record('a', "Mine");
  ASSERT_TRUE(run(profiles_.insert(one, true)));
  EXPECT_EQ(*run(profiles_.find("p", one.id)), one);
  EXPECT_EQ(run(profiles_.find("p", one.id.substr(0, 18)))->id, one.id);
  for (const std::string& other : {std::string(), one.id.substr(0, 17), one.id.substr(0, 19), record('b').id})
    EXPECT_EQ(run(profiles_.find("p", other)).error().code, errc::not_found) << other;
  EXPECT_EQ(run(profiles_.find("q", one.id)).error().code, errc::not_found) << "another project's";
}

TEST_F(ProfileStoreTest, AUniqueNameIsTakenWhateverItsCase) {
  ASSERT_TRUE(run(profiles_.insert(record('a', "Shop"), true)));
  EXPECT_EQ(run(profiles_.insert(record('b', "sHOP"), true)).error().code, errc::conflict);
  EXPECT_TRUE(run(profiles_.insert(record('b', "sHOP"), false))) << "where names need not be unique";
  EXPECT_TRUE(run(profiles_.insert(record('c', "Shop", "q"), true))) << "of another project";
  EXPECT_TRUE(run(profiles_.insert(record('d'), true)));
  EXPECT_TRUE(run(profiles_.insert(record('e'), true))) << "no name is no name twice";
}

TEST_F(ProfileStoreTest, AListIsTheNewestFirstAndNarrowedByAPartOfTheName) {
  for (const char digit : {'a', 'b', 'c'})
    ASSERT_TRUE(run(profiles_.insert(record(digit, digit == 'b' ? "The 100% one" : "another"), false)));
  ProfileFilter filter;
  filter.project_id = "p";
  const auto ids = [&] {
    std::string out;
    for (const ProfileRecord& row : *run(profiles_.list(filter))) out += row.id.front();
    return out;
  };
  EXPECT_EQ(ids(), "cba");
  filter.offset = 1;
  filter.limit = 1;
  EXPECT_EQ(ids(), "b");
  EXPECT_EQ(*run(profiles_.count(filter)), 3u);
  filter = {"p", "100% O", 0, 10};
  EXPECT_EQ(ids(), "b");
  filter.name_part = "%";
  EXPECT_EQ(ids(), "b") << "a letter like any other";
  EXPECT_EQ(*run(profiles_.count(filter)), 1u);
}

TEST_F(ProfileStoreTest, VersionsFollowEachOther) {
  ProfileRecord one = record('a');
  ASSERT_TRUE(run(profiles_.insert(one, false)));
  one.version = 1;
  one.bytes = 7;
  one.domains = R"(["a.example"])";
  ASSERT_TRUE(run(profiles_.advance(one)));
  const ProfileRecord now = *run(profiles_.find("p", one.id));
  EXPECT_EQ(now.version, 1);
  EXPECT_EQ(now.bytes, 7);
  EXPECT_EQ(now.domains, one.domains);
  EXPECT_GT(now.updated_at, one.created_at);
  EXPECT_EQ(run(profiles_.advance(one)).error().code, errc::conflict)
      << "a second writer of the same version";
  ProfileRecord gone = record('b');
  gone.version = 1;
  EXPECT_EQ(run(profiles_.advance(gone)).error().code, errc::not_found);
}

TEST_F(ProfileStoreTest, RenamesAndGoes) {
  const ProfileRecord one = record('a', "Old");
  ASSERT_TRUE(run(profiles_.insert(one, true)));
  ASSERT_TRUE(run(profiles_.rename(one.id, "New", at(5'000))));
  EXPECT_EQ(run(profiles_.find("p", one.id))->name, "New");
  ASSERT_TRUE(run(profiles_.rename(one.id, std::nullopt, at(5'001))));
  EXPECT_EQ(run(profiles_.find("p", one.id))->name, std::nullopt);
  ASSERT_TRUE(run(profiles_.remove(one.id)));
  EXPECT_EQ(run(profiles_.remove(one.id)).error().code, errc::not_found);
  EXPECT_EQ(run(profiles_.rename(one.id, "x", at(1))).error().code, errc::not_found);
  EXPECT_TRUE(run(profiles_.all())->empty());
}

}  // namespace
}  // namespace greenroom::store
