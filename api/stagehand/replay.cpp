#include "api/stagehand/replay.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <boost/json.hpp>

#include "api/answers.hpp"

namespace greenroom::api::stagehand {

namespace {
constexpr std::size_t kept_text = 32 * 1024;  // bytes of one text of a result
constexpr int deepest = 16;

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

std::int64_t number_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_int64() ? value->get_int64() : 0;
}

/// Members that hold credentials for a model, or headers and options that may.
bool is_credential(std::string_view name) {
  constexpr std::array<std::string_view, 5> names = {"apiKey", "modelApiKey", "headers", "auth",
                                                     "providerOptions"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Takes keys out and cuts texts, at any depth. What is left empty by that goes too.
void redact(json::value& value, int depth) {
  if (json::string* text = value.if_string(); text != nullptr && text->size() > kept_text) {
    std::size_t end = kept_text;
    while (end > 0 && (static_cast<unsigned char>((*text)[end]) & 0xC0u) == 0x80u) --end;
    text->resize(end);
    text->append("…");
  }
  if (json::array* list = value.if_array())
    for (json::value& item : *list) redact(item, depth + 1);
  json::object* object = value.if_object();
  if (object == nullptr) return;
  if (depth > deepest) return object->clear();
  json::object out;
  for (auto& item : *object) {
    if (is_credential(item.key())) continue;
    const bool was_empty = item.value().is_object() && item.value().get_object().empty();
    redact(item.value(), depth + 1);
    const bool is_empty = item.value().is_object() && item.value().get_object().empty();
    if (!is_empty || was_empty) out[item.key()] = std::move(item.value());
  }
  *object = std::move(out);
}

json::object* inner(json::object& object, std::string_view name) {
  json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_object() : nullptr;
}

void hide_variables(json::object& options) {
  json::object* variables = inner(options, "variables");
  if (variables == nullptr) return;
  for (auto& item : *variables) item.value() = "redacted";
}

void set_arguments(json::value& action, const json::array& arguments) {
  if (json::object* object = action.if_object(); object != nullptr && object->contains("arguments"))
    (*object)["arguments"] = arguments;
}
}  // namespace

json::object to_json(const NotedCall& call) {
  json::object out;
  out["method"] = call.method;
  out["parameters"] = call.parameters;
  out["result"] = call.result;
  out["url"] = call.url;
  out["startedAt"] = epoch_ms(call.started);
  out["endedAt"] = epoch_ms(call.ended);
  return out;
}

json::object parameters_of(std::string_view method, const json::object& body) {
  json::value kept = body;
  json::object& object = kept.get_object();
  object.erase("frameId");
  object.erase("streamResponse");
  if (json::object* options = inner(object, "options")) hide_variables(*options);
  if (method == "navigate") {
    // {url, …options}
    json::value options = object.contains("options") ? object.at("options") : json::value();
    object.erase("options");
    if (const json::object* members = options.if_object())
      for (const auto& item : *members) object.insert_or_assign(item.key(), item.value());
  }
  redact(kept, 0);
  return std::move(kept.get_object());
}

void hide_arguments(json::object& parameters) {
  static const json::array hidden{"redacted"};
  if (json::value* input = parameters.if_contains("input")) set_arguments(*input, hidden);
}

json::value redacted_result(json::value result, const json::object& body, bool hides_arguments) {
  redact(result, 0);
  json::object* object = result.if_object();
  json::value* actions = object != nullptr ? object->if_contains("actions") : nullptr;
  if (actions == nullptr || !actions->is_array()) return result;
  json::array hidden;
  const json::value* options = body.if_contains("options");
  const json::object* named = options != nullptr ? options->if_object() : nullptr;
  const json::value* variables = named != nullptr ? named->if_contains("variables") : nullptr;
  if (variables != nullptr && variables->is_object())
    for (const auto& item : variables->get_object())
      hidden.emplace_back(std::string(item.key()) + ":redacted");
  if (hidden.empty() && hides_arguments) hidden.emplace_back("redacted");
  if (hidden.empty()) return result;
  for (json::value& action : actions->get_array()) set_arguments(action, hidden);
  return result;
}

std::string page_key(std::string_view url) {
  constexpr std::string_view nowhere = "about:blank";
  if (url.empty()) return std::string(nowhere);
  const std::size_t scheme = url.find(':');
  if (scheme == url.npos) return std::string(url);  // no address at all
  if (url.substr(scheme, 3) != "://") return std::string(nowhere);
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const std::size_t at = host.rfind('@'); at != host.npos) host.remove_prefix(at + 1);
  // A colon inside brackets is an address's own.
  const std::size_t port = host.find(':', host.starts_with('[') ? std::min(host.find(']'), host.size()) : 0);
  host = host.substr(0, port);
  return host.empty() ? std::string(nowhere) : std::string(host);
}

namespace {
/// A row of the answer before it has found its page.
struct Row {
  std::string url;
  json::object action;
  std::int64_t at = 0;
};

struct Verb {
  std::string_view method;  ///< CDP
  std::string_view word;
};
/// What a client's command does. Of those that are not here a replay tells nothing.
constexpr std::array verbs = {
    Verb{"Page.navigate", "navigate"},
    Verb{"Page.reload", "cdp:reload"},
    Verb{"Page.navigateToHistoryEntry", "cdp:history"},
    Verb{"Page.setDocumentContent", "cdp:setContent"},
    Verb{"Page.handleJavaScriptDialog", "cdp:dialog"},
    Verb{"Page.close", "cdp:closePage"},
    Verb{"Input.dispatchKeyEvent", "cdp:key"},
    Verb{"Input.dispatchTouchEvent", "cdp:touch"},
    Verb{"Input.dispatchDragEvent", "cdp:drop"},
    Verb{"Input.insertText", "cdp:type"},
    Verb{"Input.synthesizeScrollGesture", "cdp:scroll"},
    Verb{"Input.synthesizeTapGesture", "cdp:touch"},
    Verb{"DOM.setFileInputFiles", "cdp:upload"},
    Verb{"Target.createTarget", "cdp:newPage"},
    Verb{"Target.closeTarget", "cdp:closePage"},
};

std::string_view verb_of(std::string_view method, const json::object& params) {
  if (method == "Input.dispatchMouseEvent")
    return text_of(params, "type") == "mouseWheel" ? "cdp:scroll" : "cdp:click";
  for (const Verb& verb : verbs)
    if (verb.method == method) return verb.word;
  return {};
}

bool tells_something(std::string_view method) {
  return method == noted_call || method == "Page.frameNavigated" || method == "Input.dispatchMouseEvent" ||
         std::any_of(verbs.begin(), verbs.end(), [&](const Verb& verb) { return verb.method == method; });
}

/// Follows where each page is while the history is read.
class HistoryReader {
 public:
  std::vector<Row> read(const std::vector<LogEvent>& history) {
    for (const LogEvent& event : history) {
      if (!tells_something(event.method)) continue;  // before it is parsed: most are network events
      boost::system::error_code failure;
      const json::value parsed = json::parse(event.params, failure);
      if (failure || !parsed.is_object()) continue;
      const json::object& params = parsed.get_object();
      if (event.method == noted_call)
        add_call(params);
      else if (event.method == "Page.frameNavigated")
        follow(event, params);
      else if (const std::string_view verb = verb_of(event.method, params); !verb.empty())
        add_command(event, verb, params);
    }
    // A call is noted when it is over, and belongs where it began.
    std::stable_sort(rows_.begin(), rows_.end(), [](const Row& a, const Row& b) { return a.at < b.at; });
    return std::move(rows_);
  }

