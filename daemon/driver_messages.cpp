#include "daemon/driver_messages.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <boost/json.hpp>

namespace greenroom::daemon {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;

namespace {

constexpr std::string_view options_name = "goog:chromeOptions";
/// By these clients know where their uploads are.
constexpr std::array<std::string_view, 2> known_uploads = {"/tmp/.uploads/", "/tmp/uploads/"};

/// What a driver can still do with a browser that runs; the rest is for starting one.
constexpr std::array<std::string_view, 5> usable_options = {
    "perfLoggingPrefs", "devToolsEventsToLog", "windowTypes", "enableExtensionTargets", "mobileEmulation"};

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

Result<json::object> parse_object(std::string_view body) {
  boost::system::error_code failure;
  json::value value = json::parse(body, failure);
  if (failure || !value.is_object()) return Error{errc::invalid_argument, "the body is no JSON object"};
  return std::move(value.get_object());
}

bool is_true(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_bool() && value->get_bool();
}

/// One set of capabilities, as a client named it.
class Wishes {
 public:
  explicit Wishes(std::vector<std::string>& ignored) : ignored_(ignored) {}

  /// Takes out what is for starting a browser. Errors: invalid_argument.
  Result<void> prune(json::object& wanted) {
    if (is_true(wanted, "webSocketUrl"))
      return Error{errc::invalid_argument, "WebDriver BiDi (webSocketUrl) is not served"};
    if (const json::value* proxy = wanted.if_contains("proxy");
        proxy != nullptr && !(proxy->is_object() && proxy->get_object().empty()) && !proxy->is_null())
      return Error{errc::invalid_argument,
                   "the proxy of a browser that runs cannot be changed: ask for one with the session"};
    // A name from before the standard, for which a driver looks too.
    if (wanted.erase("chromeOptions") > 0) ignored_.emplace_back("chromeOptions");
    json::value* options = wanted.if_contains(options_name);
    if (options == nullptr) return {};
    if (!options->is_object())
      return Error{errc::invalid_argument, std::string(options_name) + " must be an object"};
    json::object usable;
    for (auto& [name, value] : options->get_object()) {
      if (std::find(usable_options.begin(), usable_options.end(), std::string_view(name)) !=
          usable_options.end())
        usable[name] = std::move(value);
      else
        ignored_.emplace_back(name);
    }
    *options = std::move(usable);
    return {};
  }

