#include "session/page_events.hpp"

#include <charconv>
#include <utility>

#include <boost/json.hpp>

#include "cdp/envelope.hpp"
#include "cdp/page_script.hpp"
#include "session/timeline_mask.hpp"

namespace greenroom::session {

namespace json = boost::json;
using base::Result;
using base::Task;

namespace {
constexpr std::size_t longest_url = 2048;          // of a marker
constexpr std::size_t most_requests = 10'000;      // whose bytes are counted at a time
constexpr std::size_t console_release_every = 64;  // messages whose objects a page is made to keep

bool carries_traffic(std::string_view type) {
  return type == "page" || type == "iframe" || type == "worker" || type == "service_worker" ||
         type == "shared_worker";
}

/// A member that may hold escapes, such as an address.
std::string parsed_text(std::string_view object, std::string_view name) {
  boost::system::error_code failure;
  const json::value value = json::parse(cdp::member(object, name), failure);
  return !failure && value.is_string() ? std::string(value.get_string()) : std::string();
}
}  // namespace

Task<Result<void>> PageEvents::follow(cdp::Switchboard& switchboard) {
  auto line = co_await switchboard.open_line();
  if (!line) co_return line.error();
  line_ = std::move(*line);
  dialogs_.follow(*line_, switchboard);
  line_->on_event([this](std::string_view method, std::string_view session, std::string_view params) {
    on_event(method, session, params);
  });
  switchboard.on_client_command([this](const cdp::ClientCommand& command) { on_command(command); });
  auto attached = co_await line_->call("Target.setAutoAttach", cdp::attach_without_waiting());
  if (!attached) co_return attached.error();
  co_return Result<void>();
}

void PageEvents::stop() {
  stopped_ = true;
  dialogs_.stop();
  line_.reset();
}

void PageEvents::on_event(std::string_view method, std::string_view session, std::string_view params) {
  if (method == "Target.attachedToTarget") return on_attached(session, params);
  if (method == "Target.detachedFromTarget") return on_detached(params);
  const auto page = pages_.find(std::string(session));
  if (page != pages_.end()) on_page_event(page->second, method, session, params);
}

void PageEvents::on_page_event(Page& page, std::string_view method, std::string_view session,
                               std::string_view params) {
  if (method == "Network.dataReceived") return count_bytes(params);
  if (method == "Inspector.targetCrashed" && page.is_tab) log_.mark("tab.crashed", {}, page.place);
  // Of its frames' dialogs a page hears too, wherever they run.
  if (page.is_tab && method == "Page.javascriptDialogOpening")
    dialogs_.opened(std::string(session), page.place, params);
  if (page.is_tab && method == "Page.javascriptDialogClosed") dialogs_.closed(std::string(session), params);
  if (method == "Page.fileChooserOpened") log_.mark("chooser.opened", {}, page.place);
  if (page.is_tab && method == "Page.frameNavigated") on_frame_navigated(page, std::string(session), params);
  if (page.is_tab && method == "Page.navigatedWithinDocument" &&
      cdp::text_member(params, "frameId") == page.place.target)
    mark_navigated(page, parsed_text(params, "url"), true);
  if (page.is_tab && (method == "Page.domContentEventFired" || method == "Page.loadEventFired"))
    ask_title(std::string(session));
  auto kept = masked_params(method, params);
  if (!kept) return;
  if (method == "Network.loadingFinished" || method == "Network.loadingFailed")
    kept = with_length(std::move(*kept), cdp::text_member(params, "requestId"));
  log_.add(method, std::move(*kept), page.place);
  if (method == "Runtime.consoleAPICalled" && ++page.console_messages % console_release_every == 0) {
    // Each message holds its arguments in the page for us; we have read them.
    json::object group;
    group["objectGroup"] = "console";
    line_->post("Runtime.releaseObjectGroup", group, session);
  }
}

void PageEvents::on_frame_navigated(Page& page, const std::string& session, std::string_view params) {
  const std::string_view frame = cdp::member(params, "frame");
  if (!cdp::member(frame, "parentId").empty()) return;
  mark_navigated(page, parsed_text(frame, "url") + parsed_text(frame, "urlFragment"), false);
  watch_visibility(session);
}

void PageEvents::mark_navigated(Page& page, std::string url, bool within_document) {
  page.url = url.substr(0, longest_url);
  json::object params;
  if (!log_.options().only_markers) params["url"] = page.url;
  if (within_document) params["withinDocument"] = true;
  log_.mark("tab.navigated", params, page.place);
}

void PageEvents::on_attached(std::string_view outer, std::string_view params) {
  const std::string session = cdp::text_member(params, "sessionId");
  const std::string_view info = cdp::member(params, "targetInfo");
  const std::string_view type = cdp::plain_string(cdp::member(info, "type"));
  if (session.empty() || (type != "tab" && !carries_traffic(type))) return;
  Page page;
  page.place.target = cdp::text_member(info, "targetId");
  page.is_tab = type == "page";
  if (const auto parent = pages_.find(std::string(outer)); parent != pages_.end())
    page.place.page = parent->second.place.page;
  if (page.is_tab) page.place.page = tabs_.open(page.place.target);
  page.url = parsed_text(info, "url").substr(0, longest_url);
  const Page& kept = pages_.insert_or_assign(session, std::move(page)).first->second;
  line_->post("Target.setAutoAttach", cdp::attach_without_waiting(), session);
  if (carries_traffic(type)) enable_domains(session, type);
  if (!kept.is_tab) return;
  json::object said;
  if (!log_.options().only_markers) said["url"] = kept.url;
  if (const std::string opener = cdp::text_member(info, "openerId"); !opener.empty()) said["opener"] = opener;
  log_.mark("tab.opened", said, kept.place);
  watch_visibility(session);
}

void PageEvents::enable_domains(const std::string& session, std::string_view type) {
  const bool has_page_domain = type == "page" || type == "iframe";
  if (has_page_domain) {
    line_->post("Page.enable", json::object(), session);
    // A chooser would be a window that shows the machine's files and waits for somebody. Clients that ask for
    // its event get it all the same.
    json::object chooser;
    chooser["enabled"] = true;
    line_->post("Page.setInterceptFileChooserDialog", std::move(chooser), session);
  }
  if (log_.options().only_markers) return;
  json::object network;
  // Only the events are wanted: no body is kept in the browser for us.
  network["maxTotalBufferSize"] = 0;
  network["maxResourceBufferSize"] = 0;
  line_->post("Network.enable", network, session);
  if (!log_.options().console) return;
  line_->post("Runtime.enable", json::object(), session);
  line_->post("Log.enable", json::object(), session);
}

void PageEvents::on_detached(std::string_view params) {
  const std::string session = cdp::text_member(params, "sessionId");
  const auto found = pages_.find(session);
  if (found == pages_.end()) return;
  const Page page = std::move(found->second);
  pages_.erase(found);
  if (!page.is_tab) return;
  tabs_.close(page.place.target);
  dialogs_.forget(session, page.place.target);
  log_.mark("tab.closed", {}, page.place);
  say_what_is_shown();
}

void PageEvents::on_command(const cdp::ClientCommand& command) {
  if (stopped_) return;
  if (command.method == "Page.enable") return dialogs_.is_watched(std::string(command.target_id));
  auto kept = masked_command(command.method, command.params);
  if (!kept) return;
  Timeline::Place place;
  place.target = command.target_id;
  for (const auto& [session, page] : pages_)
    if (page.place.target == command.target_id) place.page = page.place.page;
  if (command.method == "Page.bringToFront" || command.method == "Target.activateTarget") {
    const std::string named = cdp::text_member(command.params, "targetId");
    tabs_.raise(named.empty() ? std::string_view(place.target) : std::string_view(named));
    say_what_is_shown();
  }
  if (command.method.starts_with("Emulation.")) return;
  log_.add(command.method, std::move(*kept), place);
}

/// How large a body was once it was decoded: no event of its end says so.
void PageEvents::count_bytes(std::string_view params) {
  if (log_.options().only_markers) return;
  const std::string_view length = cdp::member(params, "dataLength");
  std::int64_t bytes = 0;
  if (std::from_chars(length.data(), length.data() + length.size(), bytes).ec != std::errc()) return;
  std::string id = cdp::text_member(params, "requestId");
  if (decoded_.size() >= most_requests && !decoded_.contains(id)) return;
  decoded_[std::move(id)] += bytes;
}

std::string PageEvents::with_length(std::string params, std::string_view request_id) {
  const auto counted = decoded_.extract(std::string(request_id));
  if (counted.empty() || !params.ends_with('}') || params.size() < 3) return params;
  params.pop_back();
  return params + ",\"decodedLength\":" + std::to_string(counted.mapped()) + "}";
}

void PageEvents::watch_visibility(const std::string& session) {
  const auto page = pages_.find(session);
  if (page == pages_.end() || log_.options().queue_bound == 0) return;
  const std::uint64_t document = ++page->second.document;
  page->second.world.reset();
  page->second.title.clear();
  auto made = [this, session, document](std::int64_t world) {
    const auto asked = pages_.find(session);
    if (asked == pages_.end() || asked->second.document != document) return;
    asked->second.world = world;
    ask_title(session);  // it may have loaded meanwhile
    ask_visibility(session, world, document);
  };
  // Of a page, its own id and its main frame's are the same.
  cdp::make_isolated_world(*line_, session, page->second.place.target, "greenroom", std::move(made));
}

void PageEvents::ask_visibility(const std::string& session, std::int64_t world, std::uint64_t document) {
  const auto page = pages_.find(session);
  if (page == pages_.end() || page->second.document != document) return;
  const std::string known = tabs_.is_visible(page->second.place.target) ? "visible" : "hidden";
  const std::string change =
      "new Promise((done) => { const say = () => document.visibilityState; if (say() !== '" + known +
      "') return done(say()); document.addEventListener('visibilitychange', () => done(say()), {once: "
      "true}); })";
  auto said = [this, session, world, document](std::string_view visibility) {
    const auto asked = pages_.find(session);
    if (asked == pages_.end() || asked->second.document != document) return;
    tabs_.say_visible(asked->second.place.target, visibility == "visible");
    say_what_is_shown();
    ask_visibility(session, world, document);
  };
  cdp::ask_world(*line_, session, world, change, std::move(said));
}

/// Titles have no event either. What a page calls itself later, by script, is not noticed.
void PageEvents::ask_title(const std::string& session) {
  const auto page = pages_.find(session);
  if (page == pages_.end() || !page->second.world || log_.options().only_markers) return;
  // By characters: half of a pair is no text.
  constexpr std::string_view title = "Array.from(document.title.slice(0, 1000)).slice(0, 500).join('')";
  auto said = [this, session, document = page->second.document](std::string_view text) {
    const auto asked = pages_.find(session);
    if (asked == pages_.end() || asked->second.document != document) return;
    if (text.empty() || text == asked->second.title) return;
    asked->second.title = text;
    json::object params;
    params["title"] = text;
    params["url"] = asked->second.url;
    log_.mark("tab.titled", params, asked->second.place);
  };
  cdp::ask_world(*line_, session, *page->second.world, title, std::move(said));
}

std::string PageEvents::front() const {
  const auto number = tabs_.shown();
  return number ? std::string(tabs_.target_of(*number)) : std::string();
}

void PageEvents::say_what_is_shown() {
  const auto now = tabs_.shown();
  if (!now || *now == shown_) return;
  const bool is_change = std::exchange(shown_, *now) >= 0;
  Timeline::Place place;
  place.page = *now;
  place.target = tabs_.target_of(*now);
  log_.mark("tab.shown", {}, place);
  if (is_change) log_.tell_tab_changed();
}

}  // namespace greenroom::session
