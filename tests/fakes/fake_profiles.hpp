// Profiles as dialects see them: in memory, and what was asked is noted.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "api/profiles.hpp"

namespace greenroom::fakes {

class FakeProfiles final : public api::Profiles {
 public:
  std::vector<api::Profile> all;  ///< those of `project`, the newest first
  std::string project = "11111111-1111-4111-8111-111111111111";
  std::vector<session::Cookie> jar;  ///< of every one
  std::string with_profile;          ///< the session that has one
  std::string archive = "an archive";
  boost::json::array calls;
  base::WallTime now{base::Milliseconds(1'800'000'000'000)};
  std::string next_id = "99999999-9999-4999-8999-999999999999";

  base::Task<base::Result<api::Profile>> make(std::string project_id, api::ProfileName name) override {
    note("profiles.make", {{"project", project_id}, {"name", text(name.text)}, {"unique", name.is_unique}});
    for (const api::Profile& one : all)
      if (name.is_unique && name.text && one.name == name.text)
        co_return base::Error{base::errc::conflict, "taken"};
    co_return add(std::move(name.text));
  }
  base::Task<base::Result<api::Profile>> find(std::string project_id, std::string id) override {
    if (const auto found = search(project_id, id); found != all.end()) co_return *found;
    co_return not_there;
  }
  base::Task<base::Result<api::ProfilePage>> list(api::ProfileQuery query) override {
    note("profiles.list", {{"project", query.project_id},
                           {"name", query.name_part},
                           {"offset", query.offset},
                           {"limit", query.limit}});
    api::ProfilePage page;
    if (query.project_id != project) co_return page;
    page.total = all.size();
    for (std::size_t i = query.offset; i < all.size() && page.profiles.size() < query.limit; ++i)
      page.profiles.push_back(all[i]);
    co_return page;
  }
  base::Task<base::Result<api::Profile>> rename(std::string project_id, std::string id,
                                                std::optional<std::string> name) override {
    note("profiles.rename", {{"project", project_id}, {"id", id}, {"name", text(name)}});
    const auto found = search(project_id, id);
    if (found == all.end()) co_return not_there;
    found->name = std::move(name);
    co_return *found;
  }
  base::Task<base::Result<void>> erase(std::string project_id, std::string id) override {
    note("profiles.erase", {{"project", project_id}, {"id", id}});
    const auto found = search(project_id, id);
    if (found == all.end()) co_return not_there;
    all.erase(found);
    co_return base::Result<void>();
  }
  base::Task<base::Result<api::Profile>> fork(std::string project_id, std::string id,
                                              std::optional<std::string> name) override {
    note("profiles.fork", {{"project", project_id}, {"id", id}, {"name", text(name)}});
    if (search(project_id, id) == all.end()) co_return not_there;
    co_return add(std::move(name));
  }
  base::Task<base::Result<std::vector<session::Cookie>>> cookies(std::string project_id,
                                                                 std::string id) override {
    if (search(project_id, id) == all.end()) co_return not_there;
    co_return jar;
  }
  base::Task<base::Result<std::size_t>> put_cookies(std::string project_id, std::string id,
                                                    std::vector<session::Cookie> cookies,
                                                    bool instead_of_all) override {
    note("profiles.put_cookies", {{"project", project_id}, {"id", id}, {"instead", instead_of_all}});
    if (search(project_id, id) == all.end()) co_return not_there;
    if (instead_of_all) jar.clear();
    jar.insert(jar.end(), cookies.begin(), cookies.end());
    co_return jar.size();
  }
  base::Task<base::Result<std::unique_ptr<api::ProfileExport>>> export_archive(std::string project_id,
                                                                               std::string id) override {
    if (search(project_id, id) == all.end()) co_return not_there;
    co_return std::unique_ptr<api::ProfileExport>(std::make_unique<Export>(archive));
  }
  base::Task<base::Result<api::Profile>> import_archive(std::string project_id, std::string id,
                                                        api::ArchiveSource source) override {
    std::string given;
    for (;;) {
      auto piece = co_await source();
      if (!piece) co_return piece.error();
      if (piece->empty()) break;
      given += *piece;
    }
    note("profiles.import", {{"project", project_id}, {"id", id}, {"size", given.size()}});
    const auto found = search(project_id, id);
    if (found == all.end()) co_return not_there;
    archive = std::move(given);
    co_return *found;
  }
  base::Result<void> persist(std::string_view session_id, bool wanted) override {
    note("profiles.persist", {{"session", session_id}, {"wanted", wanted}});
    if (session_id == with_profile) return {};
    return not_there;
  }

 private:
  class Export final : public api::ProfileExport {
   public:
    explicit Export(std::string all) : all_(std::move(all)) {}
    base::Task<base::Result<std::string>> next() override { co_return std::exchange(all_, {}); }

   private:
    std::string all_;
  };

  inline static const base::Error not_there{base::errc::not_found, "profile"};

  api::Profile add(std::optional<std::string> name) {
    api::Profile profile;
    profile.id = next_id;
    profile.project_id = project;
    profile.name = std::move(name);
    profile.created_at = profile.updated_at = now;
    all.insert(all.begin(), profile);
    return profile;
  }
  std::vector<api::Profile>::iterator search(std::string_view project_id, std::string_view id) {
    return std::find_if(all.begin(), all.end(), [&](const api::Profile& profile) {
      return project_id == project && (profile.id == id || (id.size() == 18 && profile.id.starts_with(id)));
    });
  }
  static boost::json::value text(const std::optional<std::string>& name) {
    return name ? boost::json::value(*name) : boost::json::value();
  }
  void note(std::string_view name, boost::json::object more) {
    boost::json::object call;
    call["call"] = name;
    for (auto& item : more) call[item.key()] = std::move(item.value());
    calls.push_back(std::move(call));
  }
};

}  // namespace greenroom::fakes
