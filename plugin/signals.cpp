// SPDX-License-Identifier: Apache-2.0
#include "plugin/signals.h"

#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace audisp_eql::plugin {
namespace {

constexpr int kServed[] = {SIGTERM, SIGINT, SIGHUP, SIGUSR1};

sigset_t served() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : kServed) ::sigaddset(&set, signal);
  return set;
}

// Only what was ignored: a sanitizer's or a debugger's handlers stay.
void reset_ignored() {
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action {};
    if (::sigaction(signal, nullptr, &action) != 0 || action.sa_handler != SIG_IGN) continue;
    action = {};
    static_cast<void>(::sigaction(signal, &action, nullptr));  // SIG_DFL
  }
  for (const int signal : {SIGPIPE, SIGUSR2}) static_cast<void>(::signal(signal, SIG_IGN));
}

}  // namespace

BlockedSignals::BlockedSignals() {
  const sigset_t set = served();
  ::sigprocmask(SIG_BLOCK, &set, &before_);
}

void BlockedSignals::restore() const { ::sigprocmask(SIG_SETMASK, &before_, nullptr); }

Signals::Signals() {
  const sigset_t set = served();
  ::sigprocmask(SIG_SETMASK, &set, nullptr);
  reset_ignored();
  ::umask(077);
  fd_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) throw std::system_error(errno, std::generic_category(), "signalfd");
}

std::optional<Request> Signals::next() {
  signalfd_siginfo info{};
  if (::read(fd_.get(), &info, sizeof info) != static_cast<ssize_t>(sizeof info)) return std::nullopt;
  switch (info.ssi_signo) {
    case SIGHUP: return Request::kReload;
    case SIGUSR1: return Request::kState;
    case SIGINT: return Request::kStop;
    default: break;
  }
  return info.ssi_pid == static_cast<std::uint32_t>(::getppid()) ? Request::kStop : Request::kDrain;
}

}  // namespace audisp_eql::plugin
