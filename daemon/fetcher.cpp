#include "daemon/fetcher.hpp"

#include <algorithm>
#include <utility>

#include "base/deadline.hpp"
#include "daemon/fetched_text.hpp"
#include "net/ascii.hpp"
#include "page/markdown.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
constexpr int most_redirects = 20;

bool is_redirect(unsigned status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// Fields of one name are one, as HTTP has it (RFC 9110 §5.3); cookies, too, since there is but one member.
std::vector<std::pair<std::string, std::string>> joined(const net::Fields& fields) {
  std::vector<std::pair<std::string, std::string>> out;
  for (const auto& [name, value] : fields) {
    std::string low = name;
    std::transform(low.begin(), low.end(), low.begin(), net::to_lower);
    const auto known =
        std::find_if(out.begin(), out.end(), [&](const auto& item) { return item.first == low; });
    // Bytes beyond ASCII are in no encoding that is known (RFC 9110 §5.5), and JSON takes only UTF-8.
    std::string text = value;
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) >= 0x7F; }, '?');
    if (known == out.end())
      out.emplace_back(std::move(low), std::move(text));
    else
      known->second += ", " + text;
  }
  return out;
}

/// Counts a fetch as long as it lives.
class Place {
 public:
  explicit Place(std::size_t& count) : count_(count) { ++count_; }
  ~Place() { --count_; }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  std::size_t& count_;
};
}  // namespace

Task<Result<api::Fetched>> WebFetcher::fetch(api::FetchRequest request) {
  if (running_ >= options_.limit)
    co_return Error{errc::limit_reached, std::to_string(options_.limit) + " fetches at a time"};
  const Place place(running_);
  co_return co_await base::with_deadline(follow(std::move(request)), options_.deadline, "fetching");
}

Task<Result<api::Fetched>> WebFetcher::follow(api::FetchRequest request) {
  auto address = net::parse_web_address(request.url);
  if (!address) co_return address.error();
  for (int hop = 0; hop <= most_redirects; ++hop) {
    net::WebRequest asked;
    asked.address = *address;
    asked.headers.add("user-agent", options_.user_agent);
    asked.headers.add("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8");
    asked.headers.add("accept-encoding", "identity");
    asked.verifies_certificate = request.verifies_certificate;
    asked.body_limit = options_.body_limit;
    asked.connect = options_.connect;
    auto response = co_await net::exchange(std::move(asked));
    if (!response) co_return response.error();
    const std::string* location = response->headers.find("location");
    if (!request.follows_redirects || !is_redirect(response->status) || location == nullptr)
      co_return co_await read(std::move(request), std::move(*address), std::move(*response));
    auto next = net::resolve_web_address(*address, *location);
    if (!next) co_return Error{errc::protocol, "a redirect to something that is no web address"};
    address = std::move(next);
  }
  co_return Error{errc::protocol, "more than " + std::to_string(most_redirects) + " redirects"};
}

Task<Result<api::Fetched>> WebFetcher::read(api::FetchRequest request, net::WebAddress from,
                                            net::Response response) {
  api::Fetched out;
  out.status = response.status;
  out.headers = joined(response.headers);
  out.url = from.text();
  for (const auto& [name, value] : out.headers)
    if (name == "content-type") out.content_type = value;
  const std::string_view encoding = response.headers.value_or("content-encoding", "identity");
  const bool is_coded = !net::equal_ignoring_case(encoding, "identity");
  const std::string type = media_type_of(out.content_type);
  auto work = [body = std::move(response.body), request, from, is_coded, type,
               content_type = out.content_type]() mutable -> Result<std::pair<std::string, bool>> {
    std::optional<std::string> text;
    if (!is_coded) text = to_utf8(body, content_type);
    if (request.format == api::FetchFormat::raw || body.empty())
      return std::pair(text ? std::move(*text) : std::move(body), text.has_value() || body.empty());
    if (!text || !(is_html(type) || type.starts_with("text/")))
      return Error{errc::unsupported, "content of type '" + type + "' has no Markdown"};
    if (!is_html(type)) return std::pair(std::move(*text), true);
    const auto absolute = [&from](std::string_view link) {
      const auto resolved = net::resolve_web_address(from, link);
      return resolved ? resolved->text() : std::string(link);
    };
    auto markdown = page::to_markdown(*text, absolute);
    if (!markdown) return markdown.error();
    return std::pair(std::move(*markdown), true);
  };
  auto content = co_await pool_.run(std::move(work));
  if (!content) co_return content.error();
  out.content = std::move(content->first);
  out.is_text = content->second;
  co_return out;
}

}  // namespace greenroom::daemon
