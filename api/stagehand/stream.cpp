#include "api/stagehand/stream.hpp"

#include <charconv>

#include <boost/json.hpp>

#include "api/stagehand/render.hpp"
#include "base/ids.hpp"

namespace greenroom::api::stagehand {

namespace {
/// "3.13.0" and later. What is no version is taken for a new one.
bool names_events(std::string_view version) {
  int major = 0;
  int minor = 0;
  const char* end = version.data() + version.size();
  const auto first = std::from_chars(version.data(), end, major);
  if (first.ec != std::errc() || first.ptr == end || *first.ptr != '.') return true;
  const auto second = std::from_chars(first.ptr + 1, end, minor);
  if (second.ec != std::errc()) return true;
  return major > 3 || (major == 3 && minor >= 13);
}

/// The message of the error body: what a client would have read without a stream.
std::string words_of_failure(const base::Error& error) {
  const net::Response response = render_error(error);
  const json::value body = json::parse(response.body);
  const json::value* message = body.as_object().if_contains("message");
  return message != nullptr && message->is_string() ? std::string(message->get_string()) : error.message();
}

json::object status(std::string_view word) {
  json::object out;
  out["status"] = word;
  return out;
}

Task<void> write_stream(Core& core, Framing framing, const StreamedWork& work, const std::string& action_id,
                        net::BodyWriter& out) {
  co_await out.write(frame(framing, "system", status("starting")));
  co_await out.write(frame(framing, "system", status("connected")));
  const WriteLog log = [&out, framing](json::object line) -> Task<void> {
    json::object data = status("running");
    data["message"] = std::move(line);
    co_await out.write(frame(framing, "log", std::move(data)));
  };
  auto result = co_await work(core, log);
  json::object data;
  if (result) {
    data = status("finished");
    data["result"] = std::move(*result);
    data["actionId"] = action_id;
  } else {
    data = status("error");
    data["error"] = words_of_failure(result.error());
  }
  co_await out.write(frame(framing, "system", std::move(data)));
}
}  // namespace

Framing framing_of(const net::Request& request) {
  const bool is_generated = !request.header("x-stainless-lang").empty();
  if (is_generated)
    return names_events(request.header("x-stainless-package-version")) ? Framing::named : Framing::bare;
  return request.header("x-language").empty() ? Framing::named : Framing::bare;
}

std::string frame(Framing framing, std::string_view type, json::object data) {
  std::string out;
  if (framing == Framing::named) {
    out += "event: ";
    out += std::string_view(data.at("status").as_string());
    out += '\n';
  }
  json::object event;
  event["data"] = std::move(data);
  event["type"] = type;
  event["id"] = base::make_uuid();
  return out + "data: " + json::serialize(event) + "\n\n";
}

json::object log_line(std::string_view category, std::string_view message, int level) {
  json::object out;
  out["category"] = category;
  out["message"] = message;
  out["level"] = level;
  return out;
}

net::Response stream_response(Core& core, Framing framing, StreamedWork work, std::string action_id) {
  net::Response response = net::text_response(200, "text/event-stream", "");
  response.headers.set("cache-control", "no-cache, no-transform");
  response.headers.set("x-accel-buffering", "no");
  response.headers.set("access-control-allow-origin", "*");
  response.headers.set("access-control-allow-methods", "*");
  response.headers.set("access-control-allow-headers", "*");
  response.stream = [&core, framing, work = std::move(work),
                     action_id = std::move(action_id)](net::BodyWriter& out) -> Task<void> {
    co_await write_stream(core, framing, work, action_id, out);
  };
  return response;
}

}  // namespace greenroom::api::stagehand