 private:
  std::vector<std::string>& ignored_;
};

void set_address(json::object& wanted, std::string_view address) {
  json::value& options = wanted[options_name];
  if (!options.is_object()) options = json::object();
  options.get_object()["debuggerAddress"] = address;
}

json::array* alternatives_of(json::object& capabilities) {
  json::value* first = capabilities.if_contains("firstMatch");
  return first != nullptr && first->is_array() ? &first->get_array() : nullptr;
}

/// A name may stand in `alwaysMatch` or in the alternatives, not in both (W3C WebDriver §7.2), and must reach
/// every alternative.
void set_addresses(json::object& always, json::array* alternatives, std::string_view address) {
  bool in_alternatives = false;
  if (alternatives != nullptr && !always.contains(options_name))
    for (const json::value& each : *alternatives)
      in_alternatives = in_alternatives || (each.is_object() && each.get_object().contains(options_name));
  if (!in_alternatives) return set_address(always, address);
  for (json::value& each : *alternatives)
    if (each.is_object()) set_address(each.get_object(), address);
}

bool is_inside(const std::string& directory, std::string_view normal) {
  return !directory.empty() && normal.size() > directory.size() + 1 && normal.starts_with(directory) &&
         normal[directory.size()] == '/';
}

const json::string* text_in(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_string() : nullptr;
}

}  // namespace

DriverStep step_of(std::string_view method, std::string_view path) {
  if (!path.starts_with("/session")) return DriverStep::unknown;
  const std::vector<std::string_view> parts = split(path.substr(1), '/');
  const bool has_gap = std::find(parts.begin(), parts.end(), std::string_view()) != parts.end();
  if (parts.front() != "session" || has_gap) return DriverStep::unknown;
  const bool is_post = method == "POST";
  if (parts.size() == 1) return is_post ? DriverStep::new_session : DriverStep::unknown;
  if (is_post && parts.size() == 3 && parts[2] == "url") return DriverStep::navigate;
  if (is_post && parts.size() == 4 && parts[2] == "se" && parts[3] == "file") return DriverStep::upload;
  if (is_post && parts.size() == 5 && parts[2] == "element" && parts[4] == "value")
    return DriverStep::send_keys;
  return DriverStep::pass;
}

Result<NewDriverSession> attach_to(std::string_view body, std::string_view debugger_address) {
  auto asked = parse_object(body);
  if (!asked) return asked.error();
  json::value* named = asked->if_contains("capabilities");
  if (named == nullptr || !named->is_object())
    return Error{errc::invalid_argument, "'capabilities' must be an object"};
  json::object& capabilities = named->get_object();
  json::value& always = capabilities["alwaysMatch"];
  if (always.is_null()) always = json::object();
  if (!always.is_object()) return Error{errc::invalid_argument, "'alwaysMatch' must be an object"};
  NewDriverSession made;
  Wishes wishes(made.ignored);
  if (auto pruned = wishes.prune(always.get_object()); !pruned) return pruned.error();
  json::array* alternatives = alternatives_of(capabilities);
  if (alternatives != nullptr)
    for (json::value& each : *alternatives) {
      if (!each.is_object()) return Error{errc::invalid_argument, "'firstMatch' must hold objects"};
      if (auto pruned = wishes.prune(each.get_object()); !pruned) return pruned.error();
    }
  set_addresses(always.get_object(), alternatives, debugger_address);
  // Nothing else of the body: what older clients say beside it means starting a browser.
  json::object out;
  out["capabilities"] = std::move(capabilities);
  made.body = json::serialize(out);
  std::sort(made.ignored.begin(), made.ignored.end());
  made.ignored.erase(std::unique(made.ignored.begin(), made.ignored.end()), made.ignored.end());
  return made;
}

std::string session_created(std::string answer, std::string_view cdp_url) {
  auto whole = parse_object(answer);
  if (!whole) return answer;
  json::value* value = whole->if_contains("value");
  json::value* named =
      value != nullptr && value->is_object() ? value->get_object().if_contains("capabilities") : nullptr;
  if (named == nullptr || !named->is_object()) return answer;
  json::object& capabilities = named->get_object();
  if (json::value* options = capabilities.if_contains(options_name);
      options != nullptr && options->is_object()) {
    options->get_object().erase("debuggerAddress");
    if (options->get_object().empty()) capabilities.erase(options_name);
  }
  // The name by which clients of a Selenium Grid find it.
  capabilities["se:cdp"] = cdp_url;
  if (const json::value* version = capabilities.if_contains("browserVersion"))
    capabilities["se:cdpVersion"] = json::value(*version);
  return json::serialize(*whole);
}

std::string url_in(std::string_view body) {
  const auto object = parse_object(body);
  const json::string* url = object ? text_in(*object, "url") : nullptr;
  return url != nullptr ? std::string(*url) : std::string();
}

bool may_name_files(std::string_view body) {
  // "\/" is another way to write it.
  return body.find('/') != std::string_view::npos || body.find("\\u") != std::string_view::npos;
}

Result<std::string> choose_files(std::string_view body, const DriverFolders& folders) {
  auto keys = parse_object(body);
  if (!keys) return keys.error();
  const json::string* text = text_in(*keys, "text");
  if (text == nullptr) return Error{errc::invalid_argument, "'text' must be a string"};
  std::string paths;
  for (const std::string_view line : split(std::string_view(*text), '\n')) {
    std::string path(line);
    for (const std::string_view known : known_uploads)
      if (line.starts_with(known)) path = folders.uploads + "/" + std::string(line.substr(known.size()));
    // What is judged is what is sent: "link/.." would lead elsewhere than its words do.
    path = std::filesystem::path(path).lexically_normal().string();
    if (!is_inside(folders.uploads, path) && !is_inside(folders.downloads, path))
      return Error{errc::forbidden,
                   "only files of this session's own upload and download folders can be chosen"};
    paths += (paths.empty() ? "" : "\n") + path;
  }
  json::object out;
  out["text"] = paths;
  return json::serialize(out);
}

}  // namespace greenroom::daemon
