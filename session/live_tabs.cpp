#include "session/live_tabs.hpp"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>

#include "base/crypto.hpp"
#include "base/deadline.hpp"
#include "cdp/envelope.hpp"
#include "cdp/page_script.hpp"

namespace greenroom::session {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr std::size_t longest_url = 2048;   // as viewers are told
constexpr std::size_t longest_title = 300;  // bytes
constexpr int picture_quality = 70;
constexpr std::chrono::seconds picture_deadline{3};

const Error no_tab{errc::gone, "there is no such tab"};
const Error no_line{errc::closed, "the browser has gone"};

/// A member that may hold escapes, such as a title.
std::string text_in(std::string_view object, std::string_view name, std::size_t most) {
  boost::system::error_code failure;
  const json::value value = json::parse(cdp::member(object, name), failure);
  if (failure || !value.is_string()) return {};
  std::string text(value.get_string());
  if (text.size() <= most) return text;
  // Not in the middle of a character.
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0u) == 0x80u) --most;
  text.resize(most);
  return text;
}

/// Keeps its promise when visibility or size are no longer what they were. CDP's places are those of the
/// page as it is without a pinch's zoom, so a page that is zoomed in shows fewer of them.
std::string change_of(std::string_view known) {
  return "new Promise((done) => { const zoom = () => visualViewport ? visualViewport.scale : 1; const now = "
         "() => [document.visibilityState, innerWidth / zoom(), innerHeight / zoom()].join(' '); const look "
         "= () => { if (now() === '" +
         std::string(known) +
         "') return; for (const place of [self, visualViewport]) if (place) "
         "place.removeEventListener('resize', look); "
         "document.removeEventListener('visibilitychange', look); done(now()); }; "
         "for (const place of [self, visualViewport]) if (place) place.addEventListener('resize', look); "
         "document.addEventListener('visibilitychange', look); look(); })";
}

/// Of the frame that has the focus; a frame of the same origin is looked into.
constexpr std::string_view selected_text =
    "(() => { const pick = (page) => { let at = page.activeElement; while (at && at.shadowRoot && "
    "at.shadowRoot.activeElement) at = at.shadowRoot.activeElement; if (at && at.tagName === 'IFRAME') { "
    "try { return at.contentDocument ? pick(at.contentDocument) : ''; } catch { return ''; } } "
    "if (at && (at.tagName === 'TEXTAREA' || at.tagName === 'INPUT')) { if (at.type === 'password') return "
    "''; try { const text = at.value.slice(at.selectionStart, at.selectionEnd); if (text) return text; } "
    "catch {} } return "
    "String(page.getSelection() || ''); }; return pick(document).slice(0, 200000); })()";

/// Keeps its promise with the list of a <select> that has the focus and is open: where it is in the picture
/// and what it offers. Or with nothing, when there is none within half a second (a finger's tap becomes a
/// click a little later than it is answered) or somebody looks anew.
constexpr std::string_view dropped_list =
    "new Promise((done) => { const mine = self.greenroomLook = {}; const late = performance.now() + 500; "
    "const list = () => { let x = 0, y = 0, page = document, at; for (;;) { at = page.activeElement; while "
    "(at && at.shadowRoot && at.shadowRoot.activeElement) at = at.shadowRoot.activeElement; if (!at || "
    "at.tagName "
    "!== 'IFRAME') break; let inner = null; try { inner = at.contentDocument; } catch {} if (!inner) return "
    "''; const edge = at.getBoundingClientRect(); x += edge.left + at.clientLeft; y += edge.top + "
    "at.clientTop; page = inner; } if (!at || at.tagName !== 'SELECT' || at.multiple || at.size > 1 || "
    "!at.matches(':open')) return ''; const box = at.getBoundingClientRect(); return JSON.stringify({ box: "
    "[(box.left + x) / innerWidth, (box.top + y) / innerHeight, (box.right + x) / innerWidth, (box.bottom + "
    "y) / innerHeight], options: Array.from(at.options).slice(0, 500).map((one) => ({ text: "
    "Array.from(one.label.slice(0, 200)).slice(0, 100).join(''), disabled: one.disabled || "
    "Boolean(one.parentElement.disabled), chosen: one.selected })) }); }; const look = () => { if "
    "(self.greenroomLook !== mine) return done(''); const found = list(); if (found || performance.now() > "
    "late) return done(found); setTimeout(look, 40); }; look(); })";
}  // namespace

