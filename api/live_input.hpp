// Looking at a session's pages and acting in them by hand: a capability of the core, present or absent.
#pragma once

#include <memory>
#include <string>

#include "base/task.hpp"
#include "net/message_stream.hpp"
#include "session/live_messages.hpp"
#include "session/live_viewer.hpp"

namespace greenroom::api {

class LiveInput {
 public:
  virtual ~LiveInput() = default;
  /// Runs one viewer's websocket to its end (session/live_messages.hpp). Pictures, hands and control are the
  /// session's business; who the viewer is, its link has said. An unknown session closes it.
  virtual base::Task<void> serve(std::string session_id, std::unique_ptr<net::MessageStream> stream,
                                 session::LiveViewer viewer) = 0;
};

}  // namespace greenroom::api
