// SPDX-License-Identifier: Apache-2.0
// System calls that the program never makes and that somebody who has taken it
// over would want. A list of what is denied, not of what is allowed: detection
// must not end because a library learnt a new call. A denied call fails, and
// nothing is killed. libseccomp is known to seccomp_filter.cpp alone.
#pragma once

namespace audisp_eql::plugin {

// For this thread and those it starts; there is no way back. From now on these
// fail with EPERM: new programs, tracing other processes, mounts and namespaces,
// kernel modules and kexec, bpf, perf, keys, io_uring, userfaultfd, the clock,
// swap, reboot, other users and groups, every socket but AF_UNIX, and all calls
// of another ABI (32-bit, x32). clone3 fails with ENOSYS, so that libc takes
// clone, whose flags a filter can see.
// REQUIRES: no_new_privs. Returns 0, or errno's value: nothing is denied then.
[[nodiscard]] int deny_dangerous_calls();

}  // namespace audisp_eql::plugin
