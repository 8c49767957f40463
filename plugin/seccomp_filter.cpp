// SPDX-License-Identifier: Apache-2.0
#include "plugin/seccomp_filter.h"

#include <sched.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdint>
#include <memory>

#include <seccomp.h>

namespace audisp_eql::plugin {
namespace {

// By name: what this processor or this libseccomp does not know is left out.
constexpr const char* kDenied[] = {
    // programs
    "execve", "execveat",
// LeakSanitizer looks at the process by ptrace when it ends.
#ifndef AUDISP_EQL_ALLOW_PTRACE
    "ptrace",
#endif
    // other processes
    "process_vm_readv", "process_vm_writev", "process_madvise", "pidfd_getfd", "kcmp",
    // file systems and namespaces
    "mount", "umount", "umount2", "mount_setattr", "move_mount", "open_tree", "fsopen", "fsconfig", "fsmount", "fspick",
    "pivot_root", "chroot", "setns", "unshare", "open_by_handle_at", "quotactl", "quotactl_fd", "acct",
    // the kernel
    "init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "bpf", "perf_event_open", "syslog",
    "io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd", "iopl", "ioperm",
    // keys
    "add_key", "request_key", "keyctl",
    // the machine
    "reboot", "swapon", "swapoff", "sethostname", "setdomainname", "settimeofday", "clock_settime", "clock_settime64",
    "clock_adjtime", "clock_adjtime64", "adjtimex", "stime",
    // other users
    "setuid", "setgid", "setreuid", "setregid", "setresuid", "setresgid", "setgroups", "setfsuid", "setfsgid",
    "setuid32", "setgid32", "setreuid32", "setregid32", "setresuid32", "setresgid32", "setgroups32", "setfsuid32",
    "setfsgid32", "capset"};

constexpr std::uint64_t kNamespaces[] = {CLONE_NEWNS,   CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC,
                                         CLONE_NEWUSER, CLONE_NEWPID,    CLONE_NEWNET};

// The rules, and the first error of adding one.
class Filter {
 public:
  Filter() : context_(::seccomp_init(SCMP_ACT_ALLOW), &::seccomp_release) {
    keep(context_ ? 0 : -ENOMEM);
    keep(::seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(EPERM)));
    // Is set by our caller, who must know whether it worked.
    keep(::seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_NNP, 0));
  }

  void deny(const char* name, int with) { add(name, with, nullptr); }
  void deny(const char* name, int with, const scmp_arg_cmp& when) { add(name, with, &when); }

  [[nodiscard]] int load() {
    if (error_ == 0) keep(::seccomp_load(context_.get()));
    return error_;
  }

 private:
  void add(const char* name, int with, const scmp_arg_cmp* when) {
    const int number = ::seccomp_syscall_resolve_name(name);
    if (number < 0 || error_ != 0) return;  // negative: not on this processor
    const auto action = SCMP_ACT_ERRNO(static_cast<std::uint32_t>(with));
    keep(::seccomp_rule_add_array(context_.get(), action, number, when == nullptr ? 0 : 1, when));
  }

  void keep(int result) {
    if (result < 0 && error_ == 0) error_ = -result;
  }

  int error_ = 0;
  std::unique_ptr<void, decltype(&::seccomp_release)> context_;
};

}  // namespace

int deny_dangerous_calls() {
  Filter filter;
  for (const char* name : kDenied) filter.deny(name, EPERM);
  filter.deny("clone3", ENOSYS);
  for (const std::uint64_t flag : kNamespaces) {
    filter.deny("clone", EPERM, {0, SCMP_CMP_MASKED_EQ, flag, flag});
  }
  for (const char* name : {"socket", "socketpair"}) filter.deny(name, EPERM, {0, SCMP_CMP_NE, AF_UNIX, 0});
  return filter.load();
}

}  // namespace audisp_eql::plugin
