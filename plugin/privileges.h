// SPDX-License-Identifier: Apache-2.0
// Root's rights, given up once and for all. auditd starts us as root; all that
// needs it is standard input, which is open, and the config, which names the
// user to become. Whatever is opened later (rules, alert file, state, the syslog
// socket, all again on HUP) is opened as that user, at the start as at a reload:
// what would fail at the next HUP fails, and is told, at once.
//
// The order, and why: nothing may be left that a later step needs.
//  1. the bounding set is emptied (needs CAP_SETPCAP): no exec can give back
//  2. supplementary groups, group, user; the permitted set is kept over it
//  3. capabilities: only what options need, none inheritable, none ambient
//  4. no_new_privs (a filter without CAP_SYS_ADMIN needs it)
//  5. no core dumps, not dumpable (setuid resets it, so after): memory holds
//     what others executed
//  6. the seccomp filter, last: it denies the calls of 1 to 3
// Capabilities, no_new_privs and the filter belong to a thread and pass to those
// that it starts. REQUIRES therefore: no other thread runs yet.
//
// Of root's capabilities two can stay. CAP_SYS_PTRACE: links like /proc/PID/exe of
// other users' processes are read with it, and nothing else is needed for that.
// CAP_DAC_READ_SEARCH: autostart entries in closed homes and the environment of
// other users' processes. It opens every file for reading, so it has its own option.
//
// A step that fails never ends the program; those after it are done all the
// same. Then we are root still, without its capabilities. libcap-ng is known to
// privileges.cpp alone.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace audisp_eql::plugin {

enum class ProcAccess : std::uint8_t {
  kWorldReadable,  // no capability at all
  kAllLinks,       // keeps CAP_SYS_PTRACE
};

enum class FileAccess : std::uint8_t {
  kOwn,  // what the user may read
  kAll,  // keeps CAP_DAC_READ_SEARCH
};

struct PrivilegeOptions {
  std::string user;  // of uid 0: stays, by the administrator's will
  ProcAccess proc = ProcAccess::kAllLinks;
  FileAccess files = FileAccess::kOwn;
  std::string passwd = "/etc/passwd";
};

struct Privileges {
  std::string summary;                // who we are now
  std::vector<std::string> problems;  // what could not be given up, and what to do; critical
  std::vector<std::string> warnings;  // what an administrator may not have meant
};

// Nothing, or why drop_privileges() would stay root, for those who ask before.
[[nodiscard]] std::optional<std::string> missing_user(const PrivilegeOptions& options);

// Started by another user than root: that user stays, the rest is done.
[[nodiscard]] Privileges drop_privileges(const PrivilegeOptions& options);

}  // namespace audisp_eql::plugin
