// Between a session's view and its row. Pure.
#pragma once

#include "session/view.hpp"
#include "store/session_store.hpp"

namespace greenroom::session {

store::SessionRecord to_record(const SessionView& view);

/// Tolerant: words of a later version become the nearest that this one knows.
SessionView to_view(const store::SessionRecord& record);

}  // namespace greenroom::session
