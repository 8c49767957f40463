// SPDX-License-Identifier: Apache-2.0
// The plugin under load, as auditd's dispatcher gives it: one write a record
// into a socket. Prints what was sent, processed, dropped, found, and how long
// the writer waited, beside a reader that does nothing.
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iostream>
#include <iterator>
#include <set>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <fmt/format.h>

namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::microseconds;

constexpr std::uint64_t kPlantEvery = 2000;  // records
constexpr std::uint64_t kStride = 4;         // serials from one event of the log to the next: room for what is planted
constexpr std::uint64_t kFirstMs = 1'700'000'000'000;

// Stops the program, which is a bench and has nothing to mend.
void need(bool holds, std::string_view what) {
  if (holds) return;
  std::cerr << "bench_load: " << what << '\n';
  std::exit(1);
}

// A line with a place for its stamp.
struct Template {
  std::string before, after;
  std::uint64_t event = 0;  // by order of first sight
};

std::vector<Template> read_templates(const std::string& file) {
  std::ifstream in(file);
  std::vector<Template> out;
  std::string last;
  std::uint64_t event = 0;
  for (std::string line; std::getline(in, line);) {
    const std::size_t begin = line.find("audit(") + 6;
    const std::size_t end = line.find(')', begin);
    need(end != std::string::npos, "not a log: " + file);
    const std::string stamp = line.substr(begin, end - begin);
    if (stamp != last) ++event;
    last = stamp;
    out.push_back({line.substr(0, begin), line.substr(end) + "\n", event});
  }
  need(!out.empty(), "empty log: " + file);
  return out;
}

std::string call(unsigned number, std::uint64_t pid, std::uint64_t ppid, std::uint64_t exit) {
  return fmt::format(
      "arch=c000003e syscall={} success=yes exit={} a0=1200011 a1=0 a2=0 a3=0 items=0 ppid={} pid={} auid=1000 "
      "uid=1000 "
      "gid=1000 euid=1000 suid=1000 fsuid=1000 egid=1000 sgid=1000 fsgid=1000 tty=(none) ses=1 comm=\"planted\" "
      "exe=\"/usr/bin/planted\" key=(null)",
      number, exit, ppid, pid);
}

// Makes records with new times and serials, whole events.
class Records {
 public:
  static std::string stamp(std::uint64_t number) {
    const std::uint64_t ms = kFirstMs + number / 100;
    return fmt::format("{}.{:03}:{}", ms / 1000, ms % 1000, number);
  }
  std::vector<std::string> event(const std::vector<std::pair<std::string_view, std::string>>& records) {
    ++serial;
    std::vector<std::string> out;
    for (const auto& [type, body] : records)
      out.push_back(fmt::format("type={} msg=audit({}): {}\n", type, stamp(serial), body));
    out.push_back(fmt::format("type=EOE msg=audit({}): \n", stamp(serial)));
    return out;
  }
  std::vector<std::string> exec(std::uint64_t pid, std::uint64_t ppid) {
    return event({{"SYSCALL", call(59, pid, ppid, 0)},
                  {"EXECVE", fmt::format("argc=2 a0=\"planted\" a1=\"{}\"", pid)},
                  {"CWD", "cwd=\"/\""},
                  {"PATH", "item=0 name=\"/usr/bin/planted\" inode=1 nametype=NORMAL"},
                  {"PROCTITLE", "proctitle=706C616E746564"}});
  }
  std::vector<std::string> connect(std::uint64_t pid, std::uint64_t ppid) {
    return event({{"SYSCALL", call(42, pid, ppid, 0)}, {"SOCKADDR", "saddr=0200115C7F0000010000000000000000"}});
  }
  std::vector<std::string> fork(std::uint64_t pid, std::uint64_t child) {
    return event({{"SYSCALL", call(56, pid, 1, child)}});
  }
  std::vector<std::string> exit(std::uint64_t pid, std::uint64_t ppid) {
    return event({{"SYSCALL", call(231, pid, ppid, 0)}});
  }

  std::uint64_t serial = 1000;
};

// What reads the records: the plugin, or a child that throws them away.
class Reader {
 public:
  Reader(const std::string& plugin, const std::string& config) {
    std::array<int, 2> ends{};
    need(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0, "socketpair");
    socket_ = ends[0];
    if (plugin.empty()) {
      pid_ = ::fork();
      if (pid_ == 0) {
        ::close(ends[0]);
        std::array<char, 65536> buffer;
        while (::read(ends[1], buffer.data(), buffer.size()) > 0) {
        }
        ::_exit(0);
      }
    } else {
      posix_spawn_file_actions_t actions;
      ::posix_spawn_file_actions_init(&actions);
      ::posix_spawn_file_actions_adddup2(&actions, ends[1], 0);
      const std::array<const char*, 4> argv = {plugin.c_str(), "--config", config.c_str(), nullptr};
      std::array<char*, 1> environment = {nullptr};
      need(::posix_spawn(&pid_, plugin.c_str(), &actions, nullptr, const_cast<char* const*>(argv.data()),
                         environment.data()) == 0,
           "cannot start " + plugin);
      ::posix_spawn_file_actions_destroy(&actions);
    }
    ::close(ends[1]);
  }

