#include "daemon/live_input.hpp"

namespace greenroom::daemon {

using base::Task;

Task<void> SessionViewers::serve(std::string session_id, std::unique_ptr<net::MessageStream> stream,
                                 session::LiveViewer viewer) {
  co_await base::keep_running_when_cancelled();
  // Ended between the handshake's answer and now: the viewer hears it from the websocket.
  const auto session = sessions_.use(session_id);
  if (session) co_return co_await (*session)->serve_viewer(std::move(stream), std::move(viewer));
  net::CloseReason late{1001, "the session has ended"};
  co_await session::LiveRoom::turn_away(*stream, std::move(late), "gone");
}

}  // namespace greenroom::daemon
