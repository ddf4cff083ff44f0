// What browsers, proxies and callers say of hosts: SOCKS from both sides, a proxy's answer, hosts, patterns,
// lists.
#include <cstdint>
#include <cstdlib>

#include "net/egress_rules.hpp"
#include "net/host_rules.hpp"
#include "net/proxy_hello.hpp"
#include "net/socks.hpp"

namespace {
using namespace greenroom::net;

void expect(bool claim) {
  if (!claim) std::abort();
}

void read_socks(std::string_view bytes) {
  const auto greeting = socks::parse_greeting(bytes);
  if (greeting && *greeting) expect((*greeting)->size <= bytes.size());
  const auto request = socks::parse_request(bytes);
  if (request && *request) {
    expect((*request)->size <= bytes.size());
    // What was understood is said again in the same way.
    const auto again = socks::parse_request(socks::connect((*request)->value));
    expect(again && *again && (*again)->value.port == (*request)->value.port);
  }
  const auto answer = socks::parse_answer(bytes);
  if (answer && *answer) expect(**answer <= bytes.size());
  const auto hello = parse_connect_answer(bytes);
  if (hello && *hello) expect(**hello <= bytes.size());
}

void read_hosts(std::string_view text) {
  const auto host = Host::read(text);
  if (host) {
    // One form: reading it again changes nothing.
    const auto again = Host::read(host->name);
    expect(again && again->name == host->name && again->address.has_value() == host->address.has_value());
    const auto own = HostPattern::parse(host->name);
    if (own) expect(own->fits(*host));
    if (const auto pattern = HostPattern::parse(text.substr(0, text.size() / 2))) (void)pattern->fits(*host);
    if (host->address) (void)reach_of(*host->address);
    (void)HostList::parse(text).has(*host);
  }
  (void)Network::parse(text);
  const auto upstream = parse_upstream(text, "", "");
  if (upstream) expect(upstream->port != 0 && Host::read(upstream->host));
}
}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  read_socks(bytes);
  read_hosts(bytes);
  return 0;
}
