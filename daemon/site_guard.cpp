#include "daemon/site_guard.hpp"

#include <boost/json.hpp>

#include "cdp/envelope.hpp"

namespace greenroom::daemon {

namespace json = boost::json;
using base::Result;
using base::Task;

std::optional<net::Host> host_of_url(std::string_view url) {
  if (!url.starts_with("http://") && !url.starts_with("https://")) return std::nullopt;
  url.remove_prefix(url.find("://") + 3);
  url = url.substr(0, url.find_first_of("/?#\\"));
  if (const std::size_t at = url.rfind('@'); at != url.npos) url.remove_prefix(at + 1);
  const std::size_t colon = url.rfind(':');
  if (colon != url.npos && url.find(']', colon) == url.npos) url = url.substr(0, colon);
  return net::Host::read(url);
}

namespace {
/// Whether one of these targets is a page of that id.
bool has_page(const json::object& answer, std::string_view id) {
  const json::value* infos = answer.if_contains("targetInfos");
  if (infos == nullptr || !infos->is_array()) return false;
  for (const json::value& item : infos->get_array()) {
    const json::object* info = item.if_object();
    const json::value* own = info != nullptr ? info->if_contains("targetId") : nullptr;
    const json::value* type = info != nullptr ? info->if_contains("type") : nullptr;
    if (own != nullptr && type != nullptr && own->is_string() && own->get_string() == id && *type == "page")
      return true;
  }
  return false;
}
}  // namespace

Task<Result<void>> SiteGuard::begin(session::Carrier& session, browser::Browser& browser) {
  session_ = &session;
  auto line = co_await browser.switchboard().open_line();
  if (!line) co_return line.error();
  line_ = std::move(*line);
  line_->on_event([this](std::string_view method, std::string_view from, std::string_view params) {
    if (method == "Fetch.requestPaused" && from.empty()) on_paused(params);
  });
  // On the browser itself: it sees a new tab's first request too, for which any other way would come too
  // late.
  json::object pattern;
  pattern["urlPattern"] = "*";
  pattern["resourceType"] = "Document";
  pattern["requestStage"] = "Request";
  json::object params;
  params["patterns"] = json::array{std::move(pattern)};
  auto enabled = co_await line_->call("Fetch.enable", std::move(params));
  if (!enabled) co_return enabled.error();
  co_return Result<void>();
}

Task<void> SiteGuard::after_exit(browser::Browser&) {
  line_.reset();
  co_return;
}

bool SiteGuard::is_allowed(std::string_view url) const {
  const auto host = host_of_url(url);
  return host && net::any_fits(sites_, *host);
}

void SiteGuard::on_paused(std::string_view params) {
  const std::string request = cdp::text_member(params, "requestId");
  const std::string url = cdp::text_member(cdp::member(params, "request"), "url");
  if (is_allowed(url)) return let_go(request);
  // A page's main frame has the id of its target; a frame inside has none, or that of another kind. All are
  // asked for: of a window that was just opened, the browser knows nothing until somebody asks for all.
  const std::string frame = cdp::text_member(params, "frameId");
  line_->ask("Target.getTargets", {}, {}, [this, request, url, frame](const Result<json::object>& answer) {
    const bool is_page = !answer || has_page(*answer, frame);
    if (is_page) return block(request, url);
    let_go(request);
  });
}

void SiteGuard::let_go(const std::string& request) {
  json::object params;
  params["requestId"] = request;
  line_->post("Fetch.continueRequest", std::move(params), {});
}

void SiteGuard::block(const std::string& request, const std::string& url) {
  json::object params;
  params["requestId"] = request;
  params["errorReason"] = "BlockedByClient";
  line_->post("Fetch.failRequest", std::move(params), {});
  json::object note;
  const auto host = host_of_url(url);
  note["host"] = host ? host->name : "";
  note["why"] = "not among the session's sites";
  session_->note("network.refused", note);
}

}  // namespace greenroom::daemon
