// What version 4 of the client asks of a server: a model's answers, and those that it gave before.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::stagehand {

/// POST /v1/llm/responses: OpenAI's Responses, passed on to the configured endpoint.
Task<Result<net::Response>> ask_model(const Call& call, Core& core);
/// POST /v1/cache/get
Task<Result<net::Response>> get_cached(const Call& call, Core& core);
/// POST /v1/cache/set
Task<Result<net::Response>> set_cached(const Call& call, Core& core);

}  // namespace greenroom::api::stagehand
