#include "api/stagehand/cache.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include <boost/json.hpp>

#include "api/json_fields.hpp"
#include "base/crypto.hpp"

namespace greenroom::api::stagehand {

using base::errc;
using base::Error;
using base::Result;

namespace {
constexpr std::size_t longest_value = 1024 * 1024;  // bytes of JSON text
constexpr std::int64_t highest_threshold = 1'000'000;
constexpr std::int64_t most_tokens = 1'000'000'000;

/// Members in the order of their names, all the way down: a client's order means nothing.
json::value sorted(const json::value& value) {
  if (value.is_array()) {
    json::array out;
    for (const json::value& item : value.get_array()) out.push_back(sorted(item));
    return out;
  }
  if (!value.is_object()) return value;
  std::vector<std::string_view> names;
  for (const auto& member : value.get_object()) names.push_back(member.key());
  std::sort(names.begin(), names.end());
  json::object out;
  for (const std::string_view name : names) out[name] = sorted(value.get_object().at(name));
  return out;
}

/// Of what Chromium calls an AXValue, only what a reader would see.
json::value plain(const json::object& node, std::string_view name) {
  const json::value* member = node.if_contains(name);
  const json::object* wrapped = member != nullptr ? member->if_object() : nullptr;
  const json::value* value = wrapped != nullptr ? wrapped->if_contains("value") : nullptr;
  return value != nullptr ? sorted(*value) : json::value();
}

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// One frame's nodes. Numbers of nodes become their places in the list.
json::array outline_of(const json::array& nodes, const json::value* focused, json::array& focus,
                       std::size_t frame) {
  std::map<std::string, std::size_t, std::less<>> places;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (const json::object* node = nodes[i].if_object()) places.emplace(text_of(*node, "nodeId"), i);
  json::array out;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const json::object* node = nodes[i].if_object();
    if (node == nullptr) continue;
    const json::value* ignored = node->if_contains("ignored");
    json::array line{ignored != nullptr ? *ignored : json::value(), plain(*node, "role"),
                     plain(*node, "name"), plain(*node, "description"), plain(*node, "value")};
    json::array properties;
    if (const json::value* list = node->if_contains("properties"); list != nullptr && list->is_array())
      for (const json::value& item : list->get_array())
        if (const json::object* property = item.if_object())
          properties.push_back(json::array{text_of(*property, "name"), plain(*property, "value")});
    line.push_back(std::move(properties));
    json::array children;
    if (const json::value* list = node->if_contains("childIds"); list != nullptr && list->is_array())
      for (const json::value& child : list->get_array()) {
        const auto place = child.is_string() ? places.find(child.get_string()) : places.end();
        children.push_back(place != places.end() ? json::value(place->second) : json::value());
      }
    line.push_back(std::move(children));
    out.push_back(std::move(line));
    const json::value* backend = node->if_contains("backendDOMNodeId");
    if (focused != nullptr && backend != nullptr && *backend == *focused) focus = {frame, i};
  }
  return out;
}

json::array tree_of(const json::object& tree) {
  json::array out, focus;
  const std::string root = text_of(tree, "rootFrameId");
  const json::value* frames = tree.if_contains("frames");
  if (frames != nullptr && frames->is_array()) {
    std::size_t number = 0;
    for (const json::value& item : frames->get_array()) {
      const json::object* frame = item.if_object();
      const json::value* nodes = frame != nullptr ? frame->if_contains("axNodes") : nullptr;
      if (nodes == nullptr || !nodes->is_array()) continue;
      out.push_back(text_of(*frame, "frameId") == root);
      out.push_back(outline_of(nodes->get_array(), tree.if_contains("focusBackendNodeId"), focus, number++));
    }
  }
  out.push_back(std::move(focus));
  return out;
}

/// The values of variables as they would stand in a text: "secret", or {"value":"secret"}.
std::vector<std::string> secrets_of(const json::object& variables) {
  std::vector<std::string> out;
  for (const auto& member : variables) {
    const json::value* value = &member.value();
    if (const json::object* wrapped = value->if_object()) value = wrapped->if_contains("value");
    if (value == nullptr || value->is_null() || value->is_bool()) continue;
    const std::string text = value->is_string() ? std::string(value->get_string()) : json::serialize(*value);
    // As it would stand inside a JSON text, without the quotes around it.
    const std::string quoted = json::serialize(json::string(text));
    if (!text.empty()) out.push_back(quoted.substr(1, quoted.size() - 2));
  }
  return out;
}

/// What was asked for, of what decides the answer.
json::object question_of(const json::object& data, CacheRequest& out, std::vector<std::string>& secrets,
                         FieldReader& fields) {
  json::object question = data;
  const json::value* options = data.if_contains("options");
  question.erase("options");
  if (options == nullptr || !options->is_object()) return question;
  FieldReader reader(options->get_object(), "body/data/options");
  out.threshold = reader.integer("cacheThreshold", 1, highest_threshold).value_or(1);
  fields.fail(reader);
  json::object rest = options->get_object();
  for (const std::string_view name : {"cacheThreshold", "timeout", "model"}) rest.erase(name);
  // A picture is not part of the outline.
  const json::value* picture = rest.if_contains("screenshot");
  if (picture != nullptr && *picture != json::value(false) && !picture->is_null()) out.skipped = "screenshot";
  if (const json::value* variables = rest.if_contains("variables");
      variables != nullptr && variables->is_object()) {
    secrets = secrets_of(variables->get_object());
    json::array names;
    for (const auto& member : variables->get_object()) names.push_back(json::string(member.key()));
    std::sort(names.begin(), names.end(),
              [](const json::value& a, const json::value& b) { return a.get_string() < b.get_string(); });
    rest["variables"] = std::move(names);
  }
  if (!rest.empty()) question["options"] = std::move(rest);
  return question;
}

bool holds_nothing(const json::value& value) {
  return value.is_null() || (value.is_array() && value.get_array().empty());
}

void read_value(const json::object& body, const std::vector<std::string>& secrets, FieldReader& fields,
                CacheRequest& out) {
  const json::value* value = body.if_contains("value");
  if (value == nullptr) return fields.fail("body must have required property 'value'");
  if (holds_nothing(*value)) out.skipped = "empty_array";
  out.value = json::serialize(*value);
  if (out.value.size() > longest_value) out.skipped = "payload_too_large";
  for (const std::string& secret : secrets)
    if (out.value.find(secret) != std::string::npos) out.skipped = "variables";
  const json::object* usage = fields.object("llmUsage");
  if (usage == nullptr) return;
  FieldReader reader(*usage, "body/llmUsage");
  out.input_tokens = reader.integer("inputTokens", 0, most_tokens).value_or(0);
  out.output_tokens = reader.integer("outputTokens", 0, most_tokens).value_or(0);
  fields.fail(reader);
}
}  // namespace

