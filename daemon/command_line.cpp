#include "daemon/command_line.hpp"

#include <algorithm>

namespace greenroom::daemon {

using base::errc;
using base::Error;
using base::Result;

namespace {

std::size_t count_words(std::string_view text) {
  return text.empty() ? 0 : static_cast<std::size_t>(std::count(text.begin(), text.end(), ' ')) + 1;
}

/// How many of `words` spell the command's name; 0 if they do not.
std::size_t spelled(const Command& command, const std::vector<std::string>& words) {
  std::string said;
  for (std::size_t i = 0; i < count_words(command.name); ++i) {
    if (i >= words.size()) return 0;
    said.append(i == 0 ? "" : " ").append(words[i]);
  }
  return said == command.name ? count_words(command.name) : 0;
}

Error usage(const std::string& words) { return Error{errc::invalid_argument, words}; }

/// "keys" alone, or "keys remove": names what there is instead.
Error unknown_command(std::span<const Command> commands, const std::vector<std::string>& words) {
  std::string group;
  for (const Command& command : commands)
    if (command.name.starts_with(words[0] + " "))
      group.append(group.empty() ? "" : ", ").append("'").append(command.name).append("'");
  if (!group.empty()) return usage("say which: " + group);
  return usage("there is no command '" + words[0] + "' (see greenroom --help)");
}

Result<void> take_flag(const Command& command, const std::vector<std::string>& words, std::size_t& at,
                       CommandLine& line) {
  const std::string& word = words[at];
  const auto equals = word.find('=');
  const std::string name = word.substr(0, equals);
  const auto known = std::find_if(command.flags.begin(), command.flags.end(),
                                  [&](const Flag& flag) { return flag.name == name; });
  const std::string whole(command.name);
  if (known == command.flags.end())
    return usage("'" + whole + "' knows no " + name + " (see greenroom " + whole + " --help)");
  if (line.has(name)) return usage(name + " is there twice");
  if (known->placeholder.empty()) {
    if (equals != std::string::npos) return usage(name + " takes no value");
    line.flags.emplace_back(name, "");
  } else if (equals != std::string::npos) {
    line.flags.emplace_back(name, word.substr(equals + 1));
  } else {
    if (at + 1 >= words.size()) return usage(name + " needs " + std::string(known->placeholder));
    line.flags.emplace_back(name, words[++at]);
  }
  return {};
}

std::string column(std::string_view text, std::size_t width) {
  std::string out(text);
  out.resize(std::max(width, text.size() + 2), ' ');
  return out;
}

}  // namespace

std::optional<std::string> CommandLine::flag(std::string_view name) const {
  for (const auto& [key, text] : flags)
    if (key == name) return text;
  return std::nullopt;
}

std::optional<std::string> CommandLine::variable(std::string_view name) const {
  for (const auto& [key, text] : environment)
    if (key == name && !text.empty()) return text;
  return std::nullopt;
}

Result<Invocation> parse(std::span<const Command> commands, const std::vector<std::string>& words) {
  Invocation invocation;
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    invocation.wants_help = true;
    return invocation;
  }
  std::size_t at = 0;
  for (const Command& command : commands) {
    at = spelled(command, words);
    if (at == 0) continue;
    invocation.command = &command;
    break;
  }
  if (invocation.command == nullptr) {
    invocation.wants_help = words.size() > 1 && (words[1] == "--help" || words[1] == "-h");
    if (invocation.wants_help) return invocation;
    return unknown_command(commands, words);
  }
  const Command& command = *invocation.command;
  for (bool flags_end = false; at < words.size(); ++at) {
    const std::string& word = words[at];
    if (!flags_end && (word == "--help" || word == "-h")) {
      invocation.wants_help = true;
      return invocation;
    }
    if (!flags_end && word == "--") {
      flags_end = true;
    } else if (!flags_end && word.size() > 1 && word[0] == '-') {
      if (auto taken = take_flag(command, words, at, invocation.line); !taken) return taken.error();
    } else {
      invocation.line.operands.push_back(word);
    }
  }
  const std::size_t wanted = count_words(command.operands);
  const std::string whole(command.name);
  if (invocation.line.operands.size() < wanted)
    return usage("'" + whole + "' needs " + std::string(command.operands));
  if (invocation.line.operands.size() > wanted)
    return usage("'" + whole + "' cannot use '" + invocation.line.operands[wanted] + "'");
  return invocation;
}

std::string help(std::span<const Command> commands) {
  std::string text =
      "greenroom: browser sessions on your own machine\n\nUsage: greenroom COMMAND [FLAGS]\n\n";
  for (const Command& command : commands) {
    std::string name(command.name);
    if (!command.operands.empty()) name.append(" ").append(command.operands);
    text.append("  ").append(column(name, 20)).append(command.summary).append("\n");
  }
  return text + "\ngreenroom COMMAND --help says more about each.\n";
}

std::string help(const Command& command) {
  std::string text = "greenroom " + std::string(command.name) + ": " + std::string(command.summary) +
                     "\n\nUsage: greenroom " + std::string(command.name);
  if (!command.operands.empty()) text.append(" ").append(command.operands);
  text += command.flags.empty() ? "\n" : " [FLAGS]\n\n";
  for (const Flag& flag : command.flags) {
    std::string name(flag.name);
    if (!flag.placeholder.empty()) name.append(" ").append(flag.placeholder);
    text.append("  ").append(column(name, 24)).append(flag.meaning).append("\n");
  }
  return text;
}

}  // namespace greenroom::daemon
