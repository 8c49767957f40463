// SPDX-License-Identifier: Apache-2.0
// What the process tests share: a plugin with its own folder, config and syslog socket.
#pragma once

#include <string>
#include <vector>

#include "tests/support/command.h"
#include "tests/support/fake_auditd.h"
#include "tests/support/files.h"
#include "tests/support/syslog_server.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::test {

inline constexpr char kRuleFile[] = SHIPPED_RULES "/xdg_autostart_network.toml";

// A folder with config, rules and a syslog socket that is not there yet. Where
// the test runs as root the plugin stays root, unless `user` says otherwise: then
// alerts() is in a folder of that user.
class Place {
 public:
  explicit Place(const std::string& more_config = {}, std::string user = "root");

  void write_rule(const std::string& name, const std::string& text) { write_file(dir_ / ("rules/" + name), text); }
  void use_shipped_rule() { write_rule("first.toml", read_file(kRuleFile)); }
  // `more` begins in line 3.
  void write_config(const std::string& more);
  // Keeps state in this file instead of state(); empty: nowhere.
  void use_state(const std::string& path);

  [[nodiscard]] std::vector<std::string> live_args() const { return {"--config", config()}; }
  [[nodiscard]] std::string config() const { return dir_ / "config.toml"; }
  [[nodiscard]] std::string rules() const { return dir_ / "rules"; }
  [[nodiscard]] std::string spool() const { return dir_ / "out/spool"; }
  [[nodiscard]] std::string alerts() const { return dir_ / "out/alerts.json"; }
  [[nodiscard]] std::string state() const { return dir_ / "out/state"; }
  [[nodiscard]] std::string file(const std::string& name) const { return dir_ / name; }
  [[nodiscard]] SyslogServer& syslog() { return syslog_; }

 private:
  TempDir dir_;
  std::string user_;
  SyslogServer syslog_;
};

// Runs the program with these arguments.
[[nodiscard]] Ran audisp_eql_run(std::vector<std::string> args, const std::string& input = {});

// event.id of each JSON alert line, sorted.
[[nodiscard]] std::vector<std::string> alert_ids(const std::string& lines);
// Those that scan finds in a recording with the shipped rule.
[[nodiscard]] std::vector<std::string> scan_ids(const std::string& log);

[[nodiscard]] std::string recording(const std::string& name);

}  // namespace audisp_eql::test
