#include "session/gate.hpp"

#include <algorithm>

#include "base/deadline.hpp"

namespace greenroom::session {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
/// Memory becomes free without anybody telling us.
constexpr std::chrono::milliseconds look_interval{500};
}  // namespace

Gate::Gate(const base::Executor& executor, AdmissionRules rules, const base::Clock& clock,
           std::function<Admission::Facts()> facts, base::Logger log)
    : executor_(executor), admission_(rules), clock_(clock), facts_(std::move(facts)), log_(std::move(log)) {}

Task<Result<void>> Gate::pass(std::string key) {
  co_await base::keep_running_when_cancelled();
  const Error closed{errc::unavailable, "the daemon is stopping"};
  if (is_closed_) co_return closed;
  Place place(executor_);
  const Admission::Ticket ticket = admission_.enter(key, facts_());
  const base::SteadyTime until = admission_.find(ticket)->until;
  places_.emplace(ticket, &place);
  serve();
  if (!place.is_granted && until > clock_.steady()) co_await wait(place, ticket, until);
  places_.erase(ticket);
  const auto cancelled = (co_await base::asio::this_coro::cancellation_state).cancelled();
  const bool given_up = cancelled != base::asio::cancellation_type::none;
  if (place.is_granted) {
    if (!given_up && !is_closed_) co_return Result<void>();
    release(key);
  }
  admission_.leave(ticket);
  if (given_up) co_return Error{errc::closed, "the client has gone"};
  if (is_closed_) co_return closed;
  ++refused_;
  co_return admission_.refusal(key, facts_());
}

Task<void> Gate::wait(Place& place, Admission::Ticket ticket, base::SteadyTime until) {
  ++waited_;
  const std::vector<Admission::Waiting> order = admission_.queue();
  const auto own =
      std::find_if(order.begin(), order.end(), [ticket](const auto& one) { return one.ticket == ticket; });
  log_.debug("a create waits for a slot", {{"position", own - order.begin() + 1}});
  while (!place.settled.is_set() && !is_closed_) {
    const auto cancelled = (co_await base::asio::this_coro::cancellation_state).cancelled();
    const auto left = until - clock_.steady();
    if (left.count() <= 0 || cancelled != base::asio::cancellation_type::none) co_return;
    const auto nap = std::min<base::SteadyTime::duration>(left, look_interval);
    (void)co_await base::finishes_within(place.settled.wait(), nap);
    serve();
  }
}

void Gate::release(const std::string& key) {
  admission_.release(key);
  serve();
}

void Gate::serve() {
  if (places_.empty()) return;
  const Admission::Facts facts = facts_();
  for (const Admission::Ticket ticket : admission_.grant(facts)) {
    Place& place = *places_.at(ticket);
    place.is_granted = true;
    place.settled.set();
  }
  for (const Admission::Ticket ticket : admission_.hopeless(facts)) {
    admission_.leave(ticket);
    places_.at(ticket)->settled.set();
  }
}

void Gate::close() {
  is_closed_ = true;
  for (auto& [ticket, place] : places_) place->settled.set();
}

std::vector<QueuedCreate> Gate::queue() const {
  std::vector<QueuedCreate> out;
  const base::SteadyTime now = clock_.steady();
  const auto whole = [](auto duration) { return std::chrono::duration_cast<base::Milliseconds>(duration); };
  for (const Admission::Waiting& one : admission_.queue())
    out.push_back({out.size() + 1, one.key, whole(now - one.since), whole(one.until - now)});
  return out;
}

}  // namespace greenroom::session
