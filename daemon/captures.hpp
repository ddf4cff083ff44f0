// api::Captures on the store and the real sessions.
#pragma once

#include <string>
#include <vector>

#include "api/core.hpp"
#include "store/capture_store.hpp"
#include "store/preference_store.hpp"

namespace greenroom::daemon {

/// What a recording says is read from its timeline while it grows, and kept once it is whole.
/// Lifetime everything given to it outlives it.
class KeptCaptures final : public api::Captures {
 public:
  KeptCaptures(api::Core& core, store::CaptureStore& rows, store::PreferenceStore& preferences)
      : core_(core), rows_(rows), preferences_(preferences) {}

  base::Task<base::Result<std::vector<api::Capture>>> list(std::string project_id,
                                                           std::size_t limit) override;
  base::Task<base::Result<api::Capture>> find(std::string project_id, std::string id) override;
  base::Task<base::Result<api::Capture>> make(std::string project_id, boost::json::object said) override;
  base::Task<base::Result<api::Capture>> change(std::string project_id, std::string id,
                                                boost::json::object said) override;
  base::Task<base::Result<void>> erase(std::string project_id, std::string id) override;
  base::Task<base::Result<boost::json::object>> preferences(std::string project_id,
                                                            std::string name) override;
  base::Task<base::Result<boost::json::object>> prefer(std::string project_id, std::string name,
                                                       boost::json::object said) override;

 private:
  base::Task<base::Result<store::CaptureRecord>> find_row(std::string project_id, std::string id);
  base::Task<base::Result<api::Capture>> capture_of(store::CaptureRecord row);
  base::Task<base::Result<api::Capture>> whole_capture_of(store::CaptureRecord row);
  base::Task<base::Result<void>> look_up(store::CaptureRecord row, api::Capture& capture);

  api::Core& core_;
  store::CaptureStore& rows_;
  store::PreferenceStore& preferences_;
};

}  // namespace greenroom::daemon
