// SPDX-License-Identifier: Apache-2.0
// The command line as a value. Touches no file; CLI11 is known to options.cpp alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "plugin/exit_code.h"

namespace audisp_eql::plugin {

enum class Command : std::uint8_t { kLive, kScan, kCheck };
enum class ScanFormat : std::uint8_t { kAuto, kText, kJson };  // kAuto: text on a terminal

struct Options {
  Command command = Command::kLive;
  std::vector<std::string> rules;     // --rules, and the arguments of check
  std::optional<std::string> config;  // --config
  std::string host;                   // --host
  // scan
  ScanFormat format = ScanFormat::kAuto;
  bool utc = false;
  bool fail_on_alert = false;
  bool keep_going = false;
  std::string passwd = "/etc/passwd";
  std::vector<std::string> files;  // "-" is standard input; empty: that
  // check
  bool send_test_alert = false;
  bool explain = false;
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
