// Bodies that a handler reads while they arrive: nothing is read from the socket before the handler asks for
// it.
#include <utility>

#include "net/http_connection.hpp"

namespace greenroom::net {

namespace asio = boost::asio;
using base::errc;
using base::Error;
using base::use_tuple;
using State = RequestParser::State;

class HttpConnection::Incoming final : public BodyReader {
 public:
  Incoming(HttpConnection& connection, std::string early)
      : connection_(connection), early_(std::move(early)) {}

  base::Task<base::Result<std::string>> read() override {
    if (!early_.empty()) co_return std::exchange(early_, {});
    if (failure_) co_return *failure_;
    auto piece = co_await connection_.receive();
    if (!piece) failure_ = piece.error();
    co_return piece;
  }

 private:
  HttpConnection& connection_;
  std::string early_;  // came with the head
  std::optional<Error> failure_;
};

BodyReader* HttpConnection::take_incoming(std::string early) {
  incoming_ = std::make_unique<Incoming>(*this, std::move(early));
  return incoming_.get();
}

bool HttpConnection::is_receiving() const { return incoming_ && parser_.state() != State::done; }

// The next piece, in the handler's own chain: a cancelled handler's read ends as the socket's does.
base::Task<base::Result<std::string>> HttpConnection::receive() {
  while (parser_.state() != State::done) {
    const std::size_t used = begin_ < end_ ? parser_.feed({in_.data() + begin_, end_ - begin_}) : 0;
    begin_ += used;
    if (parser_.state() == State::failed) {
      const RequestParser::Refusal refusal = parser_.refusal();
      const errc code = refusal.status == 413 ? errc::too_large : errc::protocol;
      co_return Error{code, std::string(refusal.why)};
    }
    std::string piece = parser_.take_body();
    if (!piece.empty() || parser_.state() == State::done) {
      enter(Phase::handling);
      co_return piece;
    }
    co_await offer_continue();
    enter(Phase::body);
    make_room();
    if (end_ == in_.size()) co_return Error{errc::protocol, "a chunk's head that does not end"};
    auto [error, count] =
        co_await socket_.async_read_some(asio::buffer(in_.data() + end_, in_.size() - end_), use_tuple);
    end_ += count;
    enter(Phase::handling);
    if (std::exchange(timed_out_, false))
      co_return Error{errc::timed_out, "the request's body did not arrive"};
    if (!error) continue;
    hung_up_ = true;
    co_return Error{errc::closed, "the client hung up before its request was whole"};
  }
  co_return std::string();
}

}  // namespace greenroom::net
