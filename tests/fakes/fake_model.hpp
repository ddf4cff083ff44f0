// A model as dialects see it: answers what the test set, and keeps what it is given.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "api/model.hpp"

namespace greenroom::fakes {

class FakeModel final : public api::Model {
 public:
  base::Result<api::ModelAnswer> answer = base::Error{base::errc::unsupported, "No model is configured"};
  std::vector<boost::json::object> asked;
  std::map<std::pair<std::string, std::string>, api::CachedAnswer> kept;  ///< by project and key
  bool is_caching = true;

  base::Task<base::Result<api::ModelAnswer>> respond(boost::json::object request) override {
    asked.push_back(std::move(request));
    co_return answer;
  }
  bool caches() const override { return is_caching; }
  base::Task<base::Result<std::optional<api::CachedAnswer>>> find_cached(std::string project_id,
                                                                         std::string key) override {
    std::optional<api::CachedAnswer> out;
    const auto found = kept.find({project_id, key});
    if (found == kept.end()) co_return out;
    ++found->second.seen;
    out = found->second;
    co_return out;
  }
  base::Task<base::Result<void>> put_cached(std::string project_id, std::string key,
                                            api::CachedAnswer what) override {
    what.seen = 1;
    kept[{project_id, key}] = std::move(what);
    co_return base::Result<void>();
  }
};

}  // namespace greenroom::fakes
