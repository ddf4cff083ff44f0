#include <cstdlib>
#include <filesystem>
#include <sys/stat.h>

#include "base/blocking_pool.hpp"
#include "base/deadline.hpp"
#include "daemon/doctor.hpp"
#include "daemon/launch_options.hpp"

namespace greenroom::daemon {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {

class NoSink final : public base::LogSink {
 public:
  void write(base::LogLevel, std::string_view) override {}
};

/// A work directory of its own: a running daemon's must not be swept or shared.
class Scratch {
 public:
  Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "greenroom-doctor-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) return;
    ::chmod(name.c_str(), 0711);  // the browser's own user must pass it
    path_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string version_text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// The first page's target id. Errors: those of the call; not_found.
Task<Result<std::string>> first_page(cdp::Line& line) {
  json::object nothing;
  const auto answer = co_await line.call("Target.getTargets", nothing);
  if (!answer) co_return answer.error();
  const json::value* targets = answer->if_contains("targetInfos");
  if (targets != nullptr && targets->is_array())
    for (const json::value& target : targets->get_array())
      if (target.is_object() && version_text(target.get_object(), "type") == "page")
        co_return version_text(target.get_object(), "targetId");
  co_return Error{errc::not_found, "a page"};
}

/// What draws WebGL, in the browser's own words; empty if nothing does.
Task<Result<std::string>> webgl_renderer(cdp::Line& line) {
  const auto page = co_await first_page(line);
  if (!page) co_return page.error();
  json::object attach = {{"targetId", *page}, {"flatten", true}};
  const auto attached = co_await line.call("Target.attachToTarget", attach);
  if (!attached) co_return attached.error();
  const std::string session = version_text(*attached, "sessionId");
  json::object evaluate = {{"returnByValue", true}, {"expression", R"js((() => {
    const gl = document.createElement('canvas').getContext('webgl');
    if (!gl) return '';
    const info = gl.getExtension('WEBGL_debug_renderer_info');
    return String(gl.getParameter(info ? info.UNMASKED_RENDERER_WEBGL : gl.RENDERER));
  })())js"}};
  const auto answer = co_await line.call("Runtime.evaluate", evaluate, session);
  if (!answer) co_return answer.error();
  const json::value* result = answer->if_contains("result");
  if (result == nullptr || !result->is_object()) co_return Error{errc::protocol, "Runtime.evaluate"};
  co_return version_text(result->get_object(), "value");
}

Finding webgl_finding(const Result<std::string>& renderer) {
  const std::string remedy = "install Chromium's SwiftShader library, which its package carries";
  if (!renderer) return {"webgl", Verdict::warning, renderer.error().message(), remedy};
  if (renderer->empty()) return {"webgl", Verdict::warning, "pages cannot draw with WebGL", remedy};
  return {"webgl", Verdict::ok, *renderer, ""};
}

/// Beyond the identities of a running daemon: when a browser stops, every process of its identity is ended,
/// and that must not be somebody's session.
void use_spare_identity(browser::LaunchOptions& options) {
  if (!options.first_identity) return;
  const uid_t spare = options.first_identity->uid + options.identity_count;
  options.first_identity = base::Identity{spare, spare};
  options.identity_count = 1;
}

}  // namespace

Task<std::vector<Finding>> examine_browser(const config::Settings& settings) {
  std::vector<Finding> findings;
  const Scratch scratch;
  auto options = launch_options(settings, scratch.path());
  if (!options) co_return findings;  // said already: there is no Chromium
  use_spare_identity(*options);
  const auto executor = co_await base::asio::this_coro::executor;
  NoSink sink;
  const base::Logger silent(sink, base::LogLevel::error);
  base::BlockingPool pool(1);
  const auto launcher = browser::make_chromium_launcher(executor, pool, *options, silent);
  const browser::Fingerprint fingerprint = default_fingerprint(settings);
  const auto began = std::chrono::steady_clock::now();
  auto browser = co_await launcher->launch(fingerprint);
  if (!browser) {
    findings.push_back({"browser start", Verdict::failure, browser.error().message(),
                        "see what failed above; in a container check its security profile"});
    co_return findings;
  }
  const auto took =
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began);
  findings.push_back({"browser start", Verdict::ok,
                      (*browser)->version() + (fingerprint.headless ? " without" : " on") +
                          " a display, in " + std::to_string(took.count()) + " ms",
                      ""});
  const auto renderer = co_await webgl_renderer((*browser)->line());
  findings.push_back(webgl_finding(renderer));
  co_await (*browser)->stop();
  co_return findings;
}

}  // namespace greenroom::daemon
