#include "page/read.hpp"

#include <memory>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "page/find.hpp"
#include "page/outline.hpp"

namespace greenroom::page {

using base::errc;
using base::Error;

namespace {
constexpr std::size_t most_frames = 100;

/// One process's documents.
struct Process {
  std::string session;
  std::unique_ptr<Layout> layout;
};

Task<Result<Layout>> snapshot(Visit& visit, const std::string& session) {
  json::object params;
  params["computedStyles"] = json::array{"overflow-x", "overflow-y"};
  params["includeDOMRects"] = true;
  auto answer = co_await visit.call("DOMSnapshot.captureSnapshot", std::move(params), session);
  if (!answer) co_return answer.error();
  co_return read_layout(*answer);
}

Task<Result<json::array>> accessibility(Visit& visit, const std::string& session, const std::string& frame) {
  json::object params;
  params["frameId"] = frame;
  auto answer = co_await visit.call("Accessibility.getFullAXTree", std::move(params), session);
  if (!answer) co_return answer.error();
  json::value* nodes = answer->if_contains("nodes");
  if (nodes == nullptr || !nodes->is_array()) co_return Error{errc::protocol, "a tree without nodes"};
  json::array out = std::move(nodes->get_array());
  co_return out;
}

/// Which element, in which of the other processes, shows a frame's document.
Task<void> place_remote_frame(Visit& visit, const std::vector<Process>& processes, const std::string& frame,
                              OutlinePlan& plan) {
  for (const Process& process : processes) {
    json::object params;
    params["frameId"] = frame;
    auto owner = co_await visit.call("DOM.getFrameOwner", std::move(params), process.session);
    if (!owner) continue;
    const json::value* node = owner->if_contains("backendNodeId");
    if (node == nullptr || !node->is_int64()) continue;
    // A backend node's document is found by asking which of this process's documents knows it.
    for (const DocumentPlace& document : process.layout->documents) {
      if (document.frame == frame) continue;
      if (process.layout->elements.contains(node->get_int64()))
        plan.inner.emplace(std::pair{document.frame, node->get_int64()}, frame);
    }
    co_return;
  }
}

Task<Result<std::vector<Process>>> read_processes(Visit& visit) {
  std::vector<Process> out;
  std::vector<std::string> sessions{visit.session()};
  for (const Visit::RemoteFrame& remote : visit.remote_frames()) sessions.push_back(remote.session);
  for (const std::string& session : sessions) {
    auto layout = co_await snapshot(visit, session);
    // A frame may go while it is read; the page may not.
    if (!layout && session == visit.session()) co_return layout.error();
    if (!layout) continue;
    Process process;
    process.session = session;
    process.layout = std::make_unique<Layout>(std::move(*layout));
    out.push_back(std::move(process));
  }
  co_return out;
}

Task<Result<void>> read_frames(Visit& visit, const std::vector<Process>& processes, FrameNumbers& numbers,
                               OutlinePlan& plan) {
  for (const Process& process : processes) {
    for (const DocumentPlace& document : process.layout->documents) {
      if (document.frame.empty() || plan.frames.size() >= most_frames) continue;
      auto nodes = co_await accessibility(visit, process.session, document.frame);
      if (!nodes && document.frame == visit.target()) co_return nodes.error();
      if (!nodes) continue;
      OutlineFrame frame;
      frame.ordinal = numbers.of(document.frame);
      frame.layout = process.layout.get();
      frame.nodes = std::move(*nodes);
      plan.frames.insert_or_assign(document.frame, std::move(frame));
      if (!document.parent.empty())
        plan.inner.emplace(std::pair{document.parent, document.host}, document.frame);
      else if (document.frame != visit.target())
        co_await place_remote_frame(visit, processes, document.frame, plan);
    }
  }
  co_return Result<void>();
}

/// The frame and backend node that a selector names, if it names any.
struct Spot {
  std::string frame;
  std::int64_t node = 0;
};
Task<Spot> spot_of(Visit& visit, const std::string& selector) {
  Spot spot;
  auto element = co_await find_element(visit, selector);
  if (!element) co_return spot;
  auto node = co_await backend_node(visit, *element);
  if (!node) co_return spot;
  spot.frame = element->frame.id;
  spot.node = *node;
  co_return spot;
}
}  // namespace

int FrameNumbers::of(const std::string& frame) {
  constexpr std::size_t most = 10'000;
  if (numbers_.size() > most) numbers_.clear();
  const auto [found, is_new] = numbers_.try_emplace(frame, next_);
  if (is_new) ++next_;
  return found->second;
}

Task<Result<Outline>> read_outline(Visit& visit, const OutlineRequest& request, FrameNumbers& numbers) {
  // Frames in other processes are announced behind the attachment.
  auto frame = co_await visit.main_frame();
  if (!frame) co_return frame.error();
  Outline out;
  out.page = visit.target();
  OutlinePlan plan;
  plan.root = visit.target();
  if (!request.selector.empty()) {
    const Spot spot = co_await spot_of(visit, request.selector);
    out.found = spot.node != 0;
    if (out.found) plan.root = spot.frame;
    plan.start = spot.node;
  }
  auto processes = co_await read_processes(visit);
  if (!processes) co_return processes.error();
  auto read = co_await read_frames(visit, *processes, numbers, plan);
  if (!read) co_return read.error();
  for (const std::string& selector : request.ignored) {
    const Spot spot = co_await spot_of(visit, selector);
    if (const auto found = plan.frames.find(spot.frame); found != plan.frames.end())
      found->second.left_out.insert(spot.node);
  }
  out.text = write_outline(plan);
  co_return out;
}

}  // namespace greenroom::page
