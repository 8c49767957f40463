// SPDX-License-Identifier: Apache-2.0
// Makes audit logs and rule sets for benchmarks, the same ones for the same
// seed: ENRICHED, records of neighbouring events interleaved, no EOE, as on
// disk. Not a simulation of a host: a mix of records in realistic shares.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

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
  Generator(const Mix& mix, std::uint64_t seed) : mix_(mix), random_(seed) {}

  // The records of the next event, a line each.
  std::vector<std::string> next() {
    ++serial_;
    if (serial_ % 3 == 0) time_ms_ += 4;
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

 private:
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
  std::mt19937_64 random_;
  std::uint64_t serial_ = 1000;
  std::uint64_t time_ms_ = 1'700'000'000'000;
};

// One event in twenty has its records between those of the next.
void write_log(const Mix& mix, std::size_t bytes, std::uint64_t seed, std::ostream& out) {
  Generator generator(mix, seed);
  std::string buffer;
  std::size_t written = 0;
  for (std::uint64_t n = 0; written < bytes; ++n) {
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
}

// Rules of the shapes that published Linux rule sets have: lists of names,
// wildcards on paths and arguments, exclusions, two-stage sequences.
void write_rules(std::size_t count, const std::filesystem::path& dir) {
  std::filesystem::create_directories(dir);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string start = fmt::format(
        "process where host.os.type == \"linux\" and event.type == \"start\" and event.action in (\"exec\", "
        "\"executed\", \"start\") and "
        "process.name in (\"tool{0}\", \"helper{0}\", \"agent{0}\") and process.args : (\"--evil{0}*\", "
        "\"*payload{0}*\") and "
        "not process.parent.executable like (\"/opt/vendor{0}/*\", \"/usr/lib/vendor{0}/*\")",
        i);
    const std::string query =
        i % 4 == 0 ? fmt::format(
                         "sequence by host.id, process.entity_id with maxspan=3s\n  [{}]\n  [network where "
                         "event.action == \"connection_attempted\" and not "
                         "cidrMatch(destination.ip, \"10.0.0.0/8\", \"192.168.0.0/16\", \"127.0.0.0/8\")]",
                         start)
                   : start;
    std::ofstream out(dir / fmt::format("rule{:03}.toml", i));
    out << fmt::format(
        "[rule]\nname = \"Rule {0}\"\nrule_id = \"bench-{0}\"\nseverity = \"low\"\ntype = \"eql\"\nquery = "
        "'''\n{1}\n'''\n",
        i, query);
  }
}

int usage() {
  std::cerr << "usage: bench_generate log typical|exec-heavy|firehose MEGABYTES SEED > FILE\n"
               "       bench_generate rules COUNT DIR\n";
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string_view> args(argv + 1, argv + argc);
  if (args.size() == 3 && args[0] == "rules") {
    write_rules(std::strtoul(argv[2], nullptr, 10), argv[3]);
    return 0;
  }
  if (args.size() != 4 || args[0] != "log") return usage();
  for (const Mix& mix : kMixes) {
    if (mix.name != args[1]) continue;
    write_log(mix, std::strtoul(argv[3], nullptr, 10) << 20U, std::strtoull(argv[4], nullptr, 10), std::cout);
    return 0;
  }
  return usage();
}
