// The loop that runs the daemon.
#pragma once

#include <boost/asio/io_context.hpp>

namespace greenroom::daemon {

/// Runs `loop` until it has nothing left to do, as its run() does; if asked to, busily while its BusyPoll
/// expects something and there is a second processor for whoever is to answer.
void run_loop(boost::asio::io_context& loop, bool busily);

}  // namespace greenroom::daemon
