// Files as rows.
#include "store/file_store.hpp"

#include "store/session_store.hpp"
#include "tests/unit/store/store_test.hpp"

namespace greenroom::store {
namespace {

using base::errc;

class FileStoreTest : public StoreTest {
 protected:
  static FileRecord record(std::string id, std::string stored_name) {
    FileRecord out;
    out.id = std::move(id);
    out.project_id = "p";
    out.source = "upload";
    out.name = "a.txt";
    out.stored_name = std::move(stored_name);
    out.mime_type = "text/plain";
    out.size = 5;
    out.checksum = "c";
    out.crc = 0xFFFFFFFF;
    out.created_at = at(1000);
    return out;
  }
  std::vector<FileRecord> all(FileFilter filter = {}) {
    filter.project_id = "p";
    return *run(files_.list(filter));
  }
  FileStore files_{*database_};
};

TEST_F(FileStoreTest, WhatIsInsertedIsFound) {
  ASSERT_TRUE(run(files_.insert(record("1", "a.txt"))));
  EXPECT_EQ(*run(files_.find("p", "1")), record("1", "a.txt"));
  EXPECT_EQ(run(files_.find("another", "1")).error().code, errc::not_found);
  EXPECT_EQ(run(files_.find("p", "2")).error().code, errc::not_found);
  EXPECT_EQ(all(), std::vector<FileRecord>{record("1", "a.txt")});
}

TEST_F(FileStoreTest, AStoredNameIsTakenOnce) {
  ASSERT_TRUE(run(files_.insert(record("1", "a.txt"))));
  EXPECT_EQ(run(files_.insert(record("2", "a.txt"))).error().code, errc::conflict);
  FileRecord download = record("2", "a.txt");
  download.source = "download";
  EXPECT_TRUE(run(files_.insert(download)));
  FileRecord of_another = record("3", "a.txt");
  of_another.project_id = "q";
  EXPECT_TRUE(run(files_.insert(of_another)));
}

TEST_F(FileStoreTest, ReplacingAnswersWhatWasThere) {
  const auto first = run(files_.replace(record("1", "a.txt")));
  ASSERT_TRUE(first);
  EXPECT_EQ(*first, std::nullopt);
  const auto second = run(files_.replace(record("2", "a.txt")));
  ASSERT_TRUE(second);
  EXPECT_EQ(*second, record("1", "a.txt"));
  EXPECT_EQ(all(), std::vector<FileRecord>{record("2", "a.txt")});
}

TEST_F(FileStoreTest, NoSessionNoFile) {
  FileRecord of_session = record("1", "a.txt");
  of_session.session_id = "unknown";
  EXPECT_EQ(run(files_.insert(of_session)).error().code, errc::conflict);
}

TEST_F(FileStoreTest, FiltersNarrow) {
  for (int i = 0; i < 4; ++i) {
    FileRecord each = record(std::to_string(i), "a" + std::to_string(i));
    each.size = i;
    each.created_at = at(1000 - i);
    each.source = i % 2 == 0 ? "upload" : "download";
    each.name = i < 2 ? "low" : "high";
    ASSERT_TRUE(run(files_.insert(each)));
  }
  FileFilter filter;
  EXPECT_EQ(all(filter).size(), 4u);
  EXPECT_EQ(all(filter).front().id, "3") << "the oldest first";
  filter.source = "upload";
  EXPECT_EQ(all(filter).size(), 2u);
  filter.name = "high";
  EXPECT_EQ(all(filter).size(), 1u);
  filter = {};
  filter.least = 1;
  filter.most = 2;
  EXPECT_EQ(all(filter).size(), 2u);
  filter = {};
  filter.after = at(999);
  EXPECT_EQ(all(filter).size(), 2u);
  filter.before = at(999);
  EXPECT_EQ(all(filter).size(), 1u);
  filter = {};
  filter.mime_type = "image/png";
  EXPECT_TRUE(all(filter).empty());
  EXPECT_EQ(run(files_.all())->size(), 4u);
}

TEST_F(FileStoreTest, RemovedIsGone) {
  ASSERT_TRUE(run(files_.insert(record("1", "a.txt"))));
  EXPECT_TRUE(run(files_.remove("1")));
  EXPECT_EQ(run(files_.remove("1")).error().code, errc::not_found);
  EXPECT_TRUE(all().empty());
}

}  // namespace
}  // namespace greenroom::store
