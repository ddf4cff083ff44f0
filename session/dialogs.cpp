#include "session/dialogs.hpp"

#include <utility>

#include <boost/json/object.hpp>

#include "base/deadline.hpp"
#include "cdp/envelope.hpp"

namespace greenroom::session {

namespace json = boost::json;

void Dialogs::follow(cdp::Line& line, const cdp::Switchboard& clients) {
  line_ = &line;
  clients_ = &clients;
}

void Dialogs::opened(const std::string& session, const Timeline::Place& place, std::string_view params) {
  Dialog dialog;
  dialog.number = next_++;
  dialog.type = cdp::text_member(params, "type");
  dialog.place = place;
  // What the clients that left have watched counts as long as any is there: it is then closed a little later.
  if (clients_->clients() == 0) watched_.clear();
  const bool waits = watched_.contains(place.target);
  json::object said;
  said["type"] = dialog.type;
  said["waits"] = waits;
  log_.mark("dialog.opened", said, place);
  const std::uint64_t number = dialog.number;
  Dialog& kept = open_.insert_or_assign(session, std::move(dialog)).first->second;
  if (!waits) return give_up(session, kept);
  tasks_.spawn(give_up_later(session, number));
}

base::Task<void> Dialogs::give_up_later(std::string session, std::uint64_t number) {
  co_await base::keep_running_when_cancelled();
  co_await base::sleep_for(patience_);
  const auto found = open_.find(session);
  if (line_ != nullptr && found != open_.end() && found->second.number == number)
    give_up(session, found->second);
}

void Dialogs::give_up(const std::string& session, Dialog& dialog) {
  dialog.is_given_up = true;
  json::object answer;
  // Who navigates or closes a page has said that it is to be left.
  answer["accept"] = dialog.type == "beforeunload";
  line_->post("Page.handleJavaScriptDialog", std::move(answer), session);
}

void Dialogs::closed(const std::string& session, std::string_view params) {
  const auto found = open_.extract(session);
  if (found.empty()) return;
  json::object said;
  said["type"] = found.mapped().type;
  said["answered"] = !found.mapped().is_given_up;
  said["accepted"] = cdp::member(params, "result") == "true";
  log_.mark("dialog.closed", said, found.mapped().place);
}

void Dialogs::forget(const std::string& session, const std::string& target) {
  open_.erase(session);
  watched_.erase(target);
}

void Dialogs::stop() {
  // The clients have gone; what still wants to be read from the pages could not be.
  if (line_ != nullptr)
    for (auto& [session, dialog] : open_)
      if (!dialog.is_given_up) give_up(session, dialog);
  line_ = nullptr;
  tasks_.stop();
}

}  // namespace greenroom::session