 private:
  void follow(const LogEvent& event, const json::object& params) {
    const json::value* frame = params.if_contains("frame");
    const json::object* object = frame != nullptr ? frame->if_object() : nullptr;
    if (object == nullptr || object->contains("parentId")) return;
    urls_[event.target] = text_of(*object, "url");
  }

  void add_call(const json::object& noted) {
    Row row;
    row.url = text_of(noted, "url");
    row.at = number_of(noted, "startedAt");
    const std::string method = text_of(noted, "method");
    json::object& action = row.action;
    action["method"] = method;
    action["parameters"] =
        noted.contains("parameters") ? noted.at("parameters") : json::value(json::object());
    const json::value* result = noted.if_contains("result");
    const bool has_result = result != nullptr && (result->is_object() || result->is_array());
    action["result"] = has_result ? *result : json::value(json::object());
    action["timestamp"] = row.at;
    action["endTime"] = number_of(noted, "endedAt");
    const bool counts = method == "act" || method == "extract" || method == "observe";
    if (counts && has_result) {
      // Nothing here has asked a model.
      json::object usage;
      usage["inputTokens"] = 0;
      usage["outputTokens"] = 0;
      usage["timeMs"] = 0;
      action["tokenUsage"] = std::move(usage);
    }
    rows_.push_back(std::move(row));
  }

  void add_command(const LogEvent& event, std::string_view verb, const json::object& params) {
    Row row;
    row.at = event.at_ms;
    row.url = verb == "navigate" ? text_of(params, "url") : urls_[event.target];
    json::object& action = row.action;
    action["method"] = verb;
    action["parameters"] = params;
    action["result"] = json::object();
    action["timestamp"] = event.at_ms;
    action["endTime"] = event.at_ms;
    rows_.push_back(std::move(row));
  }

  std::map<std::string, std::string> urls_;  // by target
  std::vector<Row> rows_;
};

json::object new_page(const std::string& key, std::int64_t at) {
  json::object page;
  page["url"] = key;
  page["timestamp"] = at;
  page["duration"] = 0;
  page["actions"] = json::array();
  return page;
}
}  // namespace

json::object render_replay(const std::vector<LogEvent>& history, const session::SessionView& view) {
  json::array pages;
  std::string key;
  for (Row& row : HistoryReader().read(history)) {
    const std::string its = row.url.empty() && !pages.empty() ? key : page_key(row.url);
    if (!pages.empty()) {
      json::object& last = pages.back().get_object();
      last["duration"] = row.at - last.at("timestamp").get_int64();
    }
    if (pages.empty() || its != key) pages.push_back(new_page(its, row.at));
    key = its;
    pages.back().get_object().at("actions").get_array().push_back(std::move(row.action));
  }
  json::object out;
  out["pages"] = std::move(pages);
  const json::value* language = view.echo ? view.echo->if_contains("clientLanguage") : nullptr;
  if (language != nullptr && language->is_string()) out["clientLanguage"] = *language;
  return out;
}

}  // namespace greenroom::api::stagehand
