#include "daemon/certificates.hpp"

#include "base/crypto.hpp"
#include "base/ids.hpp"
#include "base/pem.hpp"

namespace greenroom::daemon {

using base::Result;
using base::Task;

namespace {
api::Certificate certificate_of(const store::CertificateRecord& record) {
  api::Certificate certificate;
  certificate.id = record.id;
  certificate.project_id = record.project_id;
  certificate.created_at = record.created_at;
  certificate.updated_at = record.updated_at;
  std::string_view rest = record.authorities;
  while (!rest.empty()) {
    const std::string_view line = rest.substr(0, rest.find('\n'));
    certificate.authorities.emplace_back(line);
    rest.remove_prefix(std::min(rest.size(), line.size() + 1));
  }
  return certificate;
}
}  // namespace

Task<Result<api::Certificate>> KeptCertificates::add(std::string project_id, std::string pem) {
  const auto certificates = base::read_certificates(pem);
  if (!certificates) co_return certificates.error();
  store::CertificateRecord record;
  record.id = base::make_uuid();
  record.project_id = std::move(project_id);
  record.created_at = record.updated_at = clock_.wall();
  for (const std::string& der : *certificates)
    record.authorities += (record.authorities.empty() ? "" : "\n") + base::to_base64(der);
  auto inserted = co_await rows_.insert(record);
  if (!inserted) co_return inserted.error();
  co_return certificate_of(record);
}

Task<Result<std::vector<api::Certificate>>> KeptCertificates::list(std::string project_id) {
  auto records = co_await rows_.list(std::move(project_id));
  if (!records) co_return records.error();
  std::vector<api::Certificate> certificates;
  for (const store::CertificateRecord& record : *records) certificates.push_back(certificate_of(record));
  co_return certificates;
}

Task<Result<api::Certificate>> KeptCertificates::find(std::string project_id, std::string id) {
  auto record = co_await rows_.find(std::move(project_id), std::move(id));
  if (!record) co_return record.error();
  co_return certificate_of(*record);
}

Task<Result<void>> KeptCertificates::remove(std::string project_id, std::string id) {
  co_return co_await rows_.remove(std::move(project_id), std::move(id));
}

}  // namespace greenroom::daemon
