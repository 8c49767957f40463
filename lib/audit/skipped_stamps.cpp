// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/skipped_stamps.h"

#include "lib/audit/numbers.h"

namespace audisp_eql::audit {
namespace {

constexpr char kSyscall[] = "type=SYSCALL msg=audit(";

// What stands behind the start of a record of these types.
std::string_view behind_start(std::string_view line) {
  const auto behind = [line](const auto& start) {
    return begins_with(line, 0, start) ? line.substr(sizeof start - 1) : std::string_view();
  };
  if (const auto rest = behind("type=PATH msg=audit("); !rest.empty()) return rest;
  if (const auto rest = behind("type=CWD msg=audit("); !rest.empty()) return rest;
  if (const auto rest = behind("type=PROCTITLE msg=audit("); !rest.empty()) return rest;
  if (const auto rest = behind("type=EOE msg=audit("); !rest.empty()) return rest;
  return behind("type=EXECVE msg=audit(");
}

}  // namespace

bool SkippedStamps::has(std::string_view line) const {
  const std::string_view rest = behind_start(line);
  if (rest.empty()) return false;
  for (std::size_t i = 0; i < kEvents; ++i) {
    const Stamp& stamp = stamps_[(latest_ + kEvents - i) % kEvents];
    if (stamp.length != 0 && rest.starts_with(std::string_view(stamp.text.data(), stamp.length))) return true;
  }
  return false;
}

void SkippedStamps::add(std::string_view line) {
  constexpr std::size_t kBegin = sizeof kSyscall - 1;
  if (!begins_with(line, 0, kSyscall)) return;
  const std::string_view text = line.substr(kBegin, line.find(')', kBegin) + 2 - kBegin);
  if (text.size() > stamps_[0].text.size()) return;
  latest_ = (latest_ + 1) % kEvents;
  Stamp& stamp = stamps_[latest_];
  stamp.length = static_cast<unsigned char>(text.copy(stamp.text.data(), stamp.text.size()));
}

}  // namespace audisp_eql::audit
