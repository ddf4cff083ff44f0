#include "daemon/extension_manifest.hpp"

#include <boost/json.hpp>

namespace greenroom::daemon {

namespace json = boost::json;
using base::errc;
using base::Error;
using base::Result;

namespace {
constexpr std::size_t longest_name = 200;  // bytes; Chromium shows 75 characters

Error refused(const std::string& why) { return Error{errc::invalid_argument, "manifest.json " + why}; }

std::string text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : std::string();
}

/// "1", "1.2.3.4": one to four numbers (Chrome, manifest, "version").
bool is_version(std::string_view text) {
  int numbers = 1;
  std::size_t digits = 0;
  for (const char c : text) {
    if (c == '.') {
      if (digits == 0) return false;
      ++numbers;
      digits = 0;
    } else if (c < '0' || c > '9' || ++digits > 9) {
      return false;
    }
  }
  return digits > 0 && numbers <= 4;
}

bool has_control(std::string_view text) {
  for (const char c : text)
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) return true;
  return false;
}

// An extension's settings win over the command line: with these it would take its browser off the daemon's
// way to the network, and so past the rules of what pages may reach.
constexpr std::string_view refused_permissions[] = {"proxy", "privacy", "vpnProvider"};

/// The first of them that the manifest asks for, now or later; empty: none.
std::string_view refused_permission(const json::object& manifest) {
  for (const std::string_view list : {"permissions", "optional_permissions"}) {
    const json::value* asked = manifest.if_contains(list);
    if (asked == nullptr || !asked->is_array()) continue;
    for (const json::value& item : asked->get_array())
      for (const std::string_view refused : refused_permissions)
        if (item.is_string() && item.get_string() == refused) return refused;
  }
  return {};
}
}  // namespace

Result<ExtensionManifest> parse_manifest(std::string_view text) {
  constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
  if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
  json::parse_options options;
  options.allow_comments = true;
  options.max_depth = 32;
  boost::system::error_code failure;
  const json::value value = json::parse(text, failure, {}, options);
  if (failure) return refused("is not valid JSON: " + failure.message());
  if (!value.is_object()) return refused("must be an object");
  const json::object& object = value.get_object();
  ExtensionManifest out;
  const json::value* format = object.if_contains("manifest_version");
  if (format == nullptr || !format->is_int64()) return refused("needs manifest_version");
  // Chromium 156 says to 2: "Cannot install extension because it uses an unsupported manifest version".
  if (format->get_int64() != 3)
    return refused("has manifest_version " + std::to_string(format->get_int64()) +
                   "; this version of Chromium loads 3 only");
  out.name = text_of(object, "name");
  if (out.name.empty()) return refused("needs a name");
  if (out.name.size() > longest_name || has_control(out.name))
    return refused("has a name that is too long, or no text");
  if (out.name.starts_with("__MSG_")) out.name.clear();
  out.version = text_of(object, "version");
  if (!is_version(out.version)) return refused("needs a version of one to four numbers with dots between");
  if (const std::string_view permission = refused_permission(object); !permission.empty())
    return refused("asks for the permission \"" + std::string(permission) +
                   "\", which no extension gets: what pages may reach is the server's to say");
  return out;
}

}  // namespace greenroom::daemon
