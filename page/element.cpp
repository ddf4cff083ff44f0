#include "page/element.hpp"

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "page/scripts.hpp"

namespace greenroom::page {

using base::errc;
using base::Error;

namespace {
constexpr base::Milliseconds retry_interval{100};

/// What a point script answered.
struct Found {
  Point point;
  std::string problem;  ///< empty: the point is good
  bool waits = false;   ///< the problem may pass
};

double number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_number() ? value->to_number<double>() : 0;
}

Found read(const json::value& answer) {
  Found out;
  const json::object* object = answer.if_object();
  if (object == nullptr) {
    out.problem = "has no place";
    return out;
  }
  if (const json::value* problem = object->if_contains("problem"); problem != nullptr && problem->is_string())
    out.problem = problem->get_string();
  out.waits = object->contains("waits");
  out.point = {number_of(*object, "x"), number_of(*object, "y")};
  return out;
}

/// One look: the point in its own document, then outward frame by frame.
Task<Result<Found>> look(Visit& visit, const Element& element) {
  json::array none;
  auto answer = co_await visit.run(element.handle, scripts::point, std::move(none));
  if (!answer) co_return answer.error();
  Found found = read(*answer);
  for (auto host = element.hosts.rbegin(); host != element.hosts.rend() && found.problem.empty(); ++host) {
    json::array arguments;
    arguments.emplace_back(found.point.x);
    arguments.emplace_back(found.point.y);
    auto outside = co_await visit.run(*host, scripts::point_outside, std::move(arguments));
    if (!outside) co_return outside.error();
    found = read(*outside);
  }
  co_return found;
}

Task<Result<void>> scroll_to_handle(Visit& visit, const Handle& handle) {
  json::object params;
  params["objectId"] = handle.object;
  auto scrolled = co_await visit.call("DOM.scrollIntoViewIfNeeded", std::move(params), handle.session);
  if (scrolled) co_return Result<void>();
  if (scrolled.error().code == errc::protocol) co_return Error{errc::conflict, "the element is not visible"};
  co_return scrolled.error();
}
}  // namespace

Task<Result<void>> scroll_into_view(Visit& visit, const Element& element) {
  for (const Handle& host : element.hosts) {
    auto scrolled = co_await scroll_to_handle(visit, host);
    if (!scrolled) co_return scrolled.error();
  }
  co_return co_await scroll_to_handle(visit, element.handle);
}

namespace {
/// Where a frame of another process lies is known to the browser once it and the frames around it were
/// painted there: until then it sends a click to where the frame was.
Task<Result<void>> wait_until_painted(Visit& visit, const Element& element) {
  for (const Handle& host : element.hosts) {
    json::array none;
    auto painted = co_await visit.run(host, scripts::painted, std::move(none));
    if (!painted) co_return painted.error();
  }
  json::array none;
  auto painted = co_await visit.run(element.handle, scripts::painted, std::move(none));
  if (!painted) co_return painted.error();
  co_return Result<void>();
}

/// Looks until two looks in a row, with everything painted between them, see the same.
Task<Result<Found>> look_at_rest(Visit& visit, const Element& element) {
  auto found = co_await look(visit, element);
  constexpr int most_looks = 10;
  for (int looks = 1; looks < most_looks && found && found->problem.empty() && !element.hosts.empty();
       ++looks) {
    auto painted = co_await wait_until_painted(visit, element);
    if (!painted) co_return painted.error();
    const Point before = found->point;
    found = co_await look(visit, element);
    if (found && found->point == before) break;
  }
  co_return found;
}
}  // namespace

Task<Result<Point>> point_of(Visit& visit, const Element& element, base::Milliseconds patience) {
  const auto until = std::chrono::steady_clock::now() + patience;
  for (;;) {
    auto scrolled = co_await scroll_into_view(visit, element);
    if (!scrolled) co_return scrolled.error();
    auto found = co_await look_at_rest(visit, element);
    if (!found) co_return found.error();
    if (found->problem.empty()) co_return found->point;
    if (!found->waits || std::chrono::steady_clock::now() >= until)
      co_return Error{errc::conflict, "the element " + found->problem};
    co_await base::sleep_for(retry_interval);
  }
}

Task<Result<void>> show_page(Visit& visit) {
  for (bool was_brought = false;; was_brought = true) {
    auto frame = co_await visit.main_frame();
    if (!frame) co_return frame.error();
    json::array none;
    auto answer = co_await visit.run(*frame, scripts::takes_input, std::move(none));
    if (!answer) co_return answer.error();
    const bool takes_input = answer->is_bool() && answer->get_bool();
    if (takes_input || was_brought) co_return Result<void>();
    auto shown = co_await visit.call("Page.bringToFront", {});
    if (!shown) co_return shown.error();
  }
}

}  // namespace greenroom::page
