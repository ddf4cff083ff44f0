// A zip archive (APPNOTE 6.3.10) of files whose sizes and sums are known, made while it is sent. Contents are
// stored as they are: what people download is mostly compressed already. Pure: it makes the bytes around the
// contents.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/clock.hpp"

namespace greenroom::daemon {

struct ZipEntry {
  std::string name;  ///< UTF-8, without directories
  base::Bytes size;  ///< less than 4 GiB
  std::uint32_t crc = 0;
  base::WallTime changed;
};

/// For each entry in its order: head_of(), the content, then after the last one finish(). Together less than
/// 4 GiB, and at most 65,535 entries.
class ZipWriter {
 public:
  std::string head_of(const ZipEntry& entry);
  std::string finish();
  /// What finish() would have to refuse.
  static bool fits(const std::vector<ZipEntry>& entries);

 private:
  std::string directory_;
  std::uint64_t offset_ = 0;
  std::uint32_t count_ = 0;
};

/// CRC-32 (ISO 3309) of more bytes; 0 to begin with.
std::uint32_t add_to_crc(std::uint32_t crc, std::string_view bytes);

}  // namespace greenroom::daemon
