// Beast's basic_parser with our own callbacks: fields go straight into a Request, not into Beast's container.
#include "net/request_parser.hpp"

#include <algorithm>
#include <optional>

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "net/ascii.hpp"

namespace greenroom::net {
namespace {

namespace http = boost::beast::http;
using BeastView = boost::beast::string_view;
using BeastError = boost::beast::error_code;
using Refusal = RequestParser::Refusal;

constexpr std::size_t field_limit = 100;

std::string_view view(BeastView text) { return {text.data(), text.size()}; }

bool is_request_target(std::string_view target, http::verb method) {
  if (target == "*") return method == http::verb::options;
  return target.starts_with('/') || starts_with_ignoring_case(target, "http://") ||
         starts_with_ignoring_case(target, "https://");
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

// What a websocket client sends (RFC 6455 §4.2.1).
bool asks_for_websocket(const Request& request) {
  const std::string* upgrade = request.headers.find("upgrade");
  return upgrade && list_has_token(*upgrade, "websocket") && request.method == "GET" &&
         list_has_token(request.header("connection"), "upgrade");
}

Refusal refusal_of(BeastError error) {
  if (error == http::error::header_limit) return {431, "the request's head is too large"};
  if (error == http::error::body_limit) return {413, "the request's body is too large"};
  if (error == http::error::bad_version) return {505, "the HTTP version is not supported"};
  if (error == http::error::bad_content_length || error == http::error::multiple_content_length) {
    return {400, "Content-Length is malformed or contradicted"};
  }
  if (error == http::error::bad_transfer_encoding) {
    return {400, "Transfer-Encoding is malformed or comes with Content-Length"};
  }
  return {400, "this is not an HTTP/1.1 request"};
}

using State = RequestParser::State;

class Parser final : public http::basic_parser<true> {
 public:
  Parser(const ParserLimits& limits, const AskBodyRule& ask) : body_limit_(limits.body), ask_(ask) {
    header_limit(static_cast<std::uint32_t>(std::min<std::uint64_t>(limits.header.count, UINT32_MAX)));
    // Beast looks at its limit before anybody can say what the request is for: the limit is kept here.
    body_limit(boost::none);
    eager(true);
  }

  Request request_;
  State state_ = State::head;
  Refusal refusal_;
  bool expects_continue_ = false;
  bool is_http_1_0_ = false;
  bool keep_alive_ = false;
  bool is_streamed_ = false;

 private:
  // Beast stops at the first error that a callback sets; the refusal that it stands for is kept beside it.
  void refuse(unsigned status, std::string_view why, BeastError& error) {
    refusal_ = {status, why};
    error = http::error::bad_value;
  }

  void on_request_impl(http::verb method, BeastView name, BeastView target, int version,
                       BeastError& error) override {
    request_.method = view(name);
    is_http_1_0_ = version == 10;
    if (!is_request_target(view(target), method))
      return refuse(400, "the request target is malformed", error);
    request_.target = Target::parse(view(target));
    if (version != 10 && version != 11) refuse(505, "the HTTP version is not supported", error);
  }

  void on_field_impl(http::field field, BeastView name, BeastView value, BeastError& error) override {
    if (state_ != State::head) return;  // trailers are dropped: no handler reads them, none may be misled
    if (request_.headers.size() >= field_limit) return refuse(431, "too many header fields", error);
    switch (field) {
      case http::field::host:
        if (std::exchange(has_host_, true)) return refuse(400, "more than one Host field", error);
        break;
      case http::field::content_length:
        // RFC 9112 §6.3 would allow equal repetitions; refusing them costs no honest client anything.
        if (std::exchange(has_length_, true) || !is_digits(view(value))) {
          return refuse(400, "Content-Length is malformed or repeated", error);
        }
        break;
      case http::field::transfer_encoding:
        if (std::exchange(has_encoding_, true)) return refuse(400, "Transfer-Encoding is repeated", error);
        if (is_http_1_0_) return refuse(400, "Transfer-Encoding in HTTP/1.0", error);
        if (!equal_ignoring_case(view(value), "chunked")) {
          return refuse(501, "no transfer coding but chunked is supported", error);
        }
        break;
      case http::field::expect:
        expects_continue_ = equal_ignoring_case(view(value), "100-continue");
        break;
      default:
        break;
    }
    request_.headers.add(std::string(view(name)), std::string(view(value)));
  }

  void on_header_impl(BeastError& error) override {
    if (!has_host_ && !is_http_1_0_) return refuse(400, "the Host field is missing", error);
    keep_alive_ = http::basic_parser<true>::keep_alive();
    request_.wants_websocket = !is_http_1_0_ && asks_for_websocket(request_);
    state_ = State::body;
    const std::uint64_t length = content_length().value_or(0);
    if (ask_ && (length > 0 || chunked())) {
      const BodyRule rule = ask_(request_);
      is_streamed_ = rule.is_streamed;
      body_limit_ = rule.limit.value_or(body_limit_);
    }
    if (length > body_limit_.count) error = http::error::body_limit;
  }

  std::size_t take(BeastView bytes, BeastError& error) {
    error = {};
    body_bytes_ += bytes.size();
    if (body_bytes_ > body_limit_.count) {
      error = http::error::body_limit;
      return 0;
    }
    request_.body.append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, BeastError& error) override {
    error = {};
    // A promise is not yet a body: memory follows what has really arrived.
    constexpr std::uint64_t trusted = 64 * 1024;
    if (length) request_.body.reserve(static_cast<std::size_t>(std::min(*length, trusted)));
  }

  std::size_t on_body_impl(BeastView bytes, BeastError& error) override { return take(bytes, error); }

  void on_chunk_header_impl(std::uint64_t size, BeastView, BeastError& error) override {
    error = {};
    if (size > body_limit_.count - body_bytes_) error = http::error::body_limit;
  }

  std::size_t on_chunk_body_impl(std::uint64_t, BeastView bytes, BeastError& error) override {
    return take(bytes, error);
  }

  void on_finish_impl(BeastError& error) override {
    error = {};
    state_ = State::done;
  }

  void on_response_impl(int, BeastView, int, BeastError&) override {}

  base::Bytes body_limit_;
  const AskBodyRule& ask_;
  std::uint64_t body_bytes_ = 0;
  bool has_host_ = false;
  bool has_length_ = false;
  bool has_encoding_ = false;
};

}  // namespace

// Beast's parser cannot be used twice; it is made anew in the same place for each request.
class RequestParser::Impl {
 public:
  Impl(const ParserLimits& limits, AskBodyRule ask) : limits_(limits), ask_(std::move(ask)) {
    parser_.emplace(limits_, ask_);
  }

