#include "cdp/routing_table.hpp"

#include <utility>

namespace greenroom::cdp {

void RoutingTable::add_root(LineId line, std::string session, std::string target_id) {
  CdpSession root;
  root.line = line;
  root.is_root = true;
  root.target_id = std::move(target_id);
  sessions_.insert_or_assign(std::move(session), std::move(root));
}

void RoutingTable::attached(std::string_view outer, std::string_view session, std::string_view target_id,
                            bool paused, Moment now) {
  const CdpSession* owner = find(outer);
  if (owner == nullptr || session.empty() || find(session) != nullptr) return;
  CdpSession child;
  child.line = owner->line;
  child.target_id = target_id;
  if (paused) child.paused_since = now;
  sessions_.emplace(std::string(session), std::move(child));
}

bool RoutingTable::detached(std::string_view session) {
  const auto found = sessions_.find(session);
  if (found == sessions_.end()) return false;
  const bool was_root = found->second.is_root;
  sessions_.erase(found);
  return was_root;
}

void RoutingTable::released(std::string_view session) {
  const auto found = sessions_.find(session);
  if (found != sessions_.end()) found->second.paused_since.reset();
}

const CdpSession* RoutingTable::find(std::string_view session) const {
  const auto found = sessions_.find(session);
  return found == sessions_.end() ? nullptr : &found->second;
}

std::vector<std::string> RoutingTable::paused_of(LineId line) const {
  std::vector<std::string> out;
  for (const auto& [session, entry] : sessions_)
    if (entry.line == line && entry.paused_since) out.push_back(session);
  return out;
}

std::vector<std::string> RoutingTable::take_overdue(Moment limit) {
  std::vector<std::string> out;
  for (auto& [session, entry] : sessions_)
    if (entry.paused_since && *entry.paused_since <= limit) {
      entry.paused_since.reset();
      out.push_back(session);
    }
  return out;
}

void RoutingTable::remove_line(LineId line) {
  std::erase_if(sessions_, [line](const auto& item) { return item.second.line == line; });
}

}  // namespace greenroom::cdp
