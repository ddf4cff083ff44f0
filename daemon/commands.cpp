#include "daemon/commands.hpp"

#include <array>
#include <cstdio>

#include "daemon/serve.hpp"

namespace greenroom::daemon {

namespace {
constexpr Flag config{"--config", "FILE", "settings (see config/default.yaml); none: the defaults"};
constexpr Flag data{"--data", "DIR", "where sessions, keys and recordings are kept"};
constexpr Flag listen{"--listen", "ADDR:PORT", "address to listen on; wins over the settings"};

constexpr std::array serve_flags = {config, data, listen};
constexpr std::array config_only = {config};
constexpr std::array config_and_data = {config, data};
constexpr std::array data_only = {data};
constexpr std::array add_flags = {
    data, Flag{"--name", "NAME", "what people call the key"},
    Flag{"--value-file", "FILE", "take over the key in this file instead of making one"}};
constexpr std::array replay_flags = {
    config, data, Flag{"-o", "FILE", "where to; ID.mp4 when it is not there, - for standard output"}};
constexpr std::array export_flags = {config, data, Flag{"-o", "FILE", "where to; none: standard output"}};
constexpr std::array doctor_flags = {config, data, Flag{"--json", "", "for programs"}};

constexpr std::array drain_flags = {config, data, Flag{"--resume", "", "take sessions again instead"}};

constexpr std::array table = {
    Command{"serve", "", "run the daemon", serve_flags, serve},
    Command{"check-config", "", "say whether the settings are right", config_only, run_check_config},
    Command{"doctor", "", "say whether this machine can run sessions", doctor_flags, run_doctor},
    Command{"keys add", "", "make an API key and show it once", add_flags, run_keys_add},
    Command{"keys list", "", "list API keys", data_only, run_keys_list},
    Command{"keys revoke", "ID", "make an API key useless, at once", data_only, run_keys_revoke},
    Command{"sessions list", "", "list the running daemon's sessions", config_and_data, run_sessions_list},
    Command{"sessions show", "ID", "show all about one session", config_and_data, run_sessions_show},
    Command{"sessions end", "ID", "end one session", config_and_data, run_sessions_end},
    Command{"sessions delete", "ID", "delete an ended session, its recording and its timeline",
            config_and_data, run_sessions_delete},
    Command{"replay", "ID", "save a session's recording as MP4", replay_flags, run_replay},
    Command{"timeline", "ID", "what happened in a session, a JSON object a line", export_flags, run_timeline},
    Command{"har", "ID", "a session's requests as an HTTP archive", export_flags, run_har},
    Command{"drain", "", "take no new sessions and wait until the last one has ended", drain_flags,
            run_drain},
    Command{"version", "", "print the version", {}, run_version},
};
}  // namespace

std::span<const Command> commands() { return table; }

int run_version(const CommandLine&) {
  std::puts("greenroom " GREENROOM_VERSION);
  return exit_success;
}

}  // namespace greenroom::daemon
