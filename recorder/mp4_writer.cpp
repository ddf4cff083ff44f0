#include "recorder/mp4_writer.hpp"

#include <algorithm>

namespace greenroom::recorder {

namespace {

constexpr std::uint32_t ticks_a_second = 1000;
constexpr std::uint32_t flags_of_key_sample = 0x02000000;    // depends on no other (14496-12 §8.8.3.1)
constexpr std::uint32_t full_range_flag = 0x80;              // 14496-12 §12.1.5
constexpr std::uint32_t flags_of_other_sample = 0x01010000;  // depends on others, no sync sample

/// Appends big-endian numbers and boxes whose size is filled in when they end.
class BoxWriter {
 public:
  void u8(std::uint32_t n) { out_.push_back(static_cast<char>(n & 0xff)); }
  void u16(std::uint32_t n) { u8(n >> 8), u8(n); }
  void u32(std::uint32_t n) { u16(n >> 16), u16(n); }
  void u64(std::uint64_t n) {
    u32(static_cast<std::uint32_t>(n >> 32));
    u32(static_cast<std::uint32_t>(n & 0xffffffff));
  }
  void zeros(std::size_t count) { out_.append(count, '\0'); }
  void text(std::string_view bytes) { out_.append(bytes); }

  template <class Body>
  void box(std::string_view type, Body body) {
    const std::size_t begin = out_.size();
    u32(0);
    text(type);
    body();
    patch(begin, static_cast<std::uint32_t>(out_.size() - begin));
  }

  template <class Body>
  void full_box(std::string_view type, std::uint32_t version, std::uint32_t flags, Body body) {
    box(type, [&] {
      u32(version << 24 | flags);
      body();
    });
  }

  void patch(std::size_t at, std::uint32_t n) {
    for (std::size_t i = 0; i < 4; ++i) out_[at + i] = static_cast<char>((n >> (24 - 8 * i)) & 0xff);
  }

  std::size_t size() const { return out_.size(); }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

void write_matrix(BoxWriter& w) {
  constexpr std::uint32_t identity[] = {0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000};
  for (const std::uint32_t n : identity) w.u32(n);
}

void write_movie_header(BoxWriter& w, std::uint64_t duration) {
  w.full_box("mvhd", 1, 0, [&] {
    w.zeros(16);  // created, modified
    w.u32(ticks_a_second);
    w.u64(duration);
    w.u32(0x10000);  // rate 1
    w.u16(0x100);    // volume 1
    w.zeros(10);
    write_matrix(w);
    w.zeros(24);
    w.u32(2);  // next track
  });
}

void write_track_header(BoxWriter& w, const VideoConfig& config, std::uint64_t duration) {
  constexpr std::uint32_t enabled_in_movie = 3;
  w.full_box("tkhd", 1, enabled_in_movie, [&] {
    w.zeros(16);
    w.u32(1);  // track
    w.u32(0);
    w.u64(duration);
    w.zeros(16);
    write_matrix(w);
    w.u32(static_cast<std::uint32_t>(config.width) << 16);
    w.u32(static_cast<std::uint32_t>(config.height) << 16);
  });
}

void write_decoder_config(BoxWriter& w, const VideoConfig& config) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(config.sps[i]); };
  w.box("avcC", [&] {
    w.u8(1);
    for (std::size_t i = 1; i <= 3; ++i) w.u8(config.sps.size() > 3 ? byte(i) : 0u);  // profile, level
    w.u8(0xff);  // four bytes of length before each NAL unit
    w.u8(0xe1);  // one SPS
    w.u16(static_cast<std::uint32_t>(config.sps.size()));
    w.text(config.sps);
    w.u8(static_cast<std::uint32_t>(config.pps.size()));
    for (const std::string& parameters : config.pps) {
      w.u16(static_cast<std::uint32_t>(parameters.size()));
      w.text(parameters);
    }
    constexpr unsigned char high_profile = 100;
    if (config.sps.size() > 3 && byte(1) == high_profile) w.u8(0xfd), w.u8(0xf8), w.u8(0xf8), w.u8(0);
  });
}

void write_sample_entry(BoxWriter& w, const VideoConfig& config, std::string_view kind) {
  w.box(kind, [&] {
    w.zeros(6);
    w.u16(1);  // data reference
    w.zeros(16);
    w.u16(static_cast<std::uint32_t>(config.width));
    w.u16(static_cast<std::uint32_t>(config.height));
    w.u32(0x480000), w.u32(0x480000);  // 72 dpi
    w.u32(0);
    w.u16(1);  // pictures in a sample
    w.zeros(32);
    w.u16(24);
    w.u16(0xffff);
    write_decoder_config(w, config);
    w.box("colr", [&] {  // sRGB picture, BT.601 matrix: as the encoder converts
      w.text("nclx");
      w.u16(1), w.u16(13), w.u16(6);
      w.u8(config.is_full_range ? full_range_flag : 0);
    });
  });
}

/// mdia, with the sample tables that `tables` writes behind stsd.
template <class Tables>
void write_media(BoxWriter& w, std::uint64_t duration, Tables tables) {
  w.box("mdia", [&] {
    w.full_box("mdhd", 1, 0, [&] {
      w.zeros(16);
      w.u32(ticks_a_second);
      w.u64(duration);
      w.u16(0x55c4);  // language "und"
      w.u16(0);
    });
    w.full_box("hdlr", 0, 0, [&] {
      w.u32(0);
      w.text("vide");
      w.zeros(12);
      w.text(std::string_view("Screen\0", 7));
    });
    w.box("minf", [&] {
      w.full_box("vmhd", 0, 1, [&] { w.zeros(8); });
      w.box("dinf", [&] {
        w.full_box("dref", 0, 0, [&] {
          w.u32(1);
          w.full_box("url ", 0, 1, [] {});
        });
      });
      w.box("stbl", tables);
    });
  });
}

void write_times(BoxWriter& w, const std::vector<SampleInfo>& samples) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> runs;  // count, duration
  for (const SampleInfo& sample : samples) {
    if (!runs.empty() && runs.back().second == sample.duration_ms)
      ++runs.back().first;
    else
      runs.emplace_back(1, sample.duration_ms);
  }
  w.full_box("stts", 0, 0, [&] {
    w.u32(static_cast<std::uint32_t>(runs.size()));
    for (const auto& [count, duration] : runs) w.u32(count), w.u32(duration);
  });
}

