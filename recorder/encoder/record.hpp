// Making one recording: the encoder's main loop.
#pragma once

namespace greenroom::recorder::encoder {

/// Records until told to finish, until the control socket closes, until the display goes, or until the
/// machine proves too busy. Returns the exit code: 0 when what was recorded is complete, 1 after an error
/// (told on the control socket).
int record(int control_fd, int directory_fd);

}  // namespace greenroom::recorder::encoder
