// The client side of the loopback tests.
#include "tests/integration/net_loopback.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/write.hpp>
#include <gtest/gtest.h>

namespace greenroom::net::loopback {

namespace asio = boost::asio;
using namespace std::chrono_literals;

base::Task<Response> Actions::handle(Request request) {
  const auto action = on.find(request.target.path);
  if (action != on.end()) co_return co_await action->second(std::move(request));
  std::string body = request.method + " " + request.target.path + " " + request.body;
  co_return text_response(200, "text/plain", std::move(body));
}

BodyRule Actions::body_rule(const Request& head) const {
  const auto limit = streamed.find(head.target.path);
  if (limit == streamed.end()) return {};
  BodyRule rule;
  rule.is_streamed = true;
  rule.limit = limit->second;
  return rule;
}

Response Actions::refuse(unsigned status, std::string_view why, const Target&) {
  return text_response(status, "text/plain", std::string(why));
}

base::Task<void> Client::connect(std::uint16_t port) {
  const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port);
  co_await socket_.async_connect(endpoint, asio::use_awaitable);
}

base::Task<void> Client::write(std::string bytes) {
  (void)co_await asio::async_write(socket_, asio::buffer(bytes), base::use_tuple);
}

base::Task<bool> Client::read_some() {
  const std::size_t have = in_.size();
  in_.resize(have + 256 * 1024);
  auto [error, count] =
      co_await socket_.async_read_some(asio::buffer(in_.data() + have, in_.size() - have), base::use_tuple);
  in_.resize(have + count);
  co_return !error;
}

base::Task<std::string> Client::read_until(std::string_view mark) {
  std::size_t at = 0;
  while ((at = in_.find(mark)) == in_.npos) {
    const bool has_more = co_await read_some();
    if (!has_more) {
      ADD_FAILURE() << "closed before '" << mark << "' in '" << in_ << "'";
      co_return std::string{};
    }
  }
  std::string out = in_.substr(0, at + mark.size());
  in_.erase(0, out.size());
  co_return out;
}

base::Task<std::string> Client::read_exactly(std::size_t count) {
  while (in_.size() < count) {
    const bool has_more = co_await read_some();
    if (!has_more) {
      ADD_FAILURE() << "closed after " << in_.size() << " of " << count << " bytes";
      co_return std::string{};
    }
  }
  std::string out;
  if (in_.size() == count) {
    out.swap(in_);
  } else {
    out = in_.substr(0, count);
    in_.erase(0, count);
  }
  co_return out;
}

base::Task<std::string> Client::read_to_end() {
  bool more = true;
  while (more) more = co_await read_some();
  co_return std::exchange(in_, {});
}

base::Task<std::string> Client::read_answer(bool has_body) {
  std::string answer = co_await read_until("\r\n\r\n");
  constexpr std::string_view field = "content-length: ";
  const std::size_t at = answer.find(field);
  if (at == answer.npos || !has_body) co_return answer;
  answer += co_await read_exactly(std::stoul(answer.substr(at + field.size())));
  co_return answer;
}

void Client::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void Client::reset() {
  boost::system::error_code ignored;
  socket_.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_.close(ignored);
}

std::uint16_t Client::Frame::close_code() const {
  if (opcode != 8 || payload.size() < 2) return 0;
  return static_cast<std::uint16_t>(static_cast<unsigned char>(payload[0]) << 8 |
                                    static_cast<unsigned char>(payload[1]));
}

