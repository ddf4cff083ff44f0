// The texts that settings are written in, read strictly: the whole text or a sentence that says what is
// wrong.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "config/settings.hpp"

namespace greenroom::config {

/// A setting as it was written: one text, or a list in brackets. The environment and flags have only texts,
/// which a list takes as comma separated.
struct Value {
  std::vector<std::string> items;
  bool is_list = false;
};

/// Nothing, or what is wrong, for people: "'5x' is no duration (use 30s, 5m, 1h)".
using Problem = std::optional<std::string>;

Problem read(const Value& value, std::string& out);
Problem read(const Value& value, bool& out);
Problem read(const Value& value, int& out);
Problem read(const Value& value, std::uint32_t& out);
/// "300ms", "30s", "5m", "1h", "31d", or "0"; no fractions, no sums. At most 10 years.
Problem read(const Value& value, std::chrono::milliseconds& out);
/// "512B", "64KiB", "8MiB", "1GiB".
Problem read(const Value& value, base::Bytes& out);
/// "1280x720", each side 1 to 16384.
Problem read(const Value& value, PixelSize& out);
/// "127.0.0.1:4480" or "[::1]:4480".
Problem read(const Value& value, ListenAddress& out);
Problem read(const Value& value, base::LogLevel& out);
Problem read(const Value& value, std::vector<std::string>& out);

/// Checks of single texts, for keys whose text has a form.
Problem check_public_url(std::string& url);  ///< takes a final slash off
Problem check_host_name(std::string& name);
Problem check_origin(std::string& origin);
Problem check_network(std::string& network);  ///< an address, or "address/prefix-length"
/// A name, one with stars, an address or a network.
Problem check_host_pattern(std::string& pattern);
Problem check_auto(std::string& word);  ///< auto, true or false
Problem check_switch(std::string& text);
Problem check_quality(std::string& word);
Problem check_absolute_path(std::string& path);

}  // namespace greenroom::config
