#include "daemon/banner.hpp"

#include <string_view>

namespace greenroom::daemon {

namespace {
void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}
}  // namespace

std::string banner(const BannerFacts& facts) {
  const auto filled = [&](std::string line) {
    replace_all(line, "{url}", facts.url);
    replace_all(line, "{key}", facts.new_key.value_or("<your key>"));
    return "  " + line + "\n";
  };
  std::string text = "\nGreenroom is ready at " + facts.url + "\n";
  if (facts.new_key)
    text += "\nYour API key, shown only this once:\n\n  " + *facts.new_key + "\n";
  else if (facts.key_from_environment)
    text += "\nYour API key for this run is the one in GREENROOM_API_KEY.\n";
  else
    text += "\nYour API key was shown at the first start; `greenroom keys add` makes another.\n";
  if (!facts.environment_lines.empty()) {
    text += "\nIn the shell of your program:\n\n";
    for (const std::string& line : facts.environment_lines) text += filled(line);
  }
  if (!facts.first_program.empty()) {
    text += "\nA first program";
    if (!facts.program_name.empty()) text += ", " + facts.program_name;
    text += ":\n\n";
    for (const std::string& line : facts.first_program) text += line.empty() ? "\n" : filled(line);
  }
  return text + "\nCtrl-C stops it.\n\n";
}

}  // namespace greenroom::daemon
