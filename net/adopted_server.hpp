// A server on a socket that somebody else has made.
#pragma once

#include <memory>

#include "base/fd.hpp"
#include "net/http_server.hpp"

namespace greenroom::net {

/// On a TCP/IPv4 socket that listens already, perhaps in another network namespace. Errors: io.
base::Result<std::unique_ptr<HttpServer>> adopt_server(base::UniqueFd listening,
                                                       const base::Executor& executor, ServerOptions options,
                                                       HttpHandler& handler, base::Logger log);

}  // namespace greenroom::net
