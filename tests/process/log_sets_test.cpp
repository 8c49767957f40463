// SPDX-License-Identifier: Apache-2.0
// scan over what people have: folders of rotated and packed logs, copies of them, a part of the time, and Ctrl-C.
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <sstream>

#include <doctest/doctest.h>

#include "plugin/unique_fd.h"
#include "tests/process/plugin_run.h"
#include "tests/support/packed.h"
#include "tests/support/records.h"

namespace audisp_eql::test {
namespace {

using plugin::UniqueFd;

constexpr char kXfce[] = FIXTURES "/audit/xfce.log";

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// Without the names of this machine's users, which come and go.
Ran scan(std::vector<std::string> args, const std::string& input = {}) {
  const TempDir dir;
  write_file(dir / "passwd", "");
  args.insert(args.begin(), {"scan", "--rules", kRuleFile, "--passwd", dir / "passwd"});
  return audisp_eql_run(args, input);
}

// Cut at line ends into so many parts.
std::vector<std::string> parts_of(const std::string& log, std::size_t count) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= count; ++i) {
    const std::size_t end = i == count ? log.size() : log.find('\n', log.size() * i / count) + 1;
    parts.push_back(log.substr(begin, end - begin));
    begin = end;
  }
  return parts;
}

TEST_CASE("one file, ten, packed or not, by name or in a folder: the same alerts in the same order") {
  const std::string log = recording("xfce");
  const std::string want = scan({kXfce}).out;
  REQUIRE(alert_ids(want).size() == 2);
  const struct {
    const char* name;
    std::string (*pack)(std::string_view);
  } rows[] = {{"", [](std::string_view t) { return std::string(t); }},
              {".gz", gzip},
              {".xz", [](std::string_view t) { return xz(t); }},
              {".zst", zstd}};
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Place place;
    std::filesystem::create_directory(place.file("logs"));
    const std::string whole = place.file("whole");  // no name says what it is
    write_file(whole, row.pack(log));
    CHECK(scan({whole}).out == want);
    CHECK(scan({"-"}, row.pack(log)).out == want);
    std::vector<std::string> files;
    // Neither the names nor the order in which they are given is the order of time.
    const std::string order = "5038194267";
    for (const std::string& part : parts_of(log, 10)) {
      files.push_back(place.file(std::string("logs/audit.log.") + order[files.size()] + row.name));
      write_file(files.back(), row.pack(part));
    }
    std::sort(files.begin(), files.end());
    const Ran by_name = scan(files);
    CHECK(by_name.out == want);
    CHECK(by_name.status == 0);
    CHECK(has(by_name.err, "read: 10 inputs, 921 lines\n"));
    CHECK(scan({place.file("logs")}).out == want);
    CHECK(scan({"--jobs", "1", place.file("logs")}).out == want);
    CHECK(scan({"--jobs", "2", place.file("logs")}).out == want);
  }
}

