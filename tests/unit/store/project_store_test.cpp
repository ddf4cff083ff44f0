#include "store/project_store.hpp"

#include "base/ids.hpp"
#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

TEST(ProjectStore, TheDefaultProjectIsMadeOnce) {
  TempDir dir;
  ProjectRecord first;
  {
    auto database = std::move(*Database::open(dir.path()));
    const auto projects = *run(ProjectStore(*database).list());
    ASSERT_EQ(projects.size(), 1u);
    first = projects.front();
    EXPECT_EQ(first.name, "default");
    EXPECT_TRUE(base::is_uuid(first.id));
    EXPECT_TRUE(base::is_uuid(first.owner_id));
    EXPECT_NE(first.id, first.owner_id);
    EXPECT_GT(first.created_at, at(0));
  }
  auto database = std::move(*Database::open(dir.path()));
  EXPECT_EQ(*run(ProjectStore(*database).list()), std::vector{first});
  EXPECT_EQ(*run(ProjectStore(*database).find(first.id)), first);
}

TEST(ProjectStore, UnknownProjectIsNotFound) {
  auto database = std::move(*Database::in_memory());
  EXPECT_EQ(run(ProjectStore(*database).find("nowhere")).error().code, base::errc::not_found);
}

}  // namespace
}  // namespace greenroom::store
