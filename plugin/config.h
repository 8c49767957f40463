// SPDX-License-Identifier: Apache-2.0
// The options of /etc/audisp-eql/config.toml as a value. One table row per key
// (config.cpp); an unknown key, a wrong type or a value out of range is an error
// with its place. The defaults here equal conf/config.toml; a test compares.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lib/alert/storm_guard.h"
#include "lib/audit/grouper.h"
#include "lib/audit/lines.h"
#include "lib/base/diagnostic.h"
#include "lib/base/result.h"
#include "lib/base/time.h"
#include "lib/engine/rule.h"
#include "lib/entity/process_table.h"
#include "lib/sequence/machine.h"

namespace audisp_eql::plugin {

inline constexpr std::string_view kDefaultConfigFile = "/etc/audisp-eql/config.toml";
inline constexpr std::string_view kDefaultRuleDirectory = "/etc/audisp-eql/rules";
inline constexpr std::string_view kDefaultExceptionFile = "/etc/audisp-eql/exceptions.toml";

enum class SyslogFormat : std::uint8_t { kJson, kText, kCef };
enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError, kCritical };

struct InputConfig {
  std::size_t queue_bytes = 32u << 20;  // between reader and engine; live
  std::size_t max_line_bytes = audit::kDefaultMaxLine;
  EventTime idle = milliseconds(2000);  // live: silence after which open events are given up
};

struct SyslogConfig {
  bool enabled = true;
  std::string socket = "/dev/log";
  SyslogFormat format = SyslogFormat::kJson;
  bool cee_cookie = true;  // `@cee:` before JSON, for rsyslog's mmjsonparse
  std::size_t max_message_bytes = 8096;
  std::size_t queue_messages = 4096;
  std::size_t queue_bytes = 16u << 20;
};

struct FileConfig {
  std::string path;                // empty: no file
  std::size_t max_line_bytes = 0;  // without the newline; 0: whole alerts
};

struct SpoolConfig {
  std::string path = "/var/lib/audisp-eql/spool";  // empty: none
  std::size_t max_bytes = 64u << 20;
};

struct MetricsConfig {
  std::string path;                  // empty: none
  EventTime interval = seconds(15);  // between two writes
};

struct DiskConfig {
  std::size_t queue_bytes = 32u << 20;  // waiting for the disk thread
};

// Over restarts.
struct StateConfig {
  std::string path = "/var/lib/audisp-eql/state";  // empty: nothing is kept
  EventTime max_age = seconds(60);
  std::size_t max_bytes = 256u << 20;
};

// The shipped rules that are off until somebody wants them.
[[nodiscard]] std::vector<engine::DisabledName> rules_disabled_by_default();

struct Config {
  std::string host;
  std::vector<std::string> rules = {std::string(kDefaultRuleDirectory)};
  std::vector<engine::DisabledName> disabled_rules = rules_disabled_by_default();  // of these
  std::string exceptions{kDefaultExceptionFile};                                   // empty: none
  EventTime heartbeat = seconds(600);                                              // zero: none
  std::size_t missing_after_minutes = 30;                                          // of a kind of record; zero: never
  LogLevel log_level = LogLevel::kInfo;
  std::string user = "audisp-eql";  // live: who the program becomes when it starts as root
  bool proc_enrichment = true;      // live: keeps the capability that links in /proc ask for
  bool desktop_entries = true;      // live: looks for the entry of an alert, and keeps the capability for that
  std::size_t max_hosts = 1024;
  InputConfig input;
  audit::GrouperLimits events;
  entity::TableLimits processes;
  sequence::Limits sequences;
  SyslogConfig syslog;
  FileConfig file;
  SpoolConfig spool;
  DiskConfig disk;
  MetricsConfig metrics;
  alert::StormLimits storm;
  StateConfig state;
};

// All diagnostics of a text, not only the first.
[[nodiscard]] Result<Config> parse_config(const Source& file);

// One `name = value` line per key, in the order of the table.
[[nodiscard]] std::string dump_config(const Config& config);

// What the manual says of a key.
struct KeyInfo {
  std::string_view name;  // "section.key", or "key"
  std::string_view help;
};
[[nodiscard]] std::vector<KeyInfo> config_keys();

}  // namespace audisp_eql::plugin
