// What a live page says to the daemon and hears from it, as values. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.hpp"

namespace greenroom::session {

/// A place in a picture, as shares of its width and height from 0 to 1: whatever its size on whose screen.
struct PicturePoint {
  double x = 0;
  double y = 0;
  bool operator==(const PicturePoint&) const = default;
};

/// Modifiers everywhere: Alt 1, Control 2, Meta 4, Shift 8 (Input.dispatchKeyEvent).
struct LiveMouse {
  enum class Kind { move, press, release };
  Kind kind = Kind::move;
  PicturePoint at;
  std::string button;  ///< none, left, middle, right, back, forward
  int buttons = 0;     ///< MouseEvent.buttons
  int count = 0;       ///< of clicks
  int modifiers = 0;
};

struct LiveWheel {
  PicturePoint at;
  double dx = 0;  ///< CSS pixels
  double dy = 0;
  int modifiers = 0;
};

struct LiveTouch {
  enum class Kind { start, move, end, cancel };
  struct Finger {
    PicturePoint at;
    int id = 0;
  };
  Kind kind = Kind::start;
  std::vector<Finger> fingers;  ///< those that still touch
  int modifiers = 0;
};

struct LiveKey {
  bool is_down = false;
  bool repeats = false;
  std::string key;   ///< KeyboardEvent.key
  std::string code;  ///< KeyboardEvent.code
  std::string text;  ///< what it writes, in the viewer's own layout
  int number = 0;    ///< KeyboardEvent.keyCode
  int location = 0;  ///< KeyboardEvent.location
  int modifiers = 0;
};

/// Text that no single key writes: an input method's, or what is pasted.
struct LiveText {
  bool is_composing = false;  ///< not decided yet: what comes next takes its place
  std::string text;
};

/// The selected text is wanted.
struct LiveCopy {
  bool cuts = false;
};

/// Control is wanted, from whoever has it, or is given back.
struct LiveControlWish {
  bool takes = false;
};

struct LiveTabWish {
  enum class Kind { open, show, close, watch };
  Kind kind = Kind::open;
  std::string tab;  ///< of watch, empty: whichever is shown
};

struct LiveNavigation {
  enum class Kind { go, back, forward, reload };
  Kind kind = Kind::reload;
  std::string url;
};

/// That picture has been shown: the next one may come.
struct LiveSeen {
  std::uint64_t picture = 0;
};

using LiveWord = std::variant<LiveSeen, LiveMouse, LiveWheel, LiveTouch, LiveKey, LiveText, LiveCopy,
                              LiveControlWish, LiveTabWish, LiveNavigation>;

struct LiveMessage {
  std::string tab;  ///< the CDP target that the viewer saw when it said this
  LiveWord word;
};

/// Largest message that a viewer may send: a long text that is pasted.
inline constexpr std::size_t live_message_limit = 1024 * 1024;

/// Errors: invalid_argument.
base::Result<LiveMessage> parse_live(std::string_view text);

/// What the viewer's address field holds, as an address: "example.org" gets its scheme.
/// Errors: forbidden (nothing that a client may open), invalid_argument.
base::Result<std::string> live_address(std::string_view typed);

/// A tab as viewers see it.
struct LiveTab {
  std::string id;  ///< CDP target
  std::string title;
  std::string url;
};

struct LiveState {
  std::uint64_t viewer = 0;  ///< who is told
  bool may_control = false;
  std::uint64_t holder = 0;  ///< who has control; 0: nobody
  std::size_t viewers = 0;
  std::string shown;       ///< the tab in front
  std::string watched;     ///< the tab whose pictures this viewer gets
  bool is_pinned = false;  ///< it does not follow the tab in front
  bool is_only = false;    ///< its link is for that tab alone
  std::vector<LiveTab> tabs;
};

// Messages to a viewer are binary: 'S' and JSON, or 'P', the picture's number (8 bytes, the highest first)
// and a JPEG.
std::string render_state(const LiveState& state);
std::string render_picture(std::uint64_t number, std::string_view jpeg);
std::string render_copied(std::string_view text, bool cuts);
/// A list that a page has dropped down and that takes no mouse: what it offers, from what the page's world
/// says of it. Empty: it says nothing of that form.
std::string render_list(std::string_view said);
/// Why something was not done, for a person.
std::string render_notice(std::string_view text);
/// The last message: "ended" with the session's reason, "closed" (the tab), "expired" (the link).
std::string render_over(std::string_view what, std::string_view reason);

}  // namespace greenroom::session
