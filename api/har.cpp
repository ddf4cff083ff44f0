#include "api/har.hpp"

#include <algorithm>
#include <cmath>

#include <boost/json.hpp>

#include "base/time_format.hpp"
#include "net/http.hpp"

namespace greenroom::api {

namespace {
constexpr std::size_t most_entries = 100'000;

double number(const json::object& object, std::string_view name, double otherwise) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return otherwise;
  const double n = value->to_number<double>();
  return std::isfinite(n) ? n : otherwise;
}

std::string text(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

const json::object& child(const json::object& object, std::string_view name) {
  static const json::object none;
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_object() ? value->get_object() : none;
}

std::string time_of(double wall_seconds) {
  constexpr double latest = 253'402'300'799;  // the last second of the year 9999
  const double safe = std::clamp(wall_seconds, 0.0, latest);
  return base::to_rfc3339(base::WallTime(base::Milliseconds(static_cast<std::int64_t>(safe * 1000))));
}

/// Milliseconds that are not negative, to a microsecond.
double span(double milliseconds) { return std::max(0.0, std::round(milliseconds * 1000) / 1000); }

json::array headers_of(const json::object& headers) {
  json::array out;
  for (const auto& header : headers) {
    if (!header.value().is_string()) continue;
    json::object item;
    item["name"] = header.key();
    item["value"] = header.value();
    out.push_back(std::move(item));
  }
  return out;
}

std::string header(const json::object& headers, std::string_view wanted) {
  for (const auto& item : headers) {
    const bool is_it = std::equal(item.key().begin(), item.key().end(), wanted.begin(), wanted.end(),
                                  [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + 32 : a) == b; });
    if (is_it && item.value().is_string()) return std::string(item.value().get_string());
  }
  return {};
}

json::array query_of(std::string_view url) {
  json::array out;
  const std::size_t mark = url.find('?');
  if (mark == url.npos) return out;
  std::string_view query = url.substr(mark + 1);
  query = query.substr(0, query.find('#'));
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    if (pair.empty()) continue;
    const std::size_t equals = std::min(pair.find('='), pair.size());
    const std::string_view value = pair.substr(std::min(pair.size(), equals + 1));
    json::object item;
    item["name"] = net::percent_decode(pair.substr(0, equals)).value_or(std::string(pair.substr(0, equals)));
    item["value"] = net::percent_decode(value).value_or(std::string(value));
    out.push_back(std::move(item));
  }
  return out;
}

std::string http_version(const std::string& protocol) {
  if (protocol == "h2") return "HTTP/2";
  if (protocol == "h3" || protocol.starts_with("h3-")) return "HTTP/3";
  if (protocol == "http/1.0") return "HTTP/1.0";
  return protocol.empty() || protocol == "http/1.1" ? "HTTP/1.1" : protocol;
}

/// HAR 1.2 "timings" from CDP's Network.ResourceTiming, whose members count in ms from `requestTime`; -1
/// means that a phase was not needed. `ssl` is a part of `connect` (HAR 1.2 §timings).
json::object timings_of(const json::object& timing, double began, double responded, double ended) {
  json::object out;
  const auto between = [&](std::string_view from, std::string_view to) {
    const double a = number(timing, from, -1);
    const double b = number(timing, to, -1);
    return a >= 0 && b >= a ? span(b - a) : -1.0;
  };
  if (timing.empty()) {
    out["blocked"] = -1;
    out["dns"] = -1;
    out["connect"] = -1;
    out["ssl"] = -1;
    out["send"] = 0;
    out["wait"] = span((responded - began) * 1000);
    out["receive"] = span((ended - responded) * 1000);
    return out;
  }
  const double requested = number(timing, "requestTime", began);
  double first = number(timing, "sendStart", 0);
  for (const std::string_view name : {"dnsStart", "connectStart"})
    if (const double at = number(timing, name, -1); at >= 0) first = std::min(first, at);
  const double headers_at = number(timing, "receiveHeadersEnd", 0);
  out["blocked"] = span((requested - began) * 1000 + std::max(0.0, first));
  out["dns"] = between("dnsStart", "dnsEnd");
  out["connect"] = between("connectStart", "connectEnd");
  out["ssl"] = between("sslStart", "sslEnd");
  out["send"] = std::max(0.0, between("sendStart", "sendEnd"));
  out["wait"] = span(headers_at - number(timing, "sendEnd", headers_at));
  out["receive"] = span((ended - requested) * 1000 - headers_at);
  return out;
}

