// greenroom-encoder: one recording's capture and encoding, in a process of its own so that nothing that goes
// wrong here can touch a session.
//
// Licence: this executable links x264 and is therefore distributed under the GNU General Public License,
// version 2 or later, when combined with it (with our Apache-2.0 sources: version 3). No other program of
// Greenroom links it; the daemon talks to this one over a socket.
#include <csignal>
#include <cstdio>
#include <string_view>

#include "recorder/encoder/mux.hpp"
#include "recorder/encoder/probe.hpp"
#include "recorder/encoder/record.hpp"

namespace {

constexpr int control_fd = 3;
constexpr int directory_fd = 4;

int usage() {
  std::fputs(
      "usage: greenroom-encoder record   follow a display (control socket: fd 3, directory: fd 4)\n"
      "       greenroom-encoder mux      make recording.mp4 of a finished recording (same descriptors)\n"
      "       greenroom-encoder probe    print what this program was built with\n",
      stderr);
  return 64;
}

}  // namespace

int main(int argc, char** argv) {
  using namespace greenroom::recorder::encoder;
  if (argc != 2) return usage();
  std::signal(SIGPIPE, SIG_IGN);
  const std::string_view mode = argv[1];
  if (mode == "record") return record(control_fd, directory_fd);
  if (mode == "mux") return mux(control_fd, directory_fd);
  if (mode == "probe") return probe();
  return usage();
}