void write_key_samples(BoxWriter& w, const std::vector<SampleInfo>& samples) {
  w.full_box("stss", 0, 0, [&] {
    const auto keys = std::count_if(samples.begin(), samples.end(), [](const auto& s) { return s.is_key; });
    w.u32(static_cast<std::uint32_t>(keys));
    for (std::size_t i = 0; i < samples.size(); ++i)
      if (samples[i].is_key) w.u32(static_cast<std::uint32_t>(i + 1));
  });
}

void write_chunk_map(BoxWriter& w, const std::vector<std::uint32_t>& samples_in_chunk) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> runs;  // first chunk, samples in each
  for (std::size_t i = 0; i < samples_in_chunk.size(); ++i)
    if (runs.empty() || runs.back().second != samples_in_chunk[i])
      runs.emplace_back(static_cast<std::uint32_t>(i + 1), samples_in_chunk[i]);
  w.full_box("stsc", 0, 0, [&] {
    w.u32(static_cast<std::uint32_t>(runs.size()));
    for (const auto& [first, count] : runs) w.u32(first), w.u32(count), w.u32(1);
  });
}

/// `at`: where the first sample's byte will lie in the file.
void write_chunk_offsets(BoxWriter& w, const MovieTables& tables, std::uint64_t at) {
  w.full_box("co64", 0, 0, [&] {
    w.u32(static_cast<std::uint32_t>(tables.samples_in_chunk.size()));
    std::size_t sample = 0;
    for (const std::uint32_t count : tables.samples_in_chunk) {
      w.u64(at);
      for (std::uint32_t i = 0; i < count && sample < tables.samples.size(); ++i)
        at += tables.samples[sample++].size;
    }
  });
}

