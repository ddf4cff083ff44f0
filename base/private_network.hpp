// A network namespace of a child's own, for programs that can only listen on ports: nobody else reaches them
// there.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/bytes.hpp"
#include "base/fd.hpp"
#include "base/process.hpp"

namespace greenroom::base {

/// A network with a loopback device and nothing else, made for a child before its program starts, with
/// sockets in it that are handed to us: a socket stays in the namespace in which it was made, whoever uses
/// it.
struct PrivateNetwork {
  int handover = -1;         ///< the child's end of a socket pair: take_private_sockets() reads the other
  std::uint16_t port = 0;    ///< of a listening socket on its 127.0.0.1
  unsigned unconnected = 0;  ///< sockets that we want to connect from, at most 64
  std::string user_map;      ///< uid_map and gid_map of a user namespace that owns it, where one is needed
  std::string group_map;
};

/// What a child is given or denied beside what its ProcessOptions say.
struct Confinement {
  std::optional<PrivateNetwork> network;  ///< none: ours
  Bytes memory_limit = {};                ///< of what it allocates; 0: none
  Bytes file_limit = {};                  ///< of each file that it writes; 0: none
  bool ends_with_us = false;              ///< it is killed when we end, however we do
};

/// As ChildProcess::start(). Errors: the same.
Result<std::unique_ptr<ChildProcess>> start_confined(const Executor& executor, const ProcessOptions& options,
                                                     const Confinement& confinement);

struct PrivateSockets {
  UniqueFd listening;
  std::vector<UniqueFd> unconnected;
};

/// With the maps for that user, who is the child's.
PrivateNetwork private_network(int handover, std::uint16_t port, unsigned unconnected, uid_t user,
                               gid_t group);

enum class NamespaceOwner {
  us,         ///< takes privileges
  the_child,  ///< by a user namespace of its own; to be asked for once it is who it will be
};

/// In the child, between fork and exec; only async-signal-safe calls. Answers 0 or errno.
int enter_private_network(const PrivateNetwork& network, NamespaceOwner owner) noexcept;

/// What the child has sent; asked for when the start has returned, whether or not it succeeded. Does not
/// wait. Errors: unsupported (no such namespace may be made here; says why), io.
Result<PrivateSockets> take_private_sockets(int handover);

}  // namespace greenroom::base
