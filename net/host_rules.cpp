#include "net/host_rules.hpp"

#include <algorithm>

#include "net/ascii.hpp"

namespace greenroom::net {

namespace {
constexpr std::size_t longest_name = 253;  // bytes; RFC 1035 §2.3.4

/// Underscores are no part of host names, but name servers and browsers take them.
bool is_name_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

bool is_at_or_below(std::string_view name, std::string_view top) {
  if (!name.ends_with(top)) return false;
  return name.size() == top.size() || name[name.size() - top.size() - 1] == '.';
}

/// A star stands for at least one byte. Without backtracking beyond the last star: linear in practice, and
/// never worse than the product of the lengths.
bool fits_glob(std::string_view text, std::string_view pattern) {
  std::size_t at = 0, star = pattern.npos, resume = 0, in_pattern = 0;
  while (at < text.size()) {
    if (in_pattern < pattern.size() && pattern[in_pattern] == '*') {
      star = in_pattern++;
      resume = ++at;  // its one byte
    } else if (in_pattern < pattern.size() && pattern[in_pattern] == text[at]) {
      ++in_pattern;
      ++at;
    } else if (star != pattern.npos) {
      in_pattern = star + 1;
      at = ++resume;
    } else {
      return false;
    }
  }
  return in_pattern == pattern.size();
}
}  // namespace

std::optional<Host> Host::read(std::string_view text) {
  if (text.empty() || text.size() > longest_name + 2) return std::nullopt;
  Host host;
  if (const auto address = read_address(text)) {
    host.address = address;
    host.name = address->to_string();
    return host;
  }
  if (text.ends_with('.')) text.remove_suffix(1);
  host.name.resize(text.size());
  std::transform(text.begin(), text.end(), host.name.begin(), to_lower);
  const bool is_name = !host.name.empty() && host.name.size() <= longest_name && host.name.front() != '.' &&
                       std::all_of(host.name.begin(), host.name.end(), is_name_byte) &&
                       host.name.back() != '.' && host.name.find("..") == host.name.npos;
  if (!is_name) return std::nullopt;
  return host;
}

bool Host::is_localhost() const { return is_at_or_below(name, "localhost"); }

bool Host::is_nobodys() const { return is_at_or_below(name, "invalid"); }

std::optional<HostPattern> HostPattern::parse(std::string_view text) {
  HostPattern pattern;
  pattern.network_ = Network::parse(text);
  if (pattern.network_) return pattern;
  if (text.ends_with('.')) text.remove_suffix(1);
  if (text.empty() || text.size() > longest_name) return std::nullopt;
  for (const char c : text) {
    const char lower = to_lower(c);
    if (!is_name_byte(lower) && lower != '*') return std::nullopt;
    pattern.text_ += lower;
  }
  if (pattern.text_.front() == '.' || pattern.text_.find("..") != std::string::npos) return std::nullopt;
  return pattern;
}

bool HostPattern::fits(const Host& host) const {
  if (network_) return host.address && network_->contains(*host.address);
  if (text_.find('*') != std::string::npos) return fits_glob(host.name, text_);
  return is_at_or_below(host.name, text_);
}

bool any_fits(const HostPatterns& patterns, const Host& host) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const auto& pattern) { return pattern.fits(host); });
}

bool any_fits(const HostPatterns& patterns, const IpAddress& address) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const auto& pattern) { return pattern.fits(address); });
}

HostList HostList::parse(std::string_view text) {
  HostList list;
  constexpr std::string_view blanks = " \t\r";
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    line = line.substr(0, line.find('#'));
    while (!line.empty()) {
      line.remove_prefix(std::min(line.find_first_not_of(blanks), line.size()));
      const std::string_view word = line.substr(0, line.find_first_of(blanks));
      line.remove_prefix(word.size());
      const auto host = Host::read(word);
      // A line of hosts(5) begins with an address, and the file with the machine's own names.
      const bool counts =
          host && !host->address && !host->is_localhost() && host->name.find('.') != std::string::npos;
      if (counts) list.names_.insert(host->name);
    }
  }
  return list;
}

bool HostList::has(const Host& host) const {
  if (host.address) return false;
  std::string_view name = host.name;
  for (;;) {
    if (names_.contains(name)) return true;
    const std::size_t dot = name.find('.');
    if (dot == name.npos) return false;
    name.remove_prefix(dot + 1);
  }
}

}  // namespace greenroom::net
