// Captures as dialects see them: in memory, and what was asked is noted.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "api/captures.hpp"

namespace greenroom::fakes {

class FakeCaptures final : public api::Captures {
 public:
  std::vector<api::Capture> all;  ///< those of `project`, in the order in which they are listed
  std::string project = "11111111-1111-4111-8111-111111111111";
  boost::json::object preferred;
  boost::json::array calls;
  base::WallTime now{base::Milliseconds(1'800'000'000'000)};

  base::Task<base::Result<std::vector<api::Capture>>> list(std::string project_id,
                                                           std::size_t limit) override {
    std::vector<api::Capture> out;
    for (const api::Capture& capture : all)
      if (project_id == project && out.size() < limit) out.push_back(capture);
    co_return out;
  }
  base::Task<base::Result<api::Capture>> find(std::string project_id, std::string id) override {
    if (const auto found = search(project_id, id); found != all.end()) co_return *found;
    co_return not_there;
  }
  base::Task<base::Result<api::Capture>> make(std::string project_id, boost::json::object said) override {
    note("captures.make", {{"project", project_id}, {"said", said}});
    api::Capture capture;
    capture.id = "NEWONE01";
    capture.created_at = capture.updated_at = now;
    capture.said = std::move(said);
    all.insert(all.begin(), capture);
    co_return capture;
  }
  base::Task<base::Result<api::Capture>> change(std::string project_id, std::string id,
                                                boost::json::object said) override {
    note("captures.change", {{"project", project_id}, {"id", id}, {"said", said}});
    const auto found = search(project_id, id);
    if (found == all.end()) co_return not_there;
    for (const auto& member : said) found->said[member.key()] = member.value();
    found->updated_at = now + base::Milliseconds(1000);
    co_return *found;
  }
  base::Task<base::Result<void>> erase(std::string project_id, std::string id) override {
    note("captures.erase", {{"project", project_id}, {"id", id}});
    const auto found = search(project_id, id);
    if (found == all.end()) co_return not_there;
    if (found->session && found->session->state != session::State::ended)
      co_return base::Error{base::errc::conflict, "the session has not ended; end it first"};
    all.erase(found);
    co_return base::Result<void>();
  }
  base::Task<base::Result<boost::json::object>> preferences(std::string, std::string) override {
    co_return preferred;
  }
  base::Task<base::Result<boost::json::object>> prefer(std::string project_id, std::string name,
                                                       boost::json::object said) override {
    note("captures.prefer", {{"project", project_id}, {"name", name}, {"said", said}});
    for (const auto& member : said) preferred[member.key()] = member.value();
    co_return preferred;
  }

 private:
  inline static const base::Error not_there{base::errc::not_found, "capture"};

  std::vector<api::Capture>::iterator search(std::string_view project_id, std::string_view id) {
    return std::find_if(all.begin(), all.end(), [&](const api::Capture& capture) {
      return project_id == project && (capture.id == id || (capture.session && capture.session->id == id));
    });
  }
  void note(std::string_view name, boost::json::object more) {
    boost::json::object call;
    call["call"] = name;
    for (auto& item : more) call[item.key()] = std::move(item.value());
    calls.push_back(std::move(call));
  }
};

}  // namespace greenroom::fakes
