// Pictures for those who look at a session: each taken once, however many look.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "base/clock.hpp"
#include "base/event.hpp"
#include "base/task_group.hpp"

namespace greenroom::session {

/// How long to wait before the next picture is taken. Pure.
struct LivePace {
  bool is_costly = false;  ///< the page is asked for it, not the recording
  base::Milliseconds since_input{0};
  base::Milliseconds since_change{0};
};
base::Milliseconds pause_before_next(const LivePace& pace);

class LiveFeeds {
 public:
  /// A picture of a tab, or of whatever is shown when none is named.
  struct Taken {
    std::string jpeg;
    bool is_costly = false;
  };
  using Take = std::function<base::Task<base::Result<Taken>>(std::string tab)>;

  /// One thing that is looked at.
  struct Feed {
    explicit Feed(const base::Executor& executor) : wake(executor) {}
    std::string tab;
    std::shared_ptr<const std::string> picture;  ///< the newest; nullptr: none yet
    std::uint64_t number = 0;                    ///< of that picture; grows, whatever the feed
    std::size_t viewers = 0;
    std::string problem;  ///< why there is none, for a person
    base::Notifier wake;
  };

  /// `changed` is called for every new picture and problem; it must not block.
  LiveFeeds(const base::Executor& executor, Take take, std::function<void()> changed);

  /// Lifetime of the answer: until leave().
  Feed& join(const std::string& tab);
  void leave(Feed& feed);
  /// Somebody acts: pictures are wanted sooner.
  void hurry();
  /// Does not wait.
  void stop();
  base::Task<void> finished() { return tasks_.join(); }

 private:
  base::Task<void> run(Feed& feed);

  base::Executor executor_;
  Take take_;
  std::function<void()> changed_;
  std::map<std::string, std::unique_ptr<Feed>> feeds_;
  std::uint64_t last_number_ = 0;
  base::SteadyTime last_input_;
  bool stopped_ = false;
  base::TaskGroup tasks_;
};

}  // namespace greenroom::session
