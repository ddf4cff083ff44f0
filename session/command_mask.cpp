// The half of timeline_mask.hpp that reads clients' commands.
#include <array>

#include <boost/json.hpp>

#include "cdp/client_rules.hpp"
#include "cdp/envelope.hpp"
#include "session/timeline_mask.hpp"

namespace greenroom::session {

namespace json = boost::json;

namespace {
constexpr std::size_t params_limit = 1024 * 1024;  // a larger command is named without its parameters
constexpr std::size_t command_text_limit = 8 * 1024;

// Input.dispatchKeyEvent's modifiers: Alt, Control and Meta. Shift alone still writes.
constexpr std::int64_t commanding = 1 | 2 | 4;

/// Copies members that hold no secret, their texts cut.
json::object only(const json::object& params, std::initializer_list<std::string_view> names) {
  json::object out;
  for (const std::string_view name : names) {
    const json::value* value = params.if_contains(name);
    if (value == nullptr || value->is_object() || value->is_array()) continue;
    out[name] = *value;
    if (json::string* text = out[name].if_string(); text != nullptr && text->size() > command_text_limit)
      out[name] = "[left out: too long]";
  }
  return out;
}

std::string_view text_of(const json::object& params, std::string_view name) {
  const json::value* value = params.if_contains(name);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : std::string_view();
}

std::size_t characters(std::string_view utf8) {
  std::size_t count = 0;
  for (const char c : utf8) count += (static_cast<unsigned char>(c) & 0xC0u) != 0x80u ? 1u : 0u;
  return count;
}

std::size_t items(const json::object& params, std::string_view name) {
  const json::value* value = params.if_contains(name);
  return value != nullptr && value->is_array() ? value->get_array().size() : 0;
}

/// "Enter", "ArrowLeft", "F5": DOM names of keys are ASCII words; what a key writes is one character.
bool is_key_name(std::string_view key) {
  if (key.size() < 2 || key[0] < 'A' || key[0] > 'Z') return false;
  for (const char c : key)
    if (!(c >= 'A' && c <= 'Z') && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9')) return false;
  return true;
}

std::optional<json::object> key_event(const json::object& params) {
  const std::string_view type = text_of(params, "type");
  if (type != "keyDown" && type != "rawKeyDown") return std::nullopt;
  json::object out = only(params, {"type", "modifiers", "autoRepeat"});
  const std::string_view key = text_of(params, "key");
  const json::value* modifiers = params.if_contains("modifiers");
  const bool commands =
      modifiers != nullptr && modifiers->is_int64() && (modifiers->get_int64() & commanding) != 0;
  const bool is_ascii = key.size() == 1;
  if (is_key_name(key) || (commands && is_ascii))
    out["key"] = key;
  else
    out["characters"] = std::max<std::size_t>(1, characters(text_of(params, "text")));
  return out;
}

std::optional<json::object> mouse_event(const json::object& params) {
  const std::string_view type = text_of(params, "type");
  if (type != "mousePressed" && type != "mouseWheel") return std::nullopt;
  return only(params, {"type", "x", "y", "button", "clickCount", "modifiers", "deltaX", "deltaY"});
}

std::optional<json::object> touch_event(const json::object& params) {
  if (text_of(params, "type") != "touchStart") return std::nullopt;
  json::object out = only(params, {"type", "modifiers"});
  json::array points;
  if (const json::value* given = params.if_contains("touchPoints"); given != nullptr && given->is_array())
    for (const json::value& point : given->get_array())
      if (point.is_object()) points.push_back(only(point.get_object(), {"x", "y"}));
  out["touchPoints"] = std::move(points);
  return out;
}

std::optional<json::object> input(std::string_view method, const json::object& params) {
  if (method == "Input.dispatchKeyEvent") return key_event(params);
  if (method == "Input.dispatchMouseEvent") return mouse_event(params);
  if (method == "Input.dispatchTouchEvent") return touch_event(params);
  if (method == "Input.dispatchDragEvent") {
    if (text_of(params, "type") != "drop") return std::nullopt;
    return only(params, {"type", "x", "y"});
  }
  if (method == "Input.insertText") {
    json::object out;
    out["characters"] = characters(text_of(params, "text"));
    return out;
  }
  return only(params, {"x", "y", "xDistance", "yDistance", "tapCount", "duration"});
}

json::object other(std::string_view method, const json::object& params) {
  json::object out;
  if (method == "DOM.setFileInputFiles" || method == "Page.handleFileChooser") {
    out["files"] = items(params, "files");
  } else if (method.ends_with("Cookies")) {
    out["cookies"] = items(params, "cookies");
  } else if (method == "Page.setDocumentContent") {
    out["characters"] = characters(text_of(params, "html"));
  } else if (method == "Page.handleJavaScriptDialog") {
    out = only(params, {"accept"});
  } else {
    out = only(params, {"url", "frameId", "referrer", "transitionType", "entryId", "ignoreCache", "targetId",
                        "newWindow", "background", "browserContextId", "width", "height", "deviceScaleFactor",
                        "mobile"});
  }
  return out;
}
}  // namespace

std::optional<std::string> masked_command(std::string_view method, std::string_view params) {
  if (!cdp::is_observed_command(method)) return std::nullopt;
  // The commonest ones are looked at before anything is parsed: a mouse may move a thousand times a second.
  if (method == "Input.dispatchMouseEvent") {
    const std::string_view type = cdp::plain_string(cdp::member(params, "type"));
    if (type == "mouseMoved" || type == "mouseReleased") return std::nullopt;
  }
  if (params.size() > params_limit) return "{}";
  boost::system::error_code failure;
  const json::value value = json::parse(params.empty() ? std::string_view("{}") : params, failure);
  if (failure || !value.is_object()) return std::nullopt;
  if (!method.starts_with("Input.")) return json::serialize(other(method, value.get_object()));
  const auto kept = input(method, value.get_object());
  if (!kept) return std::nullopt;
  return json::serialize(*kept);
}

std::string_view kind_of(std::string_view method) {
  // What an API did in a page holds texts and arguments: whoever may look at a recording may not read those.
  if (method == "api.call") return "command";
  // It names a host, which a link to a recording must not open, as it opens markers.
  if (method == "network.refused") return "event";
  if (!method.empty() && method[0] >= 'a' && method[0] <= 'z') return "marker";
  return cdp::is_observed_command(method) ? "command" : "event";
}

}  // namespace greenroom::session
