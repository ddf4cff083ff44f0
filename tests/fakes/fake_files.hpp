// Files as dialects see them: in memory, and what was asked is noted.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "api/session_files.hpp"

namespace greenroom::fakes {

class FakeFiles final : public api::SessionFiles {
 public:
  std::vector<api::KeptFile> all;
  std::vector<std::string> settled;  ///< sessions
  std::vector<std::string> contents;
  std::optional<base::Error> refusal;  ///< of every intake
  base::WallTime now{base::Milliseconds(1'800'000'000'000)};

  base::Task<base::Result<std::unique_ptr<api::FileIntake>>> receive(api::NewFile file) override {
    if (refusal) co_return *refusal;
    co_return std::make_unique<Intake>(*this, std::move(file));
  }
  base::Task<base::Result<api::FilePage>> list(api::FileQuery query) override {
    api::FilePage page;
    for (const api::KeptFile& file : all) {
      if (file.project_id != query.project_id || file.session_id != query.session_id) continue;
      if ((query.source && *query.source != file.source) || (query.name && *query.name != file.name))
        continue;
      if (page.total++ >= query.offset && page.files.size() < query.limit) page.files.push_back(file);
    }
    co_return page;
  }
  base::Task<base::Result<api::KeptFile>> find(std::string project_id, std::string id) override {
    for (const api::KeptFile& file : all)
      if (file.id == id && file.project_id == project_id) co_return file;
    co_return base::Error{base::errc::not_found, "file"};
  }
  base::Task<base::Result<void>> erase(std::string, std::string id) override {
    all.erase(std::remove_if(all.begin(), all.end(), [&](const auto& file) { return file.id == id; }),
              all.end());
    co_return base::Result<void>();
  }
  base::Task<void> settle(std::string session_id) override {
    settled.push_back(std::move(session_id));
    co_return;
  }
  net::FileBody content_of(const api::KeptFile& file) const override {
    return net::FileBody{"/kept/" + file.id};
  }
  net::BodyStream archive_of(std::vector<api::KeptFile> files) const override {
    std::string names;
    for (const api::KeptFile& file : files) names += file.stored_name + "\n";
    return [names](net::BodyWriter& out) { return write(&out, names); };
  }
  base::Result<std::string> browser_path_of(const api::KeptFile& file) const override {
    return "/browser/uploads/" + file.stored_name;
  }
  base::Bytes largest() const override { return base::Bytes{1000}; }
  std::optional<base::Milliseconds> lifetime() const override { return base::Milliseconds(86'400'000); }

 private:
  class Intake final : public api::FileIntake {
   public:
    Intake(FakeFiles& files, api::NewFile file) : files_(files), file_(std::move(file)) {}
    base::Task<base::Result<void>> write(std::string_view piece) override {
      content_ += piece;
      if (content_.size() > files_.largest().count) co_return base::Error{base::errc::too_large, "the file"};
      co_return base::Result<void>();
    }
    base::Task<base::Result<api::KeptFile>> finish() override {
      api::KeptFile kept;
      kept.id = "55555555-5555-4555-8555-" + std::to_string(100'000'000'000 + files_.all.size());
      kept.project_id = file_.project_id;
      kept.session_id = file_.session_id;
      kept.source = file_.source;
      kept.name = kept.stored_name = file_.name;
      kept.mime_type = file_.mime_type.empty() ? "text/plain" : file_.mime_type;
      kept.size = base::Bytes{content_.size()};
      kept.checksum = "c0ffee";
      kept.created_at = files_.now;
      files_.all.push_back(kept);
      files_.contents.push_back(content_);
      co_return kept;
    }

   private:
    FakeFiles& files_;
    api::NewFile file_;
    std::string content_;
  };

  static base::Task<void> write(net::BodyWriter* out, std::string names) { (void)co_await out->write(names); }
};

}  // namespace greenroom::fakes