Task<Result<void>> LiveTabs::follow(cdp::Switchboard& switchboard, std::string front) {
  front_at_first_ = std::move(front);
  auto line = co_await switchboard.open_line();
  if (!line) co_return line.error();
  line_ = std::move(*line);
  line_->on_event([this](std::string_view method, std::string_view session, std::string_view params) {
    if (!stopped_) on_event(method, session, params);
  });
  switchboard.on_client_command([this](const cdp::ClientCommand& command) {
    if (!stopped_) on_command(command);
  });
  json::object discover;
  discover["discover"] = true;
  auto told = co_await line_->call("Target.setDiscoverTargets", std::move(discover));
  if (told) told = co_await line_->call("Target.setAutoAttach", cdp::attach_without_waiting());
  knows_all_ = told.has_value();
  if (told) co_return Result<void>();
  line_.reset();  // the next viewer tries again
  co_return told.error();
}

const LiveTabs::Tab* LiveTabs::find(std::string_view tab) const {
  const auto found =
      std::find_if(tabs_.begin(), tabs_.end(), [&](const Tab& one) { return one.what.id == tab; });
  return found == tabs_.end() ? nullptr : &*found;
}

LiveTabs::Tab* LiveTabs::of_session(std::string_view session) {
  const auto found = std::find_if(tabs_.begin(), tabs_.end(),
                                  [&](const Tab& one) { return !session.empty() && one.session == session; });
  return found == tabs_.end() ? nullptr : &*found;
}

std::vector<LiveTab> LiveTabs::tabs() const {
  std::vector<LiveTab> out;
  for (const Tab& tab : tabs_) out.push_back(tab.what);
  return out;
}

std::string LiveTabs::shown() const {
  if (const auto number = stack_.shown()) return std::string(stack_.target_of(*number));
  return tabs_.empty() ? std::string() : tabs_.back().what.id;
}

PageSize LiveTabs::size_of(std::string_view tab) const {
  const Tab* found = find(tab);
  return found != nullptr ? found->size.value_or(usual_) : usual_;
}

void LiveTabs::raise(std::string_view tab) {
  front_at_first_.clear();
  stack_.raise(tab);
  changed_();
}

void LiveTabs::on_picture(std::string_view session, std::string_view params) {
  const auto found = casts_.find(session);
  if (found == casts_.end()) return;
  found->second->data = cdp::text_member(params, "data");
  found->second->came.set();
}

void LiveTabs::on_event(std::string_view method, std::string_view session, std::string_view params) {
  if (method == "Target.targetCreated") return on_target(cdp::member(params, "targetInfo"), true);
  if (method == "Target.targetInfoChanged") return on_target(cdp::member(params, "targetInfo"), false);
  if (method == "Target.targetDestroyed") return remove(cdp::text_member(params, "targetId"));
  if (method == "Target.attachedToTarget") return on_attached(session, params);
  if (method == "Target.detachedFromTarget") return on_detached(params);
  if (method == "Page.screencastFrame") return on_picture(session, params);
  Tab* tab = of_session(session);
  // Titles have no event: the browser is asked when a document may have got its own.
  if (tab != nullptr && (method == "Page.domContentEventFired" || method == "Page.loadEventFired")) {
    json::object which;
    which["targetId"] = tab->what.id;
    line_->ask("Target.getTargetInfo", std::move(which), {}, [this](const Result<json::object>& answer) {
      const json::value* info = answer ? answer->if_contains("targetInfo") : nullptr;
      if (info != nullptr && !stopped_) on_target(json::serialize(*info), false);
    });
  }
  if (method != "Page.frameNavigated") return;
  if (tab != nullptr && cdp::member(cdp::member(params, "frame"), "parentId").empty()) watch(*tab);
}

void LiveTabs::on_target(std::string_view info, bool is_new) {
  if (cdp::plain_string(cdp::member(info, "type")) != "page") return;
  const std::string id = cdp::text_member(info, "targetId");
  Tab* tab = find(id);
  if (tab == nullptr) {
    if (!is_new || id.empty()) return;
    tabs_.emplace_back().what.id = id;
    tabs_.back().was_there = !knows_all_;
    stack_.open(id);
    tab = &tabs_.back();
  }
  std::string title = text_in(info, "title", longest_title);
  std::string url = text_in(info, "url", longest_url);
  if (!is_new && title == tab->what.title && url == tab->what.url) return;
  tab->what.title = std::move(title);
  tab->what.url = std::move(url);
  changed_();
}

