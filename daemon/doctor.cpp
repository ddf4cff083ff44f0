#include "daemon/doctor.hpp"

#include <algorithm>
#include <cstdio>

#include <boost/json.hpp>

#include "daemon/commands.hpp"
#include "daemon/setup.hpp"

namespace greenroom::daemon {

namespace json = boost::json;

namespace {
bool any_failure(const std::vector<Finding>& findings) {
  return std::any_of(findings.begin(), findings.end(),
                     [](const Finding& finding) { return finding.verdict == Verdict::failure; });
}

const char* short_word(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok    ";
    case Verdict::warning:
      return "warn  ";
    case Verdict::failure:
      return "FAIL  ";
  }
  return "";
}

const char* name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::ok:
      return "ok";
    case Verdict::warning:
      return "warning";
    case Verdict::failure:
      return "failure";
  }
  return "";
}
}  // namespace

std::string findings_as_text(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings) {
    std::string check = finding.check;
    check.resize(std::max<std::size_t>(15, check.size() + 1), ' ');
    text += short_word(finding.verdict) + check + finding.words + "\n";
    if (!finding.remedy.empty())
      text += "      " + std::string(check.size(), ' ') + "→ " + finding.remedy + "\n";
  }
  return text + (any_failure(findings) ? "\nSessions will not work until what failed is mended.\n"
                                       : "\nThis machine can run sessions.\n");
}

std::string findings_as_json(const std::vector<Finding>& findings) {
  json::array checks;
  for (const Finding& finding : findings) {
    json::object check = {{"check", finding.check},
                          {"verdict", name_of(finding.verdict)},
                          {"words", finding.words},
                          {"remedy", finding.remedy}};
    checks.push_back(std::move(check));
  }
  const json::object whole = {{"ok", !any_failure(findings)}, {"checks", std::move(checks)}};
  return json::serialize(whole) + "\n";
}

int run_doctor(const CommandLine& line) {
  const auto settings = load_settings(line);
  if (!settings) return report(settings.error(), exit_config);
  const auto directory = data_directory(line);
  if (!directory) return report(directory.error());
  std::vector<Finding> findings = run_to_end(examine_machine(*settings, *directory));
  for (Finding& finding : run_to_end(examine_browser(*settings))) findings.push_back(std::move(finding));
  const std::string text = line.has("--json") ? findings_as_json(findings) : findings_as_text(findings);
  std::fputs(text.c_str(), stdout);
  return any_failure(findings) ? exit_failure : exit_success;
}

}  // namespace greenroom::daemon
