// SPDX-License-Identifier: Apache-2.0
// What the kernel says of its own audit system: the only place that tells of
// records that were lost before auditd saw them. Source: audit_get_reply(3),
// struct audit_status in linux/audit.h.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace audisp_eql::plugin {

struct KernelAudit {
  bool enabled = false;
  std::uint32_t lost = 0;  // records since boot
  std::uint32_t backlog_limit = 0;
};

// Needs CAP_AUDIT_CONTROL when it asks, so live knows only what was when it
// started: keeping that capability would let a plugin switch audit off.
// nullopt: not allowed, or the kernel did not answer within a fifth of a second.
[[nodiscard]] std::optional<KernelAudit> read_kernel_audit();

// What an operator should know of it; empty when all is well.
[[nodiscard]] std::vector<std::string> kernel_warnings(const KernelAudit& status);

}  // namespace audisp_eql::plugin
