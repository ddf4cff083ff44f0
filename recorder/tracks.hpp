// One recording cut into a track for each tab: what a person saw of it. Pure.
#pragma once

#include <vector>

#include "recorder/archive.hpp"

namespace greenroom::recorder {

/// From `at` on this tab was what the screen showed. Tabs count from 0 in the order of their opening.
struct TabShown {
  WallTime at{};
  int tab = 0;
  bool operator==(const TabShown&) const = default;
};

/// A tab's share of a recording: its segments with their own times, holes between them marked as
/// discontinuities.
struct TabTrack {
  int tab = 0;
  RecordingIndex index;
  bool operator==(const TabTrack&) const = default;
};

/// A segment belongs to the tab that was shown in its middle. The recorder begins one when another tab is
/// shown (Recording::cut), so a track holds no more than a moment of its neighbours. `shown` is in the order
/// of time. What came before the first word is the first tab's; a recording of which nothing is known is all
/// tab 0. By tab, each with at least one segment.
std::vector<TabTrack> cut_tracks(const RecordingIndex& index, const std::vector<TabShown>& shown);

}  // namespace greenroom::recorder
