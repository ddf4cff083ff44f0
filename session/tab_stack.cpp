#include "session/tab_stack.hpp"

#include <algorithm>

namespace greenroom::session {

const TabStack::Tab* TabStack::find(std::string_view target) const {
  const auto found =
      std::find_if(tabs_.begin(), tabs_.end(), [&](const Tab& tab) { return tab.target == target; });
  return found == tabs_.end() ? nullptr : &*found;
}

int TabStack::open(std::string_view target) {
  if (const Tab* known = find(target)) return known->number;
  tabs_.push_back({std::string(target), next_++, false});
  return tabs_.back().number;
}

void TabStack::close(std::string_view target) {
  std::erase_if(tabs_, [&](const Tab& tab) { return tab.target == target; });
}

void TabStack::say_visible(std::string_view target, bool is_visible) {
  const auto found =
      std::find_if(tabs_.begin(), tabs_.end(), [&](const Tab& tab) { return tab.target == target; });
  if (found == tabs_.end() || found->is_visible == is_visible) return;
  found->is_visible = is_visible;
  if (is_visible) raise(target);
}

void TabStack::raise(std::string_view target) {
  const auto found =
      std::find_if(tabs_.begin(), tabs_.end(), [&](const Tab& tab) { return tab.target == target; });
  if (found != tabs_.end()) std::rotate(found, found + 1, tabs_.end());
}

std::optional<int> TabStack::shown() const {
  for (auto tab = tabs_.rbegin(); tab != tabs_.rend(); ++tab)
    if (tab->is_visible) return tab->number;
  return std::nullopt;
}

std::optional<int> TabStack::number_of(std::string_view target) const {
  const Tab* tab = find(target);
  return tab == nullptr ? std::nullopt : std::optional<int>(tab->number);
}

std::string_view TabStack::target_of(int number) const {
  for (const Tab& tab : tabs_)
    if (tab.number == number) return tab.target;
  return {};
}

std::ptrdiff_t TabStack::visible() const {
  return std::count_if(tabs_.begin(), tabs_.end(), [](const Tab& tab) { return tab.is_visible; });
}

bool TabStack::is_visible(std::string_view target) const {
  const Tab* tab = find(target);
  return tab != nullptr && tab->is_visible;
}

}  // namespace greenroom::session
