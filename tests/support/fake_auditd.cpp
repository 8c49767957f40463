// SPDX-License-Identifier: Apache-2.0
#include "tests/support/fake_auditd.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

#include <doctest/doctest.h>

#include "tests/support/command.h"

namespace audisp_eql::test {
namespace {

// What auditd 3.0.9 leaves a restarted plugin with.
constexpr int kBlocked[] = {SIGHUP, SIGUSR1, SIGUSR2, SIGTERM, SIGCHLD, SIGCONT};

[[noreturn]] void become_plugin(int input, char* const* argv, char* const* environment) {
  for (int number = 1; number < NSIG; ++number) ::signal(number, SIG_IGN);
  sigset_t blocked;
  ::sigemptyset(&blocked);
  for (const int number : kBlocked) ::sigaddset(&blocked, number);
  ::sigprocmask(SIG_SETMASK, &blocked, nullptr);
  ::dup2(input, STDIN_FILENO);
  const int null = ::open("/dev/null", O_RDWR);
  ::dup2(null, STDOUT_FILENO);
  ::dup2(null, STDERR_FILENO);
  ::setsid();
  static_cast<void>(::chdir("/"));
  ::execve(argv[0], argv, environment);
  ::_exit(127);
}

// With a null one at the end, as execve wants them.
std::vector<char*> pointers(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

}  // namespace

FakeAuditd::FakeAuditd(const std::string& plugin, const std::vector<std::string>& args,
                       const std::vector<std::string>& environment) {
  std::array<int, 2> ends{};
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  socket_.reset(ends[0]);
  const plugin::UniqueFd theirs(ends[1]);
  std::array<int, 2> started{};
  REQUIRE(::pipe2(started.data(), O_CLOEXEC) == 0);
  const plugin::UniqueFd read_started(started[0]);
  plugin::UniqueFd write_started(started[1]);
  std::vector<char*> argv = pointers(args);
  argv.insert(argv.begin(), const_cast<char*>(plugin.c_str()));
  const std::vector<char*> variables = pointers(environment);
  pid_ = ::fork();
  REQUIRE(pid_ >= 0);
  if (pid_ == 0) become_plugin(theirs.get(), argv.data(), variables.data());
  // The end of this pipe comes with exec: from then on signals meet the plugin,
  // not a child that has yet to ignore them.
  write_started.reset();
  char byte = 0;
  REQUIRE(::read(read_started.get(), &byte, 1) == 0);
}

FakeAuditd::~FakeAuditd() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  ::waitpid(pid_, nullptr, 0);
}

void FakeAuditd::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t n = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    REQUIRE_MESSAGE(n > 0, "the plugin does not read any more");
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
}

void FakeAuditd::write_cut(std::string_view bytes, const std::vector<std::size_t>& cuts) {
  std::size_t begin = 0;
  for (const std::size_t end : cuts) {
    write(bytes.substr(begin, end - begin));
    begin = end;
  }
  write(bytes.substr(begin));
}

void FakeAuditd::close_input() { socket_.reset(); }

void FakeAuditd::signal(int number) { REQUIRE(::kill(pid_, number) == 0); }

void FakeAuditd::signal_from_other(int number) {
  const pid_t other = ::fork();
  REQUIRE(other >= 0);
  if (other == 0) ::_exit(::kill(pid_, number) == 0 ? 0 : 1);
  REQUIRE(wait_for_exit(other, 10) == 0);
}

int FakeAuditd::wait(int seconds) { return wait_for_exit(std::exchange(pid_, -1), seconds); }

bool FakeAuditd::is_running() const { return ::kill(pid_, 0) == 0 && ::waitpid(pid_, nullptr, WNOHANG) == 0; }

}  // namespace audisp_eql::test
