// api::SessionFiles on the store, the disk and the browsers' own folders.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "api/session_files.hpp"
#include "base/blocking_pool.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "daemon/companions.hpp"
#include "daemon/file_vault.hpp"
#include "store/file_store.hpp"

namespace greenroom::daemon {

class CarriedFiles;

struct SessionFilesParts {
  store::FileStore& rows;
  base::BlockingPool& files;
  const base::Clock& clock;
  base::Logger log;
  std::string directory;  ///< holds one folder per session, and one per project that has files of its own
  base::Bytes largest;    ///< one file
  base::Bytes together;   ///< of one session, and a project's own
  std::optional<base::Milliseconds> lifetime;
  /// Errors: storage_full.
  std::function<base::Result<void>()> check_room;
};

/// Lifetime what `parts` refers to outlives it, and it outlives every session.
class KeptSessionFiles final : public api::SessionFiles {
 public:
  KeptSessionFiles(const base::Executor& executor, SessionFilesParts parts);
  ~KeptSessionFiles() override;

  /// Removes contents without a row, which a daemon that was killed has left. Once, before anything else.
  base::Task<base::Result<void>> sweep();
  /// For every session, since each may upload and download.
  AddCompanions companions();
  /// The folder of a session's files, to be removed with it.
  std::string folder_of_session(const std::string& id) const { return parts_.directory + "/" + id; }

  base::Task<base::Result<std::unique_ptr<api::FileIntake>>> receive(api::NewFile file) override;
  base::Task<base::Result<api::FilePage>> list(api::FileQuery query) override;
  base::Task<base::Result<api::KeptFile>> find(std::string project_id, std::string id) override;
  base::Task<base::Result<void>> erase(std::string project_id, std::string id) override;
  base::Task<void> settle(std::string session_id) override;
  net::FileBody content_of(const api::KeptFile& file) const override;
  net::BodyStream archive_of(std::vector<api::KeptFile> files) const override;
  base::Result<std::string> browser_path_of(const api::KeptFile& file) const override;
  base::Bytes largest() const override { return parts_.largest; }
  std::optional<base::Milliseconds> lifetime() const override { return parts_.lifetime; }

 private:
  friend class CarriedFiles;
  class Intake;
  class Companion;

  std::string folder_of(const api::KeptFile& file) const;
  std::shared_ptr<CarriedFiles> carried(const std::string& session_id) const;
  /// Takes so much of a session's or project's room. Errors: too_large, storage_full.
  base::Result<void> take_room(const std::string& owner, std::uint64_t bytes);
  void give_room_back(const std::string& owner, std::uint64_t bytes);
  base::Task<base::Result<void>> learn_room(const api::KeptFile& file);
  base::Task<base::Result<api::KeptFile>> enter(api::KeptFile file, api::SameName same_name);
  base::Task<base::Result<void>> place(const api::KeptFile& file);
  base::Task<void> remove_content(const api::KeptFile& file);

  base::Executor executor_;
  SessionFilesParts parts_;
  std::map<std::string, std::shared_ptr<CarriedFiles>> carried_;  ///< by session
  std::vector<std::shared_ptr<CarriedFiles>> lingering_;
  std::map<std::string, std::uint64_t> used_;  ///< bytes, by session or project
};

/// Whose room a file takes.
std::string room_of(const api::KeptFile& file);

store::FileRecord to_record(const api::KeptFile& file);
api::KeptFile to_file(const store::FileRecord& record);

}  // namespace greenroom::daemon
