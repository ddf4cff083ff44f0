#include "browser/pool_plan.hpp"

#include <algorithm>

namespace greenroom::browser {

namespace {
/// Of a browser that was not weighed yet: more than an idle one takes.
constexpr std::uint64_t presumed_weight = 250u << 20;
/// Kinds that were wanted once are remembered too, but not without a bound.
constexpr std::size_t remembered_kinds = 64;
}  // namespace

Size screen_for(Size viewport, Size usual) {
  constexpr Size larger[] = {{1920, 1080}, {2560, 1440}, {3840, 2160}, {4096, 4096}};
  const auto fits = [&](Size screen) {
    return viewport.width <= screen.width && viewport.height <= screen.height;
  };
  if (fits(usual)) return usual;
  for (const Size screen : larger)
    if (fits(screen)) return screen;
  return viewport;
}

PoolPlan::PoolPlan(PoolRules rules, Fingerprint configured, Time now)
    : rules_(rules), last_demand_(now - rules.refill_delay) {
  Kind kind;
  kind.fingerprint = std::move(configured);
  kind.is_configured = true;
  kind.last_wanted = kind.not_before = now;
  kinds_.push_back(std::move(kind));
}

PoolPlan::Kind* PoolPlan::find(const Fingerprint& fingerprint) {
  const auto found = std::find_if(kinds_.begin(), kinds_.end(),
                                  [&](const Kind& kind) { return kind.fingerprint == fingerprint; });
  return found == kinds_.end() ? nullptr : &*found;
}

const PoolPlan::Kind* PoolPlan::find(const Fingerprint& fingerprint) const {
  return const_cast<PoolPlan*>(this)->find(fingerprint);
}

void PoolPlan::wanted(const Fingerprint& fingerprint, Time now) {
  last_demand_ = now;
  Kind* kind = find(fingerprint);
  if (kind == nullptr) {
    Kind added;
    added.fingerprint = fingerprint;
    added.not_before = now;
    kind = &kinds_.emplace_back(std::move(added));
  } else if (now - kind->last_wanted > rules_.forget) {
    kind->times_wanted = 0;
  }
  kind->last_wanted = now;
  ++kind->times_wanted;
  std::stable_sort(kinds_.begin() + 1, kinds_.end(),
                   [](const Kind& a, const Kind& b) { return a.last_wanted > b.last_wanted; });
  forget_kinds(now);
}

/// The least recently wanted first, but never one that still has browsers: those are retired before.
void PoolPlan::forget_kinds(Time now) {
  for (std::size_t i = kinds_.size(); i-- > 1;) {
    const Kind& kind = kinds_[i];
    const bool is_old = now - kind.last_wanted > rules_.forget || kinds_.size() > remembered_kinds;
    if (is_old && kind.waiting.empty() && !kind.is_launching)
      kinds_.erase(kinds_.begin() + static_cast<std::ptrdiff_t>(i));
  }
}

std::optional<std::uint64_t> PoolPlan::take(const Fingerprint& fingerprint) {
  Kind* kind = find(fingerprint);
  if (kind == nullptr || kind->waiting.empty()) return std::nullopt;
  const std::uint64_t browser = kind->waiting.front().browser;
  kind->waiting.erase(kind->waiting.begin());
  return browser;
}

bool PoolPlan::is_kept(const Kind& kind, Time now) const {
  if (rules_.size == 0) return false;
  if (kind.is_configured) return true;
  if (kind.times_wanted < 2 || now - kind.last_wanted > rules_.forget) return false;
  // The configured one takes one of the places.
  std::size_t before = 1;
  for (const Kind& other : kinds_) {
    if (&other == &kind) break;
    if (!other.is_configured && other.times_wanted >= 2) ++before;
  }
  return before < rules_.kinds;
}

std::size_t PoolPlan::fresh(const Kind& kind, Time now) const {
  return static_cast<std::size_t>(
      std::count_if(kind.waiting.begin(), kind.waiting.end(),
                    [&](const Waiting& one) { return now - one.since < rules_.max_age; }));
}

std::uint64_t PoolPlan::usual_weight() const {
  std::uint64_t most = 0;
  for (const Kind& kind : kinds_)
    for (const Waiting& one : kind.waiting)
      if (one.memory) most = std::max(most, one.memory->count);
  return most == 0 ? presumed_weight : most;
}

std::uint64_t PoolPlan::weight() const {
  std::uint64_t sum = 0;
  const std::uint64_t usual = usual_weight();
  for (const Kind& kind : kinds_)
    for (const Waiting& one : kind.waiting) sum += one.memory ? one.memory->count : usual;
  return sum;
}

bool PoolPlan::has_room() const {
  return rules_.memory.count == 0 || weight() + usual_weight() <= rules_.memory.count;
}

std::optional<std::uint64_t> PoolPlan::to_retire(Time now) const {
  for (const Kind& kind : kinds_) {
    if (kind.waiting.empty()) continue;
    const Waiting& oldest = kind.waiting.front();
    if (!is_kept(kind, now) || kind.waiting.size() > rules_.size + 1) return oldest.browser;
    // An old one stays until its successor is there.
    const bool is_old = now - oldest.since >= rules_.max_age;
    const bool has_successor = fresh(kind, now) >= rules_.size;
    if (is_old && (has_successor || !has_room())) return oldest.browser;
    if (fresh(kind, now) > rules_.size) return oldest.browser;
  }
  if (rules_.memory.count == 0 || weight() <= rules_.memory.count) return std::nullopt;
  // The heaviest of the kind that was not wanted the longest.
  for (auto kind = kinds_.rbegin(); kind != kinds_.rend(); ++kind) {
    const auto heaviest =
        std::max_element(kind->waiting.begin(), kind->waiting.end(),
                         [](const Waiting& a, const Waiting& b) { return a.memory < b.memory; });
    if (heaviest != kind->waiting.end()) return heaviest->browser;
  }
  return std::nullopt;
}

PoolStep PoolPlan::next(Time now) {
  forget_kinds(now);
  PoolStep step;
  if (const auto browser = to_retire(now)) {
    step.what = PoolStep::Do::retire;
    step.browser = *browser;
    return step;
  }
  step.until = Time::max();
  const auto not_before = [&](Time time) { step.until = std::min(step.until, time); };
  const bool is_busy =
      std::any_of(kinds_.begin(), kinds_.end(), [](const Kind& kind) { return kind.is_launching; });
  const bool is_short = std::any_of(kinds_.begin(), kinds_.end(), [&](const Kind& kind) {
    return is_kept(kind, now) && fresh(kind, now) < rules_.size;
  });
  if (!is_short) short_since_.reset();
  if (is_short && !short_since_) short_since_ = now;
  for (const Kind& kind : kinds_) {
    for (const Waiting& one : kind.waiting)
      if (one.since + rules_.max_age > now) not_before(one.since + rules_.max_age);
    if (!kind.is_configured && !kind.waiting.empty())
      not_before(kind.last_wanted + rules_.forget + std::chrono::milliseconds(1));
    if (is_busy || !has_room() || !is_kept(kind, now) || fresh(kind, now) >= rules_.size) continue;
    const Time quiet = std::min(last_demand_ + rules_.refill_delay, *short_since_ + rules_.longest_delay);
    const Time at = std::max(quiet, kind.not_before);
    if (at > now) {
      not_before(at);
      continue;
    }
    step.what = PoolStep::Do::launch;
    step.fingerprint = kind.fingerprint;
    find(kind.fingerprint)->is_launching = true;
    return step;
  }
  return step;
}

void PoolPlan::started(const Fingerprint& fingerprint, std::uint64_t browser, Time now) {
  handed_over(fingerprint);
  if (Kind* kind = find(fingerprint)) kind->waiting.push_back({browser, now, std::nullopt});
}

void PoolPlan::handed_over(const Fingerprint& fingerprint) {
  Kind* kind = find(fingerprint);
  if (kind == nullptr) return;
  kind->is_launching = false;
  kind->retry = {};
  // The next launch waits its full time again.
  short_since_.reset();
}

void PoolPlan::failed(const Fingerprint& fingerprint, Time now) {
  Kind* kind = find(fingerprint);
  if (kind == nullptr) return;
  kind->is_launching = false;
  kind->retry = kind->retry.count() == 0 ? rules_.first_retry : std::min(kind->retry * 2, rules_.last_retry);
  kind->not_before = now + kind->retry;
}

void PoolPlan::gone(std::uint64_t browser) {
  for (Kind& kind : kinds_)
    std::erase_if(kind.waiting, [&](const Waiting& one) { return one.browser == browser; });
}

void PoolPlan::weighed(std::uint64_t browser, base::Bytes memory) {
  for (Kind& kind : kinds_)
    for (Waiting& one : kind.waiting)
      if (one.browser == browser) one.memory = memory;
}

bool PoolPlan::is_launching(const Fingerprint& fingerprint) const {
  const Kind* kind = find(fingerprint);
  return kind != nullptr && kind->is_launching;
}

std::size_t PoolPlan::waiting() const {
  std::size_t sum = 0;
  for (const Kind& kind : kinds_) sum += kind.waiting.size();
  return sum;
}

}  // namespace greenroom::browser
