#include "api/stagehand/model.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/json_fields.hpp"
#include "api/model.hpp"
#include "api/stagehand/cache.hpp"
#include "api/stagehand/render.hpp"

namespace greenroom::api::stagehand {

using base::errc;
using base::Error;

namespace {
/// Who waits for a model is still at work: the session that it is for counts as used.
void touch_session(const Call& call, Core& core) {
  const std::string_view id = call.request.header("x-bb-session-id");
  const SharedView view = id.empty() ? nullptr : core.find_now(id);
  if (view != nullptr && view->project_id == call.project_id) core.touch(id);
}

/// The endpoint's own refusals of the daemon are none of its client's, whose key is a good one.
net::Response blame_endpoint(std::string words, unsigned status = 502) {
  // Its words alone; the status says whose fault it is.
  net::Response response = render_error(Error{errc::unsupported, std::move(words)});
  response.status = status;
  return response;
}

net::Response pass_on(ModelAnswer answer) {
  if (answer.status == 401 || answer.status == 403)
    return blame_endpoint("the model's endpoint refuses this server's key: see model.api_key_file");
  if (answer.status == 404)
    return blame_endpoint("the model's endpoint has no such model, or no …/responses: see model.base_url");
  if (answer.status < 200 || (answer.status >= 300 && answer.status < 400))
    return blame_endpoint("the model's endpoint answered with status " + std::to_string(answer.status));
  boost::system::error_code failure;
  if (answer.status < 300 && (!json::parse(answer.body, failure).is_object() || failure))
    return blame_endpoint("the model's endpoint did not answer with JSON");
  net::Response response;
  response.status = answer.status;
  const bool has_type = answer.content_type.starts_with("application/json");
  response.headers.set("content-type",
                       has_type ? "application/json; charset=utf-8" : "text/plain; charset=utf-8");
  if (!answer.retry_after.empty()) response.headers.set("retry-after", answer.retry_after);
  response.body = std::move(answer.body);
  return response;
}

json::object miss(std::string_view key, std::string_view reason) {
  json::object out;
  out["cacheKey"] = key.empty() ? json::value() : json::value(key);
  out["hit"] = false;
  out["missReason"] = reason;
  return out;
}

json::object render_found(const CacheRequest& request, const CachedAnswer& found, json::value value) {
  json::object out;
  out["cacheKey"] = request.key;
  out["hit"] = true;
  out["value"] = std::move(value);
  out["threshold"] = request.threshold;
  out["hitCount"] = found.seen;
  out["ageMs"] = std::max<std::int64_t>(0, found.age.count());
  json::object saved;
  saved["input"] = found.input_tokens;
  saved["output"] = found.output_tokens;
  saved["total"] = found.input_tokens + found.output_tokens;
  out["tokensSaved"] = std::move(saved);
  return out;
}
}  // namespace

Task<Result<net::Response>> ask_model(const Call& call, Core& core) {
  auto request = parse_body(call.request.body);
  if (!request) co_return request.error();
  Model* model = core.model();
  if (model == nullptr) co_return no_model("this");
  touch_session(call, core);
  auto answer = co_await model->respond(std::move(*request));
  if (!answer && answer.error().code == errc::protocol) co_return blame_endpoint(answer.error().detail);
  if (!answer && answer.error().code == errc::timed_out) co_return blame_endpoint(answer.error().detail, 504);
  if (!answer) co_return answer.error();
  touch_session(call, core);
  const bool is_other = answer->other_model;
  std::vector<std::string> ignored;
  if (is_other) ignored.emplace_back("model");
  co_return with_ignored(pass_on(std::move(*answer)), ignored);
}

Task<Result<net::Response>> get_cached(const Call& call, Core& core) {
  auto request = parse_cache_request(call.request.body, false);
  if (!request) co_return request.error();
  Model* model = core.model();
  if (model == nullptr || !model->caches()) co_return success(miss("", "not_enabled"));
  if (!request->skipped.empty()) co_return success(miss("", request->skipped));
  auto found = co_await model->find_cached(call.project_id, request->key);
  if (!found) co_return found.error();
  if (!*found) co_return success(miss(request->key, "not_found"));
  if ((*found)->seen < request->threshold) {
    json::object out = miss(request->key, "threshold");
    out["threshold"] = request->threshold;
    out["hitCount"] = (*found)->seen;
    co_return success(std::move(out));
  }
  boost::system::error_code failure;
  json::value value = json::parse((*found)->value, failure);
  if (failure) co_return success(miss(request->key, "error"));
  co_return success(render_found(*request, **found, std::move(value)));
}

Task<Result<net::Response>> set_cached(const Call& call, Core& core) {
  auto request = parse_cache_request(call.request.body, true);
  if (!request) co_return request.error();
  Model* model = core.model();
  if (request->skipped.empty() && (model == nullptr || !model->caches())) request->skipped = "not_enabled";
  json::object out;
  out["cacheKey"] = request->key;
  out["written"] = request->skipped.empty();
  if (!request->skipped.empty()) {
    out["skippedReason"] = request->skipped;
    co_return success(std::move(out));
  }
  CachedAnswer answer;
  answer.value = std::move(request->value);
  answer.input_tokens = request->input_tokens;
  answer.output_tokens = request->output_tokens;
  auto kept = co_await model->put_cached(call.project_id, request->key, std::move(answer));
  if (!kept) co_return kept.error();
  co_return success(std::move(out));
}

}  // namespace greenroom::api::stagehand
