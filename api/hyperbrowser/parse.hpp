// Reading Hyperbrowser's requests. Pure; all of the provider's oddities on the way in are here.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "net/http.hpp"
#include "session/manager.hpp"
#include "session/spec.hpp"

namespace greenroom::api::hyperbrowser {

/// A create request, and the names of fields that were accepted without effect.
struct CreateRequest {
  session::SessionSpec spec;
  std::vector<std::string> ignored;
  bool wants_proxy_pool = false;  ///< the provider's own proxies, which are a matter of its plans
  bool forks_profile = false;     ///< the session gets a copy of its profile, which stays
  std::optional<std::string> fork_name;
  bool wants_place = false;  ///< … in a certain place
};

/// POST /api/session. `spec.echo` keeps the launch options as they were sent, but for the proxy's password.
/// Errors: invalid_argument; unsupported for what this version cannot honour.
base::Result<CreateRequest> parse_create(std::string_view body);

/// What every list of this provider is asked with: pages count from 1.
struct Page {
  std::int64_t number = 1;
  std::int64_t size = 10;
  std::size_t offset() const { return static_cast<std::size_t>((number - 1) * size); }
};

struct ListRequest {
  session::ListFilter filter;
  Page page;
  bool finds_nothing = false;  ///< a status that no session here ever has
};

/// `page` and `limit`. Errors: invalid_argument.
base::Result<Page> parse_page(const net::Target& target, std::int64_t size);

/// GET /api/sessions. Errors: invalid_argument.
base::Result<ListRequest> parse_list(const net::Target& target);

struct EventFilter {
  Page page;
  std::optional<std::int64_t> from;  ///< milliseconds since 1970, included
  std::optional<std::int64_t> to;    ///< the same
  std::optional<std::string> target;
  std::set<std::string> types;  ///< empty: all
};

/// GET …/event-logs. Errors: invalid_argument.
base::Result<EventFilter> parse_event_filter(const net::Target& target);

/// PUT …/extend-session. Errors: invalid_argument.
base::Result<base::Milliseconds> parse_extension(std::string_view body);

/// PUT …/update, one of its four forms.
struct Update {
  enum class Kind { screen, profile, proxy_off, captchas_off } kind = Kind::screen;
  browser::Size screen;
  bool persists = false;  ///< of a profile
};

/// Errors: invalid_argument; unsupported for what needs a service of somebody else's.
base::Result<Update> parse_update(std::string_view body);

/// `liveViewTtlSeconds` of a get. Errors: invalid_argument.
base::Result<std::chrono::seconds> parse_live_lifetime(const net::Target& target);

inline constexpr std::chrono::seconds longest_live_link{43'200};  ///< what a link without a wish may last

}  // namespace greenroom::api::hyperbrowser
