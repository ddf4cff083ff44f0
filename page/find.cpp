#include "page/find.hpp"

#include <boost/json.hpp>

#include "page/scripts.hpp"

namespace greenroom::page {

using base::errc;
using base::Error;

namespace {
std::string_view script_of(SelectorPart::Kind kind) {
  switch (kind) {
    case SelectorPart::Kind::xpath:
      return scripts::find_xpath;
    case SelectorPart::Kind::css:
      return scripts::find_css;
    case SelectorPart::Kind::text:
      return scripts::find_text;
  }
  return scripts::find_css;
}

/// DOM.Node of an object.
Task<Result<json::object>> describe(Visit& visit, const Handle& handle) {
  json::object params;
  params["objectId"] = handle.object;
  auto answer = co_await visit.call("DOM.describeNode", std::move(params), handle.session);
  if (!answer) co_return answer.error();
  const json::value* node = answer->if_contains("node");
  if (node == nullptr || !node->is_object()) co_return Error{errc::protocol, "an element without a node"};
  json::object out = node->get_object();
  co_return out;
}

/// The document inside an iframe.
Task<Result<Frame>> enter(Visit& visit, const Handle& host, const Frame& parent) {
  auto node = co_await describe(visit, host);
  if (!node) co_return node.error();
  const json::value* id = node->if_contains("frameId");
  const Error no_frame{errc::not_found, "the selector goes on behind an element that is no frame"};
  if (id == nullptr || !id->is_string()) co_return no_frame;
  co_return co_await visit.child_frame(std::string(id->get_string()), parent);
}
}  // namespace

Task<Result<Element>> find_element(Visit& visit, const std::string& selector) {
  auto parts = parse_selector(selector);
  if (!parts) co_return parts.error();
  auto frame = co_await visit.main_frame();
  if (!frame) co_return frame.error();
  Element out;
  out.frame = std::move(*frame);
  for (std::size_t i = 0; i < parts->size(); ++i) {
    const SelectorPart& part = (*parts)[i];
    json::array arguments;
    arguments.emplace_back(part.expression);
    auto found = co_await visit.find(out.frame, script_of(part.kind), std::move(arguments));
    if (!found) co_return found.error();
    if (!*found) co_return Error{errc::not_found, "no element was found for selector " + selector};
    out.handle = std::move(**found);
    if (i + 1 == parts->size()) break;
    auto inner = co_await enter(visit, out.handle, out.frame);
    if (!inner) co_return inner.error();
    out.hosts.push_back(out.handle);
    out.frame = std::move(*inner);
  }
  co_return out;
}

Task<Result<std::int64_t>> backend_node(Visit& visit, const Element& element) {
  auto node = co_await describe(visit, element.handle);
  if (!node) co_return node.error();
  const json::value* id = node->if_contains("backendNodeId");
  co_return id != nullptr && id->is_int64() ? id->get_int64() : 0;
}

}  // namespace greenroom::page
