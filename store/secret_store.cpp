#include "store/secret_store.hpp"

#include "base/crypto.hpp"
#include "store/connection.hpp"

namespace greenroom::store {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

Task<Result<std::string>> SecretStore::find_or_make(std::string name, std::size_t bytes) {
  auto job = [name = std::move(name), bytes](Connection& c) -> Result<std::string> {
    // Insert first: of two processes that ask at once, both then read the one that won.
    c.query("INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(name)
        .bind_bytes(base::random_bytes(bytes))
        .execute();
    Query query = c.query("SELECT value FROM secrets WHERE name = ?");
    if (!query.bind(name).next()) return Error{errc::internal, "secret " + name};
    std::string value;
    query.read(0, value);
    return value;
  };
  co_return co_await database_.run(std::move(job));
}

}  // namespace greenroom::store
