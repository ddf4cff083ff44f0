#include "cdp/page_script.hpp"

#include <utility>

#include <boost/json.hpp>

namespace greenroom::cdp {

using base::Result;

json::object attach_without_waiting() {
  json::object params;
  params["autoAttach"] = true;
  params["waitForDebuggerOnStart"] = false;
  params["flatten"] = true;
  return params;
}

void make_isolated_world(Line& line, const std::string& session, std::string_view frame,
                         std::string_view name, std::function<void(std::int64_t)> then) {
  json::object world;
  world["frameId"] = frame;
  world["worldName"] = name;
  auto made = [then = std::move(then)](const Result<json::object>& answer) {
    const json::value* id = answer ? answer->if_contains("executionContextId") : nullptr;
    if (id != nullptr && id->is_int64()) then(id->get_int64());
  };
  line.ask("Page.createIsolatedWorld", world, session, std::move(made));
}

void ask_world(Line& line, const std::string& session, std::int64_t world, std::string_view expression,
               std::function<void(std::string_view)> then) {
  json::object params;
  params["contextId"] = world;
  params["awaitPromise"] = true;
  params["returnByValue"] = true;
  params["silent"] = true;
  params["expression"] = expression;
  auto said = [then = std::move(then)](const Result<json::object>& answer) {
    const json::value* result = answer ? answer->if_contains("result") : nullptr;
    const json::object* object = result != nullptr ? result->if_object() : nullptr;
    const json::value* value = object != nullptr ? object->if_contains("value") : nullptr;
    if (value != nullptr && value->is_string()) then(value->get_string());
  };
  line.ask("Runtime.evaluate", params, session, std::move(said));
}

}  // namespace greenroom::cdp
