// The half of LiveRoom that does what viewers' hands want.
#include <utility>

#include <boost/json.hpp>

#include "base/deadline.hpp"
#include "cdp/client_rules.hpp"
#include "session/live_guest.hpp"

namespace greenroom::session {

using base::Task;

namespace {
constexpr int most_moves = 250;  // a second; more are left out
constexpr int control_key = 2;

LiveKey with_control(std::string key, bool is_down) {
  LiveKey out;
  out.is_down = is_down;
  out.number = key == "x" ? 88 : 67;
  out.code = key == "x" ? "KeyX" : "KeyC";
  out.key = std::move(key);
  out.modifiers = control_key;
  return out;
}
}  // namespace

void LiveRoom::hear(Guest& guest, const LiveMessage& message) {
  std::visit([&](const auto& word) { hear(guest, message.tab, word); }, message.word);
}

void LiveRoom::hear(Guest& guest, const std::string&, const LiveSeen& seen) {
  if (seen.picture != guest.sent) return;
  guest.seen = seen.picture;
  guest.wake.notify_all();
}

bool LiveRoom::may_control(Guest& guest) {
  const LiveControl::Viewer before = control_.holder();
  const bool may = control_.act(guest.number);
  control_changed(before);
  return may;
}

/// Hands mean what they see: a tab that is not shown any more is not touched. One that is looked at apart
/// from what is shown comes to the front, since a hidden page takes no input.
bool LiveRoom::may_act(Guest& guest, const std::string& tab) {
  if (tab.empty() || !tabs_.has(tab) || !may_control(guest)) return false;
  const bool is_shown = tabs_.shown() == tab;
  if (!is_shown && guest.feed->tab != tab) return false;
  if (!is_shown) bring_to_front(tab);
  if (tab != acted_tab_) let_go();
  acted_tab_ = tab;
  feeds_.hurry();
  return true;
}

void LiveRoom::hear(Guest& guest, const std::string& tab, const LiveMouse& mouse) {
  const bool moves = mouse.kind == LiveMouse::Kind::move;
  if (moves && guest.said > most_moves) return;
  // A pointer that only passes takes nobody's place.
  if (moves && control_.holder() != guest.number) return;
  if (!may_act(guest, tab)) return;
  const PageSize page = tabs_.size_of(tab);
  held_.note(mouse, page);
  const bool is_click = mouse.kind == LiveMouse::Kind::release && mouse.button == "left";
  if (is_click) return click(guest, tab, command_of(mouse, page));
  command(tab, command_of(mouse, page));
}

void LiveRoom::hear(Guest& guest, const std::string& tab, const LiveWheel& wheel) {
  if (guest.said > most_moves || !may_act(guest, tab)) return;
  command(tab, command_of(wheel, tabs_.size_of(tab)));
}

void LiveRoom::hear(Guest& guest, const std::string& tab, const LiveTouch& touch) {
  if (!may_act(guest, tab)) return;
  held_.note(touch);
  const PageSize page = tabs_.size_of(tab);
  if (touch.kind == LiveTouch::Kind::end) return click(guest, tab, command_of(touch, page));
  command(tab, command_of(touch, page));
}

void LiveRoom::hear(Guest& guest, const std::string& tab, const LiveKey& key) {
  if (!may_act(guest, tab)) return;
  held_.note(key);
  command(tab, command_of(key));
}

void LiveRoom::hear(Guest& guest, const std::string& tab, const LiveText& text) {
  if (!may_act(guest, tab)) return;
  held_.note(text);
  command(tab, command_of(text));
}

void LiveRoom::hear(Guest& guest, const std::string& tab, const LiveCopy& wish) {
  if (may_act(guest, tab)) begin(guest, copy(guest.number, tab, wish.cuts));
}

void LiveRoom::hear(Guest& guest, const std::string&, const LiveControlWish& wish) {
  const LiveControl::Viewer before = control_.holder();
  if (wish.takes)
    control_.take(guest.number);
  else
    control_.give(guest.number);
  control_changed(before);
}

void LiveRoom::hear(Guest& guest, const std::string&, const LiveTabWish& wish) {
  using Kind = LiveTabWish::Kind;
  const bool is_known = wish.tab.empty() || tabs_.has(wish.tab);
  // A link to one tab is for that tab.
  if (!is_known || !guest.wish.tab.empty()) return;
  if (wish.kind == Kind::watch) return watch(guest, wish.tab);
  if (!may_control(guest)) return;
  feeds_.hurry();
  if (wish.kind == Kind::open) {
    browser_command("Target.createTarget", {{"url", "about:blank"}});
  } else if (wish.kind == Kind::show) {
    bring_to_front(wish.tab);
  } else if (tabs_.tabs().size() < 2) {
    notice(guest, "The last tab stays open.");
  } else {
    browser_command("Target.closeTarget", {{"targetId", wish.tab}});
  }
}

void LiveRoom::hear(Guest& guest, const std::string& tab, const LiveNavigation& navigation) {
  using Kind = LiveNavigation::Kind;
  if (!may_act(guest, tab)) return;
  if (navigation.kind == Kind::reload) return command(tab, {"Page.reload", {}});
  if (navigation.kind != Kind::go) {
    const int by = navigation.kind == Kind::back ? -1 : 1;
    return begin(guest, go_in_history(guest.number, tab, by));
  }
  auto address = live_address(navigation.url);
  if (!address) return notice(guest, address.error().detail);
  command(tab, {"Page.navigate", {{"url", std::move(*address)}}});
}

void LiveRoom::bring_to_front(const std::string& tab) {
  browser_command("Target.activateTarget", {{"targetId", tab}});
  tabs_.raise(tab);
}

void LiveRoom::control_changed(LiveControl::Viewer before) {
  const LiveControl::Viewer now = control_.holder();
  if (now == before) return;
  let_go();
  hooks_.mark("viewer.controls", {{"viewer", now}});
  tell_all();
}

void LiveRoom::let_go() {
  for (InputCommand& one : held_.release()) command(acted_tab_, std::move(one));
}

void LiveRoom::tell_of(std::string_view method, const json::object& params, std::string_view tab) {
  hooks_.did(cdp::ClientCommand{method, json::serialize(params), {}, tab});
}

void LiveRoom::command(const std::string& tab, InputCommand command) {
  tell_of(command.method, command.params, tab);
  tabs_.send(tab, command.method, std::move(command.params));
}

/// The browser draws the list of a <select> beside the page, where CDP's mouse does not reach it: the viewer
/// is told what it offers and chooses by keys.
void LiveRoom::click(const Guest& guest, const std::string& tab, InputCommand command) {
  tell_of(command.method, command.params, tab);
  auto show = [this, number = guest.number](std::string_view list) {
    Guest* still = find(number);
    if (still == nullptr || closed_) return;
    if (std::string text = render_list(list); !text.empty()) still->stream.send(std::move(text));
  };
  tabs_.send_and_look(tab, command.method, std::move(command.params), std::move(show));
}

void LiveRoom::browser_command(std::string_view method, json::object params) {
  tell_of(method, params, {});
  tabs_.send({}, method, std::move(params));
}

/// One thing at a time for each: what waits for a page may wait long.
void LiveRoom::begin(Guest& guest, Task<void> work) {
  if (guest.is_busy) return;
  guest.is_busy = true;
  tasks_.spawn(work_off(guest.number, std::move(work)));
}

Task<void> LiveRoom::work_off(std::uint64_t guest, Task<void> work) {
  co_await base::keep_running_when_cancelled();
  co_await std::move(work);
  if (Guest* still = find(guest)) still->is_busy = false;
}

/// Read before the key is pressed: a cut takes the selection away.
Task<void> LiveRoom::copy(std::uint64_t guest, std::string tab, bool cuts) {
  auto text = co_await tabs_.selection(tab);
  if (closed_ || control_.holder() != guest) co_return;
  for (const bool is_down : {true, false}) command(tab, command_of(with_control(cuts ? "x" : "c", is_down)));
  Guest* still = find(guest);
  if (still == nullptr) co_return;
  if (!text)
    notice(*still, "The page did not say what is selected.");
  else
    still->stream.send(render_copied(*text, cuts));
}

Task<void> LiveRoom::go_in_history(std::uint64_t guest, std::string tab, int by) {
  auto history = co_await tabs_.call(tab, "Page.getNavigationHistory", {});
  if (!history || closed_ || control_.holder() != guest) co_return;
  const json::value* current = history->if_contains("currentIndex");
  const json::value* list = history->if_contains("entries");
  if (current == nullptr || !current->is_int64() || list == nullptr || !list->is_array()) co_return;
  const std::int64_t wanted = current->get_int64() + by;
  const json::array& entries = list->get_array();
  if (wanted < 0 || wanted >= static_cast<std::int64_t>(entries.size())) co_return;
  const json::object* entry = entries[static_cast<std::size_t>(wanted)].if_object();
  const json::value* id = entry != nullptr ? entry->if_contains("id") : nullptr;
  const json::value* url = entry != nullptr ? entry->if_contains("url") : nullptr;
  if (id == nullptr || url == nullptr || !url->is_string() || cdp::is_forbidden_url(url->get_string()))
    co_return;
  json::object where;
  where["entryId"] = *id;
  command(tab, {"Page.navigateToHistoryEntry", std::move(where)});
}

}  // namespace greenroom::session
