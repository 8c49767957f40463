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

std::optional<int> take_record_type(std::string_view line, std::size_t& pos) {
  const auto take = [&](const auto& name_and_space) {
    if (!begins_with(line, pos, name_and_space)) return false;
    pos += sizeof name_and_space - 1;
    return true;
  };
  if (take("SYSCALL ")) return AUDIT_SYSCALL;
  if (take("PATH ")) return AUDIT_PATH;
  if (take("CWD ")) return AUDIT_CWD;
  if (take("PROCTITLE ")) return AUDIT_PROCTITLE;
  if (take("EXECVE ")) return AUDIT_EXECVE;
  if (take("SOCKADDR ")) return AUDIT_SOCKADDR;
  if (take("EOE ")) return AUDIT_EOE;
  const std::size_t space = line.find(' ', pos);
  if (space == std::string_view::npos || space == pos) return std::nullopt;
  const std::string_view name = line.substr(pos, space - pos);
  pos = space + 1;
  return name.starts_with(kUnknownPrefix) ? unknown_number(name) : by_libaudit(name);
}

}  // namespace audisp_eql::audit
