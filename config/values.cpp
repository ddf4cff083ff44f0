#include "config/values.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>
#include <span>

namespace greenroom::config {

namespace {

std::string in_quotes(std::string_view text) { return "'" + std::string(text) + "'"; }

/// The single text of a value, or the problem that it is a list.
Problem one_text(const Value& value, std::string_view& out) {
  if (value.is_list || value.items.size() != 1) return "one value is wanted here, not a list";
  out = value.items.front();
  return {};
}

template <class Number>
bool whole_number(std::string_view text, Number& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && !text.empty();
}

struct Unit {
  std::string_view suffix;
  std::uint64_t factor = 1;
};

/// "<digits><unit>" times the unit's factor, at most `limit`. Of two suffixes that fit, the one that leaves
/// digits only is meant ("5ms" is no number of "s").
bool with_unit(std::string_view text, std::span<const Unit> units, std::uint64_t limit, std::uint64_t& out) {
  for (const Unit& unit : units) {
    std::uint64_t count = 0;
    if (!text.ends_with(unit.suffix)) continue;
    if (!whole_number(text.substr(0, text.size() - unit.suffix.size()), count)) continue;
    if (count > limit / unit.factor) return false;
    out = count * unit.factor;
    return true;
  }
  return false;
}

std::string trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \t") - first + 1));
}

bool is_address(const std::string& text, unsigned& bits) {
  std::array<unsigned char, 16> binary{};
  if (::inet_pton(AF_INET, text.c_str(), binary.data()) == 1)
    bits = 32;
  else if (::inet_pton(AF_INET6, text.c_str(), binary.data()) == 1)
    bits = 128;
  else
    return false;
  return true;
}

/// Letters, digits, dots and dashes: what a host name or an address may hold.
bool is_host(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' ||
           c == '-' || c == '_' || c == ':' || c == '[' || c == ']';
  });
}
}  // namespace

Problem read(const Value& value, std::string& out) {
  std::string_view text;
  if (auto problem = one_text(value, text)) return problem;
  if (text.find('\0') != std::string_view::npos) return "a text cannot hold NUL";
  out = text;
  return {};
}

Problem read(const Value& value, bool& out) {
  std::string_view text;
  if (auto problem = one_text(value, text)) return problem;
  const bool yes = text == "true" || text == "True" || text == "yes" || text == "on" || text == "1";
  const bool no = text == "false" || text == "False" || text == "no" || text == "off" || text == "0";
  if (!yes && !no) return in_quotes(text) + " is neither true nor false";
  out = yes;
  return {};
}

Problem read(const Value& value, int& out) {
  std::string_view text;
  if (auto problem = one_text(value, text)) return problem;
  if (!whole_number(text, out)) return in_quotes(text) + " is no whole number";
  return {};
}

Problem read(const Value& value, std::uint32_t& out) {
  std::string_view text;
  if (auto problem = one_text(value, text)) return problem;
  if (!whole_number(text, out)) return in_quotes(text) + " is no whole number from 0 up";
  return {};
}

Problem read(const Value& value, std::chrono::milliseconds& out) {
  static constexpr std::array units = {Unit{"ms", 1}, Unit{"s", 1000}, Unit{"m", 60'000},
                                       Unit{"h", 3'600'000}, Unit{"d", 86'400'000}};
  constexpr std::uint64_t ten_years = 3660ull * 86'400'000;
  std::string_view text;
  if (auto problem = one_text(value, text)) return problem;
  std::uint64_t count = 0;
  if (text != "0" && !with_unit(text, units, ten_years, count))
    return in_quotes(text) + " is no duration (use 30s, 5m, 1h)";
  out = std::chrono::milliseconds(count);
  return {};
}

Problem read(const Value& value, base::Bytes& out) {
  static constexpr std::array units = {Unit{"KiB", 1ull << 10}, Unit{"MiB", 1ull << 20},
                                       Unit{"GiB", 1ull << 30}, Unit{"B", 1}};
  std::string_view text;
  if (auto problem = one_text(value, text)) return problem;
  std::uint64_t count = 0;
  if (!with_unit(text, units, 1ull << 50, count))
    return in_quotes(text) + " is no size (use 64KiB, 8MiB, 1GiB)";
  out.count = count;
  return {};
}

Problem read(const Value& value, PixelSize& out) {
  std::string_view text;
  if (auto problem = one_text(value, text)) return problem;
  const auto cross = text.find('x');
  PixelSize size;
  const bool shape = cross != std::string_view::npos && whole_number(text.substr(0, cross), size.width) &&
                     whole_number(text.substr(cross + 1), size.height);
  if (!shape) return in_quotes(text) + " is no size in pixels (use 1280x720)";
  if (size.width < 1 || size.height < 1 || size.width > 16384 || size.height > 16384)
    return in_quotes(text) + ": each side may be 1 to 16384 pixels";
  out = size;
  return {};
}

Problem read(const Value& value, ListenAddress& out) {
  std::string_view text;
  if (auto problem = one_text(value, text)) return problem;
  const auto colon = text.rfind(':');
  ListenAddress address;
  unsigned bits = 0;
  bool good = colon != std::string_view::npos && whole_number(text.substr(colon + 1), address.port);
  if (good) {
    std::string_view host = text.substr(0, colon);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);
    address.host = host;
    good = is_address(address.host, bits) && bracketed == (bits == 128);
  }
  if (!good)
    return in_quotes(text) + " is no address to listen on (use 127.0.0.1:4480, [::1]:4480 or 0.0.0.0:4480)";
  out = address;
  return {};
}

