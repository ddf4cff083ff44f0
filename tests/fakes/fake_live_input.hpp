// Live pages as dialects see them: who came is noted, and sent away at once.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/live_input.hpp"

namespace greenroom::fakes {

class FakeLiveInput final : public api::LiveInput {
 public:
  struct Visit {
    std::string session;
    session::LiveViewer viewer;
  };
  std::vector<Visit> visits;

  base::Task<void> serve(std::string session_id, std::unique_ptr<net::MessageStream> stream,
                         session::LiveViewer viewer) override {
    visits.push_back({std::move(session_id), std::move(viewer)});
    if (stream) stream->close({1000, ""});
    co_return;
  }
};

}  // namespace greenroom::fakes
