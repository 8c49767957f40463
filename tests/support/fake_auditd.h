// SPDX-License-Identifier: Apache-2.0
// Starts a plugin as auditd's dispatcher does: a unix stream socket as standard
// input, no environment (unless the test needs one), every signal ignored, some
// blocked. The test is its parent, as auditd is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "plugin/unique_fd.h"

namespace audisp_eql::test {

class FakeAuditd {
 public:
  FakeAuditd(const std::string& plugin, const std::vector<std::string>& args,
             const std::vector<std::string>& environment = {});
  // Kills what still runs.
  ~FakeAuditd();
  FakeAuditd(const FakeAuditd&) = delete;
  FakeAuditd& operator=(const FakeAuditd&) = delete;

  // Blocks while the plugin does not read, as auditd does.
  void write(std::string_view bytes);
  // One write for each piece; a piece ends behind each of `cuts`.
  void write_cut(std::string_view bytes, const std::vector<std::size_t>& cuts);
  void close_input();

  void signal(int number);             // from the parent
  void signal_from_other(int number);  // from another process; returns when it was sent

  // Exit status; see wait_for_exit.
  [[nodiscard]] int wait(int seconds = 10);
  [[nodiscard]] bool is_running() const;
  [[nodiscard]] int pid() const { return pid_; }

 private:
  plugin::UniqueFd socket_;
  int pid_ = -1;
};

}  // namespace audisp_eql::test