Problem read(const Value& value, base::LogLevel& out) {
  std::string_view text;
  if (auto problem = one_text(value, text)) return problem;
  if (!base::parse_log_level(text, out))
    return in_quotes(text) + " is no level (use error, warning, info or debug)";
  return {};
}

Problem read(const Value& value, std::vector<std::string>& out) {
  std::vector<std::string> list;
  if (value.is_list) {
    list = value.items;
  } else {
    std::string_view text;
    if (auto problem = one_text(value, text)) return problem;
    while (!text.empty()) {
      const auto comma = std::min(text.find(','), text.size());
      list.push_back(trimmed(text.substr(0, comma)));
      text.remove_prefix(std::min(comma + 1, text.size()));
    }
  }
  for (const std::string& item : list)
    if (item.empty()) return "a list may not hold an empty entry";
  out = std::move(list);
  return {};
}

Problem check_public_url(std::string& url) {
  if (url.empty()) return {};
  while (url.ends_with('/')) url.pop_back();
  const std::string_view text(url);
  const auto scheme = text.find("://");
  const bool web = text.starts_with("http://") || text.starts_with("https://");
  if (!web || scheme + 3 >= text.size() || text.find_first_of("?#@ \t\"<>") != std::string_view::npos ||
      !is_host(text.substr(scheme + 3, text.find('/', scheme + 3) - scheme - 3)))
    return in_quotes(url) + " is no address that clients could use (use https://browsers.example.com)";
  return {};
}

Problem check_host_name(std::string& name) {
  unsigned bits = 0;
  if (is_address(name, bits)) return {};
  if (!is_host(name) || name.find_first_of(":[]") != std::string::npos)
    return in_quotes(name) + " is no host name (write it without scheme and port)";
  return {};
}

Problem check_origin(std::string& origin) {
  const auto scheme = origin.find("://");
  if (scheme == std::string::npos || scheme == 0 || !is_host(std::string_view(origin).substr(scheme + 3)))
    return in_quotes(origin) + " is no origin (use https://app.example.com, without a path)";
  return {};
}

Problem check_network(std::string& network) {
  const auto slash = network.find('/');
  unsigned bits = 0;
  unsigned prefix = 0;
  const bool good = is_address(network.substr(0, slash), bits) &&
                    (slash == std::string::npos ||
                     (whole_number(std::string_view(network).substr(slash + 1), prefix) && prefix <= bits));
  if (!good) return in_quotes(network) + " is no address or network (use 10.0.0.7 or 10.0.0.0/8)";
  return {};
}

Problem check_host_pattern(std::string& pattern) {
  std::string network = pattern;
  if (!check_network(network)) return {};
  const auto is_pattern_byte = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '.' || c == '_' || c == '*';
  };
  constexpr std::size_t longest = 253;
  const bool good = !pattern.empty() && pattern.size() <= longest && pattern.front() != '.' &&
                    std::all_of(pattern.begin(), pattern.end(), is_pattern_byte) &&
                    pattern.find("..") == std::string::npos;
  if (!good)
    return in_quotes(pattern) + " is no host (use example.com, *.example.com, 10.0.0.7 or 10.0.0.0/8)";
  return {};
}

Problem check_auto(std::string& word) {
  if (word == "auto" || word == "true" || word == "false") return {};
  return in_quotes(word) + " is not auto, true or false";
}

Problem check_switch(std::string& text) {
  if (!text.starts_with("--") || text.size() < 3)
    return in_quotes(text) + " is no switch (it starts with --)";
  const std::string name = text.substr(0, text.find('='));
  for (const char* other : {"--proxy-server", "--no-proxy-server", "--proxy-pac-url", "--proxy-auto-detect",
                            "--proxy-bypass-list", "--winhttp-proxy-resolver"})
    if (name == other)
      return in_quotes(name) + " would take the egress rules away (a proxy is named by egress.proxy)";
  return {};
}

Problem check_quality(std::string& word) {
  if (word == "evidence" || word == "standard" || word == "small") return {};
  return "'" + word + "' is not evidence, standard or small";
}

Problem check_absolute_path(std::string& path) {
  if (!path.empty() && path.front() != '/') return in_quotes(path) + " is no absolute path";
  return {};
}

}  // namespace greenroom::config
