#include "api/captures.hpp"

#include <algorithm>

#include <boost/json.hpp>

#include "api/core.hpp"

namespace greenroom::api {

namespace {
std::string text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::optional<json::object> object_of(std::string_view text) {
  boost::system::error_code failure;
  json::value value = json::parse(text, failure);
  if (failure || !value.is_object()) return std::nullopt;
  return std::move(value.get_object());
}

bool is_web_page(std::string_view url) { return url.starts_with("http://") || url.starts_with("https://"); }
}  // namespace

CaptureFacts facts_of(const std::vector<LogEvent>& markers) {
  CaptureFacts facts;
  for (const LogEvent& marker : markers) {
    const bool is_title = marker.method == "tab.titled";
    // A popup may be where it is going before it is followed.
    if (!is_title && marker.method != "tab.navigated" && marker.method != "tab.opened") continue;
    const auto params = object_of(marker.params);
    if (!params) continue;
    std::string url = text_in(*params, "url");
    if (is_title) {
      if (!facts.urls.empty() && url == facts.urls.front()) facts.title = text_in(*params, "title");
      continue;
    }
    const bool is_new = std::find(facts.urls.begin(), facts.urls.end(), url) == facts.urls.end();
    if (is_new && is_web_page(url)) facts.urls.push_back(std::move(url));
  }
  return facts;
}

std::string to_text(const CaptureFacts& facts) {
  json::object out;
  out["title"] = facts.title;
  json::array urls;
  for (const std::string& url : facts.urls) urls.emplace_back(url);
  out["urls"] = std::move(urls);
  out["durationMs"] = facts.duration.count();
  return json::serialize(out);
}

std::optional<CaptureFacts> facts_from(std::string_view text) {
  const auto kept = object_of(text);
  if (!kept) return std::nullopt;
  CaptureFacts facts;
  facts.title = text_in(*kept, "title");
  if (const json::value* urls = kept->if_contains("urls"); urls != nullptr && urls->is_array())
    for (const json::value& url : urls->get_array())
      if (url.is_string()) facts.urls.emplace_back(url.get_string());
  if (const json::value* duration = kept->if_contains("durationMs"); duration && duration->is_int64())
    facts.duration = base::Milliseconds(duration->get_int64());
  return facts;
}

}  // namespace greenroom::api
