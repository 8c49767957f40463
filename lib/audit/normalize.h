// SPDX-License-Identifier: Apache-2.0
// Parsed records to an AuditEvent. Decodes raw values by the kernel's rule
// (quoted is literal, bare is hex; kernel/audit.c audit_log_untrustedstring),
// never by how a value looks, and trusts nothing that libauparse interpreted.
#pragma once

#include <cstdint>
#include <optional>

#include "lib/audit/audit_event.h"
#include "lib/audit/execve.h"
#include "lib/audit/file_change.h"
#include "lib/audit/record.h"
#include "lib/audit/syscalls.h"

namespace audisp_eql::audit {

// Why a group gave no event, and what was odd in one that did.
struct NormalizeCounters {
  std::uint64_t events = 0;
  std::uint64_t not_of_interest = 0;  // another syscall, or a record type without one
  std::uint64_t failed_execs = 0;
  std::uint64_t other_families = 0;  // connect to AF_UNIX, AF_NETLINK, AF_UNSPEC ...
  std::uint64_t not_attempts = 0;    // EBADF, ENOTSOCK, EFAULT ... (design: events)
  std::uint64_t missing_sockaddr = 0;
  std::uint64_t missing_execve = 0;
  std::uint64_t bad_sockaddr = 0;
  std::uint64_t bad_values = 0;  // numbers or hex that do not parse
  std::uint64_t argc_mismatch = 0;
  std::uint64_t unknown_arch = 0;
  std::uint64_t without_syscall = 0;
  FileCounters files;
};

using NormalizeLimits = ArgumentLimits;

class Normalizer {
 public:
  explicit Normalizer(const NormalizeLimits& limits = {});

  // nullopt for what is no event of ours. The views of the result live as long
  // as those of `group`.
  [[nodiscard]] std::optional<AuditEvent> normalize(const ParsedGroup& group);

  [[nodiscard]] const NormalizeCounters& counters() const { return counters_; }

 private:
  // A call of a known kind; what its fields say is filled in step by step.
  struct Call;

  std::optional<Call> read_call(const ParsedRecord& record);
  [[nodiscard]] bool read_ids(Call& call);
  std::optional<Exec> read_exec(const Call& call, const ParsedGroup& group);
  std::string executed_path(const Call& call, const ParsedGroup& group, const std::string& cwd);
  std::optional<Fork> read_fork(const Call& call);
  std::optional<Socket> read_socket(const Call& call, const ParsedGroup& group);
  std::optional<Connect> read_connect(const Call& call, const ParsedGroup& group);
  std::string text_of(std::string_view raw);

  NormalizeLimits limits_;
  SyscallTable syscalls_;
  NormalizeCounters counters_;
};

}  // namespace audisp_eql::audit