// Each host has the recording, a second after the host before, as an aggregator would write it.
std::string log_of_hosts(const std::vector<std::string>& hosts) {
  std::vector<std::pair<double, std::string>> lines;
  std::istringstream text(recording("xfce"));
  for (std::string line; std::getline(text, line);) {
    const std::size_t stamp = line.find("audit(") + 6;
    const std::size_t end = line.find(':', stamp);
    for (std::size_t i = 0; i < hosts.size(); ++i) {
      char time[32];
      const double shifted = std::stod(line.substr(stamp, end - stamp)) + static_cast<double>(i);
      std::snprintf(time, sizeof time, "%.3f", shifted);
      lines.emplace_back(shifted, "node=" + hosts[i] + " " + line.substr(0, stamp) + time + line.substr(end) + "\n");
    }
  }
  std::stable_sort(lines.begin(), lines.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string log;
  for (const auto& line : lines) log += line.second;
  return log;
}

TEST_CASE("several hosts in one log: rotated files are read in the order of time, whoever begins them") {
  const std::string log = log_of_hosts({"d", "a", "c", "b"});
  const std::string want = scan({"--jobs", "1", "-"}, log).out;
  REQUIRE(alert_ids(want).size() == 8);
  Place place;
  std::filesystem::create_directory(place.file("logs"));
  const std::string order = "5038194267";
  std::size_t i = 0;
  for (const std::string& part : parts_of(log, 10)) {
    write_file(place.file(std::string("logs/audit.log.") + order[i++]), part);
  }
  for (const std::string jobs : {"1", "2"}) {
    CAPTURE(jobs);
    CHECK(scan({"--jobs", jobs, place.file("logs")}).out == want);
    CHECK(scan({"--jobs", jobs, "-"}, zstd(log)).out == want);
  }
}

TEST_CASE("of a log that is cut short in its packing the alerts before are given, and the status says so") {
  Place place;
  const std::string log = recording("xfce");
  const std::string packed = gzip(log);
  write_file(place.file("a.gz"), packed.substr(0, packed.size() - 100));
  const Ran cut = scan({place.file("a.gz")});
  CHECK(cut.status == 3);
  CHECK(alert_ids(cut.out).size() == 2);
  CHECK(has(cut.err, "a.gz: its gzip data ends in the middle (after "));
  CHECK(has(cut.err, "1 input could NOT be read whole"));
}

TEST_CASE("exported events are unpacked, too") {
  const std::string events =
      R"({"@timestamp":"2026-01-01T00:00:00Z","id":"a","event":{"category":"process"},"process":{"name":"nc"}})"
      "\n";
  const std::vector<std::string> args = {"scan",           "--input",    "ndjson", "--query",
                                         "any where true", "--id-field", "id",     "-"};
  CHECK(audisp_eql_run(args, zstd(events)).out == "{\"ids\":[\"a\"]}\n");
  const Ran cut = audisp_eql_run(args, xz(events) + xz("{}\n").substr(0, 20));
  CHECK(cut.out == "{\"ids\":[\"a\"]}\n");
  CHECK(cut.status == 3);
  CHECK(has(cut.err, "standard input: its xz data ends in the middle"));
}

// The engine remembers some 16,384 events, so it meets only part of them again.
TEST_CASE("logs that are given twice, or overlap, do not give alerts twice") {
  Place place;
  place.write_rule("port.toml",
                   "[rule]\nname = \"n\"\nrule_id = \"port\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n"
                   "query = \"network where destination.port == 4008\"\n");
  std::string log;
  Stamp stamp;
  for (int i = 0; i < 20'000; ++i, ++stamp.serial, stamp.ms += 10) {
    log += connect_event({}, stamp, i % 4000 == 1 ? 4008 : 80);
  }
  std::filesystem::create_directory(place.file("logs"));
  write_file(place.file("logs/audit.log"), log);
  const std::vector<std::string> args = {"scan", "--rules", place.rules(), place.file("logs")};
  const std::string want = audisp_eql_run(args).out;
  REQUIRE(alert_ids(want).size() == 5);

  write_file(place.file("logs/copy.gz"), gzip(log));
  write_file(place.file("logs/older"), log.substr(0, log.size() / 2));
  const Ran copies = audisp_eql_run(args);
  CHECK(copies.out == want);
  CHECK(has(copies.err, "left out that another input begins with, too"));
  CHECK_FALSE(has(copies.err, "not shown twice"));

  // Begins elsewhere, so that no comparison finds it.
  write_file(place.file("logs/part"), log.substr(log.find('\n') + 1));
  const Ran overlap = audisp_eql_run(args);
  CHECK(overlap.out == want);
  CHECK(has(overlap.err, "met again in another input, not shown twice"));
}

TEST_CASE("a range of time takes alerts by their last event, and earlier events still count as context") {
  const std::vector<std::string> ids = alert_ids(scan({kXfce}).out);
  // Between the two alerts' last events; both began before.
  const Ran late = scan({"--since", "2026-11-24T07:40:25.110Z", kXfce});
  CHECK(late.status == 0);
  CHECK(alert_ids(late.out) == std::vector<std::string>{"c55bfee31b89609b3c59a6443ca16800"});
  CHECK(has(late.err, "1 alert by 1 rule"));
  CHECK(has(late.err, "range: since 2026-11-24T"));
  CHECK(has(late.err, "; 1 alert outside of it not shown"));
  const Ran early = scan({"--until", "@1795506025.106", kXfce});
  CHECK(alert_ids(early.out) == std::vector<std::string>{"d70d3d0e8c1250664df9c7b8e2e4073d"});
  CHECK(alert_ids(scan({"--since", "@1795506025", "--until", "@1795506025", kXfce}).out) == ids);
  CHECK(scan({"--utc", "--since", "2026-11-24T07:40:26", kXfce}).out.empty());
  CHECK(alert_ids(scan({"--utc", "--since", "2026-11-24T07:40", "--until", "2026-11-24T07:40", kXfce}).out) == ids);
}

// A scan that goes on until the test ends it: its input is a FIFO.
class RunningScan {
 public:
  enum class Interrupt { kAsUsual, kIgnored };

  explicit RunningScan(Interrupt interrupt = Interrupt::kAsUsual, int error = -1, std::string rules = kRuleFile) {
    REQUIRE(::mkfifo(place_.file("fifo").c_str(), 0600) == 0);
    int out[2];
    REQUIRE(::pipe2(out, O_CLOEXEC) == 0);
    out_.reset(out[0]);
    const UniqueFd theirs(out[1]);
    const std::string fifo = place_.file("fifo");
    const std::string errors = place_.file("err");
    pid_ = ::fork();
    REQUIRE(pid_ >= 0);
    if (pid_ == 0) {
      if (interrupt == Interrupt::kIgnored) ::signal(SIGINT, SIG_IGN);
      ::dup2(theirs.get(), STDOUT_FILENO);
      ::dup2(error >= 0 ? error : ::open(errors.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0600), STDERR_FILENO);
      ::setenv("TERM", "xterm", 1);
      ::execl(AUDISP_EQL, AUDISP_EQL, "scan", "--rules", rules.c_str(), fifo.c_str(), nullptr);
      ::_exit(127);
    }
    // Returns when the scan has opened it.
    fifo_.reset(::open(fifo.c_str(), O_WRONLY | O_CLOEXEC));
    REQUIRE(fifo_);
  }
  ~RunningScan() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    if (pid_ > 0) static_cast<void>(wait_for_exit(pid_, 10));
  }
  RunningScan(const RunningScan&) = delete;
  RunningScan& operator=(const RunningScan&) = delete;

  void write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fifo_.get(), bytes.data(), bytes.size());
      REQUIRE(n > 0);
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
  }
  // Until the scan has read all that was written.
  void wait_until_read() const {
    for (int unread = 1; unread > 0; ::sched_yield()) REQUIRE(::ioctl(fifo_.get(), FIONREAD, &unread) == 0);
  }
  void close_input() { fifo_.reset(); }
  void signal(int number) const { REQUIRE(::kill(pid_, number) == 0); }

  // Waits for one line of its output.
  std::string line() {
    std::string line;
    for (char c = 0; c != '\n'; line += c) REQUIRE(::read(out_.get(), &c, 1) == 1);
    return line;
  }
  std::string rest() {
    std::string all;
    for (char c = 0; ::read(out_.get(), &c, 1) == 1; all += c) continue;
    return all;
  }
  int wait() { return wait_for_exit(std::exchange(pid_, -1), 10); }
  [[nodiscard]] std::string errors() const { return read_file(place_.file("err")); }

 private:
  Place place_;
  UniqueFd fifo_, out_;
  int pid_ = -1;
};

