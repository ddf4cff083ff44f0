// api::Model on an endpoint that speaks OpenAI's Responses, and on the store.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "api/model.hpp"
#include "base/clock.hpp"
#include "base/log.hpp"
#include "net/web_client.hpp"
#include "store/model_cache_store.hpp"

namespace greenroom::daemon {

struct ModelOptions {
  std::string base_url;  ///< "https://api.example/v1"; empty: there is none
  std::string key_file;  ///< empty: the endpoint wants no key
  std::string name;      ///< empty: the one that a request names
  base::Milliseconds deadline{120'000};
  bool caches = true;
  std::size_t at_a_time = 64;  ///< further requests are refused
  net::Connect connect;
};

/// Lifetime everything given to it outlives it.
class ModelEndpoint final : public api::Model {
 public:
  ModelEndpoint(store::ModelCacheStore& cache, const base::Clock& clock, base::Logger log,
                ModelOptions options);

  /// Errors: invalid_argument (the address is none).
  base::Result<void> start();

  base::Task<base::Result<api::ModelAnswer>> respond(boost::json::object request) override;
  bool caches() const override { return options_.caches; }
  base::Task<base::Result<std::optional<api::CachedAnswer>>> find_cached(std::string project_id,
                                                                         std::string key) override;
  base::Task<base::Result<void>> put_cached(std::string project_id, std::string key,
                                            api::CachedAnswer answer) override;

 private:
  base::Task<base::Result<net::Response>> ask(std::string body);

  store::ModelCacheStore& cache_;
  const base::Clock& clock_;
  base::Logger log_;
  ModelOptions options_;
  std::optional<net::WebAddress> endpoint_;
  std::size_t under_way_ = 0;
};

/// Puts the model into a request: the configured name, if there is one, else the one that it names, without
/// "openai/" before it, which the endpoint stands for. True when another one than the named is asked.
/// Errors: invalid_argument (none is named, or the request wants what this does not do). Pure.
base::Result<bool> choose_model(boost::json::object& request, const std::string& configured);

}  // namespace greenroom::daemon
