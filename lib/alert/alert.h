// SPDX-License-Identifier: Apache-2.0
// An alert as a value: the rule, who and what, and the evidence. Text in it is
// raw bytes as the kernel gave them; the formatters escape it, once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/time.h"

namespace audisp_eql::alert {

enum class RuleSeverity : std::uint8_t { kLow, kMedium, kHigh, kCritical };

// Elastic's words and numbers: low 21, medium 47, high 73, critical 99.
[[nodiscard]] std::string_view to_string(RuleSeverity severity);
[[nodiscard]] int to_number(RuleSeverity severity);
[[nodiscard]] std::optional<RuleSeverity> parse_severity(std::string_view word);

// MITRE ATT&CK, as in a rule's [[rule.threat]].
struct Technique {
  std::string id, name, reference;
  std::vector<Technique> subtechniques;
};
struct Threat {
  std::string framework;
  std::string tactic_id, tactic_name, tactic_reference;
  std::vector<Technique> techniques;
};

struct RuleInfo {
  std::string id;  // rule_id
  std::string name;
  std::string version;  // empty when the rule has none
  std::string description;
  std::vector<std::string> references;
  RuleSeverity severity = RuleSeverity::kLow;
  int risk_score = 0;
  std::vector<Threat> threats;
  bool bare_query = false;  // no rule at all, but a query from the command line
};

// Of a rule's techniques and their subtechniques.
[[nodiscard]] bool names_technique(const RuleInfo& rule, std::string_view id);

// XDG Autostart Entries: alerts of rules that name it are asked which entry it was.
inline constexpr std::string_view kAutostartTechnique = "T1547.013";

// Absent is an empty string or nullopt.
struct ProcessInfo {
  std::optional<std::int64_t> pid;
  std::string entity_id;
  std::string name;
  std::string executable;         // as executed
  std::string kernel_executable;  // as the kernel resolved it (SYSCALL exe=)
  std::vector<std::string> args;  // whole
  std::optional<std::int64_t> args_count;
  std::string working_directory;
  std::string systemd_unit;
};

// As executed; as the kernel resolved it where only that is known.
[[nodiscard]] inline const std::string& shown_executable(const ProcessInfo& process) {
  return process.executable.empty() ? process.kernel_executable : process.executable;
}

struct UserInfo {
  std::string id;  // effective
  std::string name;
  std::string real_id;
  std::string audit_id;
};

struct Destination {
  std::string ip;
  std::optional<std::int64_t> port;
};

// One name of a file, where known.
struct FileNames {
  std::string path;
  std::string name;
  std::string extension;
};

// The path; the name where only that is known.
[[nodiscard]] inline const std::string& shown_path(const FileNames& names) {
  return names.path.empty() ? names.name : names.path;
}

struct FileInfo {
  FileNames now;       // of a rename the new name
  FileNames original;  // before a rename
  std::string type;    // file, dir or symlink
  std::string target;  // of a symbolic link that was made
};

// One event of the sequence. `ausearch -a SERIAL` finds it.
struct Evidence {
  std::size_t stage = 0;  // from 1
  EventTime time;
  std::optional<std::uint64_t> serial;  // of the audit event; exported ones have none
  std::string event_id;                 // "sec.ms:serial", or the id field of an exported event
  bool id_is_number = false;            // how that field had it
  std::string host;
  std::string action;
  std::optional<std::int64_t> pid;
  std::string outcome;
  std::optional<Destination> destination;
  std::string file;  // its path; its name where only that is known
};

// The autostart entry that started the process, where that is sure.
struct DesktopEntryInfo {
  std::string path;
  std::string name, exec;          // as in the file
  std::string owner;               // uid
  std::optional<EventTime> mtime;  // of the file
  std::string sha256;              // of its content, lower-case hex
  std::string found_by;            // "systemd_unit", "environment" or "exec_line"
};

// What makes an alert a summary of those that a storm guard held back.
struct Suppressed {
  std::uint64_t count = 0;
  std::string first_id, last_id;   // of alerts, as they came
  std::vector<std::string> users;  // distinct user.id, the first few of them
  std::uint64_t more_users = 0;    // at least so many besides
};

struct Alert {
  std::string id;                    // alert_id()
  EventTime time;                    // of the last evidence event
  std::optional<EventTime> created;  // wall clock, live only
  RuleInfo rule;
  std::string node;  // node= text; empty when absent
  std::string host_id;
  std::vector<std::string> categories;  // of the evidence, in stage order, distinct
  std::vector<std::string> types;
  std::string action;  // "sequence" for sequences, else the event's
  UserInfo user;
  ProcessInfo process;  // of the last evidence event
  ProcessInfo parent;
  std::string network_type;
  std::string network_transport;  // tcp or udp
  std::optional<Destination> destination;
  std::optional<FileInfo> file;
  std::vector<Evidence> evidence;
  std::size_t stages = 0;  // of the query; missing ones (`![...]`) have no evidence
  bool truncated = false;  // the records or a cap lost argument bytes
  std::vector<std::string> notes;
  // Arguments of the evidence's processes and their parents, distinct: what an
  // autostart entry may have started. For rules of kAutostartTechnique; not shown.
  std::vector<std::vector<std::string>> launches;
  std::optional<DesktopEntryInfo> desktop_entry;
  std::optional<Suppressed> suppressed;  // a summary; it has no process, destination, file or evidence
};

// First 32 hex digits of SHA-256 over rule_id, the node text or nothing, and
// each evidence event's id, NUL-separated: equal live, offline and after a
// restart, so that a SIEM can drop duplicates.
[[nodiscard]] std::string alert_id(std::string_view rule_id, std::string_view node,
                                   const std::vector<Evidence>& evidence);

// Ids of techniques, each followed by its subtechniques; serials of audit events.
[[nodiscard]] std::string joined_techniques(const std::vector<Threat>& threats, std::string_view separator);
[[nodiscard]] std::string joined_serials(const std::vector<Evidence>& evidence, std::string_view separator);

}  // namespace audisp_eql::alert
