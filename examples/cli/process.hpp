// The process around a command: signals, descriptors, core dumps.
#pragma once

#include <atomic>

namespace tutela::cli {

// To be called first. Closed standard descriptors are filled, so that no file opened later is taken for one of them;
// SIGPIPE and SIGXFSZ are ignored, so that a closed pipe and a full quota are errors of write(); and, unless they are
// wanted, the process cannot be dumped or traced by other processes of its user, as its memory holds the hashes of lists.
void harden_process(bool allow_core_dumps);

// From now on the first SIGINT or SIGTERM turns the flag true and the second one kills, as by default. A signal that
// the parent had ignored (nohup) stays ignored.
const std::atomic<bool>& stop_on_signals();

// From now on each SIGHUP turns the flag true; whoever acts upon it turns it false.
std::atomic<bool>& flag_of_hangups();

}  // namespace tutela::cli
