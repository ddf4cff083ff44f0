// Hosts as rules name them: names with what is below them, patterns, addresses, networks. Pure.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "net/ip_rules.hpp"

namespace greenroom::net {

/// A host that somebody wants to reach, as it is compared: in lower case, without a final dot.
struct Host {
  std::string name;  ///< an address in its usual form, without brackets
  std::optional<IpAddress> address;

  /// Nothing for what cannot be a host: empty, longer than 253 bytes, bytes that names do not have.
  static std::optional<Host> read(std::string_view text);
  /// "localhost" and what is below it: never asked of a name server, as browsers do it too (RFC 6761 §6.3).
  bool is_localhost() const;
  /// Below "invalid": nobody has that name, and nobody is asked for it (RFC 6761 §6.4).
  bool is_nobodys() const;
};

/// "example.com" (it and all below it), "*.example.com" (only what is below it), "*" (all), a star for any
/// other run of characters, "192.0.2.7", "10.0.0.0/8".
class HostPattern {
 public:
  static std::optional<HostPattern> parse(std::string_view text);

  /// A host by its name, or written as an address.
  bool fits(const Host& host) const;
  /// Where a name has led.
  bool fits(const IpAddress& address) const { return network_ && network_->contains(address); }
  bool is_network() const { return network_.has_value(); }

 private:
  std::string text_;
  std::optional<Network> network_;
};

using HostPatterns = std::vector<HostPattern>;

bool any_fits(const HostPatterns& patterns, const Host& host);
bool any_fits(const HostPatterns& patterns, const IpAddress& address);

/// Many names, each with all below it.
class HostList {
 public:
  /// One name a line, or lines of hosts(5) ("0.0.0.0 ads.example.com"); '#' begins a comment. What is no name
  /// is skipped, and so is what would block the machine's own names.
  static HostList parse(std::string_view text);
  bool has(const Host& host) const;
  std::size_t size() const { return names_.size(); }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  std::unordered_set<std::string, Hash, std::equal_to<>> names_;
};

}  // namespace greenroom::net
