#include "daemon/serve.hpp"

#include <cstdio>

namespace greenroom::daemon {

int serve(const CommandLine&) {
  std::fputs("greenroom: serve is not built yet\n", stderr);
  return exit_failure;
}

}  // namespace greenroom::daemon
