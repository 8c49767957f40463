// SPDX-License-Identifier: Apache-2.0
#include "plugin/stop_signal.h"

#include <sys/signalfd.h>
#include <unistd.h>

namespace audisp_eql::plugin {
namespace {

bool is_ignored(int signal) {
  struct sigaction action {};
  return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

}  // namespace

StopSignal::StopSignal() {
  sigset_t set;
  ::sigemptyset(&set);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    if (!is_ignored(signal)) ::sigaddset(&set, signal);
  }
  ::pthread_sigmask(SIG_BLOCK, &set, &before_);
  fd_.reset(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!fd_) end();
}

StopSignal::~StopSignal() { end(); }

void StopSignal::end() {
  if (ended_) return;
  ended_ = true;
  // What came was served; unblocked, it would still end the program.
  signalfd_siginfo served{};
  while (fd_ && ::read(fd_.get(), &served, sizeof served) > 0) continue;
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

}  // namespace audisp_eql::plugin
