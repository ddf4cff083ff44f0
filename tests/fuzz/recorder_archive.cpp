// Whatever lies in an index, reading it neither crashes nor yields a name that is not one of ours.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "recorder/finish_interrupted.hpp"
#include "recorder/player.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom::recorder;
  const std::string text(reinterpret_cast<const char*>(data), size);
  const RecordingIndex index = parse_index(text);
  for (const Segment& segment : index.segments)
    if (!is_media_name(segment.file) || !is_media_name(segment.init)) std::abort();
  (void)render_playlist(index, [](std::string_view file) { return std::string(file); });
  // What an interrupted recording gets appended must end it, and cost none of its segments.
  const RecordingIndex ended = parse_index(text + missing_end(index));
  if (!ended.end || ended.segments.size() < index.segments.size()) std::abort();
  return 0;
}
