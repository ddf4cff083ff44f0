// What can be asked of a running session besides CDP.
#include <boost/json.hpp>

#include "session/record.hpp"
#include "session/session.hpp"

namespace greenroom::session {

using base::errc;
using base::Error;
using base::Result;
using base::Task;

namespace {
const Error ended{errc::gone, "the session has ended"};
}  // namespace

Task<Result<std::vector<Cookie>>> Session::cookies() {
  if (view_->state != State::running) co_return ended;
  const Use use(*this);
  auto answer = co_await browser_->line().call("Storage.getCookies", json::object(), {});
  if (!answer) co_return answer.error();
  co_return read_cookies(*answer);
}

Task<Result<void>> Session::set_cookies(std::vector<Cookie> cookies) {
  if (view_->state != State::running) co_return ended;
  const Use use(*this);
  auto answer = co_await browser_->line().call("Storage.setCookies", to_cookie_parameters(cookies), {});
  if (answer) co_return Result<void>();
  // The browser's own words tell what it did not like.
  const errc code = answer.error().code == errc::protocol ? errc::invalid_argument : answer.error().code;
  co_return Error{code, answer.error().detail};
}

Task<Result<void>> Session::resize(browser::Size viewport) {
  if (view_->state != State::running) co_return ended;
  const Use use(*this);
  if (!is_viewport(viewport))
    co_return Error{errc::invalid_argument, "a viewport is from 64x64 to 4096x4096 pixels"};
  const browser::Size screen = browser_->fingerprint().screen;
  if (viewport.width > screen.width || viewport.height > screen.height)
    co_return Error{errc::unsupported, "the session's screen has " + std::to_string(screen.width) + "x" +
                                           std::to_string(screen.height) + " pixels and cannot grow"};
  co_await ready_.wait();
  if (view_->state != State::running) co_return ended;
  auto resized = co_await browser_->use_viewport(viewport);
  if (!resized) co_return resized.error();
  publish([&](SessionView& view) { view.viewport = viewport; });
  co_await save();
  co_return Result<void>();
}

Task<Result<page::Pages*>> Session::pages() {
  if (view_->state != State::running) co_return Error{errc::closed, "the session has ended"};
  const Use use(*this);
  // Somebody uses it, though not by a socket.
  rules_.end_if_never_connected = false;
  touch();
  // Its own page is still being looked at: a navigation now would take it away from under that.
  co_await ready_.wait();
  if (view_->state != State::running) co_return Error{errc::closed, "the session has ended"};
  auto page = co_await browser_->ensure_page();
  if (!page) co_return page.error();
  if (view_->state != State::running) co_return Error{errc::closed, "the session has ended"};
  if (!page_work_) page_work_ = std::make_unique<page::Pages>(executor_, browser_->switchboard(), log_);
  co_return page_work_.get();
}

void Session::note(std::string_view word, const json::object& params) {
  if (timeline_ && view_->logged) timeline_->mark(word, params);
}

void Session::touch() {
  last_touch_ = services_.clock.steady();
  publish([](SessionView&) {});
  wake_.cancel();
}

}  // namespace greenroom::session
