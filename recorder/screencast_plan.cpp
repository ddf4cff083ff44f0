#include "recorder/screencast_plan.hpp"

#include <algorithm>

namespace greenroom::recorder {

std::vector<ScreencastPlan::Page>::iterator ScreencastPlan::find(std::string_view session) {
  return std::find_if(pages_.begin(), pages_.end(),
                      [&](const Page& page) { return page.session == session; });
}

void ScreencastPlan::to_front(std::vector<Page>::iterator page) {
  if (page != pages_.end()) std::rotate(page, page + 1, pages_.end());
}

void ScreencastPlan::opened(std::string_view session, std::string_view target) {
  if (knows(session)) return;
  // Behind the others until it says that it is visible: a tab may be opened in the background.
  pages_.insert(pages_.begin(), Page{std::string(session), std::string(target), false});
}

void ScreencastPlan::closed(std::string_view session) {
  std::erase_if(pages_, [&](const Page& page) { return page.session == session; });
}

void ScreencastPlan::say_visible(std::string_view session, bool is_visible) {
  const auto page = find(session);
  if (page == pages_.end() || page->is_visible == is_visible) return;
  page->is_visible = is_visible;
  if (is_visible) to_front(page);
}

void ScreencastPlan::raise(std::string_view target) {
  to_front(
      std::find_if(pages_.begin(), pages_.end(), [&](const Page& page) { return page.target == target; }));
}

const std::string& ScreencastPlan::shown() const {
  static const std::string nothing;
  const auto front =
      std::find_if(pages_.rbegin(), pages_.rend(), [](const Page& page) { return page.is_visible; });
  if (front != pages_.rend()) return front->session;
  return pages_.empty() ? nothing : pages_.back().session;
}

bool ScreencastPlan::is_visible(std::string_view session) const {
  return std::any_of(pages_.begin(), pages_.end(),
                     [&](const Page& page) { return page.session == session && page.is_visible; });
}

bool ScreencastPlan::knows(std::string_view session) const {
  return std::any_of(pages_.begin(), pages_.end(), [&](const Page& page) { return page.session == session; });
}

}  // namespace greenroom::recorder