void LiveTabs::on_attached(std::string_view outer, std::string_view params) {
  const std::string session = cdp::text_member(params, "sessionId");
  const std::string_view info = cdp::member(params, "targetInfo");
  const std::string_view type = cdp::plain_string(cdp::member(info, "type"));
  if (session.empty() || (type != "tab" && type != "page" && type != "iframe")) return;
  line_->post("Target.setAutoAttach", cdp::attach_without_waiting(), session);
  const std::string target = cdp::text_member(info, "targetId");
  if (type == "iframe") {
    const Tab* parent = of_session(outer);
    const auto frame = frames_.find(std::string(outer));
    const std::string owner = parent != nullptr        ? parent->what.id
                              : frame != frames_.end() ? frame->second.tab
                                                       : std::string();
    if (!owner.empty()) frames_.insert_or_assign(session, Frame{owner, target});
  }
  if (type != "page") return;
  on_target(info, true);
  Tab* tab = find(target);
  if (tab == nullptr || !tab->session.empty()) return;
  tab->session = session;
  line_->post("Page.enable", json::object(), session);
  watch(*tab);
}

void LiveTabs::on_detached(std::string_view params) {
  const std::string session = cdp::text_member(params, "sessionId");
  frames_.erase(session);
  if (Tab* tab = of_session(session)) tab->session.clear();
}

void LiveTabs::on_command(const cdp::ClientCommand& command) {
  if (command.method == "Page.bringToFront") raise(command.target_id);
  if (command.method == "Target.activateTarget") raise(cdp::text_member(command.params, "targetId"));
}

void LiveTabs::remove(std::string_view tab) {
  if (!has(tab)) return;
  std::erase_if(frames_, [&](const auto& frame) { return frame.second.tab == tab; });
  stack_.close(tab);
  std::erase_if(tabs_, [&](const Tab& one) { return one.what.id == tab; });
  changed_();
}

void LiveTabs::watch(Tab& tab) {
  const std::uint64_t document = ++tab.document;
  tab.said.clear();
  auto made = [this, session = tab.session, document](std::int64_t world) {
    Tab* asked = of_session(session);
    if (stopped_ || asked == nullptr || asked->document != document) return;
    ask(session, world, document);
  };
  // Of a page, its own id and its main frame's are the same.
  cdp::make_isolated_world(*line_, tab.session, tab.what.id, "greenroom", std::move(made));
}

void LiveTabs::ask(const std::string& session, std::int64_t world, std::uint64_t document) {
  const Tab* tab = of_session(session);
  if (tab == nullptr) return;
  auto said = [this, session, world, document](std::string_view text) {
    Tab* asked = of_session(session);
    if (stopped_ || asked == nullptr || asked->document != document) return;
    hear(*asked, text);
    ask(session, world, document);
  };
  cdp::ask_world(*line_, session, world, change_of(tab->said), std::move(said));
}

/// "visible 1280 720"; it comes from a world of ours, yet from the page's process.
void LiveTabs::hear(Tab& tab, std::string_view said) {
  constexpr std::size_t longest = 64;
  if (said.size() > longest || said.find_first_of("'\\\n") != said.npos) return;
  tab.said = said;
  const std::size_t space = said.find(' ');
  const std::size_t second = said.find(' ', space == said.npos ? said.npos : space + 1);
  const bool is_visible = said.substr(0, space) == "visible";
  const bool comes_to_front = is_visible && !stack_.is_visible(tab.what.id);
  stack_.say_visible(tab.what.id, is_visible);
  if (comes_to_front && !tab.was_there) front_at_first_.clear();
  tab.was_there = false;
  if (!front_at_first_.empty()) stack_.raise(front_at_first_);
  if (second != said.npos) {
    const PageSize size{std::strtod(std::string(said.substr(space + 1)).c_str(), nullptr),
                        std::strtod(std::string(said.substr(second + 1)).c_str(), nullptr)};
    if (size.width >= 1 && size.height >= 1) tab.size = size;
  }
  changed_();
}

void LiveTabs::send(std::string_view tab, std::string_view method, json::object params) {
  if (stopped_ || !line_) return;
  if (tab.empty()) return line_->post(method, std::move(params));
  const Tab* found = find(tab);
  if (found != nullptr && !found->session.empty()) line_->post(method, std::move(params), found->session);
}

Task<Result<json::object>> LiveTabs::call(std::string tab, std::string_view method, json::object params) {
  if (stopped_ || !line_) co_return no_line;
  std::string session;
  if (!tab.empty()) {
    const Tab* found = find(tab);
    if (found == nullptr || found->session.empty()) co_return no_tab;
    session = found->session;
  }
  co_return co_await line_->call(method, std::move(params), session);
}

