#include "net/ip_rules.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <string>

namespace greenroom::net {

namespace {
namespace ip = boost::asio::ip;

struct Range {
  const char* network;
  Reach reach;
};

// IANA's registries of special-purpose addresses, and what clouds put beside them. The first that fits.
constexpr Range ipv4_ranges[] = {
    {"0.0.0.0/8", Reach::own_machine},  // Linux connects to itself
    {"127.0.0.0/8", Reach::own_machine},        {"169.254.0.0/16", Reach::metadata},
    {"100.100.100.200", Reach::metadata},  // Alibaba
    {"192.0.0.192", Reach::metadata},      // Oracle
    {"168.63.129.16", Reach::metadata},    // Azure's wire server, in the middle of the internet's addresses
    {"10.0.0.0/8", Reach::private_network},     {"100.64.0.0/10", Reach::private_network},
    {"172.16.0.0/12", Reach::private_network},  {"192.0.0.0/24", Reach::private_network},
    {"192.168.0.0/16", Reach::private_network}, {"198.18.0.0/15", Reach::private_network},
    {"192.0.2.0/24", Reach::unusable},          {"192.88.99.0/24", Reach::unusable},
    {"198.51.100.0/24", Reach::unusable},       {"203.0.113.0/24", Reach::unusable},
    {"224.0.0.0/3", Reach::unusable},  // multicast, reserved, broadcast
};
constexpr Range ipv6_ranges[] = {
    {"::1", Reach::own_machine},
    {"::", Reach::own_machine},
    {"fd00:ec2::/32", Reach::metadata},  // Amazon
    {"fd20:ce::/32", Reach::metadata},   // Google
    {"fc00::/7", Reach::private_network},
    {"fe80::/10", Reach::private_network},
    {"fec0::/10", Reach::private_network},
    {"64:ff9b:1::/48", Reach::private_network},  // translation inside somebody's network
    {"2001:db8::/32", Reach::unusable},
    {"100::/64", Reach::unusable},
    {"2001::/32", Reach::unusable},  // Teredo: where it leads depends on two more addresses inside
    {"ff00::/8", Reach::unusable},
};
// Where an IPv4 address begins inside of an IPv6 one.
struct Carrying {
  const char* network;
  std::size_t offset;
};
constexpr Carrying carrying[] = {
    {"::ffff:0:0/96", 12},    // mapped
    {"::ffff:0:0:0/96", 12},  // translated (SIIT)
    {"64:ff9b::/96", 12},     // NAT64
    {"2002::/16", 2},         // 6to4
    {"::/96", 12},            // "compatible", long obsolete
};

template <std::size_t Count>
std::array<Network, Count> networks_of(const Range (&ranges)[Count]) {
  std::array<Network, Count> networks;
  for (std::size_t i = 0; i < Count; ++i) networks[i] = *Network::parse(ranges[i].network);
  return networks;
}

template <std::size_t Count>
Reach find(const Range (&ranges)[Count], const std::array<Network, Count>& networks,
           const IpAddress& address) {
  for (std::size_t i = 0; i < Count; ++i)
    if (networks[i].contains(address)) return ranges[i].reach;
  return Reach::open;
}

Reach reach_of_v4(const IpAddress& address) {
  static const auto networks = networks_of(ipv4_ranges);
  return find(ipv4_ranges, networks, address);
}

/// One part of an IPv4 address as inet_aton reads it: decimal, 0octal, 0xhex.
std::optional<std::uint64_t> read_part(std::string_view part) {
  int base = 10;
  if (part.size() >= 2 && part[0] == '0' && (part[1] == 'x' || part[1] == 'X')) {
    base = 16;
    part.remove_prefix(2);
    if (part.empty()) return 0;
  } else if (part.size() >= 2 && part[0] == '0') {
    base = 8;
    part.remove_prefix(1);
  }
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), number, base);
  if (error != std::errc() || end != part.data() + part.size()) return std::nullopt;
  return number;
}

std::optional<IpAddress> read_ipv4(std::string_view host) {
  if (host.ends_with('.')) host.remove_suffix(1);
  constexpr std::size_t most_parts = 4;
  std::uint64_t whole = 0;
  for (std::size_t count = 1; count <= most_parts; ++count) {
    const std::size_t dot = host.find('.');
    const auto part = read_part(host.substr(0, dot));
    if (!part) return std::nullopt;
    if (dot == host.npos) {
      // The last part fills the rest.
      const std::uint64_t room = 1ull << (8 * (most_parts + 1 - count));
      if (*part >= room) return std::nullopt;
      whole = whole * room + *part;
      return ip::address_v4(static_cast<std::uint32_t>(whole));
    }
    if (*part > 255) return std::nullopt;
    whole = whole * 256 + *part;
    host.remove_prefix(dot + 1);
  }
  return std::nullopt;
}
}  // namespace

Reach reach_of(const IpAddress& address) {
  if (address.is_v4()) return reach_of_v4(address);
  static const auto networks = networks_of(ipv6_ranges);
  const Reach own = find(ipv6_ranges, networks, address);
  if (own != Reach::open) return own;
  const auto bytes = address.to_v6().to_bytes();
  for (const Carrying& form : carrying) {
    if (!Network::parse(form.network)->contains(address)) continue;
    ip::address_v4::bytes_type inner;
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(form.offset), inner.size(), inner.begin());
    return reach_of_v4(ip::address_v4(inner));
  }
  return Reach::open;
}

std::optional<IpAddress> read_address(std::string_view host) {
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') host = host.substr(1, host.size() - 2);
  if (host.empty()) return std::nullopt;
  if (host.find(':') == host.npos) return read_ipv4(host);
  // A zone names an interface of this machine: nothing that a page may choose.
  if (host.find('%') != host.npos) return std::nullopt;
  boost::system::error_code error;
  const auto address = ip::make_address_v6(std::string(host), error);
  if (error) return std::nullopt;
  return address;
}

std::optional<Network> Network::parse(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = read_address(text.substr(0, slash));
  if (!address) return std::nullopt;
  Network network;
  network.first_ = *address;
  const unsigned most = address->is_v4() ? 32 : 128;
  network.bits_ = most;
  if (slash == text.npos) return network;
  const std::string_view bits = text.substr(slash + 1);
  const auto [end, error] = std::from_chars(bits.data(), bits.data() + bits.size(), network.bits_);
  if (error != std::errc() || end != bits.data() + bits.size() || network.bits_ > most) return std::nullopt;
  return network;
}

bool Network::contains(const IpAddress& address) const {
  const auto same = [&](const auto& a, const auto& b) {
    unsigned left = bits_;
    for (std::size_t i = 0; i < a.size() && left > 0; ++i) {
      const unsigned here = std::min(left, 8u);
      if (((a[i] ^ b[i]) >> (8 - here)) != 0) return false;
      left -= here;
    }
    return true;
  };
  if (first_.is_v4() && address.is_v4()) return same(first_.to_v4().to_bytes(), address.to_v4().to_bytes());
  if (first_.is_v6() && address.is_v6()) return same(first_.to_v6().to_bytes(), address.to_v6().to_bytes());
  // ::ffff:10.0.0.1 is 10.0.0.1.
  if (first_.is_v4() && address.is_v6() && address.to_v6().is_v4_mapped())
    return contains(ip::make_address_v4(ip::v4_mapped, address.to_v6()));
  return false;
}

}  // namespace greenroom::net
