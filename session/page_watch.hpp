// Knows whether a browser has any page open.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "cdp/switchboard.hpp"

namespace greenroom::session {

/// Listens on a line of its own. Lifetime: `clock` outlives it.
class PageWatch {
 public:
  /// `changed` is called whenever the first page comes or the last one goes.
  PageWatch(const base::Clock& clock, std::function<void()> changed)
      : clock_(clock), changed_(std::move(changed)) {}

  /// Errors: closed, timed_out, protocol.
  base::Task<base::Result<void>> follow(cdp::Switchboard& switchboard);
  void stop() { line_.reset(); }

  /// When the last page went, while there is none. Before the first page there has never been one to go.
  std::optional<base::SteadyTime> without_page_since() const { return without_since_; }

 private:
  void on_event(std::string_view method, std::string_view params);

  const base::Clock& clock_;
  std::function<void()> changed_;
  std::unique_ptr<cdp::Line> line_;
  std::set<std::string> pages_;  // target ids
  std::optional<base::SteadyTime> without_since_;
};

}  // namespace greenroom::session
