#include "api/timeline.hpp"

#include <boost/json.hpp>

#include "api/har.hpp"
#include "base/time_format.hpp"
#include "session/timeline_mask.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;

namespace {
constexpr std::size_t most_lines = 50'000;
constexpr std::size_t har_chunk = 10'000;

base::WallTime wall_of(const LogEvent& event) { return base::WallTime(base::Milliseconds(event.at_ms)); }

Task<Result<net::Response>> lines(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  const auto after = number_parameter(call.request.target, "after", 0);
  if (!after) co_return after.error();
  const auto limit = number_parameter(call.request.target, "limit", most_lines);
  if (!limit) co_return limit.error();
  LogQuery query;
  query.after = *after;
  query.limit = std::min(most_lines, static_cast<std::size_t>(*limit));
  auto events = co_await core.timeline((*view)->id, query);
  if (!events) co_return events.error();
  std::string body;
  for (const LogEvent& event : *events) body += to_ndjson(event);
  co_return net::text_response(200, "application/x-ndjson", std::move(body));
}

Task<Result<net::Response>> har(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  HarBuilder builder;
  LogQuery query;
  query.limit = har_chunk;
  for (;;) {
    auto events = co_await core.timeline((*view)->id, query);
    if (!events) co_return events.error();
    for (const LogEvent& event : *events) builder.add(event);
    if (events->size() < query.limit) break;
    query.after = events->back().seq;
  }
  net::Response response = json_response(200, builder.finish(GREENROOM_VERSION));
  response.headers.set("content-disposition", "inline; filename=\"" + (*view)->id + ".har\"");
  co_return response;
}

Task<Result<net::Response>> markers(const Call& call, Core& core) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  LogQuery query;
  query.only_markers = true;
  auto events = co_await core.timeline((*view)->id, query);
  if (!events) co_return events.error();
  co_return json_response(200, render_markers(*events, (*view)->started_at));
}

constexpr Route timeline_endpoints[] = {
    {"GET", "/greenroom/v1/sessions/{id}/timeline", lines},
    {"GET", "/greenroom/v1/sessions/{id}/har", har},
    {"GET", "/greenroom/v1/sessions/{id}/markers", markers},
};
}  // namespace

std::span<const Route> timeline_routes() { return timeline_endpoints; }

std::string to_ndjson(const LogEvent& event) {
  json::object head;
  head["seq"] = event.seq;
  head["time"] = base::to_rfc3339(wall_of(event));
  head["kind"] = session::kind_of(event.method);
  head["method"] = event.method;
  if (event.page_index >= 0) head["page"] = event.page_index;
  if (!event.target.empty()) head["target"] = event.target;
  std::string line = json::serialize(head);
  line.pop_back();
  return line + ",\"params\":" + (event.params.empty() ? "{}" : event.params) + "}\n";
}

json::array render_markers(const std::vector<LogEvent>& events, base::WallTime origin) {
  json::array out;
  for (const LogEvent& event : events) {
    if (session::kind_of(event.method) != "marker") continue;
    boost::system::error_code failure;
    json::value params = json::parse(event.params, failure);
    json::object marker;
    if (!failure && params.is_object()) marker = std::move(params.get_object());
    marker["kind"] = event.method;
    marker["at"] = base::to_rfc3339(wall_of(event));
    marker["atMs"] = (wall_of(event) - origin).count();
    if (event.page_index >= 0) marker["tab"] = event.page_index;
    out.push_back(std::move(marker));
  }
  return out;
}

}  // namespace greenroom::api