  void write(std::string_view line) {
    const auto begin = Clock::now();
    while (!line.empty()) {
      const ssize_t n = ::send(socket_, line.data(), line.size(), MSG_NOSIGNAL);
      need(n > 0, "the reader is gone");
      line.remove_prefix(static_cast<std::size_t>(n));
    }
    waits_.push_back(
        static_cast<std::uint32_t>(std::chrono::duration_cast<microseconds>(Clock::now() - begin).count()));
  }

  void finish() {
    ::close(socket_);
    int status = 0;
    ::waitpid(pid_, &status, 0);
    need(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the reader failed");
  }

  [[nodiscard]] std::uint64_t sent() const { return waits_.size(); }
  [[nodiscard]] std::string waits() {
    std::sort(waits_.begin(), waits_.end());
    const auto at = [&](double share) {
      return waits_[static_cast<std::size_t>(share * static_cast<double>(waits_.size() - 1))];
    };
    return fmt::format("{} | {} | {}", at(0.99), at(0.999), waits_.back());
  }
  [[nodiscard]] std::size_t resident_kib() const {
    std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
    for (std::string line; std::getline(status, line);) {
      if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
    }
    return 0;
  }

 private:
  int socket_ = -1;
  pid_t pid_ = -1;
  std::vector<std::uint32_t> waits_;  // microseconds of each write
};

constexpr std::string_view kPlantedRule =
    "[rule]\nname = \"Planted\"\nrule_id = \"planted\"\ntype = \"eql\"\nseverity = \"low\"\nquery = '''\n"
    "sequence by host.id, process.entity_id with maxspan=1s\n"
    "  [process where event.action == \"exec\" and process.name == \"planted\"]\n"
    "  [network where event.action == \"connection_attempted\" and destination.port == 4444]\n'''\n";

// A folder with the plugin's config, rules, alerts and counters.
struct Place {
  Place(const std::string& extra_rules, std::size_t queue_bytes) {
    std::string name = (std::filesystem::temp_directory_path() / "audisp-eql-load-XXXXXX").string();
    need(::mkdtemp(name.data()) != nullptr, "mkdtemp");
    dir = name;
    std::filesystem::create_directory(dir / "rules");
    std::ofstream(dir / "rules/planted.toml") << kPlantedRule;
    const std::string extra = extra_rules.empty() ? "" : fmt::format(", \"{}\"", extra_rules);
    std::ofstream(dir / "config.toml") << fmt::format(
        "rules = [\"{0}/rules\"{1}]\n[input]\nqueue_bytes = {2}\n[syslog]\nenabled = false\n[file]\npath = "
        "\"{0}/alerts\"\n[spool]\npath = \"\"\n[state]\npath = \"\"\n[metrics]\npath = \"{0}/metrics\"\n",
        dir.string(), extra, queue_bytes);
  }
  ~Place() { std::filesystem::remove_all(dir); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

  [[nodiscard]] std::uint64_t metric(const std::string& name) const {
    std::ifstream in(dir / "metrics");
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with("audisp_eql_" + name + " ")) return std::stoull(line.substr(line.rfind(' ') + 1));
    }
    need(false, "no counter " + name);
    return 0;
  }
  [[nodiscard]] std::size_t alerts() const {
    std::ifstream in(dir / "alerts");
    return static_cast<std::size_t>(std::count(std::istreambuf_iterator<char>(in), {}, '\n'));
  }

  std::filesystem::path dir;
};

