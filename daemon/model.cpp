#include "daemon/model.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <boost/json.hpp>

#include "base/event.hpp"
#include "base/task_group.hpp"

namespace greenroom::daemon {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr base::Bytes answer_limit{16ull * 1024 * 1024};

/// The key as it stands in its file: read each time, so that it can be changed while the daemon runs.
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

Result<net::Response> exchange_with(net::ClientRequest request, const std::string& key_file) {
  auto key = read_key(key_file);
  if (!key) return key.error();
  if (!key->empty()) request.headers.add("authorization", "Bearer " + *key);
  return net::fetch(request);
}

std::string host_field(const net::ClientRequest& request) {
  const std::string host =
      request.host.find(':') != std::string::npos ? "[" + request.host + "]" : request.host;
  const bool is_usual = request.port == (request.tls ? 443 : 80);
  return is_usual ? host : host + ":" + std::to_string(request.port);
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

struct ModelEndpoint::Exchange {
  explicit Exchange(const base::Executor& executor) : done(executor) {}
  net::ClientRequest request;
  std::shared_ptr<base::UniqueFd> stop;  // the thread that talks may still look at it when we have gone
  Result<net::Response> answer = Error{errc::closed, "stopped"};
  base::Event done;
};

ModelEndpoint::ModelEndpoint(const base::Executor& executor, store::ModelCacheStore& cache,
                             const base::Clock& clock, base::Logger log, ModelOptions options)
    : executor_(executor), cache_(cache), clock_(clock), log_(std::move(log)), options_(std::move(options)) {}

Result<void> ModelEndpoint::start() {
  if (options_.base_url.empty()) return {};
  auto request = net::request_to(options_.base_url);
  if (!request) return Error{request.error().code, "model.base_url: " + request.error().detail};
  while (request->target.ends_with('/')) request->target.pop_back();
  request->target += "/responses";
  request->method = "POST";
  request->deadline = options_.deadline;
  request->answer_limit = answer_limit;
  request->headers.add("host", host_field(*request));
  request->headers.add("content-type", "application/json");
  request->headers.add("accept", "application/json");
  request->headers.add("user-agent", std::string("greenroom/") + GREENROOM_VERSION);
  endpoint_ = std::move(*request);
  threads_ = std::make_unique<base::BlockingPool>(options_.at_a_time);
  return {};
}

Task<void> ModelEndpoint::talk(Exchange& exchange) {
  auto job = [request = exchange.request, stop = exchange.stop, key_file = options_.key_file] {
    return exchange_with(request, key_file);
  };
  exchange.answer = co_await threads_->run(std::move(job));
  exchange.done.set();
}

Task<Result<api::ModelAnswer>> ModelEndpoint::respond(json::object request) {
  if (!endpoint_)
    co_return Error{errc::unsupported, "No model is configured: this server has no model.base_url"};
  const auto is_other = choose_model(request, options_.name);
  if (!is_other) co_return is_other.error();
  if (under_way_ >= options_.at_a_time + options_.waiting)
    co_return Error{errc::unavailable, "the model is asked by too many at a time"};
  const Counted counted(under_way_);
  co_await base::keep_running_when_cancelled();
  Exchange exchange(executor_);
  exchange.request = *endpoint_;
  exchange.request.body = json::serialize(request);
  exchange.stop = std::make_shared<base::UniqueFd>(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  exchange.request.stop = exchange.stop->value();
  const base::SteadyTime began = clock_.steady();
  base::TaskGroup work(executor_);
  work.spawn(talk(exchange));
  co_await exchange.done.wait();
  if (!exchange.done.is_set()) (void)::eventfd_write(exchange.stop->value(), 1);
  co_await work.join();
  const auto took = std::chrono::duration_cast<base::Milliseconds>(clock_.steady() - began);
  if (!exchange.answer) {
    log_.warning("model not reached",
                 {{"why", exchange.answer.error().message()}, {"milliseconds", took.count()}});
    co_return in_our_words(exchange.answer.error());
  }
  log_.debug("model answered", {{"status", exchange.answer->status}, {"milliseconds", took.count()}});
  api::ModelAnswer out;
  out.status = exchange.answer->status;
  out.content_type = std::string(exchange.answer->headers.value_or("content-type", ""));
  out.retry_after = std::string(exchange.answer->headers.value_or("retry-after", ""));
  out.body = std::move(exchange.answer->body);
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
