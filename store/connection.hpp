// One SQLite connection with its prepared statements. Used inside this folder, on the database's own thread.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include <SQLiteCpp/SQLiteCpp.h>

#include "base/clock.hpp"
#include "base/error.hpp"

namespace greenroom::store {

/// A prepared statement in use. Resets it when it goes, because a statement left in the middle of its rows
/// would keep its read transaction open, and the write-ahead log could not be taken back for ever.
/// Throws SQLite::Exception, like everything here; Database::run turns that into an Error.
class Query {
 public:
  explicit Query(SQLite::Statement& statement) : statement_(statement) {}
  Query(const Query&) = delete;
  Query& operator=(const Query&) = delete;
  ~Query();

  /// Binds the next parameter.
  Query& bind(std::string_view text);
  Query& bind(std::int64_t number);
  Query& bind(base::WallTime time) { return bind(std::int64_t{time.time_since_epoch().count()}); }
  Query& bind(std::optional<base::WallTime> time);
  Query& bind(int number) { return bind(std::int64_t{number}); }
  Query& bind(bool flag) { return bind(std::int64_t{flag ? 1 : 0}); }
  Query& bind(const std::string& text) { return bind(std::string_view(text)); }
  Query& bind(const char* text) { return bind(std::string_view(text)); }
  Query& bind_bytes(std::string_view bytes);

  /// Steps to the next row; false when there is none.
  bool next() { return statement_.executeStep(); }
  /// What `read` makes of each row that is left, in their order.
  template <class Read>
  auto all(Read read) {
    std::vector<std::invoke_result_t<Read, const Query&>> records;
    while (next()) records.push_back(read(*this));
    return records;
  }
  /// Runs a statement without rows; how many rows it changed.
  int execute() { return statement_.exec(); }

  /// Read a column of the current row.
  void read(int column, std::string& out) const;
  void read(int column, std::int64_t& out) const;
  void read(int column, int& out) const;
  void read(int column, bool& out) const;
  void read(int column, base::WallTime& out) const;
  void read(int column, std::optional<base::WallTime>& out) const;

 private:
  SQLite::Statement& statement_;
  int bound_ = 0;
};

/// A connection. Not safe for two threads.
class Connection {
 public:
  /// Throws SQLite::Exception. `flags` are SQLITE_OPEN_….
  Connection(const std::string& path, int flags);

  /// The statement for `sql`, prepared once. Two queries of the same text must not be in use at a time.
  Query query(std::string_view sql);
  /// Any number of statements, without parameters or rows.
  void execute(const std::string& sql) { database_.exec(sql); }
  std::int64_t pragma(const std::string& name);
  /// What was deleted is zeroed in the database by secure_delete; the log beside it still has it until this.
  void empty_log() { execute("PRAGMA wal_checkpoint(TRUNCATE)"); }
  SQLite::Database& raw() { return database_; }

 private:
  SQLite::Database database_;
  std::map<std::string, SQLite::Statement, std::less<>> prepared_;  // destroyed before the database
};

/// What SQLite's failure means to our callers: storage_full, locked, conflict (a constraint), else io with
/// words about what to do.
base::Error to_error(const SQLite::Exception& failure);

}  // namespace greenroom::store