base::Task<void> Client::upgrade(std::uint16_t port, std::string path, std::string fields) {
  co_await connect(port);
  co_await write("GET " + path +
                 " HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n" +
                 fields + "\r\n");
  const std::string answer = co_await read_until("\r\n\r\n");
  EXPECT_NE(answer.find(" 101 "), answer.npos) << answer;
  EXPECT_NE(answer.find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="), answer.npos) << answer;
}

base::Task<void> Client::send_frame(unsigned opcode, std::string payload) {
  std::string frame;
  frame += static_cast<char>(0x80 | opcode);
  const std::size_t size = payload.size();
  const int length = size < 126 ? 0 : size <= 0xFFFF ? 2 : 8;
  frame += static_cast<char>(0x80 | (length == 0 ? size : length == 2 ? 126 : 127));
  for (int i = length - 1; i >= 0; --i) frame += static_cast<char>((size >> (8 * i)) & 0xFF);
  const char mask[] = {0x12, 0x34, 0x56, 0x78};
  frame.append(mask, 4);
  for (std::size_t i = 0; i < size; ++i) payload[i] = static_cast<char>(payload[i] ^ mask[i % 4]);
  co_await write(frame + payload);
}

base::Task<void> Client::send_close(std::uint16_t code, std::string reason) {
  std::string payload{static_cast<char>(code >> 8), static_cast<char>(code & 0xFF)};
  co_await send_frame(8, payload + reason);
}

base::Task<Client::Frame> Client::read_frame() {
  Frame frame;
  const std::string head = co_await read_exactly(2);
  if (head.size() < 2) co_return frame;
  frame.opcode = static_cast<unsigned>(head[0]) & 0x0Fu;
  std::uint64_t size = static_cast<unsigned char>(head[1]);
  if (size >= 126) {
    const std::string length = co_await read_exactly(size == 126 ? 2 : 8);
    size = 0;
    for (const char c : length) size = size << 8 | static_cast<unsigned char>(c);
  }
  frame.payload = co_await read_exactly(size);
  co_return frame;
}

base::Task<void> Client::expect_message(std::string payload) {
  const Frame frame = co_await read_frame();
  EXPECT_EQ(frame.opcode, 1u);
  EXPECT_EQ(frame.payload, payload);
}

base::Task<void> Client::expect_close(std::uint16_t code) {
  const Frame frame = co_await read_frame();
  EXPECT_EQ(frame.close_code(), code);
}

base::Task<void> Client::expect_ping() {
  const Frame frame = co_await read_frame();
  EXPECT_EQ(frame.opcode, 9u);
}

base::Task<void> Client::expect_end() {
  const std::string rest = co_await read_to_end();
  EXPECT_EQ(rest, "");
}

class Loopback::Sink final : public base::LogSink {
 public:
  explicit Sink(std::string& lines) : lines_(lines) {}
  void write(base::LogLevel, std::string_view line) override { (lines_ += line) += '\n'; }

 private:
  std::string& lines_;
};

Loopback::Loopback(ServerOptions options) : sink_(std::make_unique<Sink>(log)) {
  const base::Logger logger(*sink_, base::LogLevel::warning);
  server = HttpServer::listen(loop.get_executor(), std::move(options), actions, logger).value();
}

Loopback::~Loopback() = default;

void Loopback::run(const std::function<base::Task<void>()>& test) {
  std::exception_ptr failure;
  asio::co_spawn(loop, server->run(), [](std::exception_ptr) {});
  asio::co_spawn(loop, run_and_stop(test), [&failure](std::exception_ptr e) { failure = e; });
  loop.run_for(30s);
  ASSERT_TRUE(loop.stopped()) << "something still waits";
  if (failure) std::rethrow_exception(failure);
}

base::Task<void> Loopback::run_and_stop(const std::function<base::Task<void>()>& test) {
  const bool in_time = co_await base::finishes_within(test(), 25s);
  EXPECT_TRUE(in_time) << "the test took too long";
  co_await server->stop(grace);
  EXPECT_EQ(server->counters().connections_open, 0u);
}

base::Task<void> Loopback::until(const int& count, int wanted) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (count != wanted && std::chrono::steady_clock::now() < deadline) co_await base::sleep_for(2ms);
  EXPECT_EQ(count, wanted);
}

base::Task<void> Loopback::until(const bool& flag) {
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  while (!flag && std::chrono::steady_clock::now() < deadline) co_await base::sleep_for(2ms);
  EXPECT_TRUE(flag);
}

}  // namespace greenroom::net::loopback
