#include "daemon/fetch_rules.hpp"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <optional>

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;

namespace {
using V6 = std::array<unsigned char, 16>;

struct V4Block {
  std::uint32_t network;
  int bits;
};

constexpr std::uint32_t v4(unsigned a, unsigned b, unsigned c, unsigned d) {
  return a << 24 | b << 16 | c << 8 | d;
}

/// Metadata services: link-local ones of AWS, Azure, Google, Oracle and their like, and Alibaba's.
constexpr V4Block metadata_blocks[] = {
    {v4(169, 254, 0, 0), 16}, {v4(100, 100, 100, 200), 32}, {v4(168, 63, 129, 16), 32}};

/// IANA's special-purpose registry: everything that is not the open internet.
constexpr V4Block special_blocks[] = {
    {v4(0, 0, 0, 0), 8},      {v4(10, 0, 0, 0), 8},    {v4(100, 64, 0, 0), 10},   {v4(127, 0, 0, 0), 8},
    {v4(172, 16, 0, 0), 12},  {v4(192, 0, 0, 0), 24},  {v4(192, 0, 2, 0), 24},    {v4(192, 88, 99, 0), 24},
    {v4(192, 168, 0, 0), 16}, {v4(198, 18, 0, 0), 15}, {v4(198, 51, 100, 0), 24}, {v4(203, 0, 113, 0), 24},
    {v4(224, 0, 0, 0), 4},    {v4(240, 0, 0, 0), 4}};

template <std::size_t N>
bool is_in(std::uint32_t address, const V4Block (&blocks)[N]) {
  for (const V4Block& block : blocks)
    if ((address ^ block.network) >> (32 - block.bits) == 0) return true;
  return false;
}

Result<void> judge(std::uint32_t address, PrivateNetworks networks) {
  if (is_in(address, metadata_blocks)) return Error{errc::forbidden, "the address of a metadata service"};
  if (networks == PrivateNetworks::closed && is_in(address, special_blocks))
    return Error{errc::forbidden, "an address that is not on the open internet"};
  return {};
}

std::uint32_t v4_at(const V6& address, std::size_t at) {
  return v4(address[at], address[at + 1], address[at + 2], address[at + 3]);
}

bool starts_with(const V6& address, std::initializer_list<unsigned char> bytes) {
  return std::equal(bytes.begin(), bytes.end(), address.begin());
}

/// The IPv4 address inside: mapped and compatible ones, NAT64's (RFC 6052), 6to4's (RFC 3056).
std::optional<std::uint32_t> embedded(const V6& address) {
  const bool is_zero =
      std::all_of(address.begin(), address.begin() + 10, [](unsigned char c) { return c == 0; });
  const bool is_mapped = is_zero && address[10] == 0xFF && address[11] == 0xFF;
  const bool is_compatible = is_zero && address[10] == 0 && address[11] == 0 && v4_at(address, 12) > 1;
  if (is_mapped || is_compatible) return v4_at(address, 12);
  if (starts_with(address, {0, 0x64, 0xFF, 0x9B})) return v4_at(address, 12);
  if (starts_with(address, {0x20, 0x02})) return v4_at(address, 2);
  return std::nullopt;
}

Result<void> judge(const V6& address, PrivateNetworks networks) {
  if (const auto inner = embedded(address)) return judge(*inner, networks);
  V6 aws{};  // fd00:ec2::254
  aws[0] = 0xFD, aws[2] = 0x0E, aws[3] = 0xC2, aws[14] = 0x02, aws[15] = 0x54;
  const bool is_link_local = address[0] == 0xFE && (address[1] & 0xC0) == 0x80;
  if (address == aws || is_link_local) return Error{errc::forbidden, "the address of a metadata service"};
  const bool is_global = (address[0] & 0xE0) == 0x20 && !starts_with(address, {0x20, 0x01, 0x0D, 0xB8}) &&
                         !starts_with(address, {0x20, 0x01, 0, 0});  // documentation, Teredo
  if (networks == PrivateNetworks::closed && !is_global)
    return Error{errc::forbidden, "an address that is not on the open internet"};
  return {};
}
}  // namespace

Result<void> may_fetch_from(const std::string& address, PrivateNetworks networks) {
  in_addr small{};
  if (::inet_pton(AF_INET, address.c_str(), &small) == 1) return judge(ntohl(small.s_addr), networks);
  V6 large{};
  // An interface may be named behind a link-local address.
  const std::string plain = address.substr(0, address.find('%'));
  if (::inet_pton(AF_INET6, plain.c_str(), large.data()) == 1) return judge(large, networks);
  return Error{errc::forbidden, "no address at all"};
}

}  // namespace greenroom::daemon
