#include "page/keyboard.hpp"

#include <boost/json.hpp>

#include "page/keys.hpp"

namespace greenroom::page {

namespace {
constexpr int shift = 8;
constexpr std::string_view method = "Input.dispatchKeyEvent";

json::object key_event(std::string_view type, const Key& key, int modifiers) {
  json::object out;
  out["type"] = type;
  out["key"] = key.key;
  if (!key.code.empty()) out["code"] = key.code;
  out["windowsVirtualKeyCode"] = key.number;
  out["modifiers"] = modifiers;
  // With Control and the like a key commands and does not write.
  if (type == "keyDown" && !key.text.empty()) {
    out["text"] = key.text;
    out["unmodifiedText"] = key.text;
  }
  return out;
}

std::string_view down_type(const Key& key, int modifiers) {
  const bool writes = !key.text.empty() && (modifiers & ~shift) == 0;
  return writes ? "keyDown" : "rawKeyDown";
}
}  // namespace

Task<Result<void>> press_keys(Visit& visit, const std::string& keys) {
  auto parsed = parse_keys(keys);
  if (!parsed) co_return parsed.error();
  int modifiers = 0;
  for (const Key& key : *parsed) {
    modifiers |= key.modifier;
    visit.post(method, key_event(down_type(key, modifiers), key, modifiers));
  }
  Result<void> outcome;
  for (auto key = parsed->rbegin(); key != parsed->rend(); ++key) {
    modifiers &= ~key->modifier;
    if (key + 1 != parsed->rend()) {
      visit.post(method, key_event("keyUp", *key, modifiers));
      continue;
    }
    auto answer = co_await visit.call(method, key_event("keyUp", *key, modifiers));
    if (!answer) outcome = answer.error();
  }
  co_return outcome;
}

Task<Result<void>> insert_text(Visit& visit, const std::string& text) {
  json::object params;
  params["text"] = text;
  auto answer = co_await visit.call("Input.insertText", std::move(params));
  if (!answer) co_return answer.error();
  co_return Result<void>();
}

}  // namespace greenroom::page
