#include "store/certificate_store.hpp"

#include "store/connection.hpp"

namespace greenroom::store {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr std::int64_t most_certificates = 1'000;  // of one project

CertificateRecord read_record(const Query& query) {
  CertificateRecord record;
  query.read(0, record.id);
  query.read(1, record.project_id);
  query.read(2, record.created_at);
  query.read(3, record.updated_at);
  query.read(4, record.authorities);
  return record;
}

Error no_certificate(const std::string& id) { return Error{errc::not_found, "certificate " + id}; }
}  // namespace

Task<Result<void>> CertificateStore::insert(CertificateRecord record) {
  auto job = [record = std::move(record)](Connection& c) -> Result<void> {
    Query count = c.query("SELECT count(*) FROM certificates WHERE project_id = ?");
    std::int64_t number = 0;
    if (count.bind(record.project_id).next()) count.read(0, number);
    if (number >= most_certificates) return Error{errc::limit_reached, "a project keeps 1000 certificates"};
    Query query = c.query(
        "INSERT INTO certificates (id, project_id, created_at, updated_at, authorities) VALUES (?, ?, ?, ?, "
        "?)");
    query.bind(record.id).bind(record.project_id).bind(record.created_at).bind(record.updated_at);
    query.bind(record.authorities).execute();
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<std::vector<CertificateRecord>>> CertificateStore::list(std::string project_id) {
  auto job = [project_id = std::move(project_id)](Connection& c) -> Result<std::vector<CertificateRecord>> {
    Query query = c.query(
        "SELECT id, project_id, created_at, updated_at, authorities FROM certificates WHERE project_id = ? "
        "ORDER BY created_at DESC, rowid DESC");
    query.bind(project_id);
    return query.all(read_record);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<CertificateRecord>> CertificateStore::find(std::string project_id, std::string id) {
  auto job = [project_id = std::move(project_id),
              id = std::move(id)](Connection& c) -> Result<CertificateRecord> {
    Query query = c.query(
        "SELECT id, project_id, created_at, updated_at, authorities FROM certificates "
        "WHERE project_id = ? AND id = ?");
    if (!query.bind(project_id).bind(id).next()) return no_certificate(id);
    return read_record(query);
  };
  co_return co_await database_.run(std::move(job));
}

Task<Result<void>> CertificateStore::remove(std::string project_id, std::string id) {
  auto job = [project_id = std::move(project_id), id = std::move(id)](Connection& c) -> Result<void> {
    Query query = c.query("DELETE FROM certificates WHERE project_id = ? AND id = ?");
    if (query.bind(project_id).bind(id).execute() == 0) return no_certificate(id);
    return {};
  };
  co_return co_await database_.run(std::move(job));
}

}  // namespace greenroom::store
