// The words for work in a session's pages, for those who may not see page/ itself.
#pragma once

#include "page/values.hpp"

namespace greenroom::session {

using page::ActRequest;
using page::Deed;
using page::DocumentResponse;
using page::Done;
using page::MouseButton;
using page::NavigateRequest;
using page::Navigation;
using page::no_such_page;
using page::Outline;
using page::OutlineRequest;
using page::WaitUntil;

}  // namespace greenroom::session
