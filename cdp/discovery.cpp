#include "cdp/discovery.hpp"

namespace greenroom::cdp {

namespace {
std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}
}  // namespace

std::vector<TargetInfo> read_targets(const json::object& result) {
  std::vector<TargetInfo> out;
  const json::value* list = result.if_contains("targetInfos");
  if (list == nullptr || !list->is_array()) return out;
  for (const json::value& item : list->get_array()) {
    if (!item.is_object()) continue;
    const json::object& object = item.get_object();
    TargetInfo target{text_of(object, "targetId"), text_of(object, "type"), text_of(object, "title"),
                      text_of(object, "url"), false};
    const json::value* attached = object.if_contains("attached");
    target.attached = attached != nullptr && attached->is_bool() && attached->get_bool();
    // "tab" wraps each page, "browser_ui" paints Chromium's own menus: neither is a page of the user's.
    if (target.type != "browser_ui" && target.type != "tab" && target.type != "browser")
      out.push_back(target);
  }
  return out;
}

json::object version_body(const json::object& version, std::string_view websocket_url) {
  json::object out;
  out["Browser"] = text_of(version, "product");
  out["Protocol-Version"] = text_of(version, "protocolVersion");
  out["User-Agent"] = text_of(version, "userAgent");
  out["V8-Version"] = text_of(version, "jsVersion");
  // As Chromium itself has it: the frozen version of its engine, then what it was built from. Drivers read
  // it.
  out["WebKit-Version"] = "537.36 (" + text_of(version, "revision") + ")";
  out["webSocketDebuggerUrl"] = websocket_url;
  return out;
}

json::array list_body(const std::vector<TargetInfo>& targets,
                      const std::function<std::string(std::string_view)>& link) {
  json::array out;
  for (const TargetInfo& target : targets) {
    json::object item;
    item["description"] = "";
    item["devtoolsFrontendUrl"] = "";
    item["id"] = target.id;
    item["title"] = target.title;
    item["type"] = target.type;
    item["url"] = target.url;
    item["webSocketDebuggerUrl"] = link(target.id);
    out.push_back(std::move(item));
  }
  return out;
}

}  // namespace greenroom::cdp
