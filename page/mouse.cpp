#include "page/mouse.hpp"

#include <boost/json.hpp>

#include "base/deadline.hpp"

namespace greenroom::page {

namespace {
constexpr int drag_steps = 10;
constexpr base::Milliseconds drag_interval{5};

std::string_view word(MouseButton button) {
  switch (button) {
    case MouseButton::left:
      return "left";
    case MouseButton::middle:
      return "middle";
    case MouseButton::right:
      return "right";
  }
  return "left";
}

/// MouseEvent.buttons.
int bit(MouseButton button) {
  switch (button) {
    case MouseButton::left:
      return 1;
    case MouseButton::right:
      return 2;
    case MouseButton::middle:
      return 4;
  }
  return 1;
}

json::object mouse_event(std::string_view type, Point point) {
  json::object out;
  out["type"] = type;
  out["x"] = point.x;
  out["y"] = point.y;
  return out;
}

json::object press(std::string_view type, Point point, MouseButton button, int count) {
  json::object out = mouse_event(type, point);
  out["button"] = word(button);
  out["buttons"] = type == "mouseReleased" ? 0 : bit(button);
  out["clickCount"] = count;
  return out;
}

/// Input is handled in its order, so only the last answer is waited for.
Task<Result<void>> finish(Visit& visit, json::object last, std::string_view method) {
  auto answer = co_await visit.call(method, std::move(last));
  if (!answer) co_return answer.error();
  co_return Result<void>();
}

constexpr std::string_view mouse = "Input.dispatchMouseEvent";
}  // namespace

Task<Result<void>> click_at(Visit& visit, Point point, MouseButton button, int count) {
  visit.post(mouse, mouse_event("mouseMoved", point));
  for (int i = 1; i < count; ++i) {
    visit.post(mouse, press("mousePressed", point, button, i));
    visit.post(mouse, press("mouseReleased", point, button, i));
  }
  visit.post(mouse, press("mousePressed", point, button, count));
  co_return co_await finish(visit, press("mouseReleased", point, button, count), mouse);
}

Task<Result<void>> tap_at(Visit& visit, Point point) {
  json::object where;
  where["x"] = point.x;
  where["y"] = point.y;
  json::object start;
  start["type"] = "touchStart";
  start["touchPoints"] = json::array{std::move(where)};
  visit.post("Input.dispatchTouchEvent", std::move(start));
  json::object end;
  end["type"] = "touchEnd";
  end["touchPoints"] = json::array();
  co_return co_await finish(visit, std::move(end), "Input.dispatchTouchEvent");
}

Task<Result<void>> hover_at(Visit& visit, Point point) {
  return finish(visit, mouse_event("mouseMoved", point), mouse);
}

Task<Result<void>> wheel_at(Visit& visit, Point point, double dx, double dy) {
  json::object wheel = mouse_event("mouseWheel", point);
  wheel["deltaX"] = dx;
  wheel["deltaY"] = dy;
  co_return co_await finish(visit, std::move(wheel), mouse);
}

Task<Result<void>> drag(Visit& visit, Point from, Point to) {
  visit.post(mouse, mouse_event("mouseMoved", from));
  visit.post(mouse, press("mousePressed", from, MouseButton::left, 1));
  for (int i = 1; i <= drag_steps; ++i) {
    const double share = static_cast<double>(i) / drag_steps;
    const Point point{from.x + (to.x - from.x) * share, from.y + (to.y - from.y) * share};
    json::object move = mouse_event("mouseMoved", point);
    move["button"] = "left";
    move["buttons"] = 1;
    visit.post(mouse, std::move(move));
    co_await base::sleep_for(drag_interval);
  }
  co_return co_await finish(visit, press("mouseReleased", to, MouseButton::left, 1), mouse);
}

}  // namespace greenroom::page
