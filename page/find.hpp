// From a selector to an element, through frames and open shadow roots.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "page/selector.hpp"
#include "page/visit.hpp"

namespace greenroom::page {

/// An element, and the way to it: the iframes that it is in, outermost first.
struct Element {
  Handle handle;
  Frame frame;                ///< whose document it is in
  std::vector<Handle> hosts;  ///< iframe elements, each in the document before
};

/// The first element that fits; whether it is there now, not whether it will be.
/// Errors: invalid_argument (the selector), not_found, those of Visit.
Task<Result<Element>> find_element(Visit& visit, const std::string& selector);

/// The id that the browser itself has for it. Errors: those of Visit.
Task<Result<std::int64_t>> backend_node(Visit& visit, const Element& element);

}  // namespace greenroom::page
