// SPDX-License-Identifier: Apache-2.0
// The command line as a value. Touches no file; CLI11 is known to options.cpp alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "lib/ndjson/reader.h"
#include "plugin/exit_code.h"

namespace audisp_eql::plugin {

enum class Command : std::uint8_t { kLive, kScan, kCheck, kTest, kFields, kAuditRules };
// kAudit: audit records, whatever their layout; kNdjson: exported events; kKafka: audit records of a topic.
enum class InputKind : std::uint8_t { kAudit, kNdjson, kKafka };
enum class ScanFormat : std::uint8_t { kAuto, kText, kJson, kCsv, kCef };  // kAuto: text on a terminal, else JSON
enum class TestFormat : std::uint8_t { kText, kTap };
enum class FieldsFormat : std::uint8_t { kMarkdown, kJson };

struct Options {
  Command command = Command::kLive;
  std::vector<std::string> rules;         // --rules, and the arguments of check, test and audit-rules
  std::optional<std::string> config;      // --config
  std::optional<std::string> exceptions;  // --exceptions
  std::string host;                       // --host
  // scan
  ScanFormat format = ScanFormat::kAuto;
  bool utc = false;
  std::optional<std::string> since, until;  // as given, see time_range.h
  bool fail_on_alert = false;
  bool keep_going = false;
  unsigned jobs = 0;                  // threads; 0: as many as help
  std::optional<std::string> passwd;  // nullopt: this machine's, for what may be of this machine
  std::string report;                 // HTML file; empty: none
  std::string root;                   // of a copy of the host's file system; empty: none
  InputKind input = InputKind::kAudit;
  std::string kafka;                     // kKafka: the address, see kafka_url.h
  ndjson::FieldNames field_names;        // of exported events
  std::vector<std::string> queries;      // --query: EQL without a rule around it
  std::vector<std::string> query_files;  // --query-file
  std::vector<std::string> files;        // "-" is standard input; empty: that; folders too
  // check
  bool send_test_alert = false;
  bool explain = false;
  // test
  std::string cases;  // --cases: folder of case files; empty: `tests` beside each rule
  TestFormat test_format = TestFormat::kText;
  // fields
  FieldsFormat fields_format = FieldsFormat::kMarkdown;
};

// The program is over before it began: --help, --version, or a wrong flag.
struct Ending {
  ExitCode code = ExitCode::kDone;
  std::string out;  // for standard output
  std::string err;
};

// `args` without the program's name.
[[nodiscard]] std::variant<Options, Ending> parse_options(const std::vector<std::string>& args);

[[nodiscard]] std::string help_text();
// Ours and libauparse's.
[[nodiscard]] std::string version_text();

}  // namespace audisp_eql::plugin
