#include "session/admission.hpp"

#include <algorithm>

namespace greenroom::session {

namespace {
/// What a session will take that has not begun to: a browser with one page, its display, its recorder.
constexpr std::uint64_t session_memory = 256u << 20;
constexpr std::size_t remembered_keys = 1'000;
}  // namespace

Admission::Ticket Admission::enter(const std::string& key, const Facts& facts) {
  Waiting one;
  one.ticket = ++last_ticket_;
  one.key = key;
  one.since = facts.now;
  one.until = facts.now;
  const auto patient = static_cast<std::size_t>(
      std::count_if(waiting_.begin(), waiting_.end(), [](const Waiting& other) { return other.for_ending; }));
  if (rules_.queue_wait.count() > 0 && waiting_.size() < rules_.queue) {
    one.until = facts.now + rules_.queue_wait;
  } else if (facts.ending > patient) {
    one.until = facts.now + rules_.slot_patience;
    one.for_ending = true;
  }
  waiting_.push_back(std::move(one));
  return last_ticket_;
}

std::optional<std::size_t> Admission::next(const std::deque<Waiting>& waiting, const Keys& keys) const {
  std::optional<std::size_t> best;
  Key best_key;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const auto found = keys.find(waiting[i].key);
    const Key key = found == keys.end() ? Key{} : found->second;
    if (rules_.per_key > 0 && key.running >= rules_.per_key) continue;
    const bool is_better = !best || key.running < best_key.running ||
                           (key.running == best_key.running && key.last_served < best_key.last_served);
    if (!is_better) continue;
    best = i;
    best_key = key;
  }
  return best;
}

bool Admission::has_memory(const Facts& facts, std::size_t granted) const {
  if (rules_.free_memory.count == 0 || !facts.free_memory) return true;
  const std::uint64_t promised = (facts.starting + granted + 1) * session_memory;
  return facts.free_memory->count >= rules_.free_memory.count + promised;
}

std::vector<Admission::Ticket> Admission::grant(const Facts& facts) {
  std::vector<Ticket> granted;
  while (total_ < rules_.sessions && has_memory(facts, granted.size())) {
    const auto place = next(waiting_, keys_);
    if (!place) break;
    const Waiting& one = waiting_[*place];
    Key& key = keys_[one.key];
    ++key.running;
    key.last_served = ++served_;
    ++total_;
    granted.push_back(one.ticket);
    waiting_.erase(waiting_.begin() + static_cast<std::ptrdiff_t>(*place));
  }
  return granted;
}

std::vector<Admission::Ticket> Admission::hopeless(const Facts& facts) const {
  std::vector<Ticket> patient;
  for (const Waiting& one : waiting_)
    if (one.for_ending) patient.push_back(one.ticket);
  if (patient.size() <= facts.ending) return {};
  // Who came last has the least hope.
  patient.erase(patient.begin(), patient.begin() + static_cast<std::ptrdiff_t>(facts.ending));
  return patient;
}

void Admission::leave(Ticket ticket) {
  std::erase_if(waiting_, [ticket](const Waiting& one) { return one.ticket == ticket; });
}

void Admission::release(const std::string& key) {
  const auto found = keys_.find(key);
  if (found == keys_.end() || found->second.running == 0) return;
  --found->second.running;
  --total_;
  // When a key was served last still counts at its next create; but keys come and go.
  if (keys_.size() > remembered_keys)
    std::erase_if(keys_, [](const auto& item) { return item.second.running == 0; });
}

const Admission::Waiting* Admission::find(Ticket ticket) const {
  const auto found = std::find_if(waiting_.begin(), waiting_.end(),
                                  [ticket](const Waiting& one) { return one.ticket == ticket; });
  return found == waiting_.end() ? nullptr : &*found;
}

std::vector<Admission::Waiting> Admission::queue() const {
  std::vector<Waiting> order;
  std::deque<Waiting> left = waiting_;
  Keys keys = keys_;
  std::uint64_t served = served_;
  while (const auto place = next(left, keys)) {
    Key& key = keys[left[*place].key];
    ++key.running;
    key.last_served = ++served;
    order.push_back(std::move(left[*place]));
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(*place));
  }
  // Keys that have all they may have: behind everybody else.
  order.insert(order.end(), left.begin(), left.end());
  return order;
}

base::Error Admission::refusal(const std::string& key, const Facts& facts) const {
  const auto found = keys_.find(key);
  const std::size_t own = found == keys_.end() ? 0 : found->second.running;
  std::size_t allowed = rules_.sessions;
  if (!has_memory(facts, 0)) allowed = std::min(allowed, total_);
  if (rules_.per_key > 0 && own >= rules_.per_key) allowed = std::min(allowed, rules_.per_key);
  return {base::errc::limit_reached, std::to_string(allowed)};
}

}  // namespace greenroom::session
