// Requests about what a model said before: under which key it is kept. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/error.hpp"

namespace greenroom::api::stagehand {

namespace json = boost::json;

/// POST …/cache/get, and …/cache/set with a value.
struct CacheRequest {
  std::string key;             ///< of everything that decides what a model would say
  std::int64_t threshold = 1;  ///< how often it must have been asked for before it is told
  std::string skipped;         ///< why it is never kept; empty: it may be
  std::string value;           ///< JSON text; of cache/set
  std::int64_t input_tokens = 0;
  std::int64_t output_tokens = 0;
};

/// The key has the method, the address, the instruction with its schema and the names of its variables, and
/// the page's outline without the numbers that a browser gives anew each time. Neither the model nor the
/// values of variables are in it, and a value that holds one of those is not kept. Errors: invalid_argument.
base::Result<CacheRequest> parse_cache_request(std::string_view body, bool has_value);

/// "http://h/p?b=2&a=1#f" to "http://h/p?a=1&b=2#f".
std::string with_sorted_query(std::string_view url);

}  // namespace greenroom::api::stagehand
