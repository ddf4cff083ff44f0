#include "recorder/encoder/mux.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <map>
#include <string>
#include <unistd.h>
#include <vector>

#include "base/fd.hpp"
#include "recorder/archive.hpp"
#include "recorder/archive_file.hpp"
#include "recorder/encoder/control_channel.hpp"
#include "recorder/mp4_reader.hpp"

namespace greenroom::recorder::encoder {

using base::UniqueFd;

namespace {

constexpr std::size_t largest_file = std::size_t{512} << 20;
constexpr const char* partial_name = "recording.mp4.partial";
constexpr Milliseconds longest_goodbye{500};

Result<std::string> read_file_in(int directory, const std::string& name) {
  const auto fd = open_plain_file(directory, name);
  if (!fd) return fd.error();
  return read_all(fd->value(), largest_file);
}

/// One segment that goes into the movie.
struct Source {
  Segment segment;
  std::vector<PlacedSample> samples;
};

class Muxer {
 public:
  explicit Muxer(int directory) : directory_(directory) {}

  Result<RecordingEnd> run() {
    if (const auto gathered = gather(); !gathered) return gathered.error();
    if (const auto wrote = write(); !wrote) {
      ::unlinkat(directory_, partial_name, 0);
      return wrote.error();
    }
    Milliseconds duration{0};
    for (const SampleInfo& sample : tables_.samples) duration += Milliseconds(sample.duration_ms);
    return RecordingEnd{"muxed", duration};
  }

 private:
  Result<void> gather();
  void add_source(const Segment& segment, std::vector<PlacedSample> samples);
  void make_tables();
  Result<void> write();
  Result<void> copy_samples(int to, const Source& source);

  int directory_;
  std::map<std::string, VideoConfig> configs_;  // by init file
  std::vector<Source> sources_;
  MovieTables tables_;
};

/// Reads every segment's sample table. What cannot be read is left out: the rest still plays.
Result<void> Muxer::gather() {
  const auto text = read_file_in(directory_, index_file_name);
  if (!text) return text.error();
  for (const Segment& segment : parse_index(*text).segments) {
    if (!configs_.contains(segment.init)) {
      const auto init = read_file_in(directory_, segment.init);
      if (!init) continue;
      auto config = read_init(*init);
      if (config) configs_.emplace(segment.init, std::move(*config));
    }
    if (!configs_.contains(segment.init)) continue;
    const auto file = read_file_in(directory_, segment.file);
    if (!file) continue;
    auto samples = read_samples(*file);
    if (samples) add_source(segment, std::move(*samples));
  }
  if (sources_.empty()) return Error{errc::not_found, "the recording has no finished segment"};
  make_tables();
  return {};
}

/// A hole in time is filled by holding the picture before it.
void Muxer::add_source(const Segment& segment, std::vector<PlacedSample> samples) {
  const Milliseconds end_so_far =
      sources_.empty() ? Milliseconds(0) : sources_.back().segment.start + sources_.back().segment.duration;
  const auto hole = static_cast<std::uint32_t>((segment.start - end_so_far).count());
  if (sources_.empty())
    samples.front().info.duration_ms += hole;
  else
    sources_.back().samples.back().info.duration_ms += hole;
  sources_.push_back({segment, std::move(samples)});
}

void Muxer::make_tables() {
  tables_.config = configs_.at(sources_.front().segment.init);
  const VideoConfig first = tables_.config;
  for (const Source& source : sources_) {
    const VideoConfig& config = configs_.at(source.segment.init);
    tables_.has_parameters_in_band |= config != first;
    tables_.config.width = std::max(tables_.config.width, config.width);
    tables_.config.height = std::max(tables_.config.height, config.height);
  }
  for (const Source& source : sources_) {
    for (const PlacedSample& placed : source.samples) tables_.samples.push_back(placed.info);
    tables_.samples_in_chunk.push_back(static_cast<std::uint32_t>(source.samples.size()));
  }
}

Result<void> Muxer::write() {
  const UniqueFd out(
      ::openat(directory_, partial_name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!out) return storage_error("creating the movie", errno);
  if (const auto wrote = write_all(out.value(), write_movie_head(tables_), "writing the movie"); !wrote)
    return wrote;
  for (const Source& source : sources_)
    if (const auto copied = copy_samples(out.value(), source); !copied) return copied;
  if (::fsync(out.value()) != 0) return storage_error("syncing the movie", errno);
  if (::renameat(directory_, partial_name, directory_, movie_name) != 0)
    return storage_error("renaming the movie", errno);
  if (::fsync(directory_) != 0) return storage_error("syncing the directory", errno);
  return {};
}

Result<void> Muxer::copy_samples(int to, const Source& source) {
  const auto file = read_file_in(directory_, source.segment.file);
  if (!file) return file.error();
  std::string bytes;
  for (const PlacedSample& placed : source.samples) {
    if (placed.offset + placed.info.size > file->size())
      return Error{errc::conflict, source.segment.file + " changed while it was read"};
    bytes.append(*file, placed.offset, placed.info.size);
  }
  return write_all(to, bytes, "writing the movie");
}

}  // namespace

int mux(int control_fd, int directory_fd) {
  ControlChannel control(control_fd);
  const auto muxed = Muxer(directory_fd).run();
  if (muxed)
    control.send(EncoderFinished{*muxed});
  else
    control.send(EncoderFailed{std::string(base::name(muxed.error().code)), muxed.error().detail});
  control.flush_within(longest_goodbye);
  return muxed ? 0 : 1;
}

}  // namespace greenroom::recorder::encoder
