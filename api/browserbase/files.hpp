// Uploads, downloads as an archive, and downloads one by one (contract: sessions.uploads, sessions.downloads,
// and the downloads API that the SDK does not have).
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::browserbase {

Task<Result<net::Response>> upload(const Call& call, Core& core);
Task<Result<net::Response>> session_downloads(const Call& call, Core& core);
Task<Result<net::Response>> list_files(const Call& call, Core& core);
Task<Result<net::Response>> get_file(const Call& call, Core& core);
Task<Result<net::Response>> delete_file(const Call& call, Core& core);

}  // namespace greenroom::api::browserbase
