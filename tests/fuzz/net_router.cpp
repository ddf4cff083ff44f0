// Any path against a fixed set of routes: what matches has decoded parameters that are safe to use.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "net/router.hpp"

namespace {

const greenroom::net::Router& routes() {
  static const greenroom::net::Router router = [] {
    greenroom::net::Router made;
    made.add("GET", "/", 0);
    made.add("GET", "/v1/sessions/{id}", 1);
    made.add("POST", "/v1/sessions/{id}", 2);
    made.add("POST", "/v1/sessions/start", 3);
    made.add("GET", "/{a}/{b}/{c}/{d}", 4);
    return made;
  }();
  return router;
}

void require(bool holds) {
  if (!holds) std::abort();
}

}  // namespace

// The first byte chooses the verb.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  constexpr std::string_view verbs[] = {"GET", "POST", "HEAD", "DELETE"};
  const std::string_view path(reinterpret_cast<const char*>(data) + 1, size - 1);
  const auto outcome = routes().find(verbs[data[0] % 4], path);
  if (!outcome.match) return 0;
  require(outcome.allowed.empty());
  require(outcome.match->route <= 4);
  for (const char* name : {"id", "a", "b", "c", "d"}) {
    const std::string_view value = outcome.match->parameters[name];
    require(value.find('/') == value.npos && value.find('\0') == value.npos);
  }
  if (outcome.match->route == 4) require(!outcome.match->parameters["d"].empty());
  return 0;
}
