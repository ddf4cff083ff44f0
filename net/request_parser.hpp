// From bytes to a Request, without a socket. Beast's parser does the grammar; this adds the refusals that a
// server owes its handlers: nothing that two readers could understand differently gets through.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "base/bytes.hpp"
#include "net/http.hpp"

namespace greenroom::net {

struct ParserLimits {
  base::Bytes header;
  base::Bytes body;  ///< unless the rule says otherwise
};

/// Asked of each request that has a body, when its head is complete.
using AskBodyRule = std::function<BodyRule(const Request& head)>;

/// One connection's parser: requests one after another.
class RequestParser {
 public:
  enum class State {
    head,    ///< more bytes of the head are needed
    body,    ///< the head is complete, more bytes of the body are needed
    done,    ///< request() is complete
    failed,  ///< refusal() tells why; the connection cannot go on
  };

  /// What to answer to what is no request: a status and one sentence.
  struct Refusal {
    unsigned status = 400;
    std::string_view why;
  };

  explicit RequestParser(const ParserLimits& limits, AskBodyRule ask = {});
  ~RequestParser();
  RequestParser(const RequestParser&) = delete;
  RequestParser& operator=(const RequestParser&) = delete;

  /// Takes bytes and returns how many it used. What it did not use comes again, with more behind it, in the
  /// next call: a field or a chunk's head is only used when it is there as a whole.
  std::size_t feed(std::string_view bytes);

  State state() const;
  /// True once the head is complete and the rule wants the body streamed: take_body() then gives what has
  /// come, and keeps the parser small.
  bool is_streamed() const;
  std::string take_body();
  /// Complete when done; before that, what is known so far.
  Request& request();
  /// Once the head is complete: HTTP/1.1 without "close", or HTTP/1.0 with "keep-alive".
  bool keep_alive() const;
  bool is_http_1_0() const;
  /// True once the head is complete and the client waits for "100 Continue" before it sends the body.
  bool expects_continue() const;
  Refusal refusal() const;

  /// Begins the next request.
  void reset();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace greenroom::net
