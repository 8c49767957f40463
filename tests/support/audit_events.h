// SPDX-License-Identifier: Apache-2.0
// Short ways to say what the kernel said, for tests.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/audit/audit_event.h"

namespace audisp_eql::test {

// `at` is event time in ms; serials count up in the order of making.
struct Says {
  std::uint32_t pid = 0;
  std::uint32_t ppid = 1;
  std::int64_t at = 0;
  std::string exe;
};

class Script {
 public:
  [[nodiscard]] audit::AuditEvent exec(const Says& says, std::vector<std::string> args = {}, std::string path = {}) {
    audit::Exec exec;
    exec.args = args.empty() ? std::vector<std::string>{says.exe} : std::move(args);
    exec.has_args = true;
    exec.cwd.assign(1, '/');
    exec.path = path.empty() ? says.exe : std::move(path);
    return make(says, "execve", std::move(exec));
  }
  [[nodiscard]] audit::AuditEvent fork(const Says& says, std::uint32_t child) {
    return make(says, "clone", audit::Fork{child, audit::Fork::Sureness::kProcess});
  }
  [[nodiscard]] audit::AuditEvent clone3(const Says& says, std::uint32_t child) {
    return make(says, "clone3", audit::Fork{child, audit::Fork::Sureness::kPerhapsThread});
  }
  [[nodiscard]] audit::AuditEvent exit(const Says& says) { return make(says, "exit_group", audit::Exit{}); }
  [[nodiscard]] audit::AuditEvent connect(const Says& says, std::uint16_t port = 80,
                                          std::string_view address = "127.0.0.1") {
    audit::Connect connect;
    connect.address = *parse_ip(address);
    connect.port = port;
    connect.outcome = audit::Connect::Outcome::kFailure;
    connect.descriptor = 3;
    return make(says, "connect", connect);
  }

  [[nodiscard]] audit::AuditEvent file(const Says& says, audit::FileChange::Action action, std::string path) {
    audit::FileChange change;
    change.action = action;
    change.type = audit::FileChange::Type::kFile;
    change.file.name = path.substr(path.rfind('/') + 1);
    change.file.path = std::move(path);
    return make(says, "openat", std::move(change));
  }

  [[nodiscard]] audit::AuditEvent socket(const Says& says, const audit::Socket& socket) {
    return make(says, "socket", socket);
  }
  [[nodiscard]] audit::AuditEvent open_directory(const Says& says, std::string path, audit::InodeId id) {
    return make(says, "openat", audit::OpenedDirectory{std::move(path), id, 3});
  }

  std::uint64_t serial = 100;
  std::string node;

 private:
  template <typename What>
  audit::AuditEvent make(const Says& says, std::string_view name, What what) {
    audit::AuditEvent event;
    event.node = node;
    event.time = milliseconds(says.at);
    event.serial = ++serial;
    event.syscall.name = name;
    event.syscall.pid = says.pid;
    event.syscall.ppid = says.ppid;
    event.syscall.uid = event.syscall.euid = 1000;
    event.syscall.exe = says.exe;
    event.what = std::move(what);
    return event;
  }
};

}  // namespace audisp_eql::test
