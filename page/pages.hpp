// What the daemon does in the pages of one browser: one piece of work after the other, on a line of its own.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/event.hpp"
#include "base/log.hpp"
#include "cdp/switchboard.hpp"
#include "page/read.hpp"
#include "page/values.hpp"
#include "page/visit.hpp"

namespace greenroom::page {

/// Lifetime the switchboard outlives it; when a browser goes, stop() is called first, and nobody may wait in
/// one of its calls when it is destroyed.
class Pages {
 public:
  Pages(const base::Executor& executor, cdp::Switchboard& switchboard, base::Logger log);
  ~Pages();

  /// Each waits for its turn.
  /// Errors   gone (no such page), not_found (no such element), limit_reached (too many wait already),
  /// timed_out, closed
  ///          (the browser or the page has gone), and those of page/navigate.hpp, act.hpp and read.hpp.
  /// Cancel   safe: what was begun in the page is left as it is.
  Task<Result<Navigation>> navigate(NavigateRequest request);
  Task<Result<Done>> act(ActRequest request);
  Task<Result<Outline>> outline(OutlineRequest request);

  /// The address that a page shows; of the shown page when none is named. Errors: gone, closed,
  /// timed_out.
  Task<Result<std::string>> address(std::string page);

  /// Everything that waits fails with closed, and so does what comes later. Does not wait.
  void stop();

 private:
  class Turn;
  class Attached;
  struct Tab {
    std::string target;
    std::string url;
  };

  Task<Result<void>> take_turn(base::SteadyTime until);
  Task<Result<void>> open();
  /// Tabs, newest first. Errors: as address().
  Task<Result<std::vector<Tab>>> tabs();
  /// A visit of the named page, or of the one that is shown. Errors: as address().
  Task<Result<std::unique_ptr<Attached>>> visit(std::string page, base::SteadyTime deadline);
  Task<Result<std::unique_ptr<Attached>>> attach(std::string page, base::SteadyTime deadline);
  void on_event(std::string_view method, std::string_view session, std::string_view params);

  base::Executor executor_;
  cdp::Switchboard& switchboard_;
  base::Logger log_;
  std::unique_ptr<cdp::Line> line_;
  Visit* current_ = nullptr;                               // the one under way
  std::unordered_map<std::string, std::uint64_t> opened_;  // tabs, in the order of their opening
  std::uint64_t next_tab_ = 1;
  FrameNumbers numbers_;
  base::Notifier turn_;
  std::size_t waiting_ = 0;
  bool busy_ = false;
  bool stopped_ = false;
};

}  // namespace greenroom::page
