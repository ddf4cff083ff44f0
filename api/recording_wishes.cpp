#include "api/recording_wishes.hpp"

#include <charconv>

#include "net/ascii.hpp"
#include "recorder/quality.hpp"

namespace greenroom::api {

using base::errc;
using base::Error;
using base::Result;

namespace {
constexpr int most_pictures = 60;  // a second

Error refused(std::string_view item) {
  return Error{errc::invalid_argument, std::string(recording_header) + ": '" +
                                           std::string(item.substr(0, 60)) +
                                           "' is none of fps=1 to 60, quality=evidence, standard or small, "
                                           "pointer, dom"};
}

std::optional<bool> flag(std::string_view value) {
  if (value.empty() || value == "yes" || value == "?1" || value == "true") return true;
  if (value == "no" || value == "?0" || value == "false") return false;
  return std::nullopt;
}

bool take(std::string_view name, std::string_view value, session::SessionSpec& spec) {
  if (name == "fps") {
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    if (error != std::errc() || end != value.data() + value.size()) return false;
    spec.record_fps = number;
    return number >= 1 && number <= most_pictures;
  }
  if (name == "quality") return (spec.record_quality = recorder::quality_of(value)).has_value();
  if (name == "pointer") return (spec.record_pointer = flag(value)).has_value();
  if (name == "dom") return (spec.record_dom = flag(value)).has_value();
  return false;
}
}  // namespace

Result<void> read_recording_wishes(std::string_view text, session::SessionSpec& spec) {
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    const std::string_view item = net::trim(text.substr(0, comma));
    text.remove_prefix(std::min(comma + 1, text.size()));
    if (item.empty()) continue;
    const std::size_t equals = std::min(item.find('='), item.size());
    const std::string_view name = net::trim(item.substr(0, equals));
    const std::string_view value = net::trim(item.substr(std::min(equals + 1, item.size())));
    if (equals + 1 == item.size() || !take(name, value, spec)) return refused(item);
  }
  return {};
}

Result<void> complete_spec(const Call& call, session::SessionSpec& spec) {
  spec.key_id = call.key_id;
  return read_recording_wishes(call.request.headers.value_or(recording_header, ""), spec);
}

}  // namespace greenroom::api
