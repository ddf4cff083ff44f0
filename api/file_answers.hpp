// What all dialects need to take files in and to give them out, and the routes of links to them.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/dialect.hpp"
#include "api/session_files.hpp"

namespace greenroom::api {

/// What a route that takes a file in says of its body: the settings have the real limit.
constexpr base::Bytes file_route_limit{(3ull << 30) + (1u << 20)};

/// Errors: unsupported (this daemon keeps no files).
Result<SessionFiles*> files_of(Core& core);

/// Takes in the part "file" of the request's form. Without a name in `wanted` it has the one that was sent.
/// Errors: invalid_argument (no such form); those of SessionFiles::receive() and FileIntake.
Task<Result<KeptFile>> receive_form(const Call& call, SessionFiles& files, NewFile wanted);

/// What was downloaded in a session up to now, or until its end. Errors: unsupported; those of the store.
Task<Result<FilePage>> downloads_of(Core& core, const session::SessionView& view);

/// The content, to be saved: whatever it is, no browser shows it as a page of ours.
net::Response content_response(const SessionFiles& files, const KeptFile& file);
/// All of them as a zip archive, each under its stored name.
net::Response archive_response(const SessionFiles& files, std::vector<KeptFile> some, std::string_view name);

/// Their own names instead of the ones with times; what would be there twice gets a number.
void use_plain_names(std::vector<KeptFile>& files);

/// Links that need no header, good as long as links are.
std::string file_url(const Call& call, const Core& core, const KeptFile& file);
/// `with_times`: under their stored names.
std::string downloads_url(const Call& call, const Core& core, const session::SessionView& view,
                          bool with_times);

std::span<const Route> file_routes();

}  // namespace greenroom::api
