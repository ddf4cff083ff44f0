#include "api/stagehand/actions.hpp"

#include <boost/json.hpp>

#include "api/answers.hpp"
#include "api/stagehand/parse.hpp"
#include "api/stagehand/render.hpp"
#include "api/stagehand/replay.hpp"
#include "api/stagehand/stream.hpp"
#include "base/ids.hpp"

namespace greenroom::api::stagehand {

using base::errc;
using base::Error;
using session::State;

namespace {
/// One call on its way. Copied whole: a streamed one outlives its request.
struct Work {
  std::string session_id;
  std::string method;  ///< the API's name for it, as a replay lists it
  PageRequest request;
  std::string action_id = base::make_uuid();
};

/// A finished call: what the client gets and what the replay keeps.
struct Outcome {
  json::value result;
  json::value kept;
  bool hides_arguments = false;  ///< a password was typed
};

using Doing = std::function<Task<Result<Outcome>>(PageWork& pages, const Work& work, const WriteLog& log)>;

/// The running session of the path.
Task<Result<Work>> begin(const Call& call, Core& core, std::string_view method, PageRequest request) {
  auto view = co_await find_owned(call, core);
  if (!view) co_return view.error();
  if ((*view)->state != State::running) co_return Error{errc::gone, "the session has ended"};
  if (core.page_work() == nullptr) co_return Error{errc::unsupported, "pages are not served here"};
  Work work;
  work.session_id = (*view)->id;
  work.method = method;
  work.request = std::move(request);
  co_return work;
}

/// Does it, and writes it into the session's timeline, done or failed.
Task<Result<json::value>> perform(Core& core, const Work& work, const Doing& doing, const WriteLog& log) {
  PageWork& pages = *core.page_work();
  NotedCall note;
  note.method = work.method;
  note.parameters = parameters_of(work.method, work.request.body);
  note.started = core.now();
  if (work.method == "navigate") {
    const json::value* url = work.request.body.if_contains("url");
    if (url != nullptr && url->is_string()) note.url = url->get_string();
  } else {
    auto address = co_await pages.address(work.session_id, work.request.page);
    if (!address) co_return address.error();
    note.url = *address;
  }
  auto outcome = co_await doing(pages, work, log);
  note.ended = core.now();
  if (outcome) note.result = redacted_result(outcome->kept, work.request.body, outcome->hides_arguments);
  // What failed may have been on its way into a password's field.
  if (!outcome || outcome->hides_arguments) hide_arguments(note.parameters);
  pages.note_call(work.session_id, to_json(note));
  if (!outcome) co_return outcome.error();
  co_return std::move(outcome->result);
}

Task<void> no_log(json::object) { co_return; }

Task<Result<net::Response>> answer(const Call& call, Core& core, Work work, Doing doing) {
  const std::string action_id = work.action_id;
  if (work.request.streams) {
    StreamedWork streamed = [work = std::move(work), doing = std::move(doing)](
                                Core& streaming, const WriteLog& log) -> Task<Result<json::value>> {
      co_return co_await perform(streaming, work, doing, log);
    };
    co_return stream_response(core, framing_of(call.request), std::move(streamed), action_id);
  }
  const WriteLog log = no_log;
  auto result = co_await perform(core, work, doing, log);
  if (!result) co_return result.error();
  json::object data;
  data["result"] = std::move(*result);
  data["actionId"] = action_id;
  co_return success(std::move(data));
}

Task<Result<Outcome>> do_navigate(PageWork& pages, const Work& work, const WriteLog& log) {
  auto request = parse_navigate(work.request);
  if (!request) co_return request.error();
  auto navigation = co_await pages.navigate(work.session_id, std::move(*request));
  if (!navigation && navigation.error().code == errc::gone &&
      navigation.error().detail == session::no_such_page)
    co_return Error{errc::not_found, "Page not found"};
  if (!navigation) co_return navigation.error();
  if (!navigation->failure.empty()) {
    json::object line = log_line("navigate", "the browser shows its error page: " + navigation->failure, 0);
    co_await log(std::move(line));
  }
  Outcome out;
  out.result = render_navigation(*navigation);
  co_return out;
}

/// What an action may fail of and the call still succeed: the client is told in the result.
bool is_soft(errc code) {
  return code == errc::not_found || code == errc::conflict || code == errc::invalid_argument ||
         code == errc::unsupported || code == errc::protocol;
}

Task<Result<void>> try_action(PageWork& pages, const Work& work, const ActInput& input, bool& hides) {
  auto request = to_act_request(*input.action, work.request.page);
  if (!request) co_return request.error();
  if (input.timeout && input.timeout->count() > 0) request->timeout = *input.timeout;
  const std::string late = "act() timed out after " + std::to_string(request->timeout.count()) + "ms";
  auto done = co_await pages.act(work.session_id, std::move(*request));
  hides = !done || done->is_secret;
  if (done) co_return Result<void>();
  if (done.error().code == errc::timed_out) co_return Error{errc::timed_out, late};
  co_return done.error();
}

Task<Result<Outcome>> do_act(PageWork& pages, const Work& work, const WriteLog& log) {
  auto input = parse_act(work.request);
  if (!input) co_return input.error();
  const Action& action = *input->action;
  json::object line = log_line("action", "performing " + action.method + " on " + action.selector, 1);
  co_await log(std::move(line));
  Outcome out;
  auto tried = co_await try_action(pages, work, *input, out.hides_arguments);
  // Reasons name what they are about, and that may be the value of a variable.
  if (!tried && action.has_secrets)
    tried = Error{tried.error().code, "the action could not be done with the values of its variables"};
  if (!tried && !is_soft(tried.error().code)) co_return tried.error();
  out.result = render_act(action.given, action.method, tried);
  out.kept = out.result;
  co_return out;
}

Task<Result<Outcome>> do_extract(PageWork& pages, const Work& work, const WriteLog& log) {
  auto request = parse_extract(work.request);
  if (!request) co_return request.error();
  const std::string selector = (*request)->selector;
  const std::string late = "extract() timed out after " + std::to_string((*request)->timeout.count()) + "ms";
  auto outline = co_await pages.outline(work.session_id, std::move(**request));
  if (!outline && outline.error().code == errc::timed_out) co_return Error{errc::timed_out, late};
  if (!outline) co_return outline.error();
  if (!outline->found) {
    json::object line =
        log_line("extraction", "nothing fits the selector " + selector + ": the whole page is read", 0);
    co_await log(std::move(line));
  }
  Outcome out;
  json::object result;
  result["pageText"] = std::move(outline->text);
  out.kept = result;
  out.result = std::move(result);
  co_return out;
}
}  // namespace

Task<Result<net::Response>> navigate(const Call& call, Core& core) {
  auto request = parse_page_request(call.request);
  if (!request) co_return request.error();
  auto parsed = parse_navigate(*request);
  if (!parsed) co_return parsed.error();
  auto work = co_await begin(call, core, "navigate", std::move(*request));
  if (!work) co_return work.error();
  co_return co_await answer(call, core, std::move(*work), do_navigate);
}

Task<Result<net::Response>> act(const Call& call, Core& core) {
  auto request = parse_page_request(call.request);
  if (!request) co_return request.error();
  auto parsed = parse_act(*request);
  if (!parsed) co_return parsed.error();
  auto work = co_await begin(call, core, "act", std::move(*request));
  if (!work) co_return work.error();
  if (!parsed->action) co_return no_model("an act with an instruction");
  co_return co_await answer(call, core, std::move(*work), do_act);
}

Task<Result<net::Response>> extract(const Call& call, Core& core) {
  auto request = parse_page_request(call.request);
  if (!request) co_return request.error();
  auto parsed = parse_extract(*request);
  if (!parsed) co_return parsed.error();
  auto work = co_await begin(call, core, "extract", std::move(*request));
  if (!work) co_return work.error();
  if (!*parsed) co_return no_model("an extract with an instruction");
  co_return co_await answer(call, core, std::move(*work), do_extract);
}

Task<Result<net::Response>> observe(const Call& call, Core& core) {
  auto request = parse_page_request(call.request);
  if (!request) co_return request.error();
  if (auto checked = check_observe(*request); !checked) co_return checked.error();
  auto work = co_await begin(call, core, "observe", std::move(*request));
  if (!work) co_return work.error();
  co_return no_model("observe");
}

Task<Result<net::Response>> agent_execute(const Call& call, Core& core) {
  auto request = parse_page_request(call.request);
  if (!request) co_return request.error();
  if (auto checked = check_agent(*request); !checked) co_return checked.error();
  auto work = co_await begin(call, core, "agentExecute", std::move(*request));
  if (!work) co_return work.error();
  co_return no_model("an agent");
}

}  // namespace greenroom::api::stagehand
