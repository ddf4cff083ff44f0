#include "recorder/page_clock.hpp"

#include <charconv>
#include <utility>

#include "cdp/page_script.hpp"

namespace greenroom::recorder {

using base::SteadyTime;

namespace {

constexpr std::string_view world_name = "greenroom-frames";

/// Date, not performance: it follows the system's clock when that is set.
constexpr std::string_view third_frame = R"js(new Promise((done) => {
  let frames = 0;
  const drawn = () => (++frames < 3 ? requestAnimationFrame(drawn) : done(String(Date.now() / 1000)));
  requestAnimationFrame(drawn);
}))js";

}  // namespace

std::optional<SteadyTime> moment_of(std::string_view text) {
  using Seconds = std::chrono::duration<double>;
  constexpr Seconds oldest{10};  // a machine that is very busy
  double seconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const auto now = std::chrono::steady_clock::now();
  const Seconds wall = std::chrono::system_clock::now().time_since_epoch();
  const Seconds age = wall - Seconds(seconds);
  if (read.ec != std::errc() || !(age >= Seconds(0) && age <= oldest)) return std::nullopt;
  return now - std::chrono::duration_cast<std::chrono::steady_clock::duration>(age);
}

void PageClock::prepare(cdp::Line& line, const std::string& session, std::string_view target) {
  worlds_.try_emplace(session);
  make_world(line, session, target);
}

void PageClock::renew(cdp::Line& line, const std::string& session, std::string_view target) {
  worlds_[session].reset();
  make_world(line, session, target);
}

void PageClock::make_world(cdp::Line& line, const std::string& session, std::string_view target) {
  auto made = [this, session](std::int64_t world) {
    if (const auto page = worlds_.find(session); page != worlds_.end()) page->second = world;
  };
  cdp::make_isolated_world(line, session, target, world_name, std::move(made));
}

bool PageClock::ask(cdp::Line& line, const std::string& session,
                    std::function<void(std::optional<SteadyTime>)> then) {
  const auto page = worlds_.find(session);
  if (page == worlds_.end() || !page->second) return false;
  auto said = [then = std::move(then)](std::string_view seconds) { then(moment_of(seconds)); };
  cdp::ask_world(line, session, *page->second, third_frame, std::move(said));
  return true;
}

}  // namespace greenroom::recorder
