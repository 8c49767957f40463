// SPDX-License-Identifier: Apache-2.0
// Rights given up, in child processes of the test: who it is then, and what it can do no more.
#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>

#include <doctest/doctest.h>

#include "plugin/privileges.h"
#include "plugin/proc_reader.h"
#include "plugin/seccomp_filter.h"
#include "plugin/unique_fd.h"
#include "tests/support/files.h"
#include "tests/support/forked.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

using test::in_child;
using test::TempDir;

// Runs in a child: empty when the filter is there.
std::string filter() {
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return "no no_new_privs";
  const int error = deny_dangerous_calls();
  return error == 0 ? "" : "error " + std::to_string(error);
}

struct Call {
  const char* name;
  long number;
};

// Arguments that the kernel itself would refuse, with another errno.
constexpr Call kRefused[] = {
    {"execve", SYS_execve},
    {"execveat", SYS_execveat},
#ifndef AUDISP_EQL_ALLOW_PTRACE
    {"ptrace", SYS_ptrace},
#endif
    {"process_vm_readv", SYS_process_vm_readv},
    {"process_vm_writev", SYS_process_vm_writev},
    {"mount", SYS_mount},
    {"umount2", SYS_umount2},
    {"move_mount", SYS_move_mount},
    {"fsopen", SYS_fsopen},
    {"pivot_root", SYS_pivot_root},
    {"chroot", SYS_chroot},
    {"setns", SYS_setns},
    {"unshare", SYS_unshare},
    {"init_module", SYS_init_module},
    {"finit_module", SYS_finit_module},
    {"delete_module", SYS_delete_module},
    {"kexec_load", SYS_kexec_load},
    {"bpf", SYS_bpf},
    {"perf_event_open", SYS_perf_event_open},
    {"io_uring_setup", SYS_io_uring_setup},
    {"io_uring_enter", SYS_io_uring_enter},
    {"userfaultfd", SYS_userfaultfd},
    {"add_key", SYS_add_key},
    {"request_key", SYS_request_key},
    {"keyctl", SYS_keyctl},
    {"reboot", SYS_reboot},
    {"swapon", SYS_swapon},
    {"settimeofday", SYS_settimeofday},
    {"clock_settime", SYS_clock_settime},
    {"acct", SYS_acct},
    {"quotactl", SYS_quotactl},
    {"setuid", SYS_setuid},
    {"setresuid", SYS_setresuid},
    {"setgroups", SYS_setgroups},
    {"capset", SYS_capset},
};

TEST_CASE("a filtered process is refused what it never needs") {
  const std::string said = in_child([] {
    std::string wrong = filter();
    for (const Call& call : kRefused) {
      errno = 0;
      if (::syscall(call.number, -1, -1, -1, -1, -1, -1) == -1 && errno == EPERM) continue;
      wrong += std::string(call.name) + " errno " + std::to_string(errno) + "; ";
    }
    return wrong;
  });
  CHECK(said == "");
}

TEST_CASE("without the filter the same calls fail for another reason") {
  const std::string said = in_child([] {
    std::string refused;
    // These need no rights at all, so that EPERM can only be the filter's.
    for (const long number : {SYS_execve, SYS_execveat, SYS_ptrace, SYS_process_vm_readv, SYS_setns, SYS_unshare}) {
      if (::syscall(number, -1, -1, -1, -1, -1, -1) != -1 || errno == EPERM) refused += std::to_string(number) + " ";
    }
    return refused;
  });
  CHECK(said == "");
}

TEST_CASE("a filtered process has local sockets and no others") {
  const std::string said = in_child([] {
    std::string wrong = filter();
    for (const int family : {AF_INET, AF_INET6, AF_NETLINK, AF_PACKET, AF_VSOCK, AF_ALG}) {
      if (::socket(family, SOCK_DGRAM, 0) != -1 || errno != EPERM) wrong += "family " + std::to_string(family) + "; ";
    }
    // Not by the upper half of the register either, which the kernel does not look at.
    if (::syscall(SYS_socket, (1L << 32) | AF_INET, SOCK_DGRAM, 0) != -1 || errno != EPERM) wrong += "upper half; ";
    if (::socket(AF_UNIX, SOCK_DGRAM, 0) < 0) wrong += "AF_UNIX; ";
    int pair[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0) wrong += "socketpair; ";
    return wrong;
  });
  CHECK(said == "");
}

TEST_CASE("no new namespace by clone, and no calls of another ABI") {
  const std::string said = in_child([] {
    std::string wrong = filter();
    constexpr long kNewUser = 0x1000'0000;
    if (::syscall(SYS_clone, kNewUser | SIGCHLD, 0, 0, 0, 0) != -1 || errno != EPERM) wrong += "clone; ";
    if (::syscall(SYS_clone3, 0, 0) != -1 || errno != ENOSYS) wrong += "clone3; ";
#ifdef __x86_64__
    constexpr long kX32 = 0x4000'0000;
    if (::syscall(kX32 | SYS_getpid) != -1 || errno != EPERM) wrong += "x32; ";
#endif
    return wrong;
  });
  CHECK(said == "");
}

