#include "session/tab_storage.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "cdp/envelope.hpp"
#include "cdp/page_script.hpp"

namespace greenroom::session {

using base::Result;
using base::Task;

namespace {
constexpr const char* world_name = "greenroom-storage";
constexpr std::size_t most_origins = 500;
constexpr std::chrono::milliseconds answer_patience{1'000};  // of one tab at the end
constexpr std::chrono::milliseconds all_patience{4'000};     // of all of them

std::size_t size_of(const StoredItems& items) {
  std::size_t size = 0;
  for (const auto& [key, value] : items) size += key.size() + value.size();
  return size;
}

json::object storage_of(const std::string& origin) {
  json::object storage;
  storage["securityOrigin"] = origin;
  storage["isLocalStorage"] = false;
  json::object params;
  params["storageId"] = std::move(storage);
  return params;
}

StoredItems items_of(const json::object& answer) {
  StoredItems items;
  const json::value* entries = answer.if_contains("entries");
  if (entries == nullptr || !entries->is_array()) return items;
  for (const json::value& entry : entries->get_array()) {
    const json::array* pair = entry.if_array();
    if (pair != nullptr && pair->size() == 2 && (*pair)[0].is_string() && (*pair)[1].is_string())
      items[std::string((*pair)[0].get_string())] = std::string((*pair)[1].get_string());
  }
  return items;
}

/// A raw JSON value that may hold escapes, which pages' own keys and values do.
std::string decoded(std::string_view raw) {
  boost::system::error_code failure;
  const json::value value = json::parse(raw, failure);
  return !failure && value.is_string() ? std::string(value.get_string()) : std::string();
}

/// Whose it is. What is kept for a site inside another one has no tab of its own to go back to.
std::string origin_of_storage(std::string_view storage) {
  const std::string origin = decoded(cdp::member(storage, "securityOrigin"));
  const std::string key = decoded(cdp::member(storage, "storageKey"));
  if (key.find('^') != std::string::npos) return {};
  return origin_of(origin.empty() ? key : origin);
}
}  // namespace

std::string origin_of(std::string_view url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) return {};
  const std::size_t host = url.find("://") + 3;
  const std::size_t end = url.find_first_of("/?#", host);
  return std::string(url.substr(0, end));
}

std::string restoring_script(const std::string& origin, const StoredItems& items) {
  json::object saved;
  for (const auto& [key, value] : items) saved[key] = value;
  return "(() => { try { if (window !== window.top || location.origin !== " +
         json::serialize(json::value(origin)) +
         " || sessionStorage.length) return; for (const [key, value] of Object.entries(JSON.parse(" +
         json::serialize(json::value(json::serialize(saved))) +
         "))) sessionStorage.setItem(key, value); } catch {} })()";
}

TabStorage::TabStorage(Options options, base::Logger log)
    : options_(std::move(options)), log_(std::move(log)), items_(options_.saved) {
  for (const auto& [origin, items] : items_) size_ += size_of(items);
}

Task<Result<void>> TabStorage::follow(cdp::Switchboard& switchboard) {
  auto line = co_await switchboard.open_line();
  if (!line) co_return line.error();
  line_ = std::move(*line);
  line_->on_event([this](std::string_view method, std::string_view session, std::string_view params) {
    on_event(method, session, params);
  });
  auto attached = co_await line_->call("Target.setAutoAttach", cdp::attach_without_waiting());
  if (!attached) co_return attached.error();
  co_return Result<void>();
}

void TabStorage::on_event(std::string_view method, std::string_view session, std::string_view params) {
  if (method.starts_with("DOMStorage.")) return on_change(method, params);
  if (method == "Target.attachedToTarget") return on_attached(params);
  if (method == "Target.detachedFromTarget") {
    tabs_.erase(cdp::text_member(params, "sessionId"));
  } else if (method == "Page.frameNavigated") {
    const std::string_view frame = cdp::member(params, "frame");
    if (cdp::member(frame, "parentId").empty())
      visits(std::string(session), origin_of(decoded(cdp::member(frame, "url"))));
  }
}

void TabStorage::on_attached(std::string_view params) {
  const std::string session = cdp::text_member(params, "sessionId");
  const std::string_view info = cdp::member(params, "targetInfo");
  if (session.empty() || cdp::plain_string(cdp::member(info, "type")) != "page") return;
  const std::string context = cdp::text_member(info, "browserContextId");
  if (context_.empty()) context_ = context;
  if (context != context_) return;
  Tab& tab = tabs_[session];
  tab.number = next_number_++;
  line_->post("Page.enable", json::object(), session);
  for (const auto& [origin, items] : options_.saved) put_back(session, origin, items);
  if (options_.follows) enable(session);
  visits(session, origin_of(decoded(cdp::member(info, "url"))));
}

void TabStorage::put_back(const std::string& session, const std::string& origin, const StoredItems& items) {
  json::object script;
  script["source"] = restoring_script(origin, items);
  script["worldName"] = world_name;
  script["runImmediately"] = true;  // a tab may be there before we are
  auto made = [this, session, origin](const Result<json::object>& answer) {
    const auto tab = tabs_.find(session);
    const json::value* identifier = answer ? answer->if_contains("identifier") : nullptr;
    if (tab == tabs_.end() || identifier == nullptr || !identifier->is_string()) return;
    tab->second.scripts[origin] = std::string(identifier->get_string());
    if (tab->second.origin == origin) take_away(session, origin);
  };
  line_->ask("Page.addScriptToEvaluateOnNewDocument", script, session, std::move(made));
}

/// Once for each tab: a page that has emptied its storage since must not find it filled again.
void TabStorage::take_away(const std::string& session, const std::string& origin) {
  Tab& tab = tabs_[session];
  const auto script = tab.scripts.find(origin);
  if (script == tab.scripts.end()) return;
  json::object params;
  params["identifier"] = script->second;
  tab.scripts.erase(script);
  line_->post("Page.removeScriptToEvaluateOnNewDocument", params, session);
}

void TabStorage::visits(const std::string& session, const std::string& origin) {
  const auto tab = tabs_.find(session);
  if (tab == tabs_.end()) return;
  tab->second.origin = origin;
  if (origin.empty()) return;
  take_away(session, origin);
  // A tab that was opened by another one begins with a copy of what that one has.
  if (options_.follows) look_at(session, origin);
}

void TabStorage::enable(const std::string& session) {
  line_->post("DOMStorage.enable", json::object(), session);
}

void TabStorage::follow_changes() {
  if (std::exchange(options_.follows, true) || !line_) return;
  for (const auto& [session, tab] : tabs_) {
    enable(session);
    if (!tab.origin.empty()) look_at(session, tab.origin);
  }
}

void TabStorage::look_at(const std::string& session, const std::string& origin) {
  auto seen = [this, origin](const Result<json::object>& answer) {
    if (answer) keep(origin, items_of(*answer));
  };
  line_->ask("DOMStorage.getDOMStorageItems", storage_of(origin), session, std::move(seen));
}

bool TabStorage::fits(std::size_t more) {
  if (size_ + more <= options_.limit) return true;
  if (!std::exchange(has_warned_, true))
    log_.warning("sessionStorage is larger than what a profile keeps", {{"bytes", options_.limit}});
  return false;
}

bool TabStorage::has_place(const std::string& origin) const {
  return items_.size() < most_origins || items_.contains(origin);
}

/// Nothing at all says little: a new tab of an origin has nothing while another one has. What a page takes
/// away is an event.
void TabStorage::keep(const std::string& origin, StoredItems items) {
  const std::size_t size = size_of(items);
  if (items.empty() || !has_place(origin)) return;
  StoredItems& kept = items_[origin];
  const std::size_t before = size_of(kept);
  size_ -= before;
  if (!fits(size)) {
    size_ += before;
    return;
  }
  kept = std::move(items);
  size_ += size;
}

void TabStorage::on_change(std::string_view method, std::string_view params) {
  const std::string_view storage = cdp::member(params, "storageId");
  if (cdp::member(storage, "isLocalStorage") != "false") return;
  const std::string origin = origin_of_storage(storage);
  if (origin.empty() || !has_place(origin)) return;
  StoredItems& items = items_[origin];
  if (method == "DOMStorage.domStorageItemsCleared") {
    size_ -= size_of(items);
    items.clear();
    return;
  }
  const std::string key = decoded(cdp::member(params, "key"));
  if (const auto old = items.find(key); old != items.end()) {
    size_ -= old->first.size() + old->second.size();
    items.erase(old);
  }
  if (method == "DOMStorage.domStorageItemRemoved") return;
  std::string value = decoded(cdp::member(params, "newValue"));
  const std::size_t more = key.size() + value.size();
  if (!fits(more)) return;
  size_ += more;
  items[key] = std::move(value);
}

Task<TabItems> TabStorage::gather() {
  std::vector<std::pair<std::uint64_t, std::pair<std::string, std::string>>> open;
  for (const auto& [session, tab] : tabs_)
    if (!tab.origin.empty()) open.push_back({tab.number, {session, tab.origin}});
  std::sort(open.begin(), open.end());
  const auto deadline = std::chrono::steady_clock::now() + all_patience;
  for (const auto& [number, place] : open) {
    if (!line_ || std::chrono::steady_clock::now() > deadline) break;
    auto answer = co_await base::with_deadline(
        line_->call("DOMStorage.getDOMStorageItems", storage_of(place.second), place.first), answer_patience,
        "reading a tab's storage");
    if (answer) keep(place.second, items_of(*answer));
  }
  TabItems out;
  for (const auto& [origin, items] : items_)
    if (!items.empty()) out[origin] = items;
  co_return out;
}

}  // namespace greenroom::session