void write_movie(BoxWriter& w, const MovieTables& tables, std::uint64_t first_byte) {
  std::uint64_t duration = 0;
  for (const SampleInfo& sample : tables.samples) duration += sample.duration_ms;
  w.box("moov", [&] {
    write_movie_header(w, duration);
    w.box("trak", [&] {
      write_track_header(w, tables.config, duration);
      write_media(w, duration, [&] {
        w.full_box("stsd", 0, 0, [&] {
          w.u32(1);
          write_sample_entry(w, tables.config, tables.has_parameters_in_band ? "avc3" : "avc1");
        });
        write_times(w, tables.samples);
        write_key_samples(w, tables.samples);
        write_chunk_map(w, tables.samples_in_chunk);
        w.full_box("stsz", 0, 0, [&] {
          w.u32(0);
          w.u32(static_cast<std::uint32_t>(tables.samples.size()));
          for (const SampleInfo& sample : tables.samples) w.u32(sample.size);
        });
        write_chunk_offsets(w, tables, first_byte);
      });
    });
  });
}

}  // namespace

std::string write_init(const VideoConfig& config) {
  BoxWriter w;
  w.box("ftyp", [&] { w.text(std::string_view("iso6\0\0\0\0iso6cmfcmp41", 20)); });
  w.box("moov", [&] {
    write_movie_header(w, 0);
    w.box("trak", [&] {
      write_track_header(w, config, 0);
      write_media(w, 0, [&] {
        w.full_box("stsd", 0, 0, [&] {
          w.u32(1);
          write_sample_entry(w, config, "avc1");
        });
        for (const char* empty : {"stts", "stsc", "stco"}) w.full_box(empty, 0, 0, [&] { w.u32(0); });
        w.full_box("stsz", 0, 0, [&] { w.zeros(8); });
      });
    });
    w.box("mvex", [&] {
      w.full_box("trex", 0, 0, [&] {
        w.u32(1), w.u32(1);
        w.zeros(12);
      });
    });
  });
  return w.take();
}

std::string write_segment_head(std::string_view note) {
  BoxWriter w;
  w.box("styp", [&] { w.text(std::string_view("msdh\0\0\0\0msdhmsix", 16)); });
  w.box("free", [&] { w.text(note); });
  return w.take();
}

std::string write_fragment_head(std::uint32_t sequence, std::uint64_t base_ms,
                                std::span<const SampleInfo> samples) {
  BoxWriter w;
  std::size_t offset_at = 0;
  std::uint64_t data_size = 0;
  w.box("moof", [&] {
    w.full_box("mfhd", 0, 0, [&] { w.u32(sequence); });
    w.box("traf", [&] {
      constexpr std::uint32_t offsets_count_from_moof = 0x020000;
      w.full_box("tfhd", 0, offsets_count_from_moof, [&] { w.u32(1); });
      w.full_box("tfdt", 1, 0, [&] { w.u64(base_ms); });
      constexpr std::uint32_t offset_duration_size_flags = 0x701;
      w.full_box("trun", 0, offset_duration_size_flags, [&] {
        w.u32(static_cast<std::uint32_t>(samples.size()));
        offset_at = w.size();
        w.u32(0);
        for (const SampleInfo& sample : samples) {
          w.u32(sample.duration_ms);
          w.u32(sample.size);
          w.u32(sample.is_key ? flags_of_key_sample : flags_of_other_sample);
          data_size += sample.size;
        }
      });
    });
  });
  constexpr std::uint32_t mdat_head = 8;
  w.patch(offset_at, static_cast<std::uint32_t>(w.size()) + mdat_head);
  w.u32(static_cast<std::uint32_t>(data_size) + mdat_head);
  w.text("mdat");
  return w.take();
}

std::string write_movie_head(const MovieTables& tables) {
  // Offsets are always 64 bits wide, so the size of moov does not depend on their values: measure, then
  // write.
  constexpr std::uint64_t mdat_head = 16;
  const auto write = [&](std::uint64_t first_byte) {
    BoxWriter w;
    w.box("ftyp", [&] { w.text(std::string_view("isom\0\0\2\0isomiso2avc1mp41", 24)); });
    write_movie(w, tables, first_byte);
    return w.take();
  };
  std::string head = write(write(0).size() + mdat_head);
  std::uint64_t data_size = 0;
  for (const SampleInfo& sample : tables.samples) data_size += sample.size;
  BoxWriter w;
  w.u32(1);  // the size follows in 64 bits
  w.text("mdat");
  w.u64(data_size + mdat_head);
  return head + w.take();
}

}  // namespace greenroom::recorder
