#include "api/recording_wishes.hpp"

#include <gtest/gtest.h>

namespace greenroom::api {
namespace {

TEST(RecordingWishes, AreReadIntoTheSpec) {
  session::SessionSpec spec;
  ASSERT_TRUE(read_recording_wishes(" fps=25,quality = evidence , pointer, dom=no,", spec));
  EXPECT_EQ(spec.record_fps, 25);
  EXPECT_EQ(spec.record_quality, recorder::Quality::evidence);
  EXPECT_EQ(spec.record_pointer, true);
  EXPECT_EQ(spec.record_dom, false);
  session::SessionSpec nothing;
  ASSERT_TRUE(read_recording_wishes("", nothing));
  EXPECT_FALSE(nothing.record_fps || nothing.record_quality || nothing.record_pointer || nothing.record_dom);
}

TEST(RecordingWishes, WhatIsNoneOfThemIsRefused) {
  for (const char* text : {"fps", "fps=", "fps=0", "fps=61", "fps=ten", "fps=1.5", "quality", "quality=best",
                           "pointer=maybe", "pointer=", "speed=2", "fps=5;quality=small"}) {
    session::SessionSpec spec;
    const auto read = read_recording_wishes(text, spec);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().code, base::errc::invalid_argument) << text;
  }
}

}  // namespace
}  // namespace greenroom::api
