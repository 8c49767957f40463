// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/log_generator.h"

#include <algorithm>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include <fmt/format.h>

namespace audisp_eql::bench {
namespace {

// Shares in percent; the rest of a mix is openat.
struct Mix {
  std::string_view name;
  unsigned exec, connect, clone, exit, user;
};
constexpr Mix kMixes[] = {
    {"typical", 10, 5, 5, 5, 15},
    {"exec-heavy", 60, 10, 10, 10, 2},
    {"firehose", 1, 1, 0, 0, 0},
};

constexpr std::string_view kPrograms[] = {"bash", "ls",   "git",  "python3.11", "curl",
                                          "gcc",  "make", "sshd", "sed",        "grep"};
constexpr std::string_view kUserRecords[] = {"USER_AUTH", "USER_ACCT", "CRED_ACQ",      "USER_START",
                                             "USER_END",  "CRED_DISP", "SERVICE_START", "SERVICE_STOP"};

class Generator {
 public:
  Generator(const Mix& mix, const LogShape& shape) : mix_(mix), shape_(shape), random_(shape.seed) {}

  // The records of the next event, a line each.
  std::vector<std::string> next() {
    ++serial_;
    const std::uint64_t since = (serial_ - kFirstSerial) * 1000 / shape_.per_second;
    time_ms_ = kStart + since / kTick * kTick;
    return finished(records());
  }

 private:
  static constexpr std::uint64_t kStart = 1'700'000'000'000, kTick = 4, kFirstSerial = 1000;

