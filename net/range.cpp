// Range maths: every sum is checked, because the numbers are the client's.
#include "net/range.hpp"

#include <algorithm>
#include <charconv>

#include "net/ascii.hpp"

namespace greenroom::net {
namespace {

// Digits only. A number too large for 64 bits is as good as the largest: it lies behind every file's end.
std::optional<std::uint64_t> parse_position(std::string_view text) {
  if (text.empty() || text.find_first_not_of("0123456789") != text.npos) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc::result_out_of_range ? UINT64_MAX : value;
}

constexpr std::string_view without_weakness(std::string_view tag) {
  return tag.starts_with("W/") ? tag.substr(2) : tag;
}

}  // namespace

RangeChoice choose_range(std::string_view field, base::Bytes size) {
  constexpr RangeChoice whole{};
  constexpr RangeChoice unsatisfiable{RangeKind::unsatisfiable, {}};
  if (!starts_with_ignoring_case(field, "bytes=")) return whole;
  const std::string_view spec = trim(field.substr(6));
  const std::size_t dash = spec.find('-');
  if (dash == spec.npos || spec.find(',') != spec.npos) return whole;
  const std::string_view first_text = trim(spec.substr(0, dash));
  const std::string_view last_text = trim(spec.substr(dash + 1));
  const std::optional<std::uint64_t> last = parse_position(last_text);

  if (first_text.empty()) {  // the last n bytes
    if (!last) return whole;
    if (*last == 0 || size.count == 0) return unsatisfiable;
    return {RangeKind::part, {size.count - std::min(*last, size.count), size.count - 1}};
  }
  const std::optional<std::uint64_t> first = parse_position(first_text);
  if (!first || (!last && !last_text.empty())) return whole;
  if (last && *last < *first) return whole;
  if (*first >= size.count) return unsatisfiable;
  return {RangeKind::part, {*first, std::min(last.value_or(UINT64_MAX), size.count - 1)}};
}

bool etag_matches(std::string_view field, std::string_view etag) {
  field = trim(field);
  if (field == "*") return true;
  // Our own tags hold no comma, so a list may be cut at every comma.
  while (!field.empty()) {
    const std::string_view item = field.substr(0, field.find(','));
    if (without_weakness(trim(item)) == without_weakness(etag)) return true;
    field.remove_prefix(std::min(item.size() + 1, field.size()));
  }
  return false;
}

FilePlan plan_file(const Fields& request, std::string_view etag, base::Bytes size) {
  if (const std::string* field = request.find("if-none-match"); field && etag_matches(*field, etag)) {
    return {304, {}};
  }
  const std::string* range = request.find("range");
  if (!range) return {};
  // If-Range compares strongly; a date, which we do not send, never matches (RFC 9110 §13.1.5).
  if (const std::string* condition = request.find("if-range"); condition && trim(*condition) != etag)
    return {};
  const RangeChoice choice = choose_range(*range, size);
  switch (choice.kind) {
    case RangeKind::whole:
      return {};
    case RangeKind::part:
      return {206, choice.range};
    case RangeKind::unsatisfiable:
      return {416, {}};
  }
  return {};
}

}  // namespace greenroom::net
