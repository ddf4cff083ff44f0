// From what hands do in a picture to CDP's input commands. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/object.hpp>

#include "session/live_messages.hpp"

namespace greenroom::session {

/// What a page calls its window's inner size, scroll bars included, in CSS pixels: what a picture of it
/// shows.
struct PageSize {
  double width = 0;
  double height = 0;
  bool operator==(const PageSize&) const = default;
};

struct InputCommand {
  std::string_view method;
  boost::json::object params;
};

/// A place in the page, for CDP: the right and lower edge of a picture are still inside.
struct PagePoint {
  double x = 0;
  double y = 0;
  bool operator==(const PagePoint&) const = default;
};
PagePoint to_page(PicturePoint point, PageSize page);

InputCommand command_of(const LiveMouse& mouse, PageSize page);
InputCommand command_of(const LiveWheel& wheel, PageSize page);
InputCommand command_of(const LiveTouch& touch, PageSize page);
InputCommand command_of(const LiveKey& key);
InputCommand command_of(const LiveText& text);

/// What is held down in a page, so that hands that go let go of it.
class HeldInput {
 public:
  void note(const LiveMouse& mouse, PageSize page);
  void note(const LiveKey& key);
  void note(const LiveTouch& touch) { touches_ = !touch.fingers.empty(); }
  void note(const LiveText& text) { composes_ = text.is_composing && !text.text.empty(); }
  /// Commands that let go of everything; afterwards nothing is held.
  std::vector<InputCommand> release();

 private:
  struct Button {
    std::string name;
    PagePoint at;
  };
  std::vector<Button> buttons_;
  std::map<std::string, LiveKey> keys_;  // by code, or by key where there is none
  bool touches_ = false;
  bool composes_ = false;
};

}  // namespace greenroom::session
