// Where an element is on the screen, and whether a click there would reach it.
#pragma once

#include "page/find.hpp"

namespace greenroom::page {

/// CSS pixels in the page's viewport.
struct Point {
  double x = 0;
  double y = 0;
  bool operator==(const Point&) const = default;
};

/// Scrolls the element into view and answers where a click reaches it. What may change by itself, being
/// covered or disabled, is waited for a moment.
/// Errors: conflict (not visible, covered, disabled: with what is in the way), those of Visit.
Task<Result<Point>> point_of(Visit& visit, const Element& element, base::Milliseconds patience);

/// Scrolls it, and the frames it is in, into view. Errors: conflict (it has no box), those of Visit.
Task<Result<void>> scroll_into_view(Visit& visit, const Element& element);

/// Brings the page's tab to the front if another hides it, and waits for its first painting: what is hidden,
/// or was not painted yet, gets no input. Errors: those of Visit.
Task<Result<void>> show_page(Visit& visit);

}  // namespace greenroom::page
