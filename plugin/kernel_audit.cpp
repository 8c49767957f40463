// SPDX-License-Identifier: Apache-2.0
#include "plugin/kernel_audit.h"

#include <poll.h>

#include <fmt/format.h>
#include <libaudit.h>

#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {
namespace {

constexpr int kAnswerMs = 200;
// Besides the answer: an acknowledgement, and whatever else is sent to a new socket.
constexpr int kMaxReplies = 8;

}  // namespace

std::optional<KernelAudit> read_kernel_audit() {
  const UniqueFd fd(::audit_open());
  if (!fd || ::audit_request_status(fd.get()) <= 0) return std::nullopt;
  for (int i = 0; i < kMaxReplies; ++i) {
    pollfd ready = {fd.get(), POLLIN, 0};
    if (::poll(&ready, 1, kAnswerMs) <= 0) return std::nullopt;
    audit_reply reply{};
    if (::audit_get_reply(fd.get(), &reply, GET_REPLY_NONBLOCKING, 0) <= 0) return std::nullopt;
    if (reply.type != AUDIT_GET || reply.status == nullptr) continue;
    return KernelAudit{reply.status->enabled != 0, reply.status->lost, reply.status->backlog_limit};
  }
  return std::nullopt;
}

std::vector<std::string> kernel_warnings(const KernelAudit& status) {
  std::vector<std::string> out;
  if (!status.enabled) out.emplace_back("audit is switched off in the kernel: no record will come (auditctl -e 1)");
  if (status.lost > 0) {
    out.push_back(
        fmt::format("the kernel has lost {} audit records since boot, what they said is unknown; its backlog holds {} "
                    "(auditctl -b)",
                    status.lost, status.backlog_limit));
  }
  return out;
}

}  // namespace audisp_eql::plugin
