// SPDX-License-Identifier: Apache-2.0
// The program: options to one of its uses. The only place that catches, but for other
// threads and their making.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <string>
#include <variant>
#include <vector>

#include "lib/engine/field_reference.h"
#include "plugin/audit_rules.h"
#include "plugin/check.h"
#include "plugin/live.h"
#include "plugin/options.h"
#include "plugin/rule_tests.h"
#include "plugin/scan.h"
#include "plugin/signals.h"

namespace audisp_eql::plugin {
namespace {

// A full disk shows only when the buffer is written.
ExitCode written() {
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return ExitCode::kDone;
  std::fprintf(stderr, "audisp-eql: cannot write to standard output\n");
  return ExitCode::kUnreadable;
}

// A file of ours would get the number of a standard descriptor that is closed, and
// what is meant for standard output would go into it.
void open_standard_descriptors() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    if (::fcntl(fd, F_GETFD) < 0) static_cast<void>(::open("/dev/null", O_RDWR));
  }
}

ExitCode print_fields(FieldsFormat format) {
  const std::string text = format == FieldsFormat::kJson ? engine::fields_as_json() : engine::fields_as_markdown();
  std::fwrite(text.data(), 1, text.size(), stdout);
  return ExitCode::kDone;
}

ExitCode run_command(const Options& options) {
  switch (options.command) {
    case Command::kLive: break;
    case Command::kScan: return run_scan(options);
    case Command::kCheck: return run_check(options);
    case Command::kTest: return run_test(options);
    case Command::kFields: return print_fields(options.fields_format);
    case Command::kAuditRules: return run_audit_rules(options);
  }
  return ExitCode::kBug;  // live was dealt with
}

ExitCode run(const std::vector<std::string>& args, const BlockedSignals& blocked) {
  const auto parsed = parse_options(args);
  if (const auto* ending = std::get_if<Ending>(&parsed)) {
    std::fputs(ending->out.c_str(), stdout);
    std::fputs(ending->err.c_str(), stderr);
    return worse(ending->code, written());
  }
  const Options& options = std::get<Options>(parsed);
  if (options.command == Command::kLive) return run_live(options);
  blocked.restore();
  const ExitCode code = run_command(options);
  return worse(code, written());
}

int run_program(int argc, char** argv) {
  try {
    open_standard_descriptors();
    const BlockedSignals blocked;
    return static_cast<int>(run(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc), blocked));
  } catch (const std::exception& e) {
    std::fprintf(stderr, "audisp-eql: this is a bug: %s\n", e.what());
    return static_cast<int>(ExitCode::kBug);
  }
}

}  // namespace
}  // namespace audisp_eql::plugin

int main(int argc, char** argv) { return audisp_eql::plugin::run_program(argc, argv); }
