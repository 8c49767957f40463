// SPDX-License-Identifier: Apache-2.0
// Ctrl-C (INT), TERM and HUP (a lost terminal) as a descriptor, for a command that a person runs: what
// waits in poll(2) sees them in any thread, and no handler runs. Not for the
// plugin, see signals.h.
#pragma once

#include <csignal>

#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {

class StopSignal {
 public:
  // Blocks them in this thread and in those that it starts afterwards; one that
  // is ignored (a shell's background job, nohup) stays so.
  StopSignal();
  ~StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;

  // Readable from the first signal on, until end(). -1 where there is none.
  [[nodiscard]] int fd() const { return fd_.get(); }

  // From now on a signal ends the program, as it did before. Same thread.
  void end();

 private:
  UniqueFd fd_;
  sigset_t before_{};
  bool ended_ = false;
};

}  // namespace audisp_eql::plugin