std::string with_sorted_query(std::string_view url) {
  const std::size_t fragment = std::min(url.find('#'), url.size());
  const std::size_t query = url.find('?');
  if (query >= fragment) return std::string(url);
  std::vector<std::string_view> parts;
  std::string_view rest = url.substr(query + 1, fragment - query - 1);
  for (;;) {
    const std::size_t end = std::min(rest.find('&'), rest.size());
    parts.push_back(rest.substr(0, end));
    if (end == rest.size()) break;
    rest.remove_prefix(end + 1);
  }
  std::stable_sort(parts.begin(), parts.end());
  std::string out(url.substr(0, query + 1));
  for (std::size_t i = 0; i < parts.size(); ++i) out += (i == 0 ? "" : "&") + std::string(parts[i]);
  return out + std::string(url.substr(fragment));
}

Result<CacheRequest> parse_cache_request(std::string_view body, bool has_value) {
  auto sent = parse_body(body);
  if (!sent) return sent.error();
  FieldReader fields(*sent, "body");
  const auto method = fields.choice("method", {"act", "observe", "extract"});
  const auto url = fields.text("url");
  const json::object* tree = fields.object("cdpTree");
  const json::object* data = fields.object("data");
  CacheRequest out;
  if (!fields.error() && (!method || !url || tree == nullptr || data == nullptr))
    fields.fail("body must have method, url, cdpTree and data");
  if (fields.error()) return *fields.error();
  std::vector<std::string> secrets;
  const json::object question = question_of(*data, out, secrets, fields);
  if (has_value) read_value(*sent, secrets, fields, out);
  if (fields.error()) return *fields.error();
  const json::array all{*method, with_sorted_query(*url), sorted(question), tree_of(*tree)};
  out.key = base::to_hex(base::sha256(json::serialize(all)));
  return out;
}

}  // namespace greenroom::api::stagehand
