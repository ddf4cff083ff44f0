#include "session/live_commands.hpp"

#include <algorithm>

#include <boost/json.hpp>

namespace greenroom::session {

namespace json = boost::json;

namespace {
constexpr std::string_view mouse_method = "Input.dispatchMouseEvent";
constexpr std::string_view key_method = "Input.dispatchKeyEvent";
constexpr std::string_view touch_method = "Input.dispatchTouchEvent";
constexpr int alt = 1;
constexpr int control = 2;
constexpr int meta = 4;
constexpr int on_keypad = 3;  // KeyboardEvent.location
constexpr std::size_t most_held = 32;

double inside(double share, double length) {
  const double last = std::max(0.0, length - 1);
  return std::min(std::clamp(share, 0.0, 1.0) * length, last);
}

json::object at(PagePoint point) {
  json::object out;
  out["x"] = point.x;
  out["y"] = point.y;
  return out;
}

InputCommand key_up(const LiveKey& key) {
  LiveKey up = key;
  up.is_down = false;
  up.modifiers = 0;
  return command_of(up);
}
}  // namespace

PagePoint to_page(PicturePoint point, PageSize page) {
  return {inside(point.x, page.width), inside(point.y, page.height)};
}

InputCommand command_of(const LiveMouse& mouse, PageSize page) {
  json::object params = at(to_page(mouse.at, page));
  const bool moves = mouse.kind == LiveMouse::Kind::move;
  params["type"] = moves                                  ? "mouseMoved"
                   : mouse.kind == LiveMouse::Kind::press ? "mousePressed"
                                                          : "mouseReleased";
  params["button"] = mouse.button;
  params["buttons"] = mouse.buttons;
  params["modifiers"] = mouse.modifiers;
  if (!moves) params["clickCount"] = std::max(1, mouse.count);
  return {mouse_method, std::move(params)};
}

InputCommand command_of(const LiveWheel& wheel, PageSize page) {
  json::object params = at(to_page(wheel.at, page));
  params["type"] = "mouseWheel";
  params["deltaX"] = wheel.dx;
  params["deltaY"] = wheel.dy;
  // With Control the browser would change the page's zoom for everybody who looks or records.
  params["modifiers"] = wheel.modifiers & ~control;
  return {mouse_method, std::move(params)};
}

InputCommand command_of(const LiveTouch& touch, PageSize page) {
  using Kind = LiveTouch::Kind;
  json::object params;
  // The last finger's end names no point; when one of several goes, that is a move of those that stay.
  const bool ends = touch.fingers.empty() || touch.kind == Kind::cancel;
  params["type"] = touch.kind == Kind::cancel  ? "touchCancel"
                   : ends                      ? "touchEnd"
                   : touch.kind == Kind::start ? "touchStart"
                                               : "touchMove";
  json::array points;
  for (const LiveTouch::Finger& finger : touch.fingers) {
    if (ends) break;
    json::object point = at(to_page(finger.at, page));
    point["id"] = finger.id;
    points.push_back(std::move(point));
  }
  params["touchPoints"] = std::move(points);
  params["modifiers"] = touch.modifiers;
  return {touch_method, std::move(params)};
}

InputCommand command_of(const LiveKey& key) {
  // With Control, Alt or Meta a key commands and does not write.
  const bool writes = key.is_down && !key.text.empty() && (key.modifiers & (alt | control | meta)) == 0;
  json::object params;
  params["type"] = !key.is_down ? "keyUp" : writes ? "keyDown" : "rawKeyDown";
  params["key"] = key.key;
  if (!key.code.empty()) params["code"] = key.code;
  params["windowsVirtualKeyCode"] = key.number;
  params["modifiers"] = key.modifiers;
  if (key.location == on_keypad)
    params["isKeypad"] = true;
  else if (key.location > 0)
    params["location"] = key.location;
  if (key.is_down && key.repeats) params["autoRepeat"] = true;
  if (writes) {
    params["text"] = key.text;
    params["unmodifiedText"] = key.text;
  }
  return {key_method, std::move(params)};
}

InputCommand command_of(const LiveText& text) {
  json::object params;
  params["text"] = text.text;
  if (!text.is_composing) return {"Input.insertText", std::move(params)};
  // UTF-16, as DOM counts.
  std::int64_t units = 0;
  for (const char c : text.text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0u) != 0x80u) units += byte >= 0xF0u ? 2 : 1;
  }
  params["selectionStart"] = units;
  params["selectionEnd"] = units;
  return {"Input.imeSetComposition", std::move(params)};
}

void HeldInput::note(const LiveMouse& mouse, PageSize page) {
  const auto held = std::find_if(buttons_.begin(), buttons_.end(),
                                 [&](const Button& button) { return button.name == mouse.button; });
  if (mouse.kind == LiveMouse::Kind::press && held == buttons_.end() && buttons_.size() < most_held)
    buttons_.push_back({mouse.button, to_page(mouse.at, page)});
  if (mouse.kind == LiveMouse::Kind::release && held != buttons_.end()) buttons_.erase(held);
}

void HeldInput::note(const LiveKey& key) {
  const std::string& name = key.code.empty() ? key.key : key.code;
  if (key.is_down && keys_.size() < most_held)
    keys_.insert_or_assign(name, key);
  else
    keys_.erase(name);
}

std::vector<InputCommand> HeldInput::release() {
  std::vector<InputCommand> out;
  for (const Button& button : buttons_) {
    json::object params = at(button.at);
    params["type"] = "mouseReleased";
    params["button"] = button.name;
    params["buttons"] = 0;
    params["clickCount"] = 1;
    out.push_back({mouse_method, std::move(params)});
  }
  for (const auto& [name, key] : keys_) out.push_back(key_up(key));
  if (touches_) out.push_back(command_of(LiveTouch{LiveTouch::Kind::cancel, {}, 0}, PageSize()));
  if (composes_) out.push_back(command_of(LiveText{true, std::string()}));
  buttons_.clear();
  keys_.clear();
  touches_ = false;
  composes_ = false;
  return out;
}

}  // namespace greenroom::session
