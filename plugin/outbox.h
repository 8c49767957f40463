// SPDX-License-Identifier: Apache-2.0
// Alerts on their way to syslog, in order: in the channel's memory as far as it
// goes, and, as soon as the daemon does not take them, in the spool as well, so
// that a crash, a restart or a long absence loses none. Lost are only those that
// neither memory nor spool took, and they are counted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "plugin/disk.h"
#include "plugin/syslog_channel.h"

namespace audisp_eql::plugin {

class Outbox {
 public:
  // Both outlive it. What an earlier run left in the spool goes first: `unsent`
  // of them, the last one numbered `last_number`.
  Outbox(SyslogChannel& channel, Disk& disk, std::size_t unsent, std::uint64_t last_number);

  void send(SyslogSeverity severity, std::string text);
  // After each SyslogChannel::pump(): spools what the daemon did not take, notes
  // what it took, asks for more.
  void settle();
  void handle(const SpoolRefused& refused);
  void handle(SpoolBatch batch);

  // At the end of the program: those that are in memory alone are lost with it. How many.
  std::size_t give_up();

  // In the spool alone, not in memory.
  [[nodiscard]] std::size_t spool_only() const { return spool_only_; }
  [[nodiscard]] std::uint64_t lost() const { return lost_; }

 private:
  void spill();

  SyslogChannel& channel_;
  Disk& disk_;
  std::uint64_t last_number_;
  std::uint64_t last_in_memory_ = 0;
  std::uint64_t noted_ = 0;  // told to the spool as sent
  std::size_t spool_only_;
  std::uint64_t lost_ = 0;
  bool reading_ = false;
};

}  // namespace audisp_eql::plugin