TEST_CASE("a filtered process can do its work") {
  const TempDir dir;
  const std::string said = in_child([&dir] {
    std::string wrong = filter();
    bool ran = false;
    std::thread([&ran] { ran = true; }).join();
    if (!ran) wrong += "thread; ";
    const std::string path = dir / "state";
    const UniqueFd file(::open((path + ".new").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    if (!file || ::write(file.get(), "x", 1) != 1 || ::fsync(file.get()) != 0) wrong += "write; ";
    if (::rename((path + ".new").c_str(), path.c_str()) != 0) wrong += "rename; ";
    const UniqueFd event(::eventfd(0, EFD_CLOEXEC));
    if (!event) wrong += "eventfd; ";
    return wrong;
  });
  CHECK(said == "");
  CHECK(test::read_file(dir / "state") == "x");
}

// What drop_privileges says and leaves, a line each.
std::string drop(const PrivilegeOptions& options) {
  const Privileges done = drop_privileges(options);
  std::ostringstream out;
  for (const std::string& problem : done.problems) out << "problem: " << problem << "\n";
  for (const std::string& warning : done.warnings) out << "warning: " << warning << "\n";
  out << "summary: " << done.summary << "\n" << test::read_file("/proc/self/status");
  return out.str();
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("what cannot be done is told, and the rest is done") {
  if (::geteuid() != 0) return;  // whose rights are they otherwise
  const TempDir dir;
  test::write_file(dir / "passwd", "root:x:0:0::/:\nodd:x:7:four::/:\nall:x:4294967295:1::/:\nother:x:4242:4243::/:\n");
  const struct {
    const char* user;
    const char* said;
    const char* uid;
  } rows[] = {
      {"none", "problem: still root: there is no user `none` in ", "\nUid:\t0\t0\t0\t0\n"},
      {"odd", "problem: still root: there is no user `odd` in ", "\nUid:\t0\t0\t0\t0\n"},
      {"all", "problem: still root: there is no user `all` in ", "\nUid:\t0\t0\t0\t0\n"},
      {"root", "warning: stays root, without its capabilities, because `user` says so", "\nUid:\t0\t0\t0\t0\n"},
      {"other", "summary: runs as user 4242, group 4243; capabilities: CAP_SYS_PTRACE",
       "\nUid:\t4242\t4242\t4242\t4242\nGid:\t4243\t4243\t4243\t4243\n"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.user);
    const std::string said = in_child([&] {
      return drop({row.user, ProcAccess::kAllLinks, FileAccess::kOwn, dir / "passwd"});
    });
    CAPTURE(said);
    CHECK(has(said, row.said));
    CHECK(has(said, row.uid));
    CHECK(has(said, "\nCapEff:\t0000000000080000\nCapBnd:\t0000000000000000\n"));
    CHECK(has(said, "\nNoNewPrivs:\t1\nSeccomp:\t2\n"));
  }
}

TEST_CASE("one capability is what other users' links in /proc take; without it the rest is read") {
  if (::geteuid() != 0) return;
  const TempDir dir;
  test::write_file(dir / "passwd", "other:x:4242:4243::/:\n");
  const auto test_process = static_cast<std::uint32_t>(::getpid());
  for (const ProcAccess access : {ProcAccess::kAllLinks, ProcAccess::kWorldReadable}) {
    const std::string said = in_child([&] {
      static_cast<void>(drop_privileges({"other", access, FileAccess::kOwn, dir / "passwd"}));
      const auto entry = ProcReader::of_this_host().read(test_process);
      if (!entry || entry->args.empty() || entry->euid != 0) return std::string("not read");
      return entry->exe + " " + entry->cwd;
    });
    CAPTURE(said);
    if (access == ProcAccess::kAllLinks) {
      CHECK(has(said, "unit_plugin /"));
    } else {
      CHECK(said == " ");
    }
  }
}

TEST_CASE("another capability is what other users' files and environments take") {
  if (::geteuid() != 0) return;
  const TempDir dir;  // mode 0700, root's
  test::write_file(dir / "passwd", "other:x:4242:4243::/:\n");
  test::write_file(dir / "closed", "text");
  const auto test_process = static_cast<std::uint32_t>(::getpid());
  for (const FileAccess access : {FileAccess::kAll, FileAccess::kOwn}) {
    const std::string said = in_child([&] {
      static_cast<void>(drop_privileges({"other", ProcAccess::kAllLinks, access, dir / "passwd"}));
      std::ifstream file(dir / "closed");
      const bool has_path = ProcReader::of_this_host().variable(test_process, "PATH", seconds(INT32_MAX)).has_value();
      return std::string(file ? "file " : "no file ") + (has_path ? "variable" : "no variable");
    });
    CHECK(said == (access == FileAccess::kAll ? "file variable" : "no file no variable"));
  }
}

TEST_CASE("started by another user: that user stays, without any capability") {
  const std::string said = in_child([] {
    if (::geteuid() == 0 && (::setresgid(4243, 4243, 4243) != 0 || ::setresuid(4242, 4242, 4242) != 0))
      return std::string();
    return drop({"none", ProcAccess::kAllLinks, FileAccess::kAll, "/nowhere"});
  });
  CAPTURE(said);
  CHECK_FALSE(has(said, "problem: "));
  CHECK_FALSE(has(said, "warning: "));
  CHECK(has(said, ", who started it; capabilities: none\n"));
  CHECK(has(said, "\nCapPrm:\t0000000000000000\nCapEff:\t0000000000000000\n"));
  CHECK(has(said, "\nNoNewPrivs:\t1\nSeccomp:\t2\n"));
}

}  // namespace
}  // namespace audisp_eql::plugin
