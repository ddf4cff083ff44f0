// What the doctor finds, and how it is said. The examinations are split by what they need: files only, or a
// browser that starts.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/process.hpp"
#include "base/task.hpp"
#include "config/settings.hpp"

namespace greenroom::daemon {

enum class Verdict { ok, warning, failure };

struct Finding {
  std::string check;  ///< "sandbox"
  Verdict verdict = Verdict::ok;
  std::string words;
  std::string remedy;  ///< what to do about it; empty when ok

  bool operator==(const Finding&) const = default;
};

/// Browser's file and its age, identities, sandbox, shared memory, fonts, X server, disk, encoder, cgroup.
base::Task<std::vector<Finding>> examine_machine(const config::Settings& settings,
                                                 const std::string& data_directory);

/// The driver for WebDriver clients, and whether it may have a network of its own.
base::Task<Finding> examine_driver(const config::Settings& settings);

/// As root: the identity beyond those that a daemon gives to its browsers, so that a running one is not
/// disturbed.
std::optional<base::Identity> spare_identity(const config::Settings& settings);

/// Starts one browser as a session would, asks its version and draws with WebGL.
base::Task<std::vector<Finding>> examine_browser(const config::Settings& settings);

/// A line each, "ok", "warn" or "FAIL" first. Pure.
std::string findings_as_text(const std::vector<Finding>& findings);
/// {"ok": false, "checks": [{"check", "verdict": "ok|warning|failure", "words", "remedy"}]}. Pure.
std::string findings_as_json(const std::vector<Finding>& findings);

/// Kinds of font by the names of their files, as Debian's packages call them. Pure.
bool is_cjk_font(const std::string& file_name);
bool is_emoji_font(const std::string& file_name);

}  // namespace greenroom::daemon
