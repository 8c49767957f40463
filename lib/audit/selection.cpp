// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/selection.h"

#include <libaudit.h>

namespace audisp_eql::audit {

Selection::Selection(const SelectionRequest& request) : request_(request) {
  for (const int type : {AUDIT_SYSCALL, AUDIT_PROCTITLE, AUDIT_EOE, AUDIT_SYSTEM_BOOT, AUDIT_DAEMON_START}) {
    types_.set(static_cast<std::size_t>(type));
  }
  if (request.exec) {
    for (const int type : {AUDIT_EXECVE, AUDIT_CWD, AUDIT_PATH}) types_.set(static_cast<std::size_t>(type));
  }
  if (request.files) {
    for (const int type : {AUDIT_CWD, AUDIT_PATH, AUDIT_OPENAT2}) types_.set(static_cast<std::size_t>(type));
  }
  if (request.connect) types_.set(AUDIT_SOCKADDR);
  if (request.sockets) types_.set(AUDIT_SOCKETCALL);
}

bool Selection::wants_syscall(std::uint32_t arch, std::uint64_t number) const {
  const auto info = find(arch, number);
  return info && wants(info->kind);
}

bool Selection::wants(SyscallKind kind) const {
  switch (kind) {
    case SyscallKind::kExec: return request_.exec;
    case SyscallKind::kFork: return request_.fork;
    case SyscallKind::kExit: return request_.exit;
    case SyscallKind::kConnect:
    case SyscallKind::kSocketcall: return request_.connect;
    case SyscallKind::kSocket: return request_.sockets;
    case SyscallKind::kFile: return request_.files;
    case SyscallKind::kOther: return false;
  }
  return false;
}

}  // namespace audisp_eql::audit
