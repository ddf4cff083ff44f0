// What the store's tests share: a directory that goes with its test, and a loop for one task.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "base/clock.hpp"
#include "store/database.hpp"

namespace greenroom::store {

/// Runs a task to its end. An exception that leaves it fails the test.
template <class T>
T run(base::Task<T> task) {
  boost::asio::io_context loop{1};
  std::optional<T> value;
  auto done = [&](std::exception_ptr failure, T result) {
    if (failure) std::rethrow_exception(failure);
    value = std::move(result);
  };
  boost::asio::co_spawn(loop, std::move(task), done);
  loop.run();
  return std::move(*value);
}

class TempDir {
 public:
  TempDir() {
    std::string name = (std::filesystem::temp_directory_path() / "greenroom-store-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;
  ~TempDir() { std::filesystem::remove_all(path_); }
  const std::string& path() const { return path_; }
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

/// An empty store in memory.
class StoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<Database> database_ = std::move(*Database::in_memory());
};

inline base::WallTime at(std::int64_t ms) { return base::WallTime(base::Milliseconds(ms)); }

}  // namespace greenroom::store
