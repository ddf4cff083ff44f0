#include "session/live_messages.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include <boost/json.hpp>

#include "cdp/client_rules.hpp"

namespace greenroom::session {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;

namespace {
constexpr std::size_t longest_key = 32;        // bytes; DOM's longest name has 24
constexpr std::size_t longest_written = 64;    // bytes of one key
constexpr std::size_t longest_address = 8192;  // bytes
constexpr std::size_t most_fingers = 10;
constexpr std::size_t most_options = 500;    // of a list; the rest is chosen from by keys
constexpr std::size_t longest_option = 600;  // bytes
constexpr double farthest_wheel = 20'000;    // CSS pixels at once

const Error unreadable{errc::invalid_argument, "a live page's message could not be read"};

const json::value* member(const json::object& object, std::string_view name) {
  return object.if_contains(name);
}

std::string text_of(const json::object& object, std::string_view name, std::size_t most) {
  const json::value* value = member(object, name);
  if (value == nullptr || !value->is_string() || value->get_string().size() > most) return {};
  return std::string(value->get_string());
}

double number_of(const json::object& object, std::string_view name, double least, double most) {
  const json::value* value = member(object, name);
  if (value == nullptr || !value->is_number()) return std::clamp(0.0, least, most);
  const double number = value->to_number<double>();
  return std::isfinite(number) ? std::clamp(number, least, most) : std::clamp(0.0, least, most);
}

int whole_of(const json::object& object, std::string_view name, int most) {
  return static_cast<int>(number_of(object, name, 0, most));
}

bool flag_of(const json::object& object, std::string_view name) {
  const json::value* value = member(object, name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

PicturePoint point_of(const json::object& object) {
  return {number_of(object, "x", 0, 1), number_of(object, "y", 0, 1)};
}

int modifiers_of(const json::object& object) { return whole_of(object, "mods", 15); }

bool is_target(std::string_view id) {
  return id.size() <= 64 &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '-'; });
}

template <class Kind>
struct Word {
  std::string_view text;
  Kind kind;
};

template <class Kind, std::size_t count>
std::optional<Kind> kind_of(const json::object& object, const std::array<Word<Kind>, count>& words) {
  const std::string said = text_of(object, "kind", 16);
  for (const Word<Kind>& word : words)
    if (word.text == said) return word.kind;
  return std::nullopt;
}

Result<LiveWord> mouse(const json::object& object) {
  using Kind = LiveMouse::Kind;
  static constexpr std::array<Word<Kind>, 3> words{
      {{"move", Kind::move}, {"press", Kind::press}, {"release", Kind::release}}};
  static constexpr std::array<std::string_view, 6> buttons{"none",  "left", "middle",
                                                           "right", "back", "forward"};
  const auto kind = kind_of(object, words);
  LiveMouse out;
  out.button = text_of(object, "button", 16);
  if (!kind || std::find(buttons.begin(), buttons.end(), out.button) == buttons.end()) return unreadable;
  out.kind = *kind;
  out.at = point_of(object);
  out.buttons = whole_of(object, "buttons", 31);
  out.count = whole_of(object, "count", 3);
  out.modifiers = modifiers_of(object);
  return LiveWord(out);
}

Result<LiveWord> wheel(const json::object& object) {
  LiveWheel out;
  out.at = point_of(object);
  out.dx = number_of(object, "dx", -farthest_wheel, farthest_wheel);
  out.dy = number_of(object, "dy", -farthest_wheel, farthest_wheel);
  out.modifiers = modifiers_of(object);
  return LiveWord(out);
}

Result<LiveWord> touch(const json::object& object) {
  using Kind = LiveTouch::Kind;
  static constexpr std::array<Word<Kind>, 4> words{
      {{"start", Kind::start}, {"move", Kind::move}, {"end", Kind::end}, {"cancel", Kind::cancel}}};
  const auto kind = kind_of(object, words);
  const json::value* fingers = member(object, "fingers");
  if (!kind || fingers == nullptr || !fingers->is_array() || fingers->get_array().size() > most_fingers)
    return unreadable;
  LiveTouch out;
  out.kind = *kind;
  for (const json::value& finger : fingers->get_array()) {
    if (!finger.is_object()) return unreadable;
    out.fingers.push_back({point_of(finger.get_object()), whole_of(finger.get_object(), "id", 1'000'000)});
  }
  out.modifiers = modifiers_of(object);
  return LiveWord(out);
}

Result<LiveWord> key(const json::object& object) {
  LiveKey out;
  out.is_down = flag_of(object, "down");
  out.repeats = flag_of(object, "repeats");
  out.key = text_of(object, "key", longest_key);
  out.code = text_of(object, "code", longest_key);
  out.text = text_of(object, "text", longest_written);
  out.number = whole_of(object, "number", 255);
  out.location = whole_of(object, "location", 3);
  out.modifiers = modifiers_of(object);
  if (out.key.empty()) return unreadable;
  return LiveWord(out);
}

Result<LiveWord> text(const json::object& object) {
  LiveText out;
  out.is_composing = flag_of(object, "composing");
  const json::value* said = member(object, "text");
  if (said == nullptr || !said->is_string()) return unreadable;
  out.text = said->get_string();
  return LiveWord(out);
}

Result<LiveWord> tab(const json::object& object) {
  using Kind = LiveTabWish::Kind;
  static constexpr std::array<Word<Kind>, 4> words{
      {{"open", Kind::open}, {"show", Kind::show}, {"close", Kind::close}, {"watch", Kind::watch}}};
  const auto kind = kind_of(object, words);
  LiveTabWish out;
  out.tab = text_of(object, "which", 64);
  const bool needs_tab = kind && (*kind == Kind::show || *kind == Kind::close);
  if (!kind || !is_target(out.tab) || (needs_tab && out.tab.empty())) return unreadable;
  out.kind = *kind;
  return LiveWord(out);
}

Result<LiveWord> navigation(const json::object& object) {
  using Kind = LiveNavigation::Kind;
  static constexpr std::array<Word<Kind>, 4> words{
      {{"go", Kind::go}, {"back", Kind::back}, {"forward", Kind::forward}, {"reload", Kind::reload}}};
  const auto kind = kind_of(object, words);
  if (!kind) return unreadable;
  LiveNavigation out;
  out.kind = *kind;
  out.url = text_of(object, "url", longest_address);
  return LiveWord(out);
}

Result<LiveWord> read_word(const json::object& object) {
  const std::string what = text_of(object, "t", 16);
  if (what == "seen") {
    const double number = number_of(object, "n", 0, 9e15);
    return LiveWord(LiveSeen{static_cast<std::uint64_t>(number)});
  }
  if (what == "mouse") return mouse(object);
  if (what == "wheel") return wheel(object);
  if (what == "touch") return touch(object);
  if (what == "key") return key(object);
  if (what == "text") return text(object);
  if (what == "copy") return LiveWord(LiveCopy{flag_of(object, "cuts")});
  if (what == "take") return LiveWord(LiveControlWish{true});
  if (what == "give") return LiveWord(LiveControlWish{false});
  if (what == "tab") return tab(object);
  if (what == "navigate") return navigation(object);
  return unreadable;
}

std::string message(json::object object) { return "S" + json::serialize(object); }
}  // namespace

Result<LiveMessage> parse_live(std::string_view text) {
  if (text.size() > live_message_limit) return unreadable;
  boost::system::error_code failure;
  const json::value value = json::parse(text, failure);
  if (failure || !value.is_object()) return unreadable;
  const json::object& object = value.get_object();
  auto word = read_word(object);
  if (!word) return word.error();
  LiveMessage out{text_of(object, "tab", 64), std::move(*word)};
  if (!is_target(out.tab)) return unreadable;
  return out;
}

Result<std::string> live_address(std::string_view typed) {
  while (!typed.empty() && static_cast<unsigned char>(typed.front()) <= ' ') typed.remove_prefix(1);
  while (!typed.empty() && static_cast<unsigned char>(typed.back()) <= ' ') typed.remove_suffix(1);
  if (typed.empty()) return Error{errc::invalid_argument, "no address was typed"};
  std::string address(typed);
  const std::size_t colon = address.find(':');
  // RFC 3986 3.1: view-source and chrome-extension are schemes too, and refused below.
  const auto is_scheme_letter = [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '+' || c == '-' || c == '.';
  };
  // "localhost:3000" is a host with its port, not a scheme.
  const bool has_port = colon != std::string::npos && colon + 1 < address.size() &&
                        std::isdigit(static_cast<unsigned char>(address[colon + 1])) != 0;
  const bool has_scheme =
      colon != std::string::npos && colon > 0 && !has_port &&
      std::isalpha(static_cast<unsigned char>(address.front())) != 0 &&
      std::all_of(address.begin(), address.begin() + static_cast<std::ptrdiff_t>(colon), is_scheme_letter);
  if (!has_scheme) {
    const std::string host = address.substr(0, address.find_first_of(":/?#"));
    const bool is_near = host == "localhost" || host.ends_with(".localhost") || host.starts_with("[") ||
                         (!host.empty() && host.find_first_not_of("0123456789.") == std::string::npos);
    address.insert(0, is_near ? "http://" : "https://");
  }
  if (cdp::is_forbidden_url(address))
    return Error{errc::forbidden, "addresses of this kind are not open here"};
  std::string scheme = address.substr(0, address.find(':'));
  for (char& c : scheme)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  for (const std::string_view open : {"http", "https", "about", "data"})
    if (scheme == open) return address;
  return Error{errc::forbidden, "addresses of this kind are not open here"};
}

std::string render_state(const LiveState& state) {
  json::object out;
  out["t"] = "state";
  out["viewer"] = state.viewer;
  out["may"] = state.may_control;
  out["holder"] = state.holder;
  out["viewers"] = state.viewers;
  out["shown"] = state.shown;
  out["watched"] = state.watched;
  out["pinned"] = state.is_pinned;
  out["only"] = state.is_only;
  json::array tabs;
  for (const LiveTab& tab : state.tabs)
    tabs.push_back({{"id", tab.id}, {"title", tab.title}, {"url", tab.url}});
  out["tabs"] = std::move(tabs);
  return message(std::move(out));
}

std::string render_picture(std::uint64_t number, std::string_view jpeg) {
  std::string out("P");
  for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>((number >> shift) & 0xffu);
  return out.append(jpeg);
}

std::string render_copied(std::string_view text, bool cuts) {
  return message({{"t", "copied"}, {"text", text}, {"cuts", cuts}});
}

std::string render_list(std::string_view said) {
  boost::system::error_code failure;
  const json::value value = json::parse(said.substr(0, live_message_limit), failure);
  if (failure || !value.is_object()) return {};
  const json::value* box = member(value.get_object(), "box");
  const json::value* options = member(value.get_object(), "options");
  if (box == nullptr || !box->is_array() || box->get_array().size() != 4) return {};
  if (options == nullptr || !options->is_array() || options->get_array().size() > most_options) return {};
  json::object out;
  out["t"] = "list";
  json::array sides;
  for (const json::value& side : box->get_array()) {
    const double share = side.is_number() ? side.to_number<double>() : 0;
    sides.emplace_back(std::isfinite(share) ? std::clamp(share, 0.0, 1.0) : 0.0);
  }
  out["box"] = std::move(sides);
  json::array list;
  for (const json::value& option : options->get_array()) {
    if (!option.is_object()) return {};
    const json::object& one = option.get_object();
    list.push_back({{"text", text_of(one, "text", longest_option)},
                    {"disabled", flag_of(one, "disabled")},
                    {"chosen", flag_of(one, "chosen")}});
  }
  out["options"] = std::move(list);
  return message(std::move(out));
}

std::string render_notice(std::string_view text) { return message({{"t", "notice"}, {"text", text}}); }

std::string render_over(std::string_view what, std::string_view reason) {
  return message({{"t", "over"}, {"what", what}, {"reason", reason}});
}

}  // namespace greenroom::session
