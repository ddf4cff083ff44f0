// Any message of a client: what is sent on holds no NUL, opens nothing forbidden and names no foreign folder.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "cdp/client_rules.hpp"

namespace {

void require(bool claim) {
  if (!claim) std::abort();
}

void check_sent(const std::string& message) {
  using namespace greenroom::cdp;
  const auto envelope = scan(message);
  require(envelope && !envelope->session_id.empty());
  boost::system::error_code failure;
  boost::json::parse_options lenient;
  lenient.allow_invalid_utf8 = true;  // of a session's name, which is passed on as it came
  const auto value = boost::json::parse(message, failure, {}, lenient);
  require(!failure);
  const auto& params = value.at("params").as_object();
  if (const auto* url = params.if_contains("url"); url != nullptr && url->is_string())
    require(!is_forbidden_url(url->as_string()) || envelope->method.ends_with("setDownloadBehavior"));
  if (const auto* path = params.if_contains("downloadPath");
      path && envelope->method.ends_with("DownloadBehavior"))
    require(*path == "/d");
  const auto* files = params.if_contains("files");
  const bool chooses =
      envelope->method == "DOM.setFileInputFiles" || envelope->method == "Page.handleFileChooser";
  if (!chooses || files == nullptr || !files->is_array()) return;
  for (const auto& file : files->get_array()) {
    if (!file.is_string()) continue;
    const std::string path(file.get_string());
    require((path.starts_with("/d/") || path.starts_with("/u/")) && path.find("/../") == std::string::npos &&
            !path.ends_with("/.."));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom::cdp;
  const std::string message(reinterpret_cast<const char*>(data), size);
  (void)is_forbidden_url(message);
  const auto envelope = scan(message);
  if (!envelope) return 0;
  const Verdict verdict = judge(message, *envelope, "ROOT", {"/d", "/u"});
  if (std::holds_alternative<PassOn>(verdict)) require(message.find('\0') == std::string::npos);
  if (const auto* other = std::get_if<Replace>(&verdict)) check_sent(other->message);
  if (const auto* answer = std::get_if<Answer>(&verdict)) require(scan(answer->message).has_value());
  if (const auto* end = std::get_if<EndLine>(&verdict))
    require(envelope->method == "Browser.close" && scan(end->answer));
  return 0;
}
