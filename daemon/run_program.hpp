// A short run of another program, for what it prints.
#pragma once

#include <chrono>
#include <string>

#include "base/private_network.hpp"
#include "base/process.hpp"
#include "base/task.hpp"

namespace greenroom::daemon {

struct ProgramRun {
  base::ExitStatus status;
  std::string output;  ///< both of its streams, the first 64 KiB
};

/// Runs it to its end; `options.descriptors` is filled in here.
/// Errors: io (not startable), timed_out (it is killed). Cancel: kills it.
base::Task<base::Result<ProgramRun>> run_program(base::ProcessOptions options,
                                                 std::chrono::milliseconds deadline);

/// The same of a confined one.
base::Task<base::Result<ProgramRun>> run_confined(base::ProcessOptions options, base::Confinement confinement,
                                                  std::chrono::milliseconds deadline);

}  // namespace greenroom::daemon
