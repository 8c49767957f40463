// SPDX-License-Identifier: Apache-2.0
#include "tests/e2e/acts.h"

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string_view>
#include <thread>

#include <arpa/inet.h>
#include <linux/sched.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

namespace audisp_eql::e2e {
namespace {

constexpr int kOverMaxspanMs = 1500;  // the rule says 1 s
constexpr int kWithinMaxspanMs = 600;

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

// Nobody listens: refused is the usual outcome, and an attempt all the same.
bool was_tried(int result) { return result == 0 || errno == ECONNREFUSED || errno == EINPROGRESS; }

bool connect_v4(int port, int type = SOCK_STREAM) {
  const int fd = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  const sockaddr_in address = loopback(port);
  const bool tried = was_tried(connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address));
  close(fd);
  return tried;
}

bool connect_v6(int port) {
  const int fd = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in6 address{};
  address.sin6_family = AF_INET6;
  address.sin6_port = htons(static_cast<std::uint16_t>(port));
  address.sin6_addr = in6addr_loopback;
  const int result = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  close(fd);
  return result == 0 || errno == ECONNREFUSED || errno == EADDRNOTAVAIL || errno == ENETUNREACH;
}

bool connect_unix() {
  const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strcpy(address.sun_path, "/run/nobody-listens-here");
  const int result = connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address);
  close(fd);
  return result != 0;
}

void wait_ms(int milliseconds) { poll(nullptr, 0, milliseconds); }

bool connect_after(int port, int milliseconds) {
  wait_ms(milliseconds);
  return connect_v4(port);
}

// A thread that ends calls exit, as each of the audit stream's processes might.
bool connect_after_thread_ended(int port) {
  std::thread([] {}).join();
  std::thread([] { syscall(SYS_exit, 0); }).detach();
  wait_ms(50);
  return connect_v4(port);
}

char state_of_leader() {
  std::ifstream stat("/proc/self/stat");
  std::string text((std::istreambuf_iterator<char>(stat)), {});
  const std::size_t after_name = text.rfind(") ");
  return after_name == std::string::npos ? '?' : text[after_name + 2];
}

// The first thread ends by exit(2); the process lives on in another.
[[noreturn]] void connect_without_leader(int port) {
  std::thread([port] {
    while (state_of_leader() != 'Z') sched_yield();
    _exit(connect_v4(port) ? 0 : 1);
  }).detach();
  syscall(SYS_exit, 0);
  std::abort();
}

// In a pid namespace of one's own anyone may choose the pid of a new process.
// The record of that fork names, as the kernel writes it, the pid of `victim`.
void forge_fork(pid_t victim) {
  if (unshare(CLONE_NEWUSER | CLONE_NEWPID) != 0) _exit(2);
  const pid_t init = fork();
  if (init == 0) {
    std::array<pid_t, 1> pids = {victim};
    clone_args arguments{};
    arguments.exit_signal = SIGCHLD;
    arguments.set_tid = reinterpret_cast<std::uintptr_t>(pids.data());
    arguments.set_tid_size = pids.size();
    const long child = syscall(SYS_clone3, &arguments, sizeof arguments);
    if (child == 0) _exit(0);
    _exit(child == victim && waitpid(static_cast<pid_t>(child), nullptr, 0) == child ? 0 : 3);
  }
  int status = 0;
  waitpid(init, &status, 0);
  _exit(status == 0 ? 0 : 4);
}

bool connect_after_forged_fork(int port) {
  const pid_t self = getpid();
  const pid_t helper = fork();
  if (helper == 0) forge_fork(self);
  int status = 0;
  waitpid(helper, &status, 0);
  if (status != 0) std::fprintf(stderr, "forging failed: status %d\n", status);
  return status == 0 && connect_v4(port);
}

std::string own_path() {
  std::array<char, 4096> path{};
  const ssize_t size = readlink("/proc/self/exe", path.data(), path.size());
  return size > 0 ? std::string(path.data(), static_cast<std::size_t>(size)) : std::string();
}

bool connect_after_rename(int port) {
  const std::string path = own_path();
  const std::string other = path + ".moved";
  const bool moved = std::rename(path.c_str(), other.c_str()) == 0;
  const bool tried = connect_v4(port);
  return moved && unlink(other.c_str()) == 0 && tried;
}

