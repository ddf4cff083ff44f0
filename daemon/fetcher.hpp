// api::Fetcher: one resource of the web over a connection of its own, without a browser.
#pragma once

#include <string>

#include "api/fetcher.hpp"
#include "base/blocking_pool.hpp"
#include "base/bytes.hpp"
#include "base/clock.hpp"
#include "net/web_client.hpp"

namespace greenroom::daemon {

struct FetcherOptions {
  std::size_t limit = 10;               ///< at a time; further ones are refused
  base::Milliseconds deadline{50'000};  ///< for one fetch with its redirects: clients give up after a minute
  base::Bytes body_limit{5ull * 1024 * 1024};
  std::string user_agent;
  net::Connect connect;
};

/// Lifetime `pool` outlives it, and it its calls.
class WebFetcher final : public api::Fetcher {
 public:
  WebFetcher(base::BlockingPool& pool, FetcherOptions options) : pool_(pool), options_(std::move(options)) {}

  base::Task<base::Result<api::Fetched>> fetch(api::FetchRequest request) override;

 private:
  base::Task<base::Result<api::Fetched>> follow(api::FetchRequest request);
  base::Task<base::Result<api::Fetched>> read(api::FetchRequest request, net::WebAddress from,
                                              net::Response response);

  base::BlockingPool& pool_;  // turning a large page into Markdown takes a while
  FetcherOptions options_;
  std::size_t running_ = 0;
};

}  // namespace greenroom::daemon
