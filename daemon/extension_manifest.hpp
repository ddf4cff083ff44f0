// What the daemon reads of an extension's manifest.json. Pure.
#pragma once

#include <string>
#include <string_view>

#include "base/error.hpp"

namespace greenroom::daemon {

struct ExtensionManifest {
  std::string name;     ///< empty when it is a message of its locales
  std::string version;  ///< the extension's, "1.4.0"
  bool operator==(const ExtensionManifest&) const = default;
};

/// Takes what Chromium takes: a byte order mark and // comments, too.
/// Errors: invalid_argument (no JSON, or without a name, a version, or a format that the browser loads, or
/// with a permission that would take its browser past the rules of what pages may reach).
base::Result<ExtensionManifest> parse_manifest(std::string_view text);

}  // namespace greenroom::daemon
