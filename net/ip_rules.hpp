// What an address leads to, however it is written. Pure: nothing is resolved here.
#pragma once

#include <optional>
#include <string_view>

#include <boost/asio/ip/address.hpp>

namespace greenroom::net {

using IpAddress = boost::asio::ip::address;

/// Whose machine answers at an address.
enum class Reach {
  open,             ///< the internet's
  own_machine,      ///< loopback, and what the kernel takes for it (0.0.0.0)
  private_network,  ///< a network that only its members see
  metadata,         ///< link-local IPv4 and its like, where clouds keep a machine's credentials
  unusable,         ///< no single machine: multicast, broadcast, reserved
};

/// IPv6 addresses that carry an IPv4 one (mapped, NAT64, 6to4, …) lead where that one leads.
Reach reach_of(const IpAddress& address);

/// The host of a URL or of a proxy's request as an address, if it is one: with or without brackets, and IPv4
/// in every spelling that browsers and inet_aton(3) take (2130706433, 0x7f.1, 0177.0.0.1).
std::optional<IpAddress> read_address(std::string_view host);

/// An address and how many of its first bits count.
class Network {
 public:
  /// "10.0.0.0/8", "fd00::/8"; an address alone is a network of one.
  static std::optional<Network> parse(std::string_view text);
  bool contains(const IpAddress& address) const;

 private:
  IpAddress first_;
  unsigned bits_ = 0;
};

}  // namespace greenroom::net
