// One MP4 of a whole recording, by copying its encoded pictures: never a second encode.
#pragma once

namespace greenroom::recorder::encoder {

/// The file that mux() makes in the recording's directory.
inline constexpr const char* movie_name = "recording.mp4";

/// Makes recording.mp4 of every segment that the index names and that can be read. Tells {"finished"} or
/// {"error"} on the control socket. Returns the exit code.
int mux(int control_fd, int directory_fd);

}  // namespace greenroom::recorder::encoder
