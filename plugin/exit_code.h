// SPDX-License-Identifier: Apache-2.0
// What the program's exit status says. Where several apply: 130, 2, 3, 1.
#pragma once

namespace audisp_eql::plugin {

enum class ExitCode : int {
  kDone = 0,        // alerts or not
  kFailed = 1,      // scan --fail-on-alert: there was an alert; test: a case failed
  kUsage = 2,       // flags, rules, their cases, or config
  kUnreadable = 3,  // an input could not be read, or the output not be written
  kBug = 70,
  kInterrupted = 130,  // a scan by INT or TERM; what was found till then is out
};

[[nodiscard]] constexpr int precedence(ExitCode code) {
  switch (code) {
    case ExitCode::kDone: return 0;
    case ExitCode::kFailed: return 1;
    case ExitCode::kUnreadable: return 2;
    case ExitCode::kUsage: return 3;
    case ExitCode::kInterrupted: return 4;
    case ExitCode::kBug: return 5;
  }
  return 5;
}

[[nodiscard]] constexpr ExitCode worse(ExitCode a, ExitCode b) { return precedence(a) < precedence(b) ? b : a; }

}  // namespace audisp_eql::plugin
