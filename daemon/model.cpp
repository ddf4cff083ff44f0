#include "daemon/model.hpp"

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "base/fd.hpp"
#include "net/web_client.hpp"

namespace greenroom::daemon {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr base::Bytes answer_limit{16ull * 1024 * 1024};

/// The key as it stands in its file.
Result<std::string> read_key(const std::string& file) {
  if (file.empty()) return std::string();
  auto text = base::read_file(file);
  if (!text) return Error{errc::io, "model.api_key_file cannot be read"};
  constexpr std::string_view blanks = " \t\r\n";
  const std::size_t begin = text->find_first_not_of(blanks);
  if (begin == text->npos) return Error{errc::io, "model.api_key_file is empty"};
  std::string key = text->substr(begin, text->find_last_not_of(blanks) - begin + 1);
  for (const char c : key)
    if (static_cast<unsigned char>(c) <= ' ' || c == 0x7f)
      return Error{errc::io, "model.api_key_file must hold one key and nothing else"};
  return key;
}

/// One more, for as long as it lives.
class Counted {
 public:
  explicit Counted(std::size_t& count) : count_(count) { ++count_; }
  Counted(const Counted&) = delete;
  Counted& operator=(const Counted&) = delete;
  ~Counted() { --count_; }

 private:
  std::size_t& count_;
};

Error in_our_words(const Error& error) {
  if (error.code == errc::timed_out) return Error{errc::timed_out, "the model did not answer in time"};
  if (error.code == errc::closed)
    return Error{errc::unavailable, "the model's endpoint cannot be reached: " + error.detail};
  return Error{error.code, "the model's endpoint: " + error.detail};
}
}  // namespace

ModelEndpoint::ModelEndpoint(store::ModelCacheStore& cache, const base::Clock& clock, base::Logger log,
                             ModelOptions options)
    : cache_(cache), clock_(clock), log_(std::move(log)), options_(std::move(options)) {}

Result<void> ModelEndpoint::start() {
  if (options_.base_url.empty()) return {};
  auto address = net::parse_web_address(options_.base_url);
  if (!address) return Error{address.error().code, "model.base_url: " + address.error().detail};
  while (address->target.ends_with('/')) address->target.pop_back();
  address->target += "/responses";
  endpoint_ = std::move(*address);
  return {};
}

/// The key is read each time, so that it can be changed while the daemon runs.
Task<Result<net::Response>> ModelEndpoint::ask(std::string body) {
  auto key = read_key(options_.key_file);
  if (!key) co_return key.error();
  net::WebRequest request;
  request.address = *endpoint_;
  request.method = "POST";
  request.headers.add("content-type", "application/json");
  request.headers.add("accept", "application/json");
  request.headers.add("user-agent", std::string("greenroom/") + GREENROOM_VERSION);
  if (!key->empty()) request.headers.add("authorization", "Bearer " + *key);
  request.body = std::move(body);
  request.body_limit = answer_limit;
  request.connect = options_.connect;
  co_return co_await base::with_deadline(net::exchange(std::move(request)), options_.deadline,
                                         "asking the model");
}

Task<Result<api::ModelAnswer>> ModelEndpoint::respond(json::object request) {
  if (!endpoint_)
    co_return Error{errc::unsupported, "No model is configured: this server has no model.base_url"};
  const auto is_other = choose_model(request, options_.name);
  if (!is_other) co_return is_other.error();
  if (under_way_ >= options_.at_a_time)
    co_return Error{errc::unavailable, "the model is asked by too many at a time"};
  const Counted counted(under_way_);
  const base::SteadyTime began = clock_.steady();
  auto answer = co_await ask(json::serialize(request));
  const auto took = std::chrono::duration_cast<base::Milliseconds>(clock_.steady() - began);
  if (!answer) {
    log_.warning("model not reached", {{"why", answer.error().message()}, {"milliseconds", took.count()}});
    co_return in_our_words(answer.error());
  }
  log_.debug("model answered", {{"status", answer->status}, {"milliseconds", took.count()}});
  api::ModelAnswer out;
  out.status = answer->status;
  out.content_type = std::string(answer->headers.value_or("content-type", ""));
  out.retry_after = std::string(answer->headers.value_or("retry-after", ""));
  out.body = std::move(answer->body);
  out.other_model = *is_other;
  co_return out;
}

Task<Result<std::optional<api::CachedAnswer>>> ModelEndpoint::find_cached(std::string project_id,
                                                                          std::string key) {
  const base::WallTime now = clock_.wall();
  auto found = co_await cache_.look_up(std::move(project_id), std::move(key), now);
  if (!found) co_return found.error();
  std::optional<api::CachedAnswer> out;
  if (!*found) co_return out;
  out.emplace();
  out->value = std::move((*found)->value);
  out->input_tokens = (*found)->input_tokens;
  out->output_tokens = (*found)->output_tokens;
  out->seen = (*found)->seen;
  out->age = now - (*found)->made_at;
  co_return out;
}

Task<Result<void>> ModelEndpoint::put_cached(std::string project_id, std::string key,
                                             api::CachedAnswer answer) {
  store::CachedAnswer row;
  row.value = std::move(answer.value);
  row.input_tokens = answer.input_tokens;
  row.output_tokens = answer.output_tokens;
  co_return co_await cache_.put(std::move(project_id), std::move(key), std::move(row), clock_.wall());
}

Result<bool> choose_model(json::object& request, const std::string& configured) {
  const json::value* stream = request.if_contains("stream");
  if (stream != nullptr && !stream->is_null() && !(stream->is_bool() && !stream->get_bool()))
    return Error{errc::invalid_argument, "stream: answers come whole here"};
  const json::value* named = request.if_contains("model");
  std::string name;
  if (named != nullptr && !named->is_null()) {
    if (!named->is_string()) return Error{errc::invalid_argument, "model must be a string"};
    name = named->get_string();
  }
  constexpr std::string_view own_prefix = "openai/";
  if (name.starts_with(own_prefix)) name.erase(0, own_prefix.size());
  // What a client says when it leaves the choice to the server.
  if (name == "auto") name.clear();
  if (name.empty() && configured.empty())
    return Error{errc::invalid_argument, "model: none was named, and this server has no model.name"};
  const bool is_other = !configured.empty() && !name.empty() && name != configured;
  request["model"] = configured.empty() ? name : configured;
  return is_other;
}

}  // namespace greenroom::daemon
