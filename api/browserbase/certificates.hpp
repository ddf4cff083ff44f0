// Certificates of authorities, as this API keeps them.
#pragma once

#include "api/dialect.hpp"

namespace greenroom::api::browserbase {

Task<Result<net::Response>> create_certificate(const Call& call, Core& core);
Task<Result<net::Response>> list_certificates(const Call& call, Core& core);
Task<Result<net::Response>> get_certificate(const Call& call, Core& core);
Task<Result<net::Response>> delete_certificate(const Call& call, Core& core);

}  // namespace greenroom::api::browserbase
