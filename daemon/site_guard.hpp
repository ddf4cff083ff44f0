// Keeps a session's pages on the sites that its creator named. What pages load besides is not looked at.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cdp/switchboard.hpp"
#include "net/host_rules.hpp"
#include "session/companion.hpp"

namespace greenroom::daemon {

/// Sees every document that the browser is about to fetch, in whatever tab, redirects included.
class SiteGuard final : public session::Companion {
 public:
  explicit SiteGuard(net::HostPatterns sites) : sites_(std::move(sites)) {}

  base::Task<base::Result<void>> begin(session::Carrier& session, browser::Browser& browser) override;
  base::Task<void> after_exit(browser::Browser& browser) override;

 private:
  void on_paused(std::string_view params);
  bool is_allowed(std::string_view url) const;
  void let_go(const std::string& request);
  void block(const std::string& request, const std::string& url);

  net::HostPatterns sites_;
  session::Carrier* session_ = nullptr;
  std::unique_ptr<cdp::Line> line_;
};

/// The host of an absolute http or https URL as browsers write it; nothing for any other text. Pure.
std::optional<net::Host> host_of_url(std::string_view url);

}  // namespace greenroom::daemon
