#include "recorder/mp4_reader.hpp"

#include <optional>

namespace greenroom::recorder {

using base::errc;
using base::Error;
using base::Result;

namespace {

/// Takes big-endian numbers from the front of a text; past its end it yields zeros and stops being good.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) : bytes_(bytes) {}

  std::uint32_t number(std::size_t width) {
    std::uint32_t n = 0;
    for (const char c : take(width)) n = n << 8 | static_cast<unsigned char>(c);
    return n;
  }

  std::string_view take(std::size_t count) {
    if (count > bytes_.size()) {
      is_good_ = false;
      bytes_ = {};
      return {};
    }
    const std::string_view taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return taken;
  }

  bool is_good() const { return is_good_; }
  bool is_empty() const { return bytes_.empty(); }
  std::size_t left() const { return bytes_.size(); }

 private:
  std::string_view bytes_;
  bool is_good_ = true;
};

struct Box {
  std::string_view type;
  std::string_view body;
};

/// The next box; none at the end or when its size is not true. 64-bit sizes do not occur in our files.
std::optional<Box> next_box(ByteReader& reader) {
  constexpr std::uint32_t head = 8;
  const std::uint32_t size = reader.number(4);
  const std::string_view type = reader.take(4);
  if (!reader.is_good() || size < head) return {};
  const std::string_view body = reader.take(size - head);
  if (!reader.is_good()) return {};
  return Box{type, body};
}

std::string_view find_box(std::string_view container, std::string_view type) {
  ByteReader reader(container);
  while (const auto box = next_box(reader))
    if (box->type == type) return box->body;
  return {};
}

std::string_view find_path(std::string_view container, std::initializer_list<std::string_view> path) {
  for (const std::string_view type : path) container = find_box(container, type);
  return container;
}

Error foreign(const char* what) { return Error{errc::protocol, what}; }

/// Adds a trun's samples, whose bytes begin `moof_offset` plus its data offset into the file.
bool add_run(std::string_view trun, std::size_t moof_offset, std::size_t file_size,
             std::vector<PlacedSample>& samples) {
  constexpr std::uint32_t version_and_flags = 0x701;  // as write_fragment_head() writes them
  constexpr std::uint32_t not_a_key = 0x00010000;
  constexpr std::size_t entry_size = 12;
  ByteReader reader(trun);
  if (reader.number(4) != version_and_flags) return false;
  const std::uint32_t count = reader.number(4);
  std::uint64_t offset = moof_offset + std::uint64_t{reader.number(4)};
  if (!reader.is_good() || count != reader.left() / entry_size) return false;
  for (std::uint32_t i = 0; i < count; ++i) {
    PlacedSample sample;
    sample.info.duration_ms = reader.number(4);
    sample.info.size = reader.number(4);
    sample.info.is_key = (reader.number(4) & not_a_key) == 0;
    sample.offset = static_cast<std::size_t>(offset);
    offset += sample.info.size;
    if (offset > file_size) return false;
    samples.push_back(sample);
  }
  return true;
}

}  // namespace

Result<VideoConfig> read_init(std::string_view file) {
  const std::string_view stsd = find_path(file, {"moov", "trak", "mdia", "minf", "stbl", "stsd"});
  constexpr std::size_t count_and_flags = 8;
  if (stsd.size() < count_and_flags) return foreign("an init file without a sample entry");
  const std::string_view entry = find_box(stsd.substr(count_and_flags), "avc1");
  constexpr std::size_t fixed_part = 78;
  if (entry.size() < fixed_part) return foreign("an init file without an H.264 entry");
  VideoConfig config;
  ByteReader fixed(entry.substr(24));
  config.width = static_cast<int>(fixed.number(2));
  config.height = static_cast<int>(fixed.number(2));
  const std::string_view colours = find_box(entry.substr(fixed_part), "colr");
  constexpr std::size_t up_to_range = 10;
  config.is_full_range = colours.size() > up_to_range && (colours[up_to_range] & '\x80') != 0;
  ByteReader avcc(find_box(entry.substr(fixed_part), "avcC"));
  constexpr std::size_t up_to_sps = 6;
  avcc.take(up_to_sps);
  config.sps = avcc.take(avcc.number(2));
  const auto count = avcc.number(1);
  for (std::size_t i = 0; i < count && avcc.is_good(); ++i)
    config.pps.emplace_back(avcc.take(avcc.number(2)));
  if (!avcc.is_good() || config.sps.empty() || config.pps.empty())
    return foreign("an init file without parameter sets");
  return config;
}

Result<std::vector<PlacedSample>> read_samples(std::string_view file) {
  std::vector<PlacedSample> samples;
  ByteReader reader(file);
  while (!reader.is_empty()) {
    const std::size_t begin = file.size() - reader.left();
    const auto box = next_box(reader);
    if (!box) return foreign("a segment that is cut");
    if (box->type != "moof") continue;
    if (!add_run(find_path(box->body, {"traf", "trun"}), begin, file.size(), samples))
      return foreign("a segment with a foreign fragment");
  }
  if (samples.empty()) return foreign("a segment without pictures");
  return samples;
}

Result<Torn> read_torn(std::string_view file) {
  Torn torn;
  std::vector<PlacedSample> samples;
  ByteReader reader(file);
  std::size_t moof_begin = 0;
  std::string_view moof;
  while (!reader.is_empty()) {
    const std::size_t begin = file.size() - reader.left();
    const auto box = next_box(reader);
    if (!box) break;
    if (box->type == "free" && torn.note.empty()) torn.note = box->body;
    if (box->type == "moof") {
      moof_begin = begin;
      moof = box->body;
    }
    if (box->type != "mdat" || moof.empty()) continue;
    // Head and data are there: the fragment counts.
    const std::size_t known = samples.size();
    if (!add_run(find_path(moof, {"traf", "trun"}), moof_begin, file.size(), samples)) break;
    for (std::size_t i = known; i < samples.size(); ++i) torn.duration_ms += samples[i].info.duration_ms;
    torn.size = file.size() - reader.left();
    moof = {};
  }
  torn.frames = static_cast<std::int64_t>(samples.size());
  if (torn.note.empty() || samples.empty() || torn.duration_ms == 0)
    return foreign("a segment without a whole fragment");
  return torn;
}

}  // namespace greenroom::recorder
