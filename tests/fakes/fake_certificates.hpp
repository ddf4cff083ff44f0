// Certificates in memory. What a file holds is not looked at, but for nothing at all.
#pragma once

#include <algorithm>

#include "api/certificates.hpp"

namespace greenroom::fakes {

class FakeCertificates final : public api::Certificates {
 public:
  base::Task<base::Result<api::Certificate>> add(std::string project_id, std::string pem) override {
    if (pem.empty()) co_return base::Error{base::errc::invalid_argument, "the file has no certificate"};
    api::Certificate one;
    one.id = "99999999-9999-4999-8999-99999999999" + std::to_string(kept.size());
    one.project_id = std::move(project_id);
    one.authorities = {std::move(pem)};
    kept.insert(kept.begin(), one);
    co_return one;
  }
  base::Task<base::Result<std::vector<api::Certificate>>> list(std::string project_id) override {
    std::vector<api::Certificate> own;
    for (const api::Certificate& one : kept)
      if (one.project_id == project_id) own.push_back(one);
    co_return own;
  }
  base::Task<base::Result<api::Certificate>> find(std::string project_id, std::string id) override {
    for (const api::Certificate& one : kept)
      if (one.project_id == project_id && one.id == id) co_return one;
    co_return base::Error{base::errc::not_found, id};
  }
  base::Task<base::Result<void>> remove(std::string project_id, std::string id) override {
    const auto gone =
        std::erase_if(kept, [&](const auto& one) { return one.project_id == project_id && one.id == id; });
    if (gone == 0) co_return base::Error{base::errc::not_found, id};
    co_return base::Result<void>();
  }

  std::vector<api::Certificate> kept;
};

}  // namespace greenroom::fakes
