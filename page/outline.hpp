// Writes down what a page says to somebody who cannot see it: one line per thing, indented as they are
// nested. Pure.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace greenroom::page {

namespace json = boost::json;

/// What an element is, as far as an outline says it.
struct ElementFacts {
  std::string tag;  ///< "div"; of inputs with their type: "input, file"
  bool scrolls = false;
};

/// A document, and the element of its parent that it is shown in.
struct DocumentPlace {
  std::string frame;
  std::string parent;     ///< frame; empty: none in the same process
  std::int64_t host = 0;  ///< backend node in the parent
};

/// The answer of DOMSnapshot.captureSnapshot (with overflow-x and overflow-y as computed styles), read.
/// Whatever does not fit is left out.
struct Layout {
  std::unordered_map<std::int64_t, ElementFacts> elements;  ///< by backend node
  std::vector<DocumentPlace> documents;
};
Layout read_layout(const json::object& snapshot);

/// One document's part.
struct OutlineFrame {
  int ordinal = 0;                  ///< the first half of what its lines are called by
  const Layout* layout = nullptr;   ///< of its process
  json::array nodes;                ///< Accessibility.AXNode[]
  std::set<std::int64_t> left_out;  ///< backend nodes that are left out with all that is in them
};

struct OutlinePlan {
  std::map<std::string, OutlineFrame> frames;
  /// The frame shown in an element: by the frame and backend node of that element.
  std::map<std::pair<std::string, std::int64_t>, std::string> inner;
  std::string root;        ///< the frame to begin with
  std::int64_t start = 0;  ///< only this backend node of it; 0: all
};

/// "[0-12] button: Send", two blanks a level. At most 4 MiB, and 400 levels.
std::string write_outline(const OutlinePlan& plan);

}  // namespace greenroom::page
