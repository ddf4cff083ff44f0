// What may be asked of a page, and what comes of it, in neutral terms.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/object.hpp>

#include "base/clock.hpp"

namespace greenroom::page {

namespace json = boost::json;

/// What a failure says (errc::gone) when the page that was named is not there.
inline constexpr std::string_view no_such_page = "there is no such page";

/// When a navigation counts as done.
enum class WaitUntil { dom_content_loaded, load, network_idle };

struct NavigateRequest {
  std::string page;  ///< its main frame's id; empty: the one that is shown
  std::string url;
  std::string referrer;
  WaitUntil wait_until = WaitUntil::dom_content_loaded;
  base::Milliseconds timeout{15'000};
};

/// The answer to the request for a document, in CDP's words.
struct DocumentResponse {
  std::string request_id;
  std::string frame_id;
  std::string loader_id;
  json::object response;  ///< Network.Response
  bool is_finished = false;
  std::optional<json::object> extra_headers;  ///< Network.responseReceivedExtraInfo
  std::string extra_headers_text;
};

struct Navigation {
  std::string page;
  std::optional<DocumentResponse> response;  ///< none: no request, or it failed
  std::string failure;                       ///< "net::ERR_CONNECTION_REFUSED": the error page is shown
};

/// The kinds of deeds. docs/providers/ tells how each is done.
enum class Deed {
  click,
  double_click,
  tap,
  hover,
  fill,
  type,
  press,
  select_option,
  scroll_to,
  scroll_by,
  scroll_into_view,
  next_chunk,
  previous_chunk,
  wheel,
  drag,
};

enum class MouseButton { left, middle, right };

struct ActRequest {
  std::string page;      ///< its main frame's id; empty: the one that is shown
  std::string selector;  ///< page/selector.hpp
  Deed deed = Deed::click;
  MouseButton button = MouseButton::left;
  std::string text;  ///< what to fill in, type or press; the option; where to drag to
  double share = 0;  ///< scroll_to: of the scrollable height, 0 to 1
  double dx = 0;     ///< scroll_by, wheel: CSS pixels
  double dy = 0;
  base::Milliseconds timeout{30'000};
};

struct Done {
  std::string page;
  bool is_secret = false;  ///< it was a password's field: what was typed is not to be written down
};

struct OutlineRequest {
  std::string page;                  ///< its main frame's id; empty: the one that is shown
  std::string selector;              ///< only this element; empty, or not found: the whole page
  std::vector<std::string> ignored;  ///< selectors of what is left out
  base::Milliseconds timeout{30'000};
};

struct Outline {
  std::string page;
  std::string text;
  bool found = true;  ///< false: the selector named nothing
};

}  // namespace greenroom::page
