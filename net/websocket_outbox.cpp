// Framing and gathering.
#include "net/websocket_outbox.hpp"

#include <algorithm>
#include <utility>

namespace greenroom::net {
namespace {

constexpr std::size_t small_message = 4 * 1024;
constexpr std::size_t gathered = 64 * 1024;
constexpr unsigned final_frame = 0x80;

std::uint8_t write_head(std::array<char, 10>& head, WebsocketOutbox::Kind kind, std::uint64_t size) {
  head[0] = static_cast<char>(final_frame | static_cast<unsigned>(kind));
  std::uint8_t length = 0;
  if (size < 126) {
    head[1] = static_cast<char>(size);
  } else if (size <= 0xFFFF) {
    head[1] = 126;
    length = 2;
  } else {
    head[1] = 127;
    length = 8;
  }
  for (std::uint8_t i = 0; i < length; ++i) {
    head[2u + i] = static_cast<char>((size >> (8 * (length - 1 - i))) & 0xFF);
  }
  return static_cast<std::uint8_t>(2 + length);
}

}  // namespace

// The last chunk, if frames may still be added to it; else a new one.
std::string& WebsocketOutbox::gathering() {
  if (chunks_.empty() || chunks_.back().head_size != 0 || chunks_.back().data.size() >= gathered) {
    chunks_.emplace_back();
  }
  return chunks_.back().data;
}

void WebsocketOutbox::push(Kind kind, std::string message) {
  std::array<char, 10> head{};
  const std::uint8_t head_size = write_head(head, kind, message.size());
  size_ += head_size + message.size();
  if (message.size() <= small_message) {
    std::string& data = gathering();
    data.append(head.data(), head_size);
    data += message;
    return;
  }
  Chunk& chunk = chunks_.emplace_back();
  chunk.head = head;
  chunk.head_size = head_size;
  chunk.data = std::move(message);
}

void WebsocketOutbox::push_frames(std::string_view frames) {
  gathering() += frames;
  size_ += frames.size();
}

WebsocketOutbox::Pieces WebsocketOutbox::front() const {
  Pieces pieces;
  std::size_t skip = sent_;
  const auto add = [&pieces, &skip](std::string_view bytes) {
    const std::size_t skipped = std::min(skip, bytes.size());
    skip -= skipped;
    bytes.remove_prefix(skipped);
    if (!bytes.empty()) pieces.list[pieces.count++] = bytes;
  };
  for (const Chunk& chunk : chunks_) {
    if (pieces.count + 2 > most_pieces) break;
    add({chunk.head.data(), chunk.head_size});
    add(chunk.data);
  }
  return pieces;
}

void WebsocketOutbox::pop(std::size_t bytes) {
  size_ -= bytes;
  sent_ += bytes;
  while (!chunks_.empty() && sent_ >= chunks_.front().size()) {
    sent_ -= chunks_.front().size();
    chunks_.pop_front();
  }
}

void WebsocketOutbox::drop_unsent() {
  const std::size_t kept = sent_ > 0 ? 1 : 0;
  while (chunks_.size() > kept) {
    size_ -= chunks_.back().size();
    chunks_.pop_back();
  }
}

}  // namespace greenroom::net
