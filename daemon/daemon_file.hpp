// `<data>/daemon.json`: how the command line finds the running daemon.
#pragma once

#include <cstdint>
#include <string>

#include "base/error.hpp"

namespace greenroom::daemon {

struct DaemonFile {
  std::int64_t pid = 0;
  std::string address;  ///< as bound: "127.0.0.1", "::", "0.0.0.0"
  std::uint16_t port = 0;
  std::string started_at;  ///< RFC 3339
  std::string version;

  bool operator==(const DaemonFile&) const = default;
};

/// Replaces the file, readable by its owner only. Errors: io, storage_full.
base::Result<void> write_daemon_file(const std::string& data_directory, const DaemonFile& file);

/// Errors: unavailable (there is none: no daemon has run here), protocol (damaged), io.
base::Result<DaemonFile> read_daemon_file(const std::string& data_directory);

}  // namespace greenroom::daemon