double total_of(const json::object& timings) {
  double sum = 0;
  for (const auto& part : timings)
    if (part.key() != "ssl") sum += std::max(0.0, part.value().to_number<double>());
  return span(sum);
}

json::object render_request(const json::object& request, const json::object& response) {
  json::object out;
  const std::string url = text(request, "url") + text(request, "urlFragment");
  out["method"] = text(request, "method").empty() ? "GET" : text(request, "method");
  out["url"] = url;
  out["httpVersion"] = http_version(text(response, "protocol"));
  out["cookies"] = json::array();  // masked in the timeline
  out["headers"] = headers_of(child(request, "headers"));
  out["queryString"] = query_of(url);
  out["headersSize"] = -1;
  out["bodySize"] = request.contains("hasPostData") ? -1 : 0;
  return out;
}
}  // namespace

void HarBuilder::add(const LogEvent& event) {
  if (!event.method.starts_with("Network.") && !event.method.starts_with("Page.")) return;
  boost::system::error_code failure;
  const json::value parsed = json::parse(event.params, failure);
  if (failure || !parsed.is_object()) return;
  const json::object& params = parsed.get_object();
  if (event.method == "Network.requestWillBeSent") return on_request(event, params);
  if (event.method == "Page.domContentEventFired" || event.method == "Page.loadEventFired")
    return on_page_time(event, params);
  const auto found = open_.find(text(params, "requestId"));
  if (found == open_.end()) return;
  Entry& entry = found->second;
  if (event.method == "Network.requestServedFromCache") {
    entry.from_cache = true;
  } else if (event.method == "Network.responseReceived") {
    entry.response = child(params, "response");
    entry.responded = number(params, "timestamp", entry.began);
  } else if (event.method == "Network.loadingFinished" || event.method == "Network.loadingFailed") {
    on_end(params, entry, event.method == "Network.loadingFailed");
    close(std::move(entry));
    open_.erase(found);
  }
}

void HarBuilder::on_request(const LogEvent& event, const json::object& params) {
  const std::string id = text(params, "requestId");
  const json::object& request = child(params, "request");
  const std::string url = text(request, "url");
  const double at = number(params, "timestamp", 0);
  if (const auto before = open_.find(id); before != open_.end()) {
    // A redirect keeps the id: the answer to the request before is in this one.
    Entry& entry = before->second;
    entry.response = child(params, "redirectResponse");
    entry.responded = entry.ended = at;
    entry.transferred = number(entry.response, "encodedDataLength", -1);
    entry.redirect_url = url;
    close(std::move(entry));
    open_.erase(before);
  }
  if (url.starts_with("data:") || url.starts_with("blob:")) return;
  if (done_.size() + open_.size() >= most_entries) {
    ++left_out_;
    return;
  }
  Entry entry;
  entry.id = id;
  entry.order = next_++;
  entry.began = at;
  entry.wall = number(params, "wallTime", static_cast<double>(event.at_ms) / 1000);
  entry.request = request;
  // Of a page's main frame, frame id and target id are the same.
  const bool is_document = text(params, "type") == "Document" && text(params, "frameId") == event.target;
  if (is_document || !page_of_tab_.contains(event.page_index)) begin_page(event, entry, url);
  entry.page_ref = pages_[page_of_tab_.at(event.page_index)].id;
  open_.emplace(id, std::move(entry));
}

void HarBuilder::begin_page(const LogEvent& event, const Entry& entry, std::string_view url) {
  Page page;
  page.id = "page_" + std::to_string(pages_.size());
  page.title = url;
  page.began = entry.began;
  page.wall = entry.wall;
  page_of_tab_[event.page_index] = pages_.size();
  pages_.push_back(std::move(page));
}

void HarBuilder::on_end(const json::object& params, Entry& entry, bool failed) {
  entry.ended = number(params, "timestamp", entry.began);
  if (entry.responded == 0) entry.responded = entry.ended;
  entry.transferred = number(params, "encodedDataLength", entry.transferred);
  entry.decoded = number(params, "decodedLength", entry.decoded);
  if (failed) entry.failure = text(params, "errorText").empty() ? "failed" : text(params, "errorText");
}

