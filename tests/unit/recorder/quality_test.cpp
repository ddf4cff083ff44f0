#include "recorder/quality.hpp"

#include <gtest/gtest.h>

namespace greenroom::recorder {
namespace {

TEST(Quality, EveryNameIsReadBackAndNoOtherIs) {
  for (const Quality quality : {Quality::evidence, Quality::standard, Quality::small})
    EXPECT_EQ(quality_of(name(quality)), quality);
  for (const char* word : {"", "Standard", "best", "unknown"}) EXPECT_FALSE(quality_of(word)) << word;
}

TEST(Quality, BetterPicturesHaveFinerQuantizersAndBetterSources) {
  const auto quantizer = [](Quality quality) {
    StartCommand command;
    use_quality(command, quality);
    return command.quantizer;
  };
  EXPECT_LT(quantizer(Quality::evidence), quantizer(Quality::standard));
  EXPECT_LT(quantizer(Quality::standard), quantizer(Quality::small));
  EXPECT_GT(jpeg_quality(Quality::evidence), jpeg_quality(Quality::standard));
  EXPECT_GT(jpeg_quality(Quality::standard), jpeg_quality(Quality::small));
  EXPECT_EQ(quantizer(Quality::standard), StartCommand().quantizer) << "the default";
}

}  // namespace
}  // namespace greenroom::recorder
