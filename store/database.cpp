#include "store/database.hpp"

#include <array>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/fd.hpp"
#include "base/ids.hpp"
#include "store/connection.hpp"
#include "store/migrations.hpp"

namespace greenroom::store {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {

Error newer(const std::string& path, std::int64_t version) {
  return Error{errc::store_newer, path + " has version " + std::to_string(version) +
                                      ", this program knows up to " + std::to_string(newest_version()) +
                                      "; it was not touched. Install a newer Greenroom"};
}

/// The version without opening the file as a database: SQLite's own opening may write beside it.
/// (Offset 60 of the header, big-endian: sqlite.org/fileformat.html §1.3.)
Result<std::uint32_t> version_in_header(const std::string& path) {
  base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return 0u;
  if (!fd) return base::errno_error("opening " + path, errno);
  std::array<char, 64> header{};
  const ssize_t n = ::pread(fd.value(), header.data(), header.size(), 0);
  if (n < 0) return base::errno_error("reading " + path, errno);
  if (!std::string_view(header.data(), static_cast<std::size_t>(n)).starts_with("SQLite format 3")) return 0u;
  std::uint32_t version = 0;
  for (std::size_t i = 60; i < header.size(); ++i)
    version = version << 8 | static_cast<unsigned char>(header[i]);
  return version;
}

/// A newer program that was killed has left its version in the write-ahead log only.
std::int64_t version_in_log(const std::string& path) {
  struct stat log {};
  if (::stat((path + "-wal").c_str(), &log) != 0 || log.st_size == 0) return 0;
  Connection look(path, SQLITE_OPEN_READONLY);
  ::sqlite3_db_config(look.raw().getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  return look.pragma("user_version");
}

/// All missing steps and the default project, or nothing.
Result<void> migrate(Connection& connection, const std::string& path) {
  // IMMEDIATE: two processes that open an old store at once migrate it one after the other.
  SQLite::Transaction transaction(connection.raw(), SQLite::TransactionBehavior::IMMEDIATE);
  const std::int64_t version = connection.pragma("user_version");
  if (version > newest_version()) return newer(path, version);
  for (const Migration& step : migrations()) {
    if (step.version <= version) continue;
    connection.execute(std::string(step.sql));
    connection.execute("PRAGMA user_version = " + std::to_string(step.version));
  }
  const base::WallTime now = base::SystemClock().wall();
  connection
      .query("INSERT INTO projects SELECT ?, 'default', ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM projects)")
      .bind(base::make_uuid())
      .bind(base::make_uuid())
      .bind(now)
      .bind(now)
      .execute();
  transaction.commit();
  return {};
}

/// SQLite gives its companion files the mode of the database, so the first one must have the right mode.
Result<void> create_private(const std::string& path) {
  base::UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!fd) return base::errno_error("opening " + path, errno);
  if (::fchmod(fd.value(), 0600) != 0) return base::errno_error("setting the mode of " + path, errno);
  // What root makes on the command line must be the daemon's own, whose directory it is.
  struct stat directory {};
  const std::string above = path.substr(0, path.rfind('/'));
  if (::geteuid() == 0 && ::stat(above.c_str(), &directory) == 0 &&
      ::fchown(fd.value(), directory.st_uid, directory.st_gid) != 0)
    return base::errno_error("setting the owner of " + path, errno);
  return {};
}

}  // namespace

Database::Database(std::unique_ptr<Connection> connection) : connection_(std::move(connection)) {}
Database::~Database() = default;

Error Database::describe(const std::runtime_error& failure) {
  if (const auto* sqlite = dynamic_cast<const SQLite::Exception*>(&failure)) return to_error(*sqlite);
  return Error{errc::internal, failure.what()};
}

Result<std::unique_ptr<Connection>> Database::connect(const std::string& path) {
  try {
    auto connection =
        std::make_unique<Connection>(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX);
    // A commit survives the death of the process; one that a power cut takes back leaves the store whole.
    connection->raw().execAndGet("PRAGMA journal_mode = WAL");
    // secure_delete: who has a session deleted wants its addresses gone from the file, too.
    connection->execute("PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON");
    if (auto done = migrate(*connection, path); !done) return done.error();
    return connection;
  } catch (const std::runtime_error& failure) {
    Error error = describe(failure);
    error.detail = path + ": " + error.detail;
    return error;
  }
}

Result<std::unique_ptr<Database>> Database::open(const std::string& directory) {
  const std::string path = directory + "/greenroom.db";
  const auto in_header = version_in_header(path);
  if (!in_header) return in_header.error();
  if (*in_header > static_cast<std::uint32_t>(newest_version())) return newer(path, *in_header);
  try {
    const std::int64_t in_log = version_in_log(path);
    if (in_log > newest_version()) return newer(path, in_log);
  } catch (const SQLite::Exception&) {
    // Whatever is wrong is said better by the real opening.
  }
  if (auto made = create_private(path); !made) return made.error();
  auto connection = connect(path);
  if (!connection) return connection.error();
  return std::unique_ptr<Database>(new Database(std::move(*connection)));
}

Result<std::unique_ptr<Database>> Database::in_memory() {
  auto connection = connect(":memory:");
  if (!connection) return connection.error();
  return std::unique_ptr<Database>(new Database(std::move(*connection)));
}

Task<Result<std::int64_t>> Database::data_version() {
  auto job = [](Connection& c) -> Result<std::int64_t> {
    Query query = c.query("PRAGMA data_version");
    std::int64_t version = 0;
    if (query.next()) query.read(0, version);
    return version;
  };
  co_return co_await run(job);
}

}  // namespace greenroom::store
