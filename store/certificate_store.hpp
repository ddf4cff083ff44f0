// Certificates of authorities that a project's sessions may trust.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "store/database.hpp"

namespace greenroom::store {

struct CertificateRecord {
  std::string id;  ///< UUID
  std::string project_id;
  base::WallTime created_at;
  base::WallTime updated_at;
  std::string authorities;  ///< base64 of DER, one certificate a line

  bool operator==(const CertificateRecord&) const = default;
};

/// Errors   besides the named ones, the faults of Database. Cancel: a started call runs to its end.
/// Lifetime the database outlives this.
class CertificateStore {
 public:
  explicit CertificateStore(Database& database) : database_(database) {}

  /// Errors: limit_reached (the project has a thousand).
  base::Task<base::Result<void>> insert(CertificateRecord record);
  /// Newest first.
  base::Task<base::Result<std::vector<CertificateRecord>>> list(std::string project_id);
  /// Errors: not_found.
  base::Task<base::Result<CertificateRecord>> find(std::string project_id, std::string id);
  /// Errors: not_found.
  base::Task<base::Result<void>> remove(std::string project_id, std::string id);

 private:
  Database& database_;
};

}  // namespace greenroom::store
