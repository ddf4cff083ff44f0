#include "daemon/zip_writer.hpp"

#include <algorithm>
#include <array>
#include <chrono>

namespace greenroom::daemon {

namespace {
constexpr std::uint16_t version_needed = 10;     // stored files
constexpr std::uint16_t made_by = 3 << 8 | 30;   // Unix, for the file's mode
constexpr std::uint16_t name_is_utf8 = 1 << 11;  // APPNOTE §4.4.4
constexpr std::uint32_t mode = 0100644u << 16;   // a plain file, readable
constexpr std::size_t local_head = 30;
constexpr std::size_t directory_head = 46;
constexpr std::size_t end_record = 22;
constexpr std::uint64_t largest = UINT32_MAX;

void put16(std::string& out, std::uint32_t value) {
  out += static_cast<char>(value & 0xFF);
  out += static_cast<char>(value >> 8 & 0xFF);
}

void put32(std::string& out, std::uint32_t value) {
  put16(out, value & 0xFFFF);
  put16(out, value >> 16);
}

/// Date and time as DOS had them, in UTC.
std::uint32_t dos_time(base::WallTime when) {
  const auto day = std::chrono::floor<std::chrono::days>(when);
  const std::chrono::year_month_day date(day);
  const auto clock = std::chrono::hh_mm_ss(std::chrono::floor<std::chrono::seconds>(when - day));
  const int year = std::clamp(static_cast<int>(date.year()), 1980, 2107);
  const auto high = static_cast<std::uint32_t>((year - 1980) << 9) |
                    static_cast<std::uint32_t>(static_cast<unsigned>(date.month()) << 5) |
                    static_cast<unsigned>(date.day());
  const auto low = static_cast<std::uint32_t>(clock.hours().count() << 11 | clock.minutes().count() << 5 |
                                              clock.seconds().count() / 2);
  return high << 16 | low;
}

/// What the local head and the directory have in common.
void put_common(std::string& out, const ZipEntry& entry) {
  put16(out, version_needed);
  put16(out, name_is_utf8);
  put16(out, 0);  // stored
  put32(out, dos_time(entry.changed));
  put32(out, entry.crc);
  put32(out, static_cast<std::uint32_t>(entry.size.count));
  put32(out, static_cast<std::uint32_t>(entry.size.count));
  put16(out, static_cast<std::uint32_t>(entry.name.size()));
  put16(out, 0);  // no extra field
}

constexpr std::array<std::uint32_t, 256> crc_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1) != 0 ? value >> 1 ^ 0xEDB88320u : value >> 1;
    table[i] = value;
  }
  return table;
}();
}  // namespace

std::string ZipWriter::head_of(const ZipEntry& entry) {
  std::string head;
  put32(head, 0x04034b50);
  put_common(head, entry);
  head += entry.name;

  put32(directory_, 0x02014b50);
  put16(directory_, made_by);
  put_common(directory_, entry);
  put16(directory_, 0);  // no comment
  put16(directory_, 0);  // of the first disk
  put16(directory_, 0);
  put32(directory_, mode);
  put32(directory_, static_cast<std::uint32_t>(offset_));
  directory_ += entry.name;

  offset_ += head.size() + entry.size.count;
  ++count_;
  return head;
}

std::string ZipWriter::finish() {
  std::string end = std::move(directory_);
  const auto size = static_cast<std::uint32_t>(end.size());
  put32(end, 0x06054b50);
  put16(end, 0);
  put16(end, 0);
  put16(end, count_);
  put16(end, count_);
  put32(end, size);
  put32(end, static_cast<std::uint32_t>(offset_));
  put16(end, 0);
  return end;
}

bool ZipWriter::fits(const std::vector<ZipEntry>& entries) {
  std::uint64_t total = end_record;
  for (const ZipEntry& entry : entries) {
    total += local_head + directory_head + 2 * entry.name.size() + entry.size.count;
    if (total > largest) return false;
  }
  return entries.size() < UINT16_MAX;
}

std::uint32_t add_to_crc(std::uint32_t crc, std::string_view bytes) {
  crc = ~crc;
  for (const char c : bytes) crc = crc_table[(crc ^ static_cast<unsigned char>(c)) & 0xFF] ^ crc >> 8;
  return ~crc;
}

}  // namespace greenroom::daemon
