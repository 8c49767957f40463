// SPDX-License-Identifier: Apache-2.0
// Signals as auditd leaves and sends them. A plugin starts with all of them
// ignored and some blocked; TERM counts as "stop" from its parent only, because
// systemd sends it to the whole control group while auditd still has records.
#pragma once

#include <csignal>
#include <cstdint>
#include <optional>

#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {

enum class Request : std::uint8_t {
  kStop,    // TERM from the parent, INT
  kDrain,   // TERM from anybody else
  kReload,  // HUP
  kState,   // USR1
};

// Blocks the signals we serve, first thing in main: blocked ones wait, even
// those that are set to be ignored, until somebody takes or restores them.
class BlockedSignals {
 public:
  BlockedSignals();
  // For programs that do not serve signals: as it was.
  void restore() const;

 private:
  sigset_t before_{};
};

// From now on this process behaves as a plugin must: exactly the served signals
// blocked, none ignored but PIPE and USR2, umask 077.
class Signals {
 public:
  Signals();

  [[nodiscard]] int fd() const { return fd_.get(); }  // readable when next() has something
  [[nodiscard]] std::optional<Request> next();

 private:
  UniqueFd fd_;
};

}  // namespace audisp_eql::plugin
