// What a browser says of a page, true or not: reading it ends, and every line of the outline has its form.
// Input: {"snapshot": …, "nodes": […]}
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <boost/json.hpp>

#include "page/outline.hpp"

namespace json = boost::json;
using namespace greenroom;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  boost::system::error_code failure;
  const json::value value = json::parse({reinterpret_cast<const char*>(data), size}, failure);
  const json::object* input = failure ? nullptr : value.if_object();
  if (input == nullptr) return 0;
  const json::value* snapshot = input->if_contains("snapshot");
  const json::value* nodes = input->if_contains("nodes");
  page::Layout layout;
  if (snapshot != nullptr && snapshot->is_object()) layout = page::read_layout(snapshot->get_object());
  page::OutlinePlan plan;
  plan.root = "A";
  page::OutlineFrame frame;
  frame.layout = &layout;
  if (nodes != nullptr && nodes->is_array()) frame.nodes = nodes->get_array();
  for (const page::DocumentPlace& place : layout.documents)
    plan.inner.emplace(std::pair{place.parent, place.host}, place.frame);
  plan.frames.emplace("A", frame);
  plan.frames.emplace("B", frame);
  const std::string text = page::write_outline(plan);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::size_t first = text.find_first_not_of(' ', at);
    if (first >= end || text[first] != '[' || (first - at) % 2 != 0) std::abort();
    at = end + 1;
  }
  return 0;
}
