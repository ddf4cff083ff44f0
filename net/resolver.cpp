#include "net/resolver.hpp"

#include <cstring>
#include <netdb.h>

#include <boost/asio/ip/tcp.hpp>

#include "base/deadline.hpp"

namespace greenroom::net {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

Result<IpAddresses> look_up(const std::string& name) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_ADDRCONFIG;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(name.c_str(), nullptr, &hints, &found);
  if (failure == EAI_AGAIN) return Error{errc::unavailable, "the name server does not answer"};
  if (failure != 0) return Error{errc::not_found, "the name does not exist"};
  IpAddresses addresses;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    boost::asio::ip::tcp::endpoint endpoint;
    if (one->ai_addrlen > endpoint.capacity()) continue;
    std::memcpy(endpoint.data(), one->ai_addr, one->ai_addrlen);
    endpoint.resize(one->ai_addrlen);
    addresses.push_back(endpoint.address());
  }
  ::freeaddrinfo(found);
  if (addresses.empty()) return Error{errc::not_found, "the name has no address"};
  return addresses;
}

Resolver::Resolver(const base::Executor& executor, ResolverOptions options, const base::Clock& clock)
    : options_(std::move(options)), clock_(clock), executor_(executor), jobs_(executor, options_.threads) {}

Task<Result<IpAddresses>> Resolver::resolve(std::string name) {
  auto found = lookups_.find(name);
  if (found != lookups_.end() && found->second->done.is_set() &&
      found->second->good_until <= clock_.steady()) {
    lookups_.erase(found);
    found = lookups_.end();
  }
  if (found == lookups_.end()) {
    forget_old();
    if (under_way_ >= options_.threads + options_.waiting)
      co_return Error{errc::unavailable, "too many names are asked for"};
    found = lookups_.emplace(name, std::make_shared<Lookup>(executor_)).first;
    const auto started = found->second;
    start(name, started);
    const auto waited = co_await wait(started);
    if (!waited) co_return waited.error();
    co_return started->answer;
  }
  const auto lookup = found->second;
  const auto waited = co_await wait(lookup);
  if (!waited) co_return waited.error();
  co_return lookup->answer;
}

Task<Result<void>> Resolver::wait(std::shared_ptr<Lookup> lookup) {
  if (lookup->done.is_set()) co_return Result<void>();
  (void)co_await base::finishes_within(lookup->done.wait(), options_.deadline);
  if (!lookup->done.is_set()) co_return Error{errc::timed_out, "the name server does not answer in time"};
  co_return Result<void>();
}

void Resolver::start(const std::string& name, const std::shared_ptr<Lookup>& lookup) {
  ++under_way_;
  const auto came = [this, lookup](Result<IpAddresses> answer) {
    --under_way_;
    lookup->answer = std::move(answer);
    // A failure is asked for again soon, but not by each of a page's fifty requests.
    constexpr int sooner = 10;
    lookup->good_until = clock_.steady() + (lookup->answer ? options_.keep : options_.keep / sooner);
    lookup->done.set();
  };
  jobs_.run([ask = options_.ask, name] { return ask(name); }, came);
}

void Resolver::forget_old() {
  if (lookups_.size() < options_.kept) return;
  const auto now = clock_.steady();
  std::erase_if(lookups_, [&](const auto& entry) {
    return entry.second->done.is_set() && entry.second->good_until <= now;
  });
  // All fresh: whichever comes first. Who waits for one holds it.
  while (lookups_.size() >= options_.kept) lookups_.erase(lookups_.begin());
}

}  // namespace greenroom::net
