// SPDX-License-Identifier: Apache-2.0
// A rule of the kernel's audit as auditctl(8) writes it: what it says, not what
// the kernel makes of it. Read leniently, for lists of rules are other people's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace audisp_eql::audit {

// `-F a0&0x10000`, `-C uid!=euid`, `-p wa` (as perm=wa), `-w PATH` (as path=PATH).
struct RuleField {
  std::string name;
  std::string op;
  std::string value;
  bool operator==(const RuleField&) const = default;
};
[[nodiscard]] std::string text(const RuleField& field);

struct AuditRule {
  enum class Action : std::uint8_t { kAlways, kNever };

  Action action = Action::kAlways;
  std::string list = "exit";          // exit, task, exclude, user, filesystem, io_uring
  std::string arch;                   // b64, b32 or a name; empty: none was given
  std::vector<std::string> syscalls;  // names or numbers; empty: all
  std::vector<RuleField> fields;      // all that narrow it; not arch, not key
  std::string key;
  bool operator==(const AuditRule&) const = default;

  [[nodiscard]] const RuleField* find(std::string_view field) const;
};

// One line, as `auditctl -l` prints it and `auditctl -R` reads it.
[[nodiscard]] std::string text(const AuditRule& rule);

// nullopt for what is no rule: empty lines, comments, `No rules`, options such as -b
// or -e. What is not understood in a rule becomes a field of that text, which narrows.
[[nodiscard]] std::optional<AuditRule> parse_audit_rule(std::string_view line);

}  // namespace audisp_eql::audit