// The log again and again for so long, at `rate` records a second (0: as fast as
// they are taken), with a sequence to find now and then. How many of these.
std::uint64_t play(Reader& reader, const std::vector<Template>& log, std::uint64_t rate, std::chrono::seconds time) {
  Records records;
  std::uint64_t planted = 0;
  std::size_t at = 0;
  std::uint64_t base = records.serial;
  const auto begin = Clock::now();
  for (std::uint64_t due = kPlantEvery;;) {
    const auto now = Clock::now();
    if (now - begin >= time) break;
    // A millisecond's worth at a time.
    if (rate > 0) {
      const auto on = begin + std::chrono::nanoseconds(reader.sent() * 1'000'000'000 / rate);
      if (on > now) std::this_thread::sleep_until(on);
    }
    for (std::uint64_t n = 0; n < std::max<std::uint64_t>(rate / 1000, 200); ++n) {
      const Template& line = log[at];
      reader.write(line.before + Records::stamp(base + kStride * line.event) + line.after);
      if (++at < log.size()) continue;
      at = 0;
      base += kStride * log.back().event;
    }
    if (reader.sent() < due) continue;
    due += kPlantEvery;
    records.serial = base + kStride * log[at].event;
    const std::uint64_t pid = 100'000 + ++planted;
    for (const std::string& line : records.exec(pid, 1)) reader.write(line);
    for (const std::string& line : records.connect(pid, 1)) reader.write(line);
  }
  return planted;
}

void report(const Place& place, Reader& plugin, Reader& nothing, std::uint64_t planted, double seconds) {
  const std::uint64_t lines = place.metric("lines_total");
  const std::uint64_t dropped = place.metric("lines_dropped_total");
  fmt::print(
      "| sent | records/s | processed | sent : processed | dropped | sent - processed - dropped | planted | found |\n");
  fmt::print("|---|---|---|---|---|---|---|---|\n| {} | {:.0f} | {} | {:.1f} | {} | {} | {} | {} |\n\n", plugin.sent(),
             static_cast<double>(plugin.sent()) / seconds, lines,
             static_cast<double>(plugin.sent()) / static_cast<double>(std::max<std::uint64_t>(lines, 1)), dropped,
             static_cast<std::int64_t>(plugin.sent()) - static_cast<std::int64_t>(lines + dropped), planted,
             place.alerts());
  fmt::print("| write(2) waits, microseconds | p99 | p99.9 | worst |\n|---|---|---|---|\n");
  fmt::print("| audisp-eql | {} |\n| a reader that does nothing | {} |\n", plugin.waits(), nothing.waits());
}

void load(const std::string& binary, const std::string& file, const std::string& rules, std::uint64_t rate,
          std::chrono::seconds time) {
  const std::vector<Template> log = read_templates(file);
  const std::size_t queue = rate == 0 ? 1u << 20 : 32u << 20;
  Reader nothing("", "");
  play(nothing, log, rate, std::min(time, std::chrono::seconds(10)));
  nothing.finish();
  const Place place(rules, queue);
  Reader plugin(binary, (place.dir / "config.toml").string());
  const std::uint64_t planted = play(plugin, log, rate, time);
  plugin.finish();
  report(place, plugin, nothing, planted, static_cast<double>(time.count()));
}

// So many processes are born, execute and end, evenly over the time.
void soak(const std::string& binary, std::uint64_t pids, std::chrono::seconds time) {
  constexpr std::uint64_t kForker = 50;
  const Place place("", 32u << 20);
  Reader plugin(binary, (place.dir / "config.toml").string());
  Records records;
  const auto begin = Clock::now();
  fmt::print("| processes so far | resident KiB |\n|---|---|\n");
  for (std::uint64_t n = 0; n < pids; ++n) {
    std::this_thread::sleep_until(begin + time * n / pids);
    const std::uint64_t pid = 1000 + n;
    for (const auto& event : {records.fork(kForker, pid), records.exec(pid, kForker), records.exit(pid, kForker)}) {
      for (const std::string& line : event) plugin.write(line);
    }
    if ((n + 1) % (pids / 20) == 0) fmt::print("| {} | {} |\n", n + 1, plugin.resident_kib());
  }
  plugin.finish();
  fmt::print("\nprocesses known at the end: {}, created: {}, records dropped: {}\n", place.metric("processes"),
             place.metric("processes_created_total"), place.metric("lines_dropped_total"));
}

int usage() {
  std::cerr << "usage: bench_load load PLUGIN LOG RECORDS_PER_SECOND SECONDS\n"
               "       bench_load overload PLUGIN LOG RULES SECONDS\n"
               "       bench_load soak PLUGIN PROCESSES SECONDS\n";
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  std::signal(SIGPIPE, SIG_IGN);
  std::setvbuf(stdout, nullptr, _IOLBF, 4096);
  const auto number = [&](std::size_t i) { return std::strtoull(args[i].c_str(), nullptr, 10); };
  const auto time = [&](std::size_t i) { return std::chrono::seconds(number(i)); };
  if (args.size() == 5 && args[0] == "load") {
    load(args[1], args[2], "", number(3), time(4));
  } else if (args.size() == 5 && args[0] == "overload") {
    load(args[1], args[2], args[3], 0, time(4));
  } else if (args.size() == 4 && args[0] == "soak" && number(2) >= 20) {
    soak(args[1], number(2), time(3));
  } else {
    return usage();
  }
  return 0;
}
