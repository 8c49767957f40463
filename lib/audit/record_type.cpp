// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/record_type.h"

#include <algorithm>
#include <array>

#include <libaudit.h>

#include "lib/audit/numbers.h"

namespace audisp_eql::audit {
namespace {

constexpr std::string_view kUnknownPrefix = "UNKNOWN[";

int by_libaudit(std::string_view name) {
  std::array<char, 64> text{};  // longer than any name libaudit knows
  if (name.empty() || name.size() >= text.size()) return -1;
  // libaudit also takes bare numbers; records never have them.
  if (name.front() >= '0' && name.front() <= '9') return -1;
  // A name that goes on after a NUL is not the one before it.
  if (name.find('\0') != std::string_view::npos) return -1;
  std::copy(name.begin(), name.end(), text.begin());
  return audit_name_to_msg_type(text.data());
}

int unknown_number(std::string_view name) {
  name.remove_prefix(kUnknownPrefix.size());
  if (!name.ends_with(']')) return -1;
  name.remove_suffix(1);
  const auto number = parse_number<unsigned>(name);
  return number && *number <= 65535 ? static_cast<int>(*number) : -1;
}

}  // namespace

int record_type_of(std::string_view name) {
  switch (name.size()) {
    case 3:
      if (name == "CWD") return AUDIT_CWD;
      if (name == "EOE") return AUDIT_EOE;
      break;
    case 4:
      if (name == "PATH") return AUDIT_PATH;
      break;
    case 6:
      if (name == "EXECVE") return AUDIT_EXECVE;
      break;
    case 7:
      if (name == "SYSCALL") return AUDIT_SYSCALL;
      break;
    case 8:
      if (name == "SOCKADDR") return AUDIT_SOCKADDR;
      break;
    case 9:
      if (name == "PROCTITLE") return AUDIT_PROCTITLE;
      break;
    default: break;
  }
  return name.starts_with(kUnknownPrefix) ? unknown_number(name) : by_libaudit(name);
}

}  // namespace audisp_eql::audit
