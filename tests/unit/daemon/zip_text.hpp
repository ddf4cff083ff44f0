// Zip archives for tests, written by the library that reads them: names go in as they are given.
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace greenroom::daemon {

struct ZipMember {
  std::string name;
  std::string content;
  unsigned kind = AE_IFREG;
};

inline std::string zip_of(const std::vector<ZipMember>& entries) {
  std::string out(4 << 20, '\0');
  std::size_t used = 0;
  ::archive* writer = ::archive_write_new();
  ::archive_write_set_format_zip(writer);
  ::archive_write_open_memory(writer, out.data(), out.size(), &used);
  for (const ZipMember& each : entries) {
    ::archive_entry* entry = ::archive_entry_new();
    ::archive_entry_set_pathname(entry, each.name.c_str());
    ::archive_entry_set_filetype(entry, each.kind);
    ::archive_entry_set_perm(entry, 0644);
    if (each.kind == AE_IFLNK) ::archive_entry_set_symlink(entry, each.content.c_str());
    if (each.kind == AE_IFREG) ::archive_entry_set_size(entry, static_cast<la_int64_t>(each.content.size()));
    ::archive_write_header(writer, entry);
    if (each.kind == AE_IFREG) ::archive_write_data(writer, each.content.data(), each.content.size());
    ::archive_entry_free(entry);
  }
  ::archive_write_close(writer);
  ::archive_write_free(writer);
  out.resize(used);
  return out;
}

inline constexpr const char* good_manifest = R"({"manifest_version":3,"name":"Painter","version":"1.2.3"})";

}  // namespace greenroom::daemon
