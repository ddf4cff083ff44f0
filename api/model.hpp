// A language model that the operator has configured, and what it said before.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <boost/json/object.hpp>

#include "base/clock.hpp"
#include "base/task.hpp"

namespace greenroom::api {

/// What the model's endpoint answered, be it a refusal.
struct ModelAnswer {
  unsigned status = 0;
  std::string content_type;
  std::string retry_after;  ///< its header of that name; empty: none
  std::string body;
  bool other_model = false;  ///< the request named one, and the configured one was asked
};

/// One that was stored with put_cached().
struct CachedAnswer {
  std::string value;              ///< JSON text
  std::int64_t input_tokens = 0;  ///< what it cost to make
  std::int64_t output_tokens = 0;
  std::int64_t seen = 0;  ///< how often it was asked for, the first and this time included
  base::Milliseconds age{0};
};

class Model {
 public:
  virtual ~Model() = default;

  /// Passes a request in the form of OpenAI's Responses on, without streaming.
  /// Errors   unsupported (no model is configured), invalid_argument (it names no model and none is
  /// configured),
  ///          unavailable (too many at a time, or the endpoint cannot be reached), timed_out, protocol.
  /// Cancel   ends the exchange.
  virtual base::Task<base::Result<ModelAnswer>> respond(boost::json::object request) = 0;

  /// False: nothing is kept.
  virtual bool caches() const = 0;
  /// Errors: those of the store.
  virtual base::Task<base::Result<std::optional<CachedAnswer>>> find_cached(std::string project_id,
                                                                            std::string key) = 0;
  /// `answer.seen` and `answer.age` say nothing here. Errors: those of the store.
  virtual base::Task<base::Result<void>> put_cached(std::string project_id, std::string key,
                                                    CachedAnswer answer) = 0;
};

}  // namespace greenroom::api
