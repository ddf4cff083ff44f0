#include "daemon/daemon_file.hpp"

#include <boost/json.hpp>

#include "base/fd.hpp"

namespace greenroom::daemon {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;

namespace {
std::string path_in(const std::string& data_directory) { return data_directory + "/daemon.json"; }

std::string text_of(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// 0 where there is no number, or one that is out of the range.
std::int64_t number_of(const json::object& object, std::string_view key, std::int64_t highest) {
  const json::value* value = object.if_contains(key);
  if (value == nullptr || !value->is_int64()) return 0;
  return value->get_int64() >= 0 && value->get_int64() <= highest ? value->get_int64() : 0;
}
}  // namespace

Result<void> write_daemon_file(const std::string& data_directory, const DaemonFile& file) {
  const json::object object = {{"pid", file.pid},
                               {"address", file.address},
                               {"port", file.port},
                               {"started_at", file.started_at},
                               {"version", file.version}};
  return base::write_file_atomically(path_in(data_directory), json::serialize(object) + "\n", 0600);
}

Result<DaemonFile> read_daemon_file(const std::string& data_directory) {
  const auto text = base::read_file(path_in(data_directory));
  if (!text && text.error().code == errc::not_found)
    return Error{errc::unavailable,
                 "no daemon runs with the data directory " + data_directory + " (another one: --data DIR)"};
  if (!text) return text.error();
  boost::system::error_code failure;
  const json::value value = json::parse(*text, failure);
  DaemonFile file;
  if (!failure && value.is_object()) {
    const json::object& object = value.get_object();
    file.pid = number_of(object, "pid", INT32_MAX);
    file.port = static_cast<std::uint16_t>(number_of(object, "port", 65535));
    file.address = text_of(object, "address");
    file.started_at = text_of(object, "started_at");
    file.version = text_of(object, "version");
  }
  if (file.pid == 0 || file.port == 0 || file.address.empty())
    return Error{errc::protocol, path_in(data_directory) + " is damaged; restart the daemon"};
  return file;
}

}  // namespace greenroom::daemon
