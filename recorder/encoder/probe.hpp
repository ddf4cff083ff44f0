// What this program was built with, for people who look for a fault.
#pragma once

namespace greenroom::recorder::encoder {

/// Prints one JSON line to standard output. Returns the exit code.
int probe();

}  // namespace greenroom::recorder::encoder
