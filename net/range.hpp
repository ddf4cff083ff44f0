// Which bytes of a file a request asks for (RFC 9110 §13 and §14). Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "net/http.hpp"

namespace greenroom::net {

/// `first` to `last`, both included.
struct ByteRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  std::uint64_t size() const { return last - first + 1; }
  bool operator==(const ByteRange&) const = default;
};

enum class RangeKind {
  whole,          ///< none asked, or one that may be ignored (malformed, other unit, several ranges)
  part,           ///< `range` holds it
  unsatisfiable,  ///< 416
};

struct RangeChoice {
  RangeKind kind = RangeKind::whole;
  ByteRange range;
  bool operator==(const RangeChoice&) const = default;
};

/// The Range field's value against a representation of that size. Several ranges are answered whole, which
/// RFC 9110 §14.2 allows.
RangeChoice choose_range(std::string_view field, base::Bytes size);

/// True when an If-None-Match value names this entity tag, by weak comparison, or is "*".
bool etag_matches(std::string_view field, std::string_view etag);

/// What to answer for one file.
struct FilePlan {
  unsigned status = 200;  ///< 200, 206, 304 or 416
  ByteRange range;        ///< of 206
};

/// If-None-Match, If-Range and Range of a GET or HEAD against a file that exists.
FilePlan plan_file(const Fields& request, std::string_view etag, base::Bytes size);

}  // namespace greenroom::net