  std::vector<std::string> records() {
    const unsigned roll = pick(100);
    unsigned edge = mix_.exec;
    if (roll < edge) return exec();
    if (roll < (edge += mix_.connect)) return connect();
    if (roll < (edge += mix_.clone))
      return single_call(56, "clone", fmt::format("exit={}", pick(30'000) + 1000), "1200011");
    if (roll < (edge += mix_.exit)) return {exit_call(), title("exit")};
    if (roll < (edge += mix_.user)) return {user_record()};
    return open();
  }

  // With what the shape leaves out or adds.
  std::vector<std::string> finished(std::vector<std::string> lines) const {
    if (!shape_.terminated) {
      std::erase_if(lines, [](const std::string& line) { return line.starts_with("type=PROCTITLE"); });
    }
    if (shape_.eoe && lines.size() > 1) lines.push_back(head("EOE"));
    for (std::string& line : lines) {
      if (!shape_.enriched) line.resize(std::min(line.find('\x1d'), line.size()));
      if (shape_.hosts > 1) line.insert(0, fmt::format("node=host{} ", serial_ % shape_.hosts));
    }
    return lines;
  }

  unsigned pick(unsigned below) { return static_cast<unsigned>(random_() % below); }

  std::string head(std::string_view type) const {
    return fmt::format("type={} msg=audit({}.{:03}:{}): ", type, time_ms_ / 1000, time_ms_ % 1000, serial_);
  }

  std::string syscall(unsigned number, std::string_view name, std::string_view result, std::string_view a0) {
    const std::string_view program = kPrograms[pick(std::size(kPrograms))];
    return fmt::format(
        "{}arch=c000003e syscall={} {} a0={} a1=7ffe2b1f a2=241 a3=1b6 items=2 ppid={} pid={} auid=1000 uid=1000 "
        "gid=1000 "
        "euid=1000 suid=1000 fsuid=1000 egid=1000 sgid=1000 fsgid=1000 tty=pts0 ses=3 comm=\"{}\" exe=\"/usr/bin/{}\" "
        "key=\"k\"\x1d"
        "ARCH=x86_64 SYSCALL={} AUID=\"user\" UID=\"user\" GID=\"user\" EUID=\"user\" SUID=\"user\" "
        "FSUID=\"user\" EGID=\"user\" SGID=\"user\" FSGID=\"user\"",
        head("SYSCALL"), number, result, a0, pick(3000) + 1, pick(30'000) + 1000, program, program, name);
  }

  std::string exit_call() {
    std::string line = syscall(231, "exit_group", "", "0");
    return line.replace(line.find("  a0"), 2, " ");
  }

  std::string title(std::string_view text) const {
    std::string hex;
    for (const char c : text) hex += fmt::format("{:02X}", static_cast<unsigned char>(c));
    return head("PROCTITLE") + "proctitle=" + hex;
  }

  std::string path(unsigned item, std::string_view name) {
    return fmt::format(
        "{}item={} name=\"{}\" inode={} dev=08:01 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL cap_fp=0 "
        "cap_fi=0 "
        "cap_fe=0 cap_fver=0 cap_frootid=0\x1dOUID=\"root\" OGID=\"root\"",
        head("PATH"), item, name, pick(900'000));
  }

  std::vector<std::string> exec() {
    const std::string_view program = kPrograms[pick(std::size(kPrograms))];
    std::vector<std::string> out = {syscall(59, "execve", "success=yes exit=0", "55d0c0")};
    const unsigned argc = 1 + pick(6);
    std::string args = fmt::format("{}argc={} a0=\"{}\"", head("EXECVE"), argc, program);
    for (unsigned i = 1; i < argc; ++i) args += fmt::format(" a{}=\"--option-{}\"", i, pick(1000));
    out.push_back(args);
    out.push_back(head("CWD") + "cwd=\"/home/user\"");
    out.push_back(path(0, fmt::format("/usr/bin/{}", program)));
    out.push_back(path(1, "/lib64/ld-linux-x86-64.so.2"));
    out.push_back(title(program));
    return out;
  }

  std::vector<std::string> connect() {
    const unsigned port = 1024 + pick(60'000);
    return {
        syscall(42, "connect", "success=no exit=-115", "3"),
        fmt::format(
            "{}saddr=0200{:04X}C0A801{:02X}0000000000000000\x1dSADDR={{ saddr_fam=inet laddr=192.168.1.{} lport={} }}",
            head("SOCKADDR"), port, pick(255), pick(255), port),
        title("client")};
  }

  std::vector<std::string> open() {
    return {syscall(257, "openat", "success=yes exit=3", "ffffff9c"), head("CWD") + "cwd=\"/var/log\"",
            path(0, fmt::format("/etc/file{}", pick(5000))), title("reader")};
  }

  std::vector<std::string> single_call(unsigned number, std::string_view name, const std::string& exit,
                                       std::string_view a0) {
    return {syscall(number, name, "success=yes " + exit, a0), title(name)};
  }

  std::string user_record() {
    return fmt::format(
        "{}pid={} uid=0 auid=1000 ses=3 subj=unconfined msg='op=PAM:session_open grantors=pam_unix acct=\"user\" "
        "exe=\"/usr/sbin/cron\" hostname=? addr=? terminal=cron res=success'\x1dUID=\"root\" AUID=\"user\"",
        head(kUserRecords[pick(std::size(kUserRecords))]), pick(30'000));
  }

  const Mix& mix_;
  LogShape shape_;
  std::mt19937_64 random_;
  std::uint64_t serial_ = kFirstSerial;
  std::uint64_t time_ms_ = kStart;
};

}  // namespace

// One event in twenty has its records between those of the next.
bool write_log(const LogShape& shape, std::ostream& out) {
  const auto* const mix =
      std::find_if(std::begin(kMixes), std::end(kMixes), [&](const Mix& each) { return each.name == shape.mix; });
  if (mix == std::end(kMixes)) return false;
  Generator generator(*mix, shape);
  std::string buffer;
  std::size_t written = 0;
  for (std::uint64_t n = 0; written < shape.bytes; ++n) {
    std::vector<std::string> lines = generator.next();
    if (n % 20 == 0) {
      const std::vector<std::string> other = generator.next();
      for (std::size_t i = 0; i < other.size(); ++i)
        lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(std::min(2 * i + 1, lines.size())), other[i]);
    }
    for (const std::string& line : lines) (buffer += line) += '\n';
    if (buffer.size() < (1u << 20)) continue;
    written += buffer.size();
    out << buffer;
    buffer.clear();
  }
  out << buffer;
  return true;
}

}  // namespace audisp_eql::bench
