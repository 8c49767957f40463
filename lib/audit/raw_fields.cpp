// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/raw_fields.h"

#include "lib/audit/numbers.h"

namespace audisp_eql::audit {
namespace {

std::string_view word_at(std::string_view line, std::size_t pos) {
  return line.substr(pos, line.find_first_of(" \r\x1d", pos) - pos);
}

}  // namespace

std::string_view raw_half(std::string_view line) {
  const std::size_t separator = line.find('\x1d');
  if (separator != std::string_view::npos) return line.substr(0, separator);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::string_view raw_field(std::string_view line, std::size_t body, std::string_view spaced_name) {
  const std::size_t space = body == 0 ? 0 : body - 1;
  // Most often the first one.
  if (line.substr(space).starts_with(spaced_name)) return word_at(line, space + spaced_name.size());
  const std::string_view raw = raw_half(line);
  const std::size_t at = raw.find(spaced_name, space);
  return at == std::string_view::npos ? std::string_view{} : word_at(raw, at + spaced_name.size());
}

std::optional<RawSyscall> raw_syscall(std::string_view line, std::size_t body) {
  const std::string_view arch = raw_field(line, body, " arch=");
  if (arch.data() == nullptr) return std::nullopt;
  const auto behind = static_cast<std::size_t>(arch.data() + arch.size() - line.data());
  const std::string_view number = raw_field(line, behind + 1, " syscall=");
  const auto arch_value = parse_number<std::uint32_t>(arch, 16);
  const auto number_value = parse_number<std::uint64_t>(number);
  if (!arch_value || !number_value) return std::nullopt;
  return RawSyscall{*arch_value, *number_value};
}

}  // namespace audisp_eql::audit