bool connect_after_delete(int port) { return unlink(own_path().c_str()) == 0 && connect_v4(port); }

bool in_child(bool (*what)(int), int port) {
  const pid_t child = fork();
  if (child == 0) _exit(what(port) ? 0 : 1);
  int status = 1;
  return waitpid(child, &status, 0) == child && status == 0;
}

bool in_grandchild(int port) {
  const pid_t child = fork();
  if (child == 0) {
    const std::string path = own_path();
    const std::string text = std::to_string(port);
    execl(path.c_str(), path.c_str(), "run", "plain", text.c_str(), nullptr);
    _exit(1);
  }
  int status = 1;
  return waitpid(child, &status, 0) == child && status == 0;
}

bool exec_again(int port) {
  wait_ms(kWithinMaxspanMs);
  const std::string path = own_path();
  const std::string text = std::to_string(port);
  execl(path.c_str(), path.c_str(), "run", "soon", text.c_str(), nullptr);
  return false;
}

#if defined(__x86_64__)
// Memory that a 32-bit system call can point at.
char* low_memory() {
  void* wanted = reinterpret_cast<void*>(std::uintptr_t{0x10000000});
  return static_cast<char*>(mmap(wanted, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
}

int compat_call(long number, long first, long second, long third) {
  long result = 0;
  asm volatile("int $0x80"
               : "=a"(result)
               : "a"(number), "b"(first), "c"(second), "d"(third)
               : "memory", "r8", "r9", "r10", "r11");
  errno = static_cast<int>(result < 0 ? -result : 0);
  return static_cast<int>(result);
}

bool connect_compat(int port) {
  constexpr long kConnect = 362;
  char* memory = low_memory();
  const sockaddr_in address = loopback(port);
  std::memcpy(memory, &address, sizeof address);
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  return was_tried(compat_call(kConnect, fd, reinterpret_cast<long>(memory), sizeof address));
}

bool connect_socketcall(int port) {
  constexpr long kSocketcall = 102;
  constexpr long kConnect = 3;
  char* memory = low_memory();
  const sockaddr_in address = loopback(port);
  std::memcpy(memory, &address, sizeof address);
  const auto fd = static_cast<std::uint32_t>(socket(AF_INET, SOCK_STREAM, 0));
  const std::array<std::uint32_t, 3> arguments = {
      fd, static_cast<std::uint32_t>(reinterpret_cast<std::uintptr_t>(memory)), sizeof address};
  std::memcpy(memory + 256, arguments.data(), sizeof arguments);
  return was_tried(compat_call(kSocketcall, kConnect, reinterpret_cast<long>(memory + 256), 0));
}
#else
bool connect_compat(int port) { return connect_v4(port); }
bool connect_socketcall(int port) { return connect_v4(port); }
#endif

struct Act {
  std::string_view name;
  bool (*run)(int port);
};

constexpr std::array kActs = {
    Act{"v6", connect_v6},
    Act{"udp", [](int port) { return connect_v4(port, SOCK_DGRAM); }},
    Act{"unix", [](int) { return connect_unix(); }},
    Act{"thread_ends", connect_after_thread_ended},
    Act{"leader_ends", [](int port) -> bool { connect_without_leader(port); }},
    Act{"forged_fork", connect_after_forged_fork},
    Act{"renames_itself", connect_after_rename},
    Act{"deletes_itself", connect_after_delete},
    Act{"late", [](int port) { return connect_after(port, kOverMaxspanMs); }},
    Act{"soon", [](int port) { return connect_after(port, kWithinMaxspanMs); }},
    Act{"reexec", exec_again},
    Act{"child", [](int port) { return in_child([](int p) { return connect_v4(p); }, port); }},
    Act{"grandchild", in_grandchild},
    Act{"compat", connect_compat},
    Act{"socketcall", connect_socketcall},
};

}  // namespace

bool act(const Case& what) {
  for (const Act& known : kActs) {
    if (known.name == what.name) return known.run(what.port);
  }
  return connect_v4(what.port);
}

}  // namespace audisp_eql::e2e
