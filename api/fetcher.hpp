// What dialects may ask of the web without a browser: one resource, as it is or as Markdown.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/task.hpp"

namespace greenroom::api {

enum class FetchFormat {
  raw,
  markdown,  ///< of HTML; plain text stays as it is
};

struct FetchRequest {
  std::string url;
  FetchFormat format = FetchFormat::raw;
  bool follows_redirects = false;
  bool verifies_certificate = true;
};

struct Fetched {
  unsigned status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case, each once
  std::string content;                                       ///< UTF-8, or anything if it is no text
  bool is_text = true;
  std::string content_type;
  std::string url;  ///< where the redirects led to
};

class Fetcher {
 public:
  virtual ~Fetcher() = default;
  /// Errors   invalid_argument (the address), forbidden (an address that is not open), unsupported (this kind
  /// of
  ///          content has no Markdown), too_large, timed_out, limit_reached (too many at a time), closed (no
  ///          such host, nobody answers), protocol (TLS, a certificate, no HTTP, redirects without an end).
  /// Cancel   safe.
  virtual base::Task<base::Result<Fetched>> fetch(FetchRequest request) = 0;
};

}  // namespace greenroom::api
