// SPDX-License-Identifier: Apache-2.0
// What the program's exit status says. Where several apply: 2, then 3, then 1.
#pragma once

namespace audisp_eql::plugin {

enum class ExitCode : int {
  kDone = 0,        // alerts or not
  kAlert = 1,       // with --fail-on-alert: at least one
  kUsage = 2,       // flags, rules or config
  kUnreadable = 3,  // an input could not be read, or the output not be written
  kBug = 70,
};

[[nodiscard]] constexpr int precedence(ExitCode code) {
  switch (code) {
    case ExitCode::kDone: return 0;
    case ExitCode::kAlert: return 1;
    case ExitCode::kUnreadable: return 2;
    case ExitCode::kUsage: return 3;
    case ExitCode::kBug: return 4;
  }
  return 4;
}

[[nodiscard]] constexpr ExitCode worse(ExitCode a, ExitCode b) { return precedence(a) < precedence(b) ? b : a; }

}  // namespace audisp_eql::plugin
