#include "recorder/tracks.hpp"

#include <algorithm>
#include <map>

namespace greenroom::recorder {

namespace {
int tab_at(const std::vector<TabShown>& shown, WallTime at) {
  if (shown.empty()) return 0;
  const auto after = std::upper_bound(shown.begin(), shown.end(), at,
                                      [](WallTime time, const TabShown& word) { return time < word.at; });
  return after == shown.begin() ? shown.front().tab : std::prev(after)->tab;
}
}  // namespace

std::vector<TabTrack> cut_tracks(const RecordingIndex& index, const std::vector<TabShown>& shown) {
  std::map<int, TabTrack> tracks;
  for (const Segment& segment : index.segments) {
    const int tab = tab_at(shown, segment.wall + segment.duration / 2);
    TabTrack& track = tracks[tab];
    track.tab = tab;
    Segment share = segment;
    if (!track.index.segments.empty()) {
      const Segment& before = track.index.segments.back();
      share.is_discontinuity |=
          before.start + before.duration != segment.start || before.init != segment.init;
    }
    track.index.segments.push_back(std::move(share));
  }
  std::vector<TabTrack> out;
  for (auto& [tab, track] : tracks) {
    track.index.end = index.end;
    out.push_back(std::move(track));
  }
  return out;
}

}  // namespace greenroom::recorder
