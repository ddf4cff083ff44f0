#include "page/act.hpp"

#include <boost/json.hpp>

#include "page/element.hpp"
#include "page/keyboard.hpp"
#include "page/mouse.hpp"
#include "page/scripts.hpp"

namespace greenroom::page {

using base::errc;
using base::Error;

namespace {
/// How long a covered or disabled element may take to become free.
constexpr base::Milliseconds patience{1'000};

bool flag(const json::value& answer, std::string_view name) {
  const json::object* object = answer.if_object();
  const json::value* value = object != nullptr ? object->if_contains(name) : nullptr;
  return value != nullptr && value->is_bool() && value->get_bool();
}

Task<Result<void>> point_and(Visit& visit, const ActRequest& request, const Element& element) {
  auto point = co_await point_of(visit, element, patience);
  if (!point) co_return point.error();
  switch (request.deed) {
    case Deed::double_click:
      co_return co_await click_at(visit, *point, request.button, 2);
    case Deed::tap:
      co_return co_await tap_at(visit, *point);
    case Deed::hover:
      co_return co_await hover_at(visit, *point);
    case Deed::scroll_by:
      co_return co_await wheel_at(visit, *point, request.dx, request.dy);
    default:
      co_return co_await click_at(visit, *point, request.button, 1);
  }
}

Task<Result<void>> fill(Visit& visit, const ActRequest& request, const Element& element, bool& is_secret) {
  json::array arguments;
  arguments.emplace_back(request.text);
  auto prepared = co_await visit.run(element.handle, scripts::prepare_fill, std::move(arguments));
  if (!prepared) co_return prepared.error();
  is_secret = flag(*prepared, "secret");
  if (!flag(*prepared, "insert")) co_return Result<void>();
  if (request.text.empty()) co_return co_await press_keys(visit, "Backspace");
  co_return co_await insert_text(visit, request.text);
}

Task<Result<void>> type(Visit& visit, const ActRequest& request, const Element& element, bool& is_secret) {
  json::array none;
  auto focused = co_await visit.run(element.handle, scripts::focus, std::move(none));
  if (!focused) co_return focused.error();
  is_secret = flag(*focused, "secret");
  co_return co_await insert_text(visit, request.text);
}

Task<Result<void>> select_option(Visit& visit, const ActRequest& request, const Element& element) {
  json::array arguments;
  arguments.emplace_back(request.text);
  auto chosen = co_await visit.run(element.handle, scripts::select_option, std::move(arguments));
  if (!chosen) co_return chosen.error();
  co_return Result<void>();
}

Task<Result<void>> scroll(Visit& visit, const ActRequest& request, const Element& element) {
  json::array arguments;
  arguments.emplace_back(request.deed == Deed::scroll_to ? "to" : "by");
  double number = request.share;
  if (request.deed == Deed::next_chunk) number = 1;
  if (request.deed == Deed::previous_chunk) number = -1;
  arguments.emplace_back(number);
  auto scrolled = co_await visit.run(element.handle, scripts::scroll, std::move(arguments));
  if (!scrolled) co_return scrolled.error();
  co_return Result<void>();
}

Task<Result<void>> drag_to(Visit& visit, const ActRequest& request, const Element& element) {
  auto goal = co_await find_element(visit, request.text);
  if (!goal) co_return goal.error();
  auto to = co_await point_of(visit, *goal, patience);
  if (!to) co_return to.error();
  auto from = co_await point_of(visit, element, patience);
  if (!from) co_return from.error();
  // Bringing the one into view may have moved the other.
  json::array none;
  auto again = co_await visit.run(goal->handle, scripts::point, std::move(none));
  if (!again) co_return again.error();
  if (goal->hosts.empty() && again->is_object() && again->get_object().contains("x")) {
    const json::object& place = again->get_object();
    *to = {place.at("x").to_number<double>(), place.at("y").to_number<double>()};
  }
  co_return co_await drag(visit, *from, *to);
}

Task<Result<void>> perform(Visit& visit, const ActRequest& request, const Element& element, bool& is_secret) {
  switch (request.deed) {
    case Deed::click:
    case Deed::double_click:
    case Deed::tap:
    case Deed::hover:
    case Deed::scroll_by:
      co_return co_await point_and(visit, request, element);
    case Deed::fill:
      co_return co_await fill(visit, request, element, is_secret);
    case Deed::type:
      co_return co_await type(visit, request, element, is_secret);
    case Deed::press:
      co_return co_await press_keys(visit, request.text);
    case Deed::select_option:
      co_return co_await select_option(visit, request, element);
    case Deed::scroll_to:
    case Deed::next_chunk:
    case Deed::previous_chunk:
      co_return co_await scroll(visit, request, element);
    case Deed::scroll_into_view:
      co_return co_await scroll_into_view(visit, element);
    case Deed::wheel:
      co_return co_await wheel_at(visit, Point(), request.dx, request.dy);
    case Deed::drag:
      co_return co_await drag_to(visit, request, element);
  }
  co_return Error{errc::unsupported, "an unknown deed"};
}
}  // namespace

Task<Result<Done>> act(Visit& visit, const ActRequest& request) {
  auto shown = co_await show_page(visit);
  if (!shown) co_return shown.error();
  auto element = co_await find_element(visit, request.selector);
  if (!element) co_return element.error();
  Done done;
  done.page = visit.target();
  auto performed = co_await perform(visit, request, *element, done.is_secret);
  if (!performed) co_return performed.error();
  co_return done;
}

}  // namespace greenroom::page