// Of the recording, up to the last line of the event that completes the first alert.
std::string up_to_first_alert() {
  const std::string log = recording("xfce");
  return log.substr(0, log.find('\n', log.rfind(":5017)")) + 1);
}

TEST_CASE("Ctrl-C, TERM and HUP give what was found so far, and status 130") {
  const std::vector<std::string> first = alert_ids(scan({"--until", "@1795506025.106", kXfce}).out);
  for (const int number : {SIGINT, SIGTERM, SIGHUP}) {
    CAPTURE(number);
    RunningScan running;
    running.write(up_to_first_alert());
    CHECK(alert_ids(running.line()) == first);
    running.signal(number);
    CHECK(running.wait() == 130);
    CHECK(running.rest().empty());
    CHECK(has(running.errors(), "INTERRUPTED: not all was read"));
    CHECK(has(running.errors(), "1 alert by 1 rule\n"));
    CHECK(has(running.errors(), "read: 1 input, "));
  }
}

TEST_CASE("Ctrl-C ends a scan whose output nobody reads") {
  Place place;
  place.write_rule("port.toml",
                   "[rule]\nname = \"n\"\nrule_id = \"port\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n"
                   "query = \"network where destination.port == 4008\"\n");
  RunningScan running(RunningScan::Interrupt::kAsUsual, -1, place.rules());
  std::string log;
  Stamp stamp;
  for (int i = 0; i < 500; ++i, ++stamp.serial) log += connect_event({}, stamp, 4008);
  running.write(log);  // more alerts than a pipe holds
  running.line();
  running.signal(SIGINT);
  CHECK(running.wait() == 130);
  CHECK(has(running.errors(), "cannot write standard output: Operation canceled"));
}

// The rest of the log could have held it.
TEST_CASE("what waits for an event to be missing is not given at a Ctrl-C") {
  Place place;
  const std::string head = "type = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n";
  place.write_rule("missing.toml", "[rule]\nname = \"n\"\nrule_id = \"missing\"\n" + head +
                                       "query = \"sequence by process.entity_id with maxspan=1h "
                                       "[network where true] ![process where event.type == \\\"end\\\"]\"\n");
  place.write_rule("seen.toml", "[rule]\nname = \"n\"\nrule_id = \"seen\"\n" + head +
                                    "query = \"network where destination.port == 4444\"\n");
  for (const bool interrupted : {true, false}) {
    RunningScan running(RunningScan::Interrupt::kAsUsual, -1, place.rules());
    running.write(up_to_first_alert());
    CHECK(has(running.line(), "\"rule\":{\"id\":\"seen\""));
    if (interrupted) running.signal(SIGINT);
    if (!interrupted) running.close_input();
    CHECK(running.wait() == (interrupted ? 130 : 0));
    CHECK(running.rest().empty() == interrupted);
  }
}

