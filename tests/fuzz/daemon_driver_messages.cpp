// Any body as a WebDriver command's: whatever a client says, a new session is attached and starts nothing,
// and files are the session's own.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "daemon/driver_messages.hpp"

namespace {

namespace json = boost::json;
using namespace greenroom::daemon;

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_attached(const json::value* wanted) {
  const json::value* options = wanted != nullptr && wanted->is_object()
                                   ? wanted->get_object().if_contains("goog:chromeOptions")
                                   : nullptr;
  if (options == nullptr) return false;
  require(!options->get_object().contains("binary") && !options->get_object().contains("args"));
  return options->get_object().at("debuggerAddress") == "h:1";
}

void check_new_session(std::string_view body) {
  const auto made = attach_to(body, "h:1");
  if (!made) return;
  const json::value whole = json::parse(made->body);
  require(whole.get_object().size() == 1);
  const json::object& capabilities = whole.at("capabilities").get_object();
  if (is_attached(capabilities.if_contains("alwaysMatch"))) return;
  const json::array& alternatives = capabilities.at("firstMatch").get_array();
  require(!alternatives.empty());
  for (const json::value& each : alternatives) require(is_attached(&each));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  check_new_session(body);
  const auto chosen = choose_files(body, {"/w/u", "/w/d"});
  if (chosen) {
    const std::string paths(json::parse(*chosen).at("text").get_string());
    require(paths.starts_with("/w/u/") || paths.starts_with("/w/d/"));
    require(paths.find("/../") == std::string::npos);
  }
  (void)session_created(std::string(body), "ws://h");
  (void)url_in(body);
  const DriverStep step = step_of("POST", body);
  if (step != DriverStep::unknown) require(body.starts_with("/session"));
  return 0;
}
