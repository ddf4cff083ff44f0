// `keys …`: works on the store directly, also while a daemon runs; the daemon notices the change.
#include <algorithm>
#include <cstdio>

#include "base/fd.hpp"
#include "base/time_format.hpp"
#include "daemon/commands.hpp"
#include "daemon/setup.hpp"
#include "store/data_lock.hpp"
#include "store/key_store.hpp"
#include "store/project_store.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;

namespace {

Result<std::unique_ptr<store::Database>> open_store(const CommandLine& line) {
  const auto directory = data_directory(line);
  if (!directory) return directory.error();
  if (auto made = store::prepare_data_directory(*directory); !made) return made.error();
  return store::Database::open(*directory);
}

/// An existing key, from a file so that it is on no command line. Errors: invalid_argument, not_found, io.
Result<std::string> read_key(const std::string& path) {
  auto text = base::read_file(path);
  if (!text) return text.error();
  while (!text->empty() && (text->back() == '\n' || text->back() == '\r')) text->pop_back();
  const bool printable = std::all_of(text->begin(), text->end(), [](char c) { return c > ' ' && c < 0x7f; });
  if (!printable || text->size() < 16 || text->size() > 512)
    return Error{errc::invalid_argument,
                 path + ": a key is one line of 16 to 512 visible ASCII characters without blanks"};
  return *text;
}

}  // namespace

int run_keys_add(const CommandLine& line) {
  const auto value_file = line.flag("--value-file");
  std::string key = store::make_key();
  if (value_file) {
    auto existing = read_key(*value_file);
    if (!existing) return report(existing.error());
    key = *existing;
  }
  auto database = open_store(line);
  if (!database) return report(database.error());
  const auto projects = run_to_end(store::ProjectStore(**database).list());
  if (!projects) return report(projects.error());
  store::KeyRecord record =
      store::describe_key(key, line.flag("--name").value_or("default"), base::SystemClock().wall());
  record.project_id = projects->front().id;
  if (auto added = run_to_end(store::KeyStore(**database).add(record)); !added) return report(added.error());
  if (value_file) {
    std::printf("Took over key %s (%s…), named %s.\n", record.id.c_str(), record.prefix.c_str(),
                record.name.c_str());
    return exit_success;
  }
  std::fprintf(stderr, "Key %s, named %s. It is shown only now:\n", record.id.c_str(), record.name.c_str());
  std::puts(key.c_str());  // alone on standard output, for KEY=$(greenroom keys add)
  return exit_success;
}

int run_keys_list(const CommandLine& line) {
  auto database = open_store(line);
  if (!database) return report(database.error());
  const auto keys = run_to_end(store::KeyStore(**database).list());
  if (!keys) return report(keys.error());
  if (keys->empty()) {
    std::fputs("There is no key. Make one: greenroom keys add\n", stderr);
    return exit_success;
  }
  std::printf("%-8s  %-7s  %-24s  %-24s  %s\n", "ID", "KEY", "MADE", "REVOKED", "NAME");
  for (const store::KeyRecord& key : *keys)
    std::printf("%-8s  %s…  %-24s  %-24s  %s\n", key.id.c_str(), key.prefix.c_str(),
                base::to_rfc3339(key.created_at).c_str(),
                key.revoked_at ? base::to_rfc3339(*key.revoked_at).c_str() : "-", key.name.c_str());
  return exit_success;
}

int run_keys_revoke(const CommandLine& line) {
  auto database = open_store(line);
  if (!database) return report(database.error());
  const std::string& id = line.operands.front();
  const auto done = run_to_end(store::KeyStore(**database).revoke(id, base::SystemClock().wall()));
  if (!done && done.error().code == errc::not_found)
    return report(Error{errc::invalid_argument, "there is no key " + id + " (see greenroom keys list)"});
  if (!done) return report(done.error());
  std::printf("Revoked key %s.\n", id.c_str());
  return exit_success;
}

}  // namespace greenroom::daemon