// A pipe's first 64 KiB are read before it is known what they are.
TEST_CASE("what a slow pipe had given until a Ctrl-C is not lost") {
  Place place;
  place.write_rule("port.toml",
                   "[rule]\nname = \"n\"\nrule_id = \"port\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n"
                   "query = \"network where destination.port == 4008\"\n");
  RunningScan running(RunningScan::Interrupt::kAsUsual, -1, place.rules());
  running.write(connect_event({}, {}, 4008));
  running.wait_until_read();
  running.signal(SIGINT);
  CHECK(running.wait() == 130);
  CHECK(alert_ids(running.rest()).size() == 1);
}

TEST_CASE("Ctrl-C ends a scan that waits for its first line") {
  RunningScan running;
  running.signal(SIGINT);
  CHECK(running.wait() == 130);
  CHECK(has(running.errors(), "0 alerts by 1 rule\n"));
}

// A shell's job in the background, and nohup, ignore it.
TEST_CASE("a Ctrl-C that was ignored from the start stays so") {
  RunningScan running(RunningScan::Interrupt::kIgnored);
  running.write(up_to_first_alert());
  static_cast<void>(running.line());
  running.signal(SIGINT);
  running.close_input();
  CHECK(running.wait() == 0);
  CHECK_FALSE(has(running.errors(), "INTERRUPTED"));
}

TEST_CASE("on a terminal the progress is shown and taken away again") {
  const UniqueFd terminal(::open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC));
  REQUIRE((terminal && ::grantpt(terminal.get()) == 0 && ::unlockpt(terminal.get()) == 0));
  UniqueFd theirs(::open(::ptsname(terminal.get()), O_RDWR | O_NOCTTY | O_CLOEXEC));
  REQUIRE(theirs);
  RunningScan running(RunningScan::Interrupt::kAsUsual, theirs.get());
  theirs.reset();
  const std::string log = recording("xfce");
  running.write(log.substr(0, 200'000));
  // It is brought up to date when bytes come, and first after half a second.
  std::string shown;
  const auto read_shown = [&](int ms) {
    pollfd ready = {terminal.get(), POLLIN, 0};
    char buffer[4096];
    if (::poll(&ready, 1, ms) != 1) return false;
    const ssize_t n = ::read(terminal.get(), buffer, sizeof buffer);
    if (n > 0) shown.append(buffer, static_cast<std::size_t>(n));
    return n > 0;
  };
  std::size_t at = 200'000;
  while (!has(shown, "/s, ") && at < log.size()) {
    running.write(std::string_view(log).substr(at, 500));
    at = std::min(at + 500, log.size());
    read_shown(50);
  }
  CHECK(has(shown, "\r\x1b[K2"));
  CHECK(has(shown, " kB, "));
  running.write(std::string_view(log).substr(at));
  running.close_input();
  CHECK(alert_ids(running.rest()).size() == 2);
  CHECK(running.wait() == 0);
  while (read_shown(1000)) continue;
  CHECK(has(shown, "\r\x1b[K2 alerts by 1 rule"));
}

TEST_CASE("without a terminal there is no progress") {
  RunningScan running;
  running.write(recording("xfce"));
  running.close_input();
  CHECK(running.wait() == 0);
  CHECK_FALSE(has(running.errors(), "\r"));
}

TEST_CASE("the samples in the documentation are what scan prints") {
  const std::string doc = read_file(FORMATS_DOC);
  for (const char* format : {"text", "json", "csv", "cef"}) {
    CAPTURE(format);
    std::string out = scan({"--utc", "--format", format, "--until", "@1795506025.106", kXfce}).out;
    std::erase(out, '\r');
    REQUIRE_FALSE(out.empty());
    CHECK_MESSAGE(has(doc, out), out);
  }
  const std::string ids = audisp_eql_run({"scan", "--query", "network where true | head 1", kXfce}).out;
  CHECK_MESSAGE(has(doc, ids), ids);
}

TEST_CASE("CSV has its header where there is no alert") {
  const Ran ran = scan({"--format", "csv", FIXTURES "/audit/gnome.log"});
  CHECK(ran.status == 0);
  CHECK(ran.out.starts_with("timestamp,severity,"));
  CHECK(ran.out.find('\n') == ran.out.size() - 1);
}

}  // namespace
}  // namespace audisp_eql::test
