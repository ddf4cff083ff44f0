// What a server still has to send on one websocket, as frames (RFC 6455 §5.2). Pure: it knows no socket.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace greenroom::net {

/// Small frames are put together into one piece of memory, so that a burst of them is one system call; a
/// large message stays where it is and only gets its head.
class WebsocketOutbox {
 public:
  /// One unfragmented, unmasked frame of that kind.
  enum class Kind : unsigned char { text = 1, binary = 2 };
  void push(Kind kind, std::string message);
  void push_text(std::string message) { push(Kind::text, std::move(message)); }
  /// Bytes that are whole frames already.
  void push_frames(std::string_view frames);

  bool empty() const { return chunks_.empty(); }
  /// All bytes not yet taken, heads included.
  std::size_t size() const { return size_; }

  static constexpr std::size_t most_pieces = 32;
  struct Pieces {
    std::array<std::string_view, most_pieces> list;
    std::size_t count = 0;
  };
  /// The bytes to send next, in order. Good until the next call that is not const.
  Pieces front() const;
  /// The socket has taken so many of them.
  void pop(std::size_t bytes);
  /// Forgets every frame of which nothing was sent yet and which is not in one piece with such a one.
  void drop_unsent();

 private:
  struct Chunk {
    std::array<char, 10> head;
    std::uint8_t head_size = 0;  // 0: the data has its heads inside
    std::string data;
    std::size_t size() const { return head_size + data.size(); }
  };
  std::string& gathering();

  std::deque<Chunk> chunks_;
  std::size_t sent_ = 0;  // of the first chunk
  std::size_t size_ = 0;
};

}  // namespace greenroom::net
