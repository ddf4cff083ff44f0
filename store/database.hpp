// The store's file: opened, brought up to date, and used from one thread of its own, so that the loop never
// waits for a disk and a writer never meets another one in this process.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "base/blocking_pool.hpp"
#include "base/error.hpp"

namespace greenroom::store {

class Connection;

/// SQLite in write-ahead mode. The typed stores refer to one of these.
///
/// Faults   every store's call may fail with storage_full, locked (another process held the store for more
///          than 5 s) or io (damaged file, bad disk). Nothing is half written: one call is one transaction.
/// Cancel   a started call runs to its end.
class Database {
 public:
  /// Opens `<directory>/greenroom.db`, made with mode 0600 if it is missing, and applies missing migrations.
  /// Blocks; for start-up and the command line. The daemon takes the DataLock first. One object per file and
  /// process: POSIX locks belong to the process and would be lost when the other one closes.
  /// Errors: store_newer (the file is not touched), locked, storage_full, io.
  static base::Result<std::unique_ptr<Database>> open(const std::string& directory);

  /// An empty store that goes with its object, for tests. Errors: as above.
  static base::Result<std::unique_ptr<Database>> in_memory();

  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs `job(Connection&)`, which returns a Result, on the store's thread. For this folder's own use.
  template <class F>
  base::Task<std::invoke_result_t<F, Connection&>> run(F job) {
    auto guarded = [this, job = std::move(job)]() mutable -> std::invoke_result_t<F, Connection&> {
      try {
        return job(*connection_);
      } catch (const std::runtime_error& failure) {
        return describe(failure);
      }
    };
    co_return co_await thread_.run(std::move(guarded));
  }

  /// A number that changes when another process (the command line) has changed the store; our own writes do
  /// not change it. Cheap: look before answering from a cache.
  base::Task<base::Result<std::int64_t>> data_version();

 private:
  explicit Database(std::unique_ptr<Connection> connection);
  static base::Error describe(const std::runtime_error& failure);
  static base::Result<std::unique_ptr<Connection>> connect(const std::string& path);

  std::unique_ptr<Connection> connection_;
  base::BlockingPool thread_{1};  // joined before the connection goes
};

}  // namespace greenroom::store
