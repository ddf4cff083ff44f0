#include "base/error.hpp"

#include <stdexcept>
#include <system_error>

namespace greenroom::base {

namespace {
struct Words {
  std::string_view name;
  std::string_view sentence;
};

Words words(errc code) {
  switch (code) {
    case errc::invalid_argument:
      return {"invalid_argument", "the value is not valid"};
    case errc::not_found:
      return {"not_found", "there is no such thing"};
    case errc::unauthenticated:
      return {"unauthenticated", "a valid credential is needed"};
    case errc::forbidden:
      return {"forbidden", "the credential does not allow this"};
    case errc::conflict:
      return {"conflict", "the present state does not allow this"};
    case errc::gone:
      return {"gone", "it has ended"};
    case errc::too_large:
      return {"too_large", "it is larger than the limit"};
    case errc::limit_reached:
      return {"limit_reached", "a configured limit is reached"};
    case errc::timed_out:
      return {"timed_out", "it took longer than its deadline"};
    case errc::closed:
      return {"closed", "the other side has gone"};
    case errc::unavailable:
      return {"unavailable", "it is not possible at the moment"};
    case errc::unsupported:
      return {"unsupported", "this program does not do that"};
    case errc::io:
      return {"io", "the operating system refused"};
    case errc::protocol:
      return {"protocol", "the other side broke the protocol"};
    case errc::launch_failed:
      return {"launch_failed", "the browser could not be started"};
    case errc::launch_timeout:
      return {"launch_timeout", "the browser did not answer in time"};
    case errc::storage_full:
      return {"storage_full", "there is no room left on the disk"};
    case errc::store_newer:
      return {"store_newer", "the store was written by a newer version"};
    case errc::locked:
      return {"locked", "somebody else is using it"};
    case errc::internal:
      return {"internal", "an internal error"};
  }
  return {"internal", "an internal error"};
}
}  // namespace

std::string_view sentence(errc code) { return words(code).sentence; }
std::string_view name(errc code) { return words(code).name; }

std::string Error::message() const {
  std::string text(sentence(code));
  if (!detail.empty()) text.append(": ").append(detail);
  return text;
}

void throw_exception_from_error(const Error& error, const boost::source_location& where) {
  throw std::logic_error(error.message() + " at " + where.to_string());
}

Error errno_error(std::string_view doing, int error_number) {
  const errc code = error_number == ENOSPC || error_number == EDQUOT ? errc::storage_full : errc::io;
  return Error{code, std::string(doing) + ": " + std::generic_category().message(error_number)};
}

}  // namespace greenroom::base
