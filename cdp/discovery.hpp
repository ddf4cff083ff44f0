// The bodies of Chromium's /json endpoints, made from what the browser says of itself. Pure.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

namespace greenroom::cdp {

namespace json = boost::json;

/// One page or worker, as Target.getTargets tells it.
struct TargetInfo {
  std::string id;
  std::string type;  ///< "page", "iframe", "service_worker", …
  std::string title;
  std::string url;
  bool attached = false;
  bool operator==(const TargetInfo&) const = default;
};

/// Reads Target.getTargets' result. Targets of the browser's own interface are left out.
std::vector<TargetInfo> read_targets(const json::object& result);

/// GET /json/version. `version` is Browser.getVersion's result.
json::object version_body(const json::object& version, std::string_view websocket_url);

/// GET /json/list. `link` makes the websocket address of a target.
json::array list_body(const std::vector<TargetInfo>& targets,
                      const std::function<std::string(std::string_view)>& link);

}  // namespace greenroom::cdp
