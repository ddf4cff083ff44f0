#include "browser/window_plan.hpp"

#include <algorithm>
#include <utility>

namespace greenroom::browser {

WindowPlan::WindowPlan(Size viewport, Size screen) : viewport_(viewport), screen_(screen) {
  viewport_ = within_screen(viewport);
}

bool WindowPlan::created(const std::string& target, bool has_opener) {
  if (pages_.size() >= target_limit) return false;
  return pages_.emplace(target, Page{has_opener, std::nullopt}).second;
}

bool WindowPlan::changed(const std::string& target) const {
  const auto page = pages_.find(target);
  return page != pages_.end() && !page->second.window;
}

std::optional<Resize> WindowPlan::found(const std::string& target, const WindowInfo& info) {
  const auto page = pages_.find(target);
  if (page == pages_.end()) return std::nullopt;
  page->second.window = info.id;
  if (windows_.count(info.id) != 0) return std::nullopt;  // one more tab of a window
  Window window;
  // A page that another has opened in a window of its own is a popup: it gets what that page asked for. With
  // tabs allowed it would have come as a tab of its opener's window, which is known.
  window.is_popup = page->second.has_opener && !info.is_fullscreen;
  window.own = viewport_;
  if (window.is_popup) window.own = {info.bounds.width, info.bounds.height - popup_bar};
  window.own = within_screen(window.own);
  const bool is_there = info.is_fullscreen && info.bounds == window.own;
  if (is_there) window.content = window.own;
  windows_.emplace(info.id, window);
  return bring(info.id, window.own);
}

std::optional<WindowId> WindowPlan::destroyed(const std::string& target) {
  const auto page = pages_.find(target);
  if (page == pages_.end()) return std::nullopt;
  const std::optional<WindowId> window = page->second.window;
  pages_.erase(page);
  const bool is_used = std::any_of(pages_.begin(), pages_.end(),
                                   [&](const auto& entry) { return entry.second.window == window; });
  if (!window || is_used) return std::nullopt;
  windows_.erase(*window);
  return window;
}

std::optional<Resize> WindowPlan::emulated(const std::string& target, Size size) {
  const auto id = window_of(target);
  if (!id) return std::nullopt;
  const Size own = windows_.at(*id).own;
  // 0: that dimension is not overridden (CDP, Emulation.setDeviceMetricsOverride).
  return bring(*id, {size.width > 0 ? size.width : own.width, size.height > 0 ? size.height : own.height});
}

std::optional<Resize> WindowPlan::emulation_cleared(const std::string& target) {
  const auto id = window_of(target);
  return id ? bring(*id, windows_.at(*id).own) : std::nullopt;
}

std::vector<Resize> WindowPlan::use_viewport(Size viewport) {
  viewport_ = within_screen(viewport);
  std::vector<Resize> all;
  for (auto& [id, window] : windows_) {
    if (window.is_popup) continue;
    window.own = viewport_;
    if (auto resize = bring(id, viewport_)) all.push_back(*resize);
  }
  return all;
}

std::optional<Resize> WindowPlan::again(const std::string& target) {
  const auto id = window_of(target);
  if (!id) return std::nullopt;
  Window& window = windows_.at(*id);
  const Size content = std::exchange(window.content, Size{});
  return bring(*id, content);
}

std::optional<WindowId> WindowPlan::window_of(const std::string& target) const {
  const auto page = pages_.find(target);
  return page == pages_.end() ? std::nullopt : page->second.window;
}

Size WindowPlan::within_screen(Size size) const {
  return {std::clamp(size.width, 1, screen_.width), std::clamp(size.height, 1, screen_.height)};
}

std::optional<Resize> WindowPlan::bring(WindowId id, Size content) {
  Window& window = windows_.at(id);
  content = within_screen(content);
  if (window.content == content) return std::nullopt;
  window.content = content;
  return Resize{id, content, window.is_popup};
}

}  // namespace greenroom::browser
