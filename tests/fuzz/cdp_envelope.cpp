// A client's or a browser's message: views stay inside it, and what is cut out or spliced in leaves JSON
// JSON.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "cdp/envelope.hpp"

namespace {

void require(bool claim) {
  if (!claim) std::abort();
}

bool is_object(std::string_view text) {
  boost::system::error_code failure;
  boost::json::parse_options deep;
  deep.max_depth = 10'000;
  const auto value = boost::json::parse(text, failure, {}, deep);
  return !failure && value.is_object();
}

/// The member that a JSON reader sees: a text if it is there.
std::string_view text_at(const boost::json::object& object, std::string_view name) {
  const auto* value = object.if_contains(name);
  if (value == nullptr) return {};
  require(value->is_string());
  return value->get_string();
}

void inside(std::string_view whole, std::string_view part) {
  require(part.empty() ||
          (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size()));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace greenroom::cdp;
  const std::string message(reinterpret_cast<const char*>(data), size);
  const auto envelope = scan(message);
  if (!envelope) {
    require(envelope.error().code == greenroom::base::errc::protocol);
    return 0;
  }
  for (const std::string_view part :
       {envelope->method, envelope->session_id, envelope->params, envelope->result})
    inside(message, part);
  require(envelope->open > 0 && envelope->open <= size && message[envelope->open - 1] == '{');
  inside(envelope->params, member(envelope->params, "sessionId"));
  if (!is_object(message)) return 0;
  // What the browser will read must be what was read here.
  const auto object = boost::json::parse(message, {}, {.max_depth = 10'000}).as_object();
  require(text_at(object, "method") == envelope->method);
  require(text_at(object, "sessionId") == envelope->session_id);
  std::string without = message;
  without.erase(envelope->session_member.begin, envelope->session_member.size);
  require(is_object(without));
  const auto again = scan(without);
  require(again && again->session_id.empty() && again->method == envelope->method &&
          again->id == envelope->id);
  const std::string with =
      "{\"sessionId\":\"R\"" + std::string(again->is_empty ? "" : ",") + without.substr(again->open);
  require(is_object(with));
  require(scan(with)->session_id == "R");
  return 0;
}
