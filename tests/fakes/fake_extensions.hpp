// Extensions as dialects see them: in memory, not unpacked, and what was asked is noted.
#pragma once

#include <algorithm>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "api/extensions.hpp"
#include "net/form.hpp"

namespace greenroom::fakes {

class FakeExtensions final : public api::Extensions {
 public:
  std::vector<api::Extension> all;  ///< the newest first
  boost::json::array calls;
  base::WallTime now{base::Milliseconds(1'800'000'000'000)};
  std::set<std::pair<std::string, std::string>> loaded;  ///< session, origin

  base::Task<base::Result<api::ExtensionUpload>> receive(const net::Request& request) override {
    auto form = co_await net::collect_form(request, net::FormOptions());
    if (!form) co_return form.error();
    net::FormFile* file = form->file("file");
    if (file == nullptr) co_return base::Error{base::errc::invalid_argument, "the form needs a part 'file'"};
    api::ExtensionUpload out;
    out.file_name = file->head.file_name.value_or("");
    if (const std::string* name = form->field("name")) out.name = *name;
    out.content = std::move(file->content);
    out.size = file->size;
    co_return out;
  }
  base::Task<base::Result<api::Extension>> add(api::ExtensionUpload upload) override {
    note("extensions.add",
         {{"project", upload.project_id}, {"file", upload.file_name}, {"name", upload.name}});
    if (upload.content.empty())
      co_return base::Error{base::errc::invalid_argument, "the file is not a zip archive"};
    api::Extension made;
    made.id = "77777777-7777-4777-8777-777777777777";
    fill(made, upload);
    made.created_at = now;
    all.insert(all.begin(), made);
    co_return made;
  }
  base::Task<base::Result<api::Extension>> replace(std::string id, api::ExtensionUpload upload) override {
    note("extensions.replace", {{"project", upload.project_id}, {"id", id}, {"file", upload.file_name}});
    const auto found = search(upload.project_id, id);
    if (found == all.end()) co_return not_there;
    fill(*found, upload);
    co_return *found;
  }
  base::Task<base::Result<api::Extension>> find(std::string project_id, std::string id) override {
    const auto found = search(project_id, id);
    if (found == all.end()) co_return not_there;
    co_return *found;
  }
  base::Task<base::Result<std::vector<api::Extension>>> list(std::string project_id) override {
    std::vector<api::Extension> out;
    for (const api::Extension& each : all)
      if (each.project_id == project_id) out.push_back(each);
    co_return out;
  }
  base::Task<base::Result<void>> remove(std::string project_id, std::string id) override {
    note("extensions.remove", {{"project", project_id}, {"id", id}});
    const auto found = search(project_id, id);
    if (found == all.end()) co_return not_there;
    all.erase(found);
    co_return base::Result<void>();
  }
  bool is_of_session(std::string_view session_id, std::string_view origin) const override {
    return loaded.contains({std::string(session_id), std::string(origin)});
  }

 private:
  inline static const base::Error not_there{base::errc::not_found, "Extension not found"};

  void fill(api::Extension& extension, const api::ExtensionUpload& upload) const {
    extension.project_id = upload.project_id;
    extension.name = upload.name.empty() ? "Painter" : upload.name;
    extension.version = "1.2.3";
    extension.file_name = upload.file_name;
    extension.size = upload.size;
    extension.updated_at = now;
  }
  std::vector<api::Extension>::iterator search(std::string_view project_id, std::string_view id) {
    return std::find_if(all.begin(), all.end(), [&](const api::Extension& each) {
      return each.project_id == project_id && each.id == id;
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
