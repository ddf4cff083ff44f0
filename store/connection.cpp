#include "store/connection.hpp"

#include <sqlite3.h>

namespace greenroom::store {

using base::errc;
using base::Error;
using base::WallTime;

namespace {
constexpr int busy_timeout_ms = 5000;  // the command line writes for milliseconds beside a running daemon
}

Query::~Query() {
  try {
    statement_.reset();
    statement_.clearBindings();
  } catch (const SQLite::Exception&) {
    // reset() repeats the failure of the last step, which its caller has already seen.
  }
}

Query& Query::bind(std::string_view text) {
  statement_.bind(++bound_, std::string(text));
  return *this;
}
Query& Query::bind(std::int64_t number) {
  statement_.bind(++bound_, number);
  return *this;
}
Query& Query::bind(std::optional<WallTime> time) {
  if (time) return bind(*time);
  statement_.bind(++bound_);
  return *this;
}
Query& Query::bind_bytes(std::string_view bytes) {
  statement_.bind(++bound_, static_cast<const void*>(bytes.data()), static_cast<int>(bytes.size()));
  return *this;
}

void Query::read(int column, std::string& out) const { out = statement_.getColumn(column).getString(); }
void Query::read(int column, std::int64_t& out) const { out = statement_.getColumn(column).getInt64(); }
void Query::read(int column, int& out) const { out = statement_.getColumn(column).getInt(); }
void Query::read(int column, bool& out) const { out = statement_.getColumn(column).getInt() != 0; }
void Query::read(int column, WallTime& out) const {
  out = WallTime(base::Milliseconds(statement_.getColumn(column).getInt64()));
}
void Query::read(int column, std::optional<WallTime>& out) const {
  out.reset();
  if (statement_.getColumn(column).isNull()) return;
  WallTime time;
  read(column, time);
  out = time;
}

Connection::Connection(const std::string& path, int flags) : database_(path, flags, busy_timeout_ms) {}

Query Connection::query(std::string_view sql) {
  auto found = prepared_.find(sql);
  if (found == prepared_.end())
    found = prepared_.try_emplace(std::string(sql), database_, std::string(sql)).first;
  return Query(found->second);
}

std::int64_t Connection::pragma(const std::string& name) {
  return database_.execAndGet("PRAGMA " + name).getInt64();
}

Error to_error(const SQLite::Exception& failure) {
  const std::string said = failure.what();
  // The shared-memory index that cannot grow is nearly always a full disk; SQLite has no better code for it.
  if (failure.getExtendedErrorCode() == SQLITE_IOERR_SHMSIZE) return Error{errc::storage_full, said};
  switch (failure.getErrorCode()) {
    case SQLITE_FULL:
      return Error{errc::storage_full, said};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return Error{errc::locked, "the store is held by another process: " + said};
    case SQLITE_CONSTRAINT:
      return Error{errc::conflict, said};
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return Error{errc::io, "the store is damaged (" + said +
                                 "); restore it from a backup, or move it away to start afresh"};
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return Error{errc::io, "the store cannot be opened for writing: " + said};
    default:
      return Error{errc::io, "the store: " + said};
  }
}

}  // namespace greenroom::store