void HarBuilder::on_page_time(const LogEvent& event, const json::object& params) {
  const auto page = page_of_tab_.find(event.page_index);
  if (page == page_of_tab_.end()) return;
  Page& current = pages_[page->second];
  const double after = span((number(params, "timestamp", current.began) - current.began) * 1000);
  (event.method == "Page.loadEventFired" ? current.loaded : current.content_loaded) = after;
}

void HarBuilder::close(Entry entry) { done_.push_back(std::move(entry)); }

json::object HarBuilder::render(const Entry& entry) const {
  const bool has_ended = entry.ended > 0;
  const double responded = entry.responded > 0 ? entry.responded : entry.began;
  const json::object& headers = child(entry.response, "headers");
  const double headers_size = number(entry.response, "encodedDataLength", -1);
  json::object content;
  content["size"] = static_cast<std::int64_t>(std::max(0.0, entry.decoded));
  content["mimeType"] =
      text(entry.response, "mimeType").empty() ? "x-unknown" : text(entry.response, "mimeType");
  json::object response;
  response["status"] = static_cast<std::int64_t>(number(entry.response, "status", 0));
  response["statusText"] = text(entry.response, "statusText");
  response["httpVersion"] = http_version(text(entry.response, "protocol"));
  response["cookies"] = json::array();
  response["headers"] = headers_of(headers);
  response["content"] = std::move(content);
  response["redirectURL"] = entry.redirect_url.empty() ? header(headers, "location") : entry.redirect_url;
  response["headersSize"] = -1;
  const bool knows_size = entry.transferred >= 0 && !entry.from_cache;
  response["bodySize"] =
      entry.from_cache ? 0
      : knows_size     ? static_cast<std::int64_t>(entry.transferred -
                                               std::max(0.0, std::min(headers_size, entry.transferred)))
                       : -1;
  if (knows_size) response["_transferSize"] = static_cast<std::int64_t>(entry.transferred);
  if (!entry.failure.empty()) response["_error"] = entry.failure;
  json::object out;
  out["pageref"] = entry.page_ref;
  out["startedDateTime"] = time_of(entry.wall);
  out["timings"] = timings_of(child(entry.response, "timing"), entry.began, responded,
                              has_ended ? entry.ended : responded);
  out["time"] = total_of(out["timings"].get_object());
  out["request"] = render_request(entry.request, entry.response);
  out["response"] = std::move(response);
  out["cache"] = json::object();
  std::string address = text(entry.response, "remoteIPAddress");
  std::erase_if(address, [](char c) { return c == '[' || c == ']'; });
  if (!address.empty()) out["serverIPAddress"] = address;
  if (const double connection = number(entry.response, "connectionId", 0); connection > 0)
    out["connection"] = std::to_string(static_cast<std::int64_t>(connection));
  if (!has_ended) out["comment"] = "it had not ended when the session did";
  return out;
}

json::object HarBuilder::finish(std::string_view version) {
  for (auto& [id, entry] : open_) done_.push_back(std::move(entry));
  open_.clear();
  std::sort(done_.begin(), done_.end(), [](const Entry& a, const Entry& b) { return a.order < b.order; });
  json::array pages;
  for (const Page& page : pages_) {
    json::object timings;
    timings["onContentLoad"] = page.content_loaded;
    timings["onLoad"] = page.loaded;
    json::object out;
    out["startedDateTime"] = time_of(page.wall);
    out["id"] = page.id;
    out["title"] = page.title;
    out["pageTimings"] = std::move(timings);
    pages.push_back(std::move(out));
  }
  json::array entries;
  for (const Entry& entry : done_) entries.push_back(render(entry));
  json::object creator;
  creator["name"] = "Greenroom";
  creator["version"] = version;
  json::object log;
  log["version"] = "1.2";
  log["creator"] = std::move(creator);
  log["pages"] = std::move(pages);
  log["entries"] = std::move(entries);
  if (left_out_ > 0) log["comment"] = std::to_string(left_out_) + " later requests are left out";
  json::object out;
  out["log"] = std::move(log);
  return out;
}

}  // namespace greenroom::api
