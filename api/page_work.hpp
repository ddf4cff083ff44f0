// What dialects may ask of a session's pages: a capability of the core, present or absent.
#pragma once

#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "base/task.hpp"
#include "session/page_work.hpp"

namespace greenroom::api {

/// One piece of work at a time in each session; what comes meanwhile waits for its turn.
/// Errors   gone (no such page), closed (the session or its browser has ended), limit_reached (too many
///          wait), timed_out; not_found (no such element), conflict (it cannot be acted on),
///          invalid_argument, protocol, forbidden (an address that is not open to clients).
/// Cancel   safe: what was begun in the page is left as it is.
class PageWork {
 public:
  virtual ~PageWork() = default;
  virtual base::Task<base::Result<session::Navigation>> navigate(std::string id,
                                                                 session::NavigateRequest request) = 0;
  virtual base::Task<base::Result<session::Done>> act(std::string id, session::ActRequest request) = 0;
  virtual base::Task<base::Result<session::Outline>> outline(std::string id,
                                                             session::OutlineRequest request) = 0;
  /// The address that a page shows; an empty `page` is the one that is shown.
  virtual base::Task<base::Result<std::string>> address(std::string id, std::string page) = 0;

  /// Writes one call of an API into the session's timeline, unless its log was declined. `call` has:
  /// method, parameters, result (null: it failed), url, startedAt and endedAt (milliseconds since 1970).
  virtual void note_call(std::string_view id, const boost::json::object& call) = 0;
};

/// The method of a noted call in a timeline.
inline constexpr std::string_view noted_call = "api.call";

}  // namespace greenroom::api
