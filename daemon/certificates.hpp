// api::Certificates on the store.
#pragma once

#include "api/certificates.hpp"
#include "store/certificate_store.hpp"

namespace greenroom::daemon {

/// Lifetime everything given to it outlives it.
class KeptCertificates final : public api::Certificates {
 public:
  KeptCertificates(store::CertificateStore& rows, const base::Clock& clock) : rows_(rows), clock_(clock) {}

  base::Task<base::Result<api::Certificate>> add(std::string project_id, std::string pem) override;
  base::Task<base::Result<std::vector<api::Certificate>>> list(std::string project_id) override;
  base::Task<base::Result<api::Certificate>> find(std::string project_id, std::string id) override;
  base::Task<base::Result<void>> remove(std::string project_id, std::string id) override;

 private:
  store::CertificateStore& rows_;
  const base::Clock& clock_;
};

}  // namespace greenroom::daemon
