// multipart/form-data (RFC 7578) as it arrives, piece by piece, without a socket or a file. What a part holds
// is passed on, never collected.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "base/error.hpp"

namespace greenroom::net {

/// What stands before a part's content.
struct PartHead {
  std::string name;                      ///< of the form's field
  std::optional<std::string> file_name;  ///< as sent, directories and all: never a path of ours
  std::string content_type;              ///< "text/plain" when none was sent (RFC 7578 §4.4)

  bool operator==(const PartHead&) const = default;
};

struct MultipartLimits {
  std::size_t parts = 64;
  base::Bytes head = base::Bytes{16 * 1024};     ///< all fields of one part together
  base::Bytes preamble = base::Bytes{4 * 1024};  ///< what stands before the first part
  std::size_t name = 256;                        ///< bytes
  std::size_t file_name = 2048;                  ///< bytes
};

/// The boundary of a Content-Type field. Errors: invalid_argument (no multipart/form-data, no valid
/// boundary).
base::Result<std::string> boundary_of(std::string_view content_type);

/// What a Content-Disposition field says of a part. Of `filename` and `filename*` the second wins (RFC 6266
/// §4.3). Errors: invalid_argument, too_large.
base::Result<PartHead> parse_disposition(std::string_view value, const MultipartLimits& limits);

/// Takes bytes and gives events:
///
///     for (;;) switch (auto event = parser.next(); event->kind) { case need_more: parser.feed(…); … }
///
/// Keeps no more than what was fed since, and a boundary's length.
class MultipartParser {
 public:
  enum class Kind {
    need_more,  ///< feed() more
    part,       ///< head() is the new part's
    data,       ///< a piece of its content
    part_end,
    end,  ///< the last boundary was there; whatever follows is no part of the form
  };
  struct Event {
    Kind kind = Kind::need_more;
    std::string_view data;  ///< good until the next call
  };

  explicit MultipartParser(const std::string& boundary, MultipartLimits limits = {});

  /// To be called after need_more.
  void feed(std::string_view bytes);
  /// Errors: invalid_argument (malformed), too_large (over a limit); each ends the parsing.
  base::Result<Event> next();
  const PartHead& head() const { return head_; }
  bool at_end() const { return state_ == State::end; }

 private:
  enum class State { preamble, delimiter, head, data, part_end, end };

  base::Result<Event> preamble();
  base::Result<Event> delimiter();
  base::Result<Event> part_head();
  Event content();
  std::string_view rest() const { return std::string_view(buffer_).substr(used_); }

  std::string delimiter_;  // CR LF, two hyphens, the boundary
  MultipartLimits limits_;
  PartHead head_;
  std::string buffer_;  // bytes from used_ on are not yet understood
  std::size_t used_ = 0;
  std::size_t skipped_ = 0;  // of the preamble
  std::size_t parts_ = 0;
  State state_ = State::preamble;
  bool at_start_ = false;  // nothing of the part's content was seen yet
};

}  // namespace greenroom::net
