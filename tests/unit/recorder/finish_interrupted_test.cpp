#include "recorder/finish_interrupted.hpp"

#include <filesystem>

#include <gtest/gtest.h>

#include "tests/unit/recorder/segments.hpp"
#include "tests/unit/recorder/temporary_directory.hpp"

namespace greenroom::recorder {
namespace {

TEST(FinishInterrupted, AnIndexWithoutEndGetsOne) {
  const TemporaryDirectory directory;
  directory.write(index_file_name, to_line(segment(0)) + to_line(segment(1)));
  const auto index = finish_interrupted(directory.path());
  ASSERT_TRUE(index);
  const RecordingEnd expected{"interrupted", Milliseconds(8000)};
  EXPECT_EQ(index->end, expected);
  EXPECT_EQ(index->segments.size(), 2u);
}

TEST(FinishInterrupted, ATornLineStaysALineOfItsOwn) {
  const TemporaryDirectory directory;
  directory.write(index_file_name, to_line(segment(0)) + to_line(segment(1)).substr(0, 20));
  const auto index = finish_interrupted(directory.path());
  ASSERT_TRUE(index);
  ASSERT_TRUE(index->end);
  EXPECT_EQ(index->end->duration, Milliseconds(4000));
  EXPECT_EQ(index->segments.size(), 1u);
}

TEST(FinishInterrupted, AnEndedRecordingIsNotTouched) {
  const TemporaryDirectory directory;
  const std::string text = to_line(segment(0)) + to_line(RecordingEnd{"finished", Milliseconds(4000)});
  directory.write(index_file_name, text);
  ASSERT_TRUE(finish_interrupted(directory.path()));
  EXPECT_EQ(directory.read(index_file_name), text);
}

TEST(FinishInterrupted, UnfinishedFilesAreRemovedAndFinishedOnesStay) {
  const TemporaryDirectory directory;
  directory.write(index_file_name, to_line(segment(0)));
  directory.write("seg-0.m4s", "x");
  directory.write("seg-1.m4s.partial", "x");
  ASSERT_TRUE(finish_interrupted(directory.path()));
  EXPECT_TRUE(std::filesystem::exists(directory / "seg-0.m4s"));
  EXPECT_FALSE(std::filesystem::exists(directory / "seg-1.m4s.partial"));
}

TEST(FinishInterrupted, WhereNothingWasRecordedNothingIsMade) {
  const TemporaryDirectory directory;
  const auto index = finish_interrupted(directory.path());
  ASSERT_FALSE(index);
  EXPECT_EQ(index.error().code, errc::not_found);
  EXPECT_FALSE(std::filesystem::exists(directory / index_file_name));
}

TEST(FinishInterrupted, AnIndexThatIsALinkIsNotWrittenTo) {
  const TemporaryDirectory directory;
  directory.write("elsewhere", "");
  std::filesystem::create_symlink(directory / "elsewhere", directory / index_file_name);
  EXPECT_FALSE(finish_interrupted(directory.path()));
  EXPECT_EQ(directory.read("elsewhere"), "");
}

}  // namespace
}  // namespace greenroom::recorder
