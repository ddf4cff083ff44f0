#include "api/stagehand/parse.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <boost/json.hpp>

#include "api/json_fields.hpp"

namespace greenroom::api::stagehand {

using base::errc;
using base::Error;
using base::Result;
using session::Deed;

namespace {
constexpr double longest_timeout = 600'000;  // milliseconds
constexpr std::size_t longest_argument = 1024 * 1024;

Error missing(std::string_view name) {
  return Error{errc::invalid_argument, "body/" + std::string(name) + " is required"};
}

std::optional<base::Milliseconds> timeout_of(FieldReader& fields) {
  const auto given = fields.number("timeout", 0, 1e12);
  if (!given || *given < 1) return std::nullopt;  // none, or none wanted: the usual bound stays
  return base::Milliseconds(static_cast<std::int64_t>(std::min(*given, longest_timeout)));
}

/// Members of `options`, or of nothing.
FieldReader options_of(FieldReader& fields) {
  static const json::object none;
  const json::object* options = fields.object("options");
  return FieldReader(options != nullptr ? *options : none, "body/options");
}

std::string text_of(const json::value& value) {
  if (value.is_string()) return std::string(value.get_string());
  return json::serialize(value);
}

/// Values of variables by name; each is plain or {value, description}.
Result<std::vector<std::pair<std::string, std::string>>> variables_of(FieldReader& options) {
  std::vector<std::pair<std::string, std::string>> out;
  const json::object* variables = options.object("variables");
  if (options.error()) return *options.error();
  if (variables == nullptr) return out;
  for (const auto& item : *variables) {
    const json::value* value = &item.value();
    if (const json::object* described = value->if_object()) value = described->if_contains("value");
    if (value == nullptr || value->is_object() || value->is_array() || value->is_null())
      return Error{errc::invalid_argument, "body/options/variables/" + std::string(item.key()) +
                                               " must be a string, number or boolean"};
    out.emplace_back("%" + std::string(item.key()) + "%", text_of(*value));
  }
  return out;
}

/// False when the text would become too long.
bool replace_all(std::string& text, const std::string& what, const std::string& by, bool& found) {
  std::string out;
  std::size_t from = 0;
  for (std::size_t at = text.find(what); at != text.npos; at = text.find(what, from)) {
    out.append(text, from, at - from).append(by);
    from = at + what.size();
    found = true;
    if (out.size() > longest_argument) return false;
  }
  out.append(text, from);
  text = std::move(out);
  return text.size() <= longest_argument;
}

Result<Action> read_action(const json::object& given, FieldReader& options) {
  FieldReader fields(given, "body/input");
  Action out;
  out.given = given;
  const auto selector = fields.text("selector");
  const auto description = fields.text("description");
  out.method = fields.text("method").value_or("");
  const json::array* arguments = fields.array("arguments");
  if (fields.error()) return *fields.error();
  if (!selector) return missing("input/selector");
  if (!description) return missing("input/description");
  out.selector = *selector;
  for (std::size_t i = 0; arguments != nullptr && i < arguments->size(); ++i) {
    const json::string* text = (*arguments)[i].if_string();
    if (text == nullptr)
      return Error{errc::invalid_argument, "body/input/arguments/" + std::to_string(i) + " must be string"};
    out.arguments.emplace_back(*text);
  }
  auto variables = variables_of(options);
  if (!variables) return variables.error();
  for (std::string& argument : out.arguments)
    for (const auto& [name, value] : *variables)
      if (!replace_all(argument, name, value, out.has_secrets))
        return Error{errc::invalid_argument, "body/input/arguments must not be longer than 1 MiB"};
  return out;
}

struct Named {
  std::string_view method;
  Deed deed;
};
constexpr std::array methods = {
    Named{"click", Deed::click},
    Named{"doubleClick", Deed::double_click},
    Named{"dblclick", Deed::double_click},
    Named{"tap", Deed::tap},
    Named{"hover", Deed::hover},
    Named{"fill", Deed::fill},
    Named{"type", Deed::type},
    Named{"press", Deed::press},
    Named{"selectOptionFromDropdown", Deed::select_option},
    Named{"selectOption", Deed::select_option},
    Named{"scrollTo", Deed::scroll_to},
    Named{"scroll", Deed::scroll_to},
    Named{"scrollByPixelOffset", Deed::scroll_by},
    Named{"scrollIntoView", Deed::scroll_into_view},
    Named{"nextChunk", Deed::next_chunk},
    Named{"prevChunk", Deed::previous_chunk},
    Named{"mouse.wheel", Deed::wheel},
    Named{"dragAndDrop", Deed::drag},
};

/// "50%", "50", "12.5": the number, or nothing.
std::optional<double> number_in(std::string text) {
  if (text.ends_with('%')) text.pop_back();
  double out = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failure != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return std::clamp(out, -1e6, 1e6);
}

Result<void> read_numbers(const Action& action, session::ActRequest& out) {
  auto argument = [&](std::size_t i, double otherwise) -> std::optional<double> {
    return i < action.arguments.size() && !action.arguments[i].empty() ? number_in(action.arguments[i])
                                                                       : otherwise;
  };
  const Error no_number{errc::invalid_argument, "the arguments of " + action.method + " must be numbers"};
  if (out.deed == Deed::scroll_to) {
    const auto share = argument(0, 0);
    if (!share) return no_number;
    out.share = std::clamp(*share / 100, 0.0, 1.0);
  } else if (out.deed == Deed::scroll_by) {
    const auto dx = argument(0, 0);
    const auto dy = argument(1, 0);
    if (!dx || !dy) return no_number;
    out.dx = *dx;
    out.dy = *dy;
  } else if (out.deed == Deed::wheel) {
    const auto dy = argument(0, 200);
    if (!dy) return no_number;
    out.dy = *dy;
  }
  return {};
}
}  // namespace

Result<PageRequest> parse_page_request(const net::Request& request) {
  const std::string_view header = request.header("x-stream-response");
  if (!header.empty() && header != "true" && header != "false")
    return Error{errc::invalid_argument, "headers/x-stream-response must be true or false"};
  auto body = parse_body(request.body);
  if (!body) return body.error();
  FieldReader fields(*body, "body");
  PageRequest out;
  out.page = fields.text("frameId").value_or("");
  out.streams = fields.boolean("streamResponse").value_or(header == "true");
  if (fields.error()) return *fields.error();
  out.body = std::move(*body);
  return out;
}

Result<session::NavigateRequest> parse_navigate(const PageRequest& request) {
  FieldReader fields(request.body, "body");
  session::NavigateRequest out;
  out.page = request.page;
  const auto url = fields.text("url");
  FieldReader options = options_of(fields);
  out.referrer = options.text("referer").value_or("");
  if (const auto timeout = timeout_of(options)) out.timeout = *timeout;
  const auto until = options.choice("waitUntil", {"load", "domcontentloaded", "networkidle"});
  fields.fail(options);
  if (fields.error()) return *fields.error();
  if (!url) return missing("url");
  out.url = *url;
  if (until == "load") out.wait_until = session::WaitUntil::load;
  if (until == "networkidle") out.wait_until = session::WaitUntil::network_idle;
  return out;
}

Result<ActInput> parse_act(const PageRequest& request) {
  FieldReader fields(request.body, "body");
  FieldReader options = options_of(fields);
  ActInput out;
  out.timeout = timeout_of(options);
  fields.fail(options);
  if (fields.error()) return *fields.error();
  const json::value* input = fields.any("input");
  if (input == nullptr || input->is_null()) return missing("input");
  if (const json::object* object = input->if_object()) {
    auto action = read_action(*object, options);
    if (!action) return action.error();
    out.action = std::move(*action);
  } else if (!input->is_string()) {
    return Error{errc::invalid_argument, "body/input must be string or object"};
  }
  return out;
}

Result<session::ActRequest> to_act_request(const Action& action, const std::string& page) {
  const auto known = std::find_if(methods.begin(), methods.end(),
                                  [&](const Named& item) { return item.method == action.method; });
  if (known == methods.end())
    return Error{errc::unsupported, "The method '" + action.method + "' is not supported in Action."};
  session::ActRequest out;
  out.page = page;
  out.selector = action.selector;
  out.deed = known->deed;
  if (!action.arguments.empty()) out.text = action.arguments[0];
  const bool clicks = out.deed == Deed::click || out.deed == Deed::double_click;
  if (clicks && out.text == "right") out.button = session::MouseButton::right;
  if (clicks && out.text == "middle") out.button = session::MouseButton::middle;
  const bool needs_text =
      out.deed == Deed::press || out.deed == Deed::select_option || out.deed == Deed::drag;
  if (needs_text && out.text.empty())
    return Error{errc::invalid_argument, "the method " + action.method + " needs an argument"};
  if (auto read = read_numbers(action, out); !read) return read.error();
  return out;
}

Result<std::optional<session::OutlineRequest>> parse_extract(const PageRequest& request) {
  FieldReader fields(request.body, "body");
  FieldReader options = options_of(fields);
  session::OutlineRequest out;
  out.page = request.page;
  const auto instruction = fields.text("instruction");
  fields.object("schema");
  out.selector = options.text("selector").value_or("");
  if (const auto timeout = timeout_of(options)) out.timeout = *timeout;
  options.boolean("screenshot");
  const json::array* ignored = options.array("ignoreSelectors");
  for (std::size_t i = 0; ignored != nullptr && i < ignored->size(); ++i) {
    if (const json::string* text = (*ignored)[i].if_string())
      out.ignored.emplace_back(*text);
    else
      options.fail("body/options/ignoreSelectors/" + std::to_string(i) + " must be string");
  }
  fields.fail(options);
  if (fields.error()) return *fields.error();
  if (instruction) return std::optional<session::OutlineRequest>();
  return std::optional(std::move(out));
}

Result<void> check_observe(const PageRequest& request) {
  FieldReader fields(request.body, "body");
  fields.text("instruction");
  FieldReader options = options_of(fields);
  timeout_of(options);
  fields.fail(options);
  if (fields.error()) return *fields.error();
  return {};
}

Result<void> check_agent(const PageRequest& request) {
  FieldReader fields(request.body, "body");
  const json::object* config = fields.object("agentConfig");
  const json::object* options = fields.object("executeOptions");
  if (fields.error()) return *fields.error();
  if (config == nullptr) return missing("agentConfig");
  if (options == nullptr) return missing("executeOptions");
  FieldReader execute(*options, "body/executeOptions");
  const auto instruction = execute.text("instruction");
  if (execute.error()) return *execute.error();
  if (!instruction) return missing("executeOptions/instruction");
  return {};
}

Result<void> check_empty(std::string_view body) {
  auto object = parse_body(body);
  if (object && object->empty()) return {};
  return Error{errc::invalid_argument, "Request body must be empty"};
}

}  // namespace greenroom::api::stagehand
