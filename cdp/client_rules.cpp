#include "cdp/client_rules.hpp"

#include <algorithm>
#include <array>
#include <filesystem>

#include <boost/json.hpp>

namespace greenroom::cdp {

namespace json = boost::json;

namespace {
constexpr int server_error = -32000;     // what Chromium uses for a command that failed
constexpr int invalid_request = -32600;  // JSON-RPC 2.0 §5.1
constexpr int invalid_params = -32602;

std::string answer(const Envelope& envelope, std::string_view member, json::value content) {
  json::object out;
  if (envelope.id) out["id"] = *envelope.id;
  out[member] = std::move(content);
  if (!envelope.session_id.empty()) out["sessionId"] = envelope.session_id;
  return json::serialize(out);
}

std::string rebuilt(const Envelope& envelope, std::string_view root, const json::object& params) {
  json::object out;
  if (envelope.id) out["id"] = *envelope.id;
  out["method"] = envelope.method;
  out["params"] = params;
  out["sessionId"] = envelope.session_id.empty() ? root : envelope.session_id;
  return json::serialize(out);
}

/// The params as an object; false if they are something else.
bool parse_params(const Envelope& envelope, json::object& params) {
  if (envelope.params.empty()) return true;
  boost::system::error_code failure;
  json::value value = json::parse(envelope.params, failure);
  if (failure || !value.is_object()) return false;
  params = std::move(value.get_object());
  return true;
}

const json::string* text_member(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr ? value->if_string() : nullptr;
}

Verdict redirect_download(const Envelope& envelope, std::string_view root, json::object params,
                          const ClientDirectories& directories) {
  // "deny" and "default" keep their meaning; whatever folder is named, ours is used.
  if (params.contains("downloadPath")) {
    if (directories.downloads.empty())
      return Answer{error_answer(envelope, server_error, "Downloads are not available in this session")};
    params["downloadPath"] = directories.downloads;
    // Under its own name a file would overwrite another of that name; under which it is kept, the daemon
    // says.
    const json::string* behavior = text_member(params, "behavior");
    if (envelope.method == "Browser.setDownloadBehavior" && behavior != nullptr && *behavior == "allow")
      params["behavior"] = "allowAndName";
  }
  return Replace{rebuilt(envelope, root, params)};
}

/// `path` is normalised.
bool is_inside(const std::string& directory, std::string_view path) {
  return !directory.empty() && path.size() > directory.size() + 1 && path.starts_with(directory) &&
         path[directory.size()] == '/';
}

/// Puts the session's own paths in the places of those that the client was told. False if one is somewhere
/// else.
bool use_own_paths(json::object& object, const ClientDirectories& directories) {
  json::value* files = object.if_contains("files");
  if (files == nullptr || !files->is_array()) return true;
  for (json::value& file : files->get_array()) {
    const json::string* told = file.if_string();
    if (told == nullptr) continue;
    std::string path = real_path(*told, directories);
    if (!is_inside(directories.uploads, path) && !is_inside(directories.downloads, path)) return false;
    file = std::move(path);
  }
  return true;
}

/// `files` of the params, or of their `data` (Input.dispatchDragEvent).
bool use_allowed_files(json::object& params, const ClientDirectories& directories) {
  json::value* data = params.if_contains("data");
  json::object* dragged = data != nullptr ? data->if_object() : nullptr;
  return use_own_paths(params, directories) && (dragged == nullptr || use_own_paths(*dragged, directories));
}

enum class Rule { none, close, download, url, files, refuse };

Rule rule_of(std::string_view method) {
  struct Row {
    std::string_view method;
    Rule rule;
  };
  static constexpr std::array rows = {
      Row{"Browser.close", Rule::close},
      Row{"Browser.setDownloadBehavior", Rule::download},
      Row{"Page.setDownloadBehavior", Rule::download},
      Row{"Page.navigate", Rule::url},
      Row{"Target.createTarget", Rule::url},
      Row{"Network.loadNetworkResource", Rule::url},
      Row{"DOM.setFileInputFiles", Rule::files},
      Row{"Page.handleFileChooser", Rule::files},
      Row{"Input.dispatchDragEvent", Rule::files},
      // These take a path of the machine, or make the browser connect outward for a debugger.
      Row{"Extensions.loadUnpacked", Rule::refuse},
      Row{"PWA.install", Rule::refuse},
      Row{"PWA.launchFilesInApp", Rule::refuse},
      Row{"Target.setRemoteLocations", Rule::refuse},
      // A page of the browser's own that can drive every other.
      Row{"Target.openDevTools", Rule::refuse},
      // These carry commands inside a text or to a page's own script, where nobody would judge them.
      Row{"Target.sendMessageToTarget", Rule::refuse},
      Row{"Target.exposeDevToolsProtocol", Rule::refuse},
  };
  for (const Row& row : rows)
    if (row.method == method) return row.rule;
  return Rule::none;
}
}  // namespace

std::string error_answer(const Envelope& envelope, int code, std::string_view text) {
  json::object error;
  error["code"] = code;
  error["message"] = text;
  return answer(envelope, "error", std::move(error));
}

std::string real_path(std::string_view told, const ClientDirectories& directories) {
  struct Alias {
    std::string_view told;
    const std::string& real;
  };
  std::string path = std::filesystem::path(told).lexically_normal().string();
  for (const Alias& alias :
       {Alias{"/tmp/.uploads/", directories.uploads}, Alias{"/tmp/uploads/", directories.uploads},
        Alias{"/tmp/downloads/", directories.downloads}})
    if (path.starts_with(alias.told) && !alias.real.empty())
      return alias.real + "/" + path.substr(alias.told.size());
  return path;
}

bool is_forbidden_url(std::string_view url) {
  // WHATWG URL §4.4: leading C0 controls and spaces go, tabs and line ends go everywhere.
  std::string plain;
  for (const char c : url) {
    if (c == '\t' || c == '\n' || c == '\r') continue;
    if (plain.empty() && static_cast<unsigned char>(c) <= ' ') continue;
    plain += (c >= 'A' && c <= 'Z') ? static_cast<char>(c - 'A' + 'a') : c;
    if (plain == "view-source:") plain.clear();  // however often: what follows is what is shown
    if (plain.size() > 64) break;                // every scheme in question is shorter
  }
  const std::string_view text = plain;
  // about:version and its like are other names of chrome:// pages.
  if (text.starts_with("about:")) {
    const std::string_view page = text.substr(6, text.find_first_of("?#") - 6);
    return page != "blank" && page != "srcdoc";
  }
  for (const std::string_view scheme :
       {"file:", "chrome:", "chrome-untrusted:", "chrome-search:", "devtools:", "chrome-devtools:",
        "filesystem:file:", "externalfile:", "isolated-app:"})
    if (text.starts_with(scheme)) return true;
  return false;
}

bool is_observed_command(std::string_view method) {
  static constexpr std::array methods = {
      std::string_view("DOM.setFileInputFiles"),
      std::string_view("Emulation.clearDeviceMetricsOverride"),
      std::string_view("Emulation.setDeviceMetricsOverride"),
      std::string_view("Input.dispatchDragEvent"),
      std::string_view("Input.dispatchKeyEvent"),
      std::string_view("Input.dispatchMouseEvent"),
      std::string_view("Input.dispatchTouchEvent"),
      std::string_view("Input.insertText"),
      std::string_view("Input.synthesizeScrollGesture"),
      std::string_view("Input.synthesizeTapGesture"),
      std::string_view("Network.clearBrowserCookies"),
      std::string_view("Network.setCookie"),
      std::string_view("Network.setCookies"),
      std::string_view("Page.bringToFront"),
      std::string_view("Page.close"),
      std::string_view("Page.enable"),
      std::string_view("Page.handleFileChooser"),
      std::string_view("Page.handleJavaScriptDialog"),
      std::string_view("Page.navigate"),
      std::string_view("Page.navigateToHistoryEntry"),
      std::string_view("Page.reload"),
      std::string_view("Page.setDocumentContent"),
      std::string_view("Storage.clearCookies"),
      std::string_view("Storage.setCookies"),
      std::string_view("Target.activateTarget"),
      std::string_view("Target.closeTarget"),
      std::string_view("Target.createTarget"),
  };
  return std::binary_search(methods.begin(), methods.end(), method);
}

Verdict judge(std::string_view message, const Envelope& envelope, std::string_view root,
              const ClientDirectories& directories) {
  // A NUL would end the message early on the pipe and start another that nobody judged.
  if (message.find('\0') != std::string_view::npos)
    return Answer{error_answer(envelope, invalid_request, "A message must not hold NUL")};
  const Rule rule = rule_of(envelope.method);
  if (rule == Rule::none) return PassOn{};
  if (rule == Rule::close) return EndLine{answer(envelope, "result", json::object())};
  if (rule == Rule::refuse)
    return Answer{
        error_answer(envelope, server_error, std::string(envelope.method) + " is not open to clients")};
  json::object params;
  if (!parse_params(envelope, params))
    return Answer{error_answer(envelope, invalid_params, "params must be an object of valid JSON")};
  if (rule == Rule::download) return redirect_download(envelope, root, std::move(params), directories);
  const json::string* url = text_member(params, "url");
  if (url != nullptr && is_forbidden_url(*url))
    return Answer{error_answer(envelope, server_error, "Addresses of this kind are not open to clients")};
  if (!use_allowed_files(params, directories))
    return Answer{error_answer(envelope, server_error,
                               "Only files of this session's own upload and download folders can be chosen")};
  // What was judged is what is sent: of a member that is there twice, parsers differ in which they take.
  return Replace{rebuilt(envelope, root, params)};
}

}  // namespace greenroom::cdp
