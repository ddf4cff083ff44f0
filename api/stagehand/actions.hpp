// The calls that work in a page: navigate, act, extract, observe, agentExecute.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::stagehand {

Task<Result<net::Response>> navigate(const Call& call, Core& core);
Task<Result<net::Response>> act(const Call& call, Core& core);
Task<Result<net::Response>> extract(const Call& call, Core& core);
Task<Result<net::Response>> observe(const Call& call, Core& core);
Task<Result<net::Response>> agent_execute(const Call& call, Core& core);

}  // namespace greenroom::api::stagehand
