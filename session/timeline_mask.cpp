#include "session/timeline_mask.hpp"

#include <algorithm>
#include <array>

#include <boost/json.hpp>

namespace greenroom::session {

namespace json = boost::json;

namespace {
constexpr std::size_t text_limit = 8 * 1024;     // of one string: data: URLs can be megabytes
constexpr std::size_t event_limit = 256 * 1024;  // of one event, before it is looked into

constexpr std::array kept = {
    std::string_view("Network.requestWillBeSent"),
    std::string_view("Network.requestServedFromCache"),
    std::string_view("Network.responseReceived"),
    std::string_view("Network.loadingFinished"),
    std::string_view("Network.loadingFailed"),
    std::string_view("Network.webSocketCreated"),
    std::string_view("Network.webSocketClosed"),
    std::string_view("Page.frameNavigated"),
    std::string_view("Page.navigatedWithinDocument"),
    std::string_view("Page.javascriptDialogOpening"),
    std::string_view("Page.javascriptDialogClosed"),
    std::string_view("Page.domContentEventFired"),
    std::string_view("Page.loadEventFired"),
    std::string_view("Page.downloadWillBegin"),
    std::string_view("Page.downloadProgress"),
    std::string_view("Inspector.targetCrashed"),
    std::string_view("Runtime.consoleAPICalled"),
    std::string_view("Runtime.exceptionThrown"),
    std::string_view("Log.entryAdded"),
};

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

bool is_secret_header(std::string_view name) {
  const std::string plain = lower(name);
  for (const std::string_view word : {"cookie", "authorization", "api-key", "apikey", "token", "secret"})
    if (plain.find(word) != std::string::npos) return true;
  return false;
}

// Members whose whole value is a secret or holds one: bodies may carry passwords, raw header texts carry
// cookies.
bool is_secret_member(std::string_view name) {
  for (const std::string_view word :
       {"postData", "postDataEntries", "headersText", "requestHeadersText", "associatedCookies",
        "blockedCookies", "exemptedCookies", "defaultPrompt", "userInput", "securityDetails", "initiator",
        "signedExchangeInfo"})
    if (name == word) return true;
  return false;
}

void clean(json::value& value, int depth);

void clean_headers(json::object& headers) {
  for (auto& item : headers) {
    // Values are texts. In anything else nobody would look for secrets.
    if (is_secret_header(item.key()) || !item.value().is_string())
      item.value() = "[masked]";
    else
      clean(item.value(), 1);
  }
}

void clean(json::value& value, int depth) {
  if (depth > 32) {
    value = nullptr;
  } else if (value.is_string()) {
    json::string& text = value.get_string();
    if (text.size() > text_limit) {
      text.resize(text_limit);
      // Not in the middle of a UTF-8 sequence.
      while (!text.empty() && (static_cast<unsigned char>(text.back()) & 0xC0u) == 0x80u) text.pop_back();
      if (!text.empty() && (static_cast<unsigned char>(text.back()) & 0x80u) != 0) text.pop_back();
    }
  } else if (value.is_array()) {
    for (json::value& item : value.get_array()) clean(item, depth + 1);
  } else if (value.is_object()) {
    json::object& object = value.get_object();
    for (auto item = object.begin(); item != object.end();) {
      if (is_secret_member(item->key())) {
        item = object.erase(item);
        continue;
      }
      if ((item->key() == "headers" || item->key() == "requestHeaders") && item->value().is_object())
        clean_headers(item->value().get_object());
      else
        clean(item->value(), depth + 1);
      ++item;
    }
  }
}
}  // namespace

std::optional<std::string> masked_params(std::string_view method, std::string_view params) {
  if (std::find(kept.begin(), kept.end(), method) == kept.end()) return std::nullopt;
  if (params.size() > event_limit) return "{\"greenroom\":\"left out: too large\"}";
  boost::system::error_code failure;
  json::value value = json::parse(params.empty() ? std::string_view("{}") : params, failure);
  if (failure || !value.is_object()) return std::nullopt;
  if (method == "Page.downloadProgress") {
    // How it ended; the way there is a message every few milliseconds.
    const json::value* state = value.get_object().if_contains("state");
    if (state == nullptr || *state == "inProgress") return std::nullopt;
  }
  clean(value, 0);
  return json::serialize(value);
}

}  // namespace greenroom::session
