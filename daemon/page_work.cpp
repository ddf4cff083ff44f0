#include "daemon/page_work.hpp"

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
const Error ended{errc::closed, "the session has ended"};
}  // namespace

Task<Result<session::Navigation>> SessionPages::navigate(std::string id, session::NavigateRequest request) {
  const auto session = sessions_.use(id);
  if (!session) co_return ended;
  auto pages = co_await (*session)->pages();
  if (!pages) co_return pages.error();
  auto outcome = co_await (*pages)->navigate(std::move(request));
  (*session)->touch();
  co_return outcome;
}

Task<Result<session::Done>> SessionPages::act(std::string id, session::ActRequest request) {
  const auto session = sessions_.use(id);
  if (!session) co_return ended;
  auto pages = co_await (*session)->pages();
  if (!pages) co_return pages.error();
  auto outcome = co_await (*pages)->act(std::move(request));
  (*session)->touch();
  co_return outcome;
}

Task<Result<session::Outline>> SessionPages::outline(std::string id, session::OutlineRequest request) {
  const auto session = sessions_.use(id);
  if (!session) co_return ended;
  auto pages = co_await (*session)->pages();
  if (!pages) co_return pages.error();
  auto outcome = co_await (*pages)->outline(std::move(request));
  (*session)->touch();
  co_return outcome;
}

Task<Result<std::string>> SessionPages::address(std::string id, std::string page) {
  const auto session = sessions_.use(id);
  if (!session) co_return ended;
  auto pages = co_await (*session)->pages();
  if (!pages) co_return pages.error();
  co_return co_await (*pages)->address(std::move(page));
}

void SessionPages::note_call(std::string_view id, const boost::json::object& call) {
  if (const auto session = sessions_.use(id)) (*session)->note(api::noted_call, call);
}

}  // namespace greenroom::daemon
