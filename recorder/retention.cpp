#include "recorder/retention.hpp"

#include <algorithm>

namespace greenroom::recorder {

RetentionPlan plan_retention(std::vector<KeptSession> ended, base::Bytes running, const RetentionRules& rules,
                             base::WallTime now) {
  std::stable_sort(ended.begin(), ended.end(),
                   [](const KeptSession& a, const KeptSession& b) { return a.ended_at < b.ended_at; });
  RetentionPlan plan;
  auto first_kept = ended.begin();
  if (rules.age.count() > 0)
    while (first_kept != ended.end() && first_kept->ended_at < now - rules.age) ++first_kept;
  const auto left = static_cast<std::size_t>(ended.end() - first_kept);
  if (rules.count > 0 && left > rules.count) first_kept += static_cast<std::ptrdiff_t>(left - rules.count);
  for (auto session = ended.begin(); session != first_kept; ++session) plan.remove.push_back(session->id);
  if (rules.size.count == 0) return plan;
  std::uint64_t total = running.count;
  for (auto session = first_kept; session != ended.end(); ++session) total += session->size.count;
  for (auto session = first_kept; session != ended.end() && total > rules.size.count; ++session) {
    if (session->size.count == 0) continue;
    total -= session->size.count;
    plan.remove_files.push_back(session->id);
  }
  return plan;
}

DiskVerdict judge_disk(base::Bytes free, const DiskFloors& floors) {
  if (free < floors.session) return DiskVerdict::no_session;
  if (free < floors.recording) return DiskVerdict::no_recording;
  return DiskVerdict::enough;
}

}  // namespace greenroom::recorder