  ParserLimits limits_;
  AskBodyRule ask_;
  std::optional<Parser> parser_;
  std::uint64_t head_bytes_ = 0;
};

RequestParser::RequestParser(const ParserLimits& limits, AskBodyRule ask)
    : impl_(std::make_unique<Impl>(limits, std::move(ask))) {}
RequestParser::~RequestParser() = default;

std::size_t RequestParser::feed(std::string_view bytes) {
  Parser& parser = *impl_->parser_;
  std::size_t used = 0;
  while (parser.state_ != State::done && parser.state_ != State::failed && used < bytes.size()) {
    BeastError error;
    const bool in_head = parser.state_ == State::head;
    const std::size_t step = parser.put({bytes.data() + used, bytes.size() - used}, error);
    used += step;
    // Beast's limit is for what it has not used yet; a head that comes field by field must be counted here.
    if (in_head) impl_->head_bytes_ += step;
    if (parser.state_ == State::head && impl_->head_bytes_ > impl_->limits_.header.count) {
      error = http::error::header_limit;
    }
    if (error == http::error::need_more) break;
    if (error) {
      if (parser.refusal_.why.empty()) parser.refusal_ = refusal_of(error);
      parser.state_ = State::failed;
    }
    if (step == 0) break;
  }
  return used;
}

RequestParser::State RequestParser::state() const { return impl_->parser_->state_; }
bool RequestParser::is_streamed() const { return impl_->parser_->is_streamed_; }
std::string RequestParser::take_body() { return std::exchange(impl_->parser_->request_.body, {}); }
Request& RequestParser::request() { return impl_->parser_->request_; }
bool RequestParser::keep_alive() const { return impl_->parser_->keep_alive_; }
bool RequestParser::is_http_1_0() const { return impl_->parser_->is_http_1_0_; }
bool RequestParser::expects_continue() const { return impl_->parser_->expects_continue_; }
RequestParser::Refusal RequestParser::refusal() const { return impl_->parser_->refusal_; }

void RequestParser::reset() {
  impl_->parser_.emplace(impl_->limits_, impl_->ask_);
  impl_->head_bytes_ = 0;
}

}  // namespace greenroom::net
