// Certificates of authorities that sessions may trust besides those that their browsers bring along.
#pragma once

#include <string>
#include <vector>

#include "base/clock.hpp"
#include "base/task.hpp"

namespace greenroom::api {

struct Certificate {
  std::string id;  ///< UUID
  std::string project_id;
  base::WallTime created_at;
  base::WallTime updated_at;
  std::vector<std::string> authorities;  ///< each certificate of the file: base64 of DER
};

/// Everything is the named project's; what belongs to another is not found.
/// Errors   besides the named ones, those of the store.
class Certificates {
 public:
  virtual ~Certificates() = default;
  /// Keeps the certificates of a PEM file. Errors: invalid_argument (none in it, or something else).
  virtual base::Task<base::Result<Certificate>> add(std::string project_id, std::string pem) = 0;
  /// Newest first.
  virtual base::Task<base::Result<std::vector<Certificate>>> list(std::string project_id) = 0;
  /// Errors: not_found.
  virtual base::Task<base::Result<Certificate>> find(std::string project_id, std::string id) = 0;
  /// Sessions that trust it go on trusting it. Errors: not_found.
  virtual base::Task<base::Result<void>> remove(std::string project_id, std::string id) = 0;
};

}  // namespace greenroom::api
