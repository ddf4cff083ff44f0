#include "recorder/encoder/archive_writer.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "recorder/archive_file.hpp"

namespace greenroom::recorder::encoder {

using base::UniqueFd;

namespace {

constexpr unsigned file_mode = 0600;
// A little less than a second: the picture that ends a piece may come late, and none may be longer than
// promised.
constexpr Milliseconds fragment_length{900};

std::string partial(const std::string& name) { return name + ".partial"; }

/// Of a checked name: the digits between its dash and its dot.
std::uint32_t number_of(const std::string& name) {
  return static_cast<std::uint32_t>(std::stoul(name.substr(name.find('-') + 1)));
}

}  // namespace

Result<void> ArchiveWriter::create() {
  index_.reset(::openat(directory_, index_file_name,
                        O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW, file_mode));
  if (!index_ && errno == EEXIST) return Error{errc::conflict, "the directory holds a recording already"};
  if (!index_) return storage_error("creating the index", errno);
  return {};
}

Result<Milliseconds> ArchiveWriter::resume() {
  const auto text = [&]() -> Result<std::string> {
    const auto fd = open_plain_file(directory_, index_file_name);
    if (!fd) return fd.error();
    constexpr std::size_t largest_index = std::size_t{64} << 20;
    return read_all(fd->value(), largest_index);
  }();
  if (!text) return text.error();
  const RecordingIndex known = parse_index(*text);
  if (known.end) return Error{errc::conflict, "the recording has ended already"};
  index_.reset(::openat(directory_, index_file_name, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
  if (!index_) return storage_error("opening the index", errno);
  if (known.ends_in_torn_line)
    if (const auto wrote = append_to_index("\n"); !wrote) return wrote.error();
  // Behind every number that was ever used: a name that a player has seen must not get another content.
  for (const Segment& segment : known.segments) {
    segments_ = std::max(segments_, number_of(segment.file) + 1);
    inits_ = std::max(inits_, number_of(segment.init) + 1);
    fragments_ += static_cast<std::uint32_t>(segment.frames);
  }
  ++segments_, ++inits_;  // the one that was open
  return known.duration();
}

Result<void> ArchiveWriter::use_config(const VideoConfig& config) {
  config_ = config;
  config_is_new_ = true;
  return write_file(init_name(inits_++), write_init(config));
}

Result<void> ArchiveWriter::write_file(const std::string& name, std::string_view bytes) {
  const UniqueFd fd(::openat(directory_, partial(name).c_str(),
                             O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, file_mode));
  if (!fd) return storage_error("creating " + name, errno);
  if (const auto wrote = write_all(fd.value(), bytes, "writing " + name); !wrote) return wrote;
  if (::fsync(fd.value()) != 0) return storage_error("syncing " + name, errno);
  return rename_partial(name);
}

Result<void> ArchiveWriter::rename_partial(const std::string& name) {
  if (::renameat(directory_, partial(name).c_str(), directory_, name.c_str()) != 0)
    return storage_error("renaming " + name, errno);
  return {};
}

Result<void> ArchiveWriter::begin_segment(Milliseconds at) {
  segment_ = Segment{};
  segment_.file = segment_name(segments_++);
  segment_.init = init_name(inits_ - 1);
  segment_.start = at;
  segment_.wall = started_at_ + at;
  segment_.width = config_.width;
  segment_.height = config_.height;
  segment_.is_discontinuity = config_is_new_ && segments_ > 1;
  config_is_new_ = false;
  samples_.clear();
  data_.clear();
  file_.reset(::openat(directory_, partial(segment_.file).c_str(),
                       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, file_mode));
  if (!file_) return storage_error("creating " + segment_.file, errno);
  segment_.duration = Milliseconds(1);  // it is no segment without one
  const std::string head = write_segment_head(to_line(segment_));
  segment_.size.count = head.size();
  return write_all(file_.value(), head, "writing " + segment_.file);
}

Result<void> ArchiveWriter::add(std::string_view bytes, bool is_key, Milliseconds at) {
  if (!samples_.empty()) {
    samples_.back().duration_ms = static_cast<std::uint32_t>((at - last_picture_).count());
    if (at - fragment_start_ >= fragment_length)
      if (const auto wrote = write_fragment(); !wrote) return wrote;
  }
  if (samples_.empty()) fragment_start_ = at;
  samples_.push_back({0, static_cast<std::uint32_t>(bytes.size()), is_key});
  data_.append(bytes);
  last_picture_ = at;
  ++segment_.frames;
  return {};
}

Result<void> ArchiveWriter::write_fragment() {
  EncoderPart part;
  part.offset = segment_.size.count;
  for (const SampleInfo& sample : samples_) part.duration += Milliseconds(sample.duration_ms);
  part.is_independent = samples_.front().is_key;
  const std::string head =
      write_fragment_head(++fragments_, static_cast<std::uint64_t>(fragment_start_.count()), samples_);
  segment_.size.count += head.size() + data_.size();
  const std::string doing = "writing " + segment_.file;
  if (const auto wrote = write_all(file_.value(), head, doing); !wrote) return wrote;
  if (const auto wrote = write_all(file_.value(), data_, doing); !wrote) return wrote;
  samples_.clear();
  data_.clear();
  segment_.duration = fragment_start_ + part.duration - segment_.start;
  part.segment = segment_;
  part.size = segment_.size.count - part.offset;
  on_part_(part);
  return {};
}

Result<Segment> ArchiveWriter::finish_segment(Milliseconds at) {
  at = std::max(at, last_picture_ + Milliseconds(1));
  samples_.back().duration_ms = static_cast<std::uint32_t>((at - last_picture_).count());
  if (const auto wrote = write_fragment(); !wrote) return wrote.error();
  if (::fsync(file_.value()) != 0) return storage_error("syncing " + segment_.file, errno);
  if (const auto renamed = rename_partial(segment_.file); !renamed) return renamed.error();
  file_.reset();
  segment_.duration = at - segment_.start;
  // The name must be on the disk before the line that promises it.
  if (::fsync(directory_) != 0) return storage_error("syncing the directory", errno);
  if (const auto wrote = append_to_index(to_line(segment_)); !wrote) return wrote.error();
  return segment_;
}

Result<void> ArchiveWriter::append_to_index(const std::string& line) {
  const off_t before = ::lseek(index_.value(), 0, SEEK_END);
  Result<void> wrote = write_all(index_.value(), line, "writing the index");
  if (wrote && ::fsync(index_.value()) != 0) wrote = storage_error("syncing the index", errno);
  // Half a line must not spoil the next one that is written, perhaps by somebody else.
  if (!wrote && before >= 0) (void)!::ftruncate(index_.value(), before);
  return wrote;
}

Result<void> ArchiveWriter::write_end(const RecordingEnd& end) { return append_to_index(to_line(end)); }

void ArchiveWriter::abandon() {
  if (!file_) return;
  file_.reset();
  ::unlinkat(directory_, partial(segment_.file).c_str(), 0);
}

}  // namespace greenroom::recorder::encoder
