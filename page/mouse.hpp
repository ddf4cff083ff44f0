// Pointer input at places of the page's viewport.
#pragma once

#include "page/element.hpp"
#include "page/values.hpp"

namespace greenroom::page {

/// `count` 2 is a double click. Errors: those of Visit.
Task<Result<void>> click_at(Visit& visit, Point point, MouseButton button, int count);
Task<Result<void>> tap_at(Visit& visit, Point point);
Task<Result<void>> hover_at(Visit& visit, Point point);
Task<Result<void>> wheel_at(Visit& visit, Point point, double dx, double dy);
Task<Result<void>> drag(Visit& visit, Point from, Point to);

}  // namespace greenroom::page
