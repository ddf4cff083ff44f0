// What every dialect's handlers need to make their answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/dialect.hpp"

namespace greenroom::api {

/// HTTP's own status for a kind of failure. A dialect says where its provider differs.
unsigned http_status(base::errc code);

/// Words for a person: the detail alone where it is a whole sentence, else the kind's sentence with it.
std::string words_of(const base::Error& error);

/// The same, and a whole sentence for the commonest detail that is none: which thing was not found.
std::string full_words_of(const base::Error& error);

/// With the header that lists what a request asked for without effect.
net::Response with_ignored(net::Response response, const std::vector<std::string>& ignored);

/// The answer to a create: the session ends if its creator hangs up before it has it.
net::Response created(Core& core, const session::SessionView& view, net::Response response);

/// The session of a token in the address, while it lives. Errors: unauthenticated, gone, not_found.
Task<Result<SharedView>> live_session_of_token(const Call& call, Core& core, Scope scope);

/// The same of a token that stands elsewhere.
Task<Result<SharedView>> live_session_of(const Call& call, Core& core, Scope scope, std::string_view token);

/// The key's own session of the path's {id}, where the key is in the address. Errors: unauthenticated,
/// not_found.
Task<Result<SharedView>> find_owned_by_key(const Call& call, Core& core, std::string_view presented);

/// For a websocket at a dialect's root: by the session's token.
Task<Result<CdpTarget>> open_with_token(const Call& call, Core& core);

/// By ?apiKey= and ?sessionId=; without the second it makes a session like `fresh`.
Task<Result<CdpTarget>> open_with_key(const Call& call, Core& core, session::SessionSpec fresh);

/// A token that opens CDP as long as the session may last. What it opens is gone with the session anyway, so
/// it is good a little longer.
std::string cdp_token(const Call& call, const session::SessionView& view);
/// The same token for what is asked of a session long after its end, such as its recording: good for as long
/// as links are. It drives nothing, since there is no browser any more.
std::string late_token(const Call& call, const Core& core, const session::SessionView& view);

/// The handler of everything that a provider has and this version has not.
Task<Result<net::Response>> refuse_route(const Call& call, Core& core);

/// When the recording's first picture was taken, since the session could be used.
base::Milliseconds video_start(const session::SessionView& view, const recorder::RecordingIndex& index);

/// Milliseconds since 1970.
std::int64_t epoch_ms(base::WallTime time);

/// A whole number in the query. Errors: invalid_argument (no number, or out of bounds); names the parameter.
Result<std::int64_t> whole_parameter(const net::Target& target, std::string_view name, std::int64_t otherwise,
                                     std::int64_t least, std::int64_t most);

}  // namespace greenroom::api
