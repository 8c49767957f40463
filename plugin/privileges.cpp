// SPDX-License-Identifier: Apache-2.0
#include "plugin/privileges.h"

#include <grp.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <system_error>
#include <utility>

#include <cap-ng.h>
#include <fmt/format.h>

#include "plugin/passwd.h"
#include "plugin/seccomp_filter.h"
#include "plugin/trusted_file.h"

namespace audisp_eql::plugin {
namespace {

std::optional<Account> find_user(const PrivilegeOptions& options) {
  const Result<ReadFile> file = read_file(options.passwd, Trust::kUser);
  return file ? find_account(file->source.text, options.user) : std::nullopt;
}

std::string complaint(const PrivilegeOptions& options) {
  return fmt::format(
      "there is no user `{0}` in {1} (hint: systemd-sysusers, or useradd --system {0}; then restart auditd)",
      options.user, options.passwd);
}

class Drop {
 public:
  explicit Drop(const PrivilegeOptions& options) : options_(options) {}

  Privileges run() {
    was_root_ = ::geteuid() == 0;
    if (::capng_get_caps_process() != 0) fail("cannot read our capabilities");
    has_ptrace_ = ::capng_have_capability(CAPNG_PERMITTED, CAP_SYS_PTRACE) == 1;
    has_read_ = ::capng_have_capability(CAPNG_PERMITTED, CAP_DAC_READ_SEARCH) == 1;
    empty_bounding_set();
    if (was_root_) become_user();
    keep_capabilities();
    forbid_new_privileges();
    forbid_core_dumps();
    if (const int error = deny_dangerous_calls(); error != 0) fail("cannot install the seccomp filter", error);
    describe();
    return std::move(done_);
  }

 private:
  [[nodiscard]] bool keeps_ptrace() const { return options_.proc == ProcAccess::kAllLinks && has_ptrace_; }
  [[nodiscard]] bool keeps_read() const { return options_.files == FileAccess::kAll && has_read_; }

  void empty_bounding_set() {
    if (::capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) != 1) {
      // Another user's process has not got it, and no_new_privs does for it.
      if (was_root_) fail("cannot empty the capability bounding set without CAP_SETPCAP");
      return;
    }
    ::capng_clear(CAPNG_SELECT_BOUNDS);
    if (::capng_apply(CAPNG_SELECT_BOUNDS) != 0) fail("cannot empty the capability bounding set");
  }

  void become_user() {
    const auto account = find_user(options_);
    if (!account) return fail("still root: " + complaint(options_));
    if (account->uid == 0) {
      done_.warnings.emplace_back("stays root, without its capabilities, because `user` says so");
      return;
    }
    ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
    if (::setgroups(0, nullptr) != 0) fail("cannot leave root's groups", errno);
    if (::setresgid(account->gid, account->gid, account->gid) != 0) fail("cannot take another group", errno);
    if (::setresuid(account->uid, account->uid, account->uid) != 0) {
      fail(fmt::format("still root: cannot become user `{}`", options_.user), errno);
    }
    ::prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
  }

  void keep_capabilities() {
    ::capng_clear(CAPNG_SELECT_CAPS);
    const auto keep = [](unsigned capability) {
      ::capng_update(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED), capability);
    };
    if (keeps_ptrace()) keep(CAP_SYS_PTRACE);
    if (keeps_read()) keep(CAP_DAC_READ_SEARCH);
    // Ambient ones go with inheritable ones.
    if (::capng_apply(CAPNG_SELECT_CAPS) != 0) fail("cannot give up capabilities");
    if (was_root_ && options_.proc == ProcAccess::kAllLinks && !has_ptrace_) {
      done_.warnings.emplace_back("CAP_SYS_PTRACE is not there: other users' executables in /proc stay unknown");
    }
    if (was_root_ && options_.files == FileAccess::kAll && !has_read_) {
      done_.warnings.emplace_back("CAP_DAC_READ_SEARCH is not there: autostart entries in closed homes stay unknown");
    }
  }

  void forbid_new_privileges() {
    if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) fail("cannot set no_new_privs", errno);
  }

  void forbid_core_dumps() {
    const rlimit none = {0, 0};
    if (::setrlimit(RLIMIT_CORE, &none) != 0 || ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) {
      fail("cannot switch off core dumps", errno);
    }
  }

  void describe() {
    const char* const how = was_root_ ? "" : ", who started it";
    std::vector<std::string_view> kept;
    if (keeps_ptrace()) kept.emplace_back("CAP_SYS_PTRACE");
    if (keeps_read()) kept.emplace_back("CAP_DAC_READ_SEARCH");
    if (kept.empty()) kept.emplace_back("none");
    done_.summary = fmt::format("runs as user {}, group {}{}; capabilities: {}", ::geteuid(), ::getegid(), how,
                                fmt::join(kept, ", "));
  }

  void fail(std::string message, int error = 0) {
    if (error != 0) message += ": " + std::generic_category().message(error);
    done_.problems.push_back(std::move(message));
  }

  const PrivilegeOptions& options_;
  bool was_root_ = false;
  bool has_ptrace_ = false;
  bool has_read_ = false;
  Privileges done_;
};

}  // namespace

std::optional<std::string> missing_user(const PrivilegeOptions& options) {
  if (find_user(options)) return std::nullopt;
  return complaint(options);
}

Privileges drop_privileges(const PrivilegeOptions& options) { return Drop(options).run(); }

}  // namespace audisp_eql::plugin