/// Page.captureScreenshot would be the usual way, but of a page behind another one it takes seconds, and of
/// the same one again it may never come (seen with Chromium 156). A screencast's first picture is there at
/// once.
Task<Result<std::string>> LiveTabs::picture(std::string tab) {
  if (stopped_ || !line_) co_return no_line;
  const Tab* found = find(tab);
  if (found == nullptr || found->session.empty()) co_return no_tab;
  const std::string session = found->session;
  const base::Executor executor = co_await base::asio::this_coro::executor;
  const auto cast = std::make_shared<Cast>(executor);
  casts_.insert_or_assign(session, cast);
  json::object params;
  params["format"] = "jpeg";
  params["quality"] = picture_quality;
  const auto started = co_await line_->call("Page.startScreencast", std::move(params), session);
  if (started) (void)co_await base::finishes_within(cast->came.wait(), picture_deadline);
  casts_.erase(session);
  if (!started) co_return started.error();
  if (stopped_ || !line_) co_return no_line;
  line_->post("Page.stopScreencast", json::object(), session);
  if (cast->data.empty()) co_return Error{errc::timed_out, "a picture of the tab"};
  auto jpeg = base::from_base64(cast->data);
  if (!jpeg) co_return Error{errc::protocol, "a picture that is no base64"};
  co_return std::move(*jpeg);
}

Task<Result<std::string>> LiveTabs::selection_in(std::string session, std::string frame) {
  json::object where;
  where["frameId"] = std::move(frame);
  where["worldName"] = "greenroom";
  auto world = co_await line_->call("Page.createIsolatedWorld", std::move(where), session);
  if (!world) co_return world.error();
  const json::value* id = world->if_contains("executionContextId");
  if (id == nullptr) co_return std::string();
  co_return co_await evaluate(std::move(session), *id, selected_text);
}

/// What is no text is none.
Task<Result<std::string>> LiveTabs::evaluate(std::string session, json::value world,
                                             std::string_view expression) {
  json::object params;
  params["contextId"] = std::move(world);
  params["expression"] = expression;
  params["returnByValue"] = true;
  params["silent"] = true;
  auto answer = co_await line_->call("Runtime.evaluate", std::move(params), session);
  if (!answer) co_return answer.error();
  const json::value* result = answer->if_contains("result");
  const json::object* object = result != nullptr ? result->if_object() : nullptr;
  const json::value* value = object != nullptr ? object->if_contains("value") : nullptr;
  co_return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

void LiveTabs::send_and_look(std::string_view tab, std::string_view method, json::object params,
                             std::function<void(std::string_view)> on_list) {
  const Tab* found = find(tab);
  if (stopped_ || !line_ || found == nullptr || found->session.empty()) return;
  auto done = [this, session = found->session, on_list = std::move(on_list)](const auto& answer) {
    if (answer && !stopped_) look_for_list(session, on_list);
  };
  line_->ask(method, params, found->session, std::move(done));
}

void LiveTabs::look_for_list(const std::string& session, std::function<void(std::string_view)> on_list) {
  const Tab* tab = of_session(session);
  if (tab == nullptr) return;
  auto heard = [this, on_list = std::move(on_list)](std::string_view list) {
    if (!stopped_ && !list.empty()) on_list(list);
  };
  // A document that is just there may have none yet; of one that has, it is the same again.
  auto made = [this, session, heard = std::move(heard)](std::int64_t world) {
    if (!stopped_) cdp::ask_world(*line_, session, world, dropped_list, heard);
  };
  cdp::make_isolated_world(*line_, session, tab->what.id, "greenroom", std::move(made));
}

Task<Result<std::string>> LiveTabs::selection(std::string tab) {
  const Tab* found = find(tab);
  if (stopped_ || !line_) co_return no_line;
  if (found == nullptr || found->session.empty()) co_return no_tab;
  std::vector<std::pair<std::string, std::string>> places{{found->session, tab}};
  for (const auto& [session, frame] : frames_)
    if (frame.tab == tab) places.emplace_back(session, frame.target);
  Result<std::string> outcome = std::string();
  for (const auto& [session, frame] : places) {
    auto text = co_await selection_in(session, frame);
    if (text && !text->empty()) co_return text;
    if (!text && text.error().code == errc::closed) outcome = text.error();
  }
  co_return outcome;
}

}  // namespace greenroom::session
