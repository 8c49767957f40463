// SPDX-License-Identifier: Apache-2.0
// Real recordings and hostile variants of them through the whole way from
// bytes to events.
#include <algorithm>
#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/unit/auparse/chain.h"

using namespace audisp_eql;
using audit::LineFormat;
using test::Chain;
using test::fixture;
using test::lines_of;
using test::shown_events;
using Strings = std::vector<std::string>;

namespace {

const Strings kAllFixtures{"direct.log", "gnome.log", "live-stream.log", "pidreuse.log", "shwrap.log", "xfce.log"};

Strings sorted(Strings strings) {
  std::sort(strings.begin(), strings.end());
  return strings;
}

std::string joined(const Strings& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

// Exec, fork, exit and connect events.
std::vector<std::size_t> kinds(const std::string& name) {
  std::vector<std::size_t> counts(4);
  Chain chain;
  chain.feed(fixture(name));
  for (const audit::AuditEvent& event : chain.finish()) ++counts[event.what.index()];
  CHECK(chain.grouper.counters().malformed_lines == 0);
  CHECK(chain.grouper.counters().orphan_records == 0);
  CHECK(chain.grouper.counters().incomplete_events == 0);
  CHECK(chain.grouper.counters().late_records == 0);
  CHECK(chain.parser.counters().refused_groups == 0);
  CHECK(chain.normalizer.counters().bad_values == 0);
  CHECK(chain.normalizer.counters().argc_mismatch == 0);
  return counts;
}

audit::Exec exec_with(const std::string& name, const std::string& argument) {
  Chain chain;
  chain.feed(fixture(name));
  for (const audit::AuditEvent& event : chain.finish()) {
    const auto* exec = std::get_if<audit::Exec>(&event.what);
    if (exec != nullptr && std::count(exec->args.begin(), exec->args.end(), argument) != 0) return *exec;
  }
  return {};
}

}  // namespace

TEST_CASE("the recordings give the events they were made of") {
  using Counts = std::vector<std::size_t>;
  CHECK(kinds("direct.log") == Counts{23, 24, 24, 19});
  CHECK(kinds("gnome.log") == Counts{43, 54, 39, 2});
  CHECK(kinds("live-stream.log") == Counts{5, 4, 5, 4});
  CHECK(kinds("pidreuse.log") == Counts{2, 2, 3, 1});
  CHECK(kinds("shwrap.log") == Counts{22, 11, 12, 9});
  CHECK(kinds("xfce.log") == Counts{43, 93, 49, 2});
}

TEST_CASE("recorded arguments are whole: many, long, in hex, with bytes of any kind") {
  const audit::Exec many = exec_with("direct.log", "connect:4013");
  CHECK(many.args.size() == 400);
  CHECK_FALSE(many.args_truncated);
  const audit::Exec large = exec_with("direct.log", "connect:4014");
  REQUIRE(large.args.size() == 3);
  CHECK((large.args[2] == std::string(39'990, 'A') + "TAIL END!"));
  CHECK_FALSE(large.args_truncated);
  const audit::Exec bytes = exec_with("direct.log", "connect:4015");
  REQUIRE(bytes.args.size() == 5);
  CHECK(bytes.args[2].find('\n') != std::string::npos);
  CHECK(exec_with("direct.log", "connect:4016").path == "/usr/local/bin/scnapp");  // ./scnapp
  CHECK(exec_with("direct.log", "connect:4011").path.empty());                     // execveat of a memfd
}

TEST_CASE("events are the same however the bytes are cut") {
  const std::string text = fixture("live-stream.log");
  const Strings whole = shown_events(text);
  REQUIRE(whole.size() == 18);
  // Every single cut of the front part, and every chunk size there is some use for.
  for (std::size_t cut = 0; cut <= 6000; ++cut) {
    audit::LineSplitter splitter;
    std::size_t lines = 0;
    for (const std::string_view part : {std::string_view(text).substr(0, cut), std::string_view(text).substr(cut)}) {
      splitter.feed(part);
      while (splitter.next()) ++lines;
    }
    REQUIRE(lines == 130);
  }
  for (const std::size_t chunk : {1U, 2U, 3U, 7U, 64U, 511U, 512U, 4096U, 65536U}) {
    Chain chain;
    for (std::size_t pos = 0; pos < text.size(); pos += chunk) chain.feed(std::string_view(text).substr(pos, chunk));
    Strings events;
    for (const audit::AuditEvent& event : chain.finish()) events.push_back(test::shown(event));
    CAPTURE(chunk);
    CHECK(events == whole);
  }
}

TEST_CASE("a plugin stream reads the same as a stream and as a log") {
  const std::string text = fixture("live-stream.log");
  CHECK(shown_events(text, LineFormat::kStream) == shown_events(text, LineFormat::kLog));
}

TEST_CASE("records in reverse, as ausearch prints them, give the same events") {
  for (const std::string& name : kAllFixtures) {
    CAPTURE(name);
    std::map<std::string, Strings> by_event;
    for (const std::string& line : lines_of(fixture(name))) {
      const std::size_t at = line.find("msg=audit(");
      by_event[line.substr(at, line.find(')', at) - at)].push_back(line);
    }
    Strings reversed;
    for (const auto& [id, lines] : by_event) {
      reversed.push_back("----");
      reversed.push_back("time->Tue Nov 24 07:41:02 2026");
      reversed.insert(reversed.end(), lines.rbegin(), lines.rend());
    }
    CHECK(sorted(shown_events(joined(reversed), LineFormat::kAusearch)) == sorted(shown_events(fixture(name))));
  }
}

// The text between two others; empty if there is none.
std::string between(const std::string& line, const std::string& from, char to) {
  const std::size_t at = line.find(from);
  return at == std::string::npos ? ""
                                 : line.substr(at + from.size(), line.find(to, at + from.size()) - at - from.size());
}

// By event id, who the event is of.
std::map<std::string, std::string> pids_of_events(const Strings& lines) {
  std::map<std::string, std::string> pids;
  for (const std::string& line : lines) {
    if (line.starts_with("type=SYSCALL")) pids[between(line, "msg=audit(", ')')] = between(line, " pid=", ' ');
  }
  return pids;
}

TEST_CASE("lines of different processes may be shuffled, those before their SYSCALL record too") {
  std::mt19937 random(2024);
  for (const std::string& name : kAllFixtures) {
    CAPTURE(name);
    const Strings lines = lines_of(fixture(name));
    std::map<std::string, std::string> pids = pids_of_events(lines);
    // Moves every line by up to 40 places; what closes an event stays behind its other records, and
    // one process does one thing after another.
    std::vector<std::pair<std::size_t, std::size_t>> order;
    std::map<std::string, std::size_t> ends;  // by pid
    for (std::size_t i = 0; i < lines.size(); ++i) {
      const bool closes =
          lines[i].find("type=PROCTITLE") != std::string::npos || lines[i].find("type=EOE") != std::string::npos;
      std::size_t& end = ends[pids[between(lines[i], "msg=audit(", ')')]];
      order.emplace_back(std::max(end, i + (closes ? 60 : random() % 40)), i);
      if (closes) end = order.back().first;
    }
    std::sort(order.begin(), order.end());
    Strings shuffled;
    for (const auto& [place, i] : order) shuffled.push_back(lines[i]);
    CHECK(sorted(shown_events(joined(shuffled))) == sorted(shown_events(fixture(name))));
  }
}

TEST_CASE("without PROCTITLE records an event is done when later ones say so") {
  for (const std::string& name : kAllFixtures) {
    Strings lines = lines_of(fixture(name));
    std::erase_if(lines, [](const std::string& line) { return line.find("type=PROCTITLE") != std::string::npos; });
    std::string expected = joined(sorted(shown_events(fixture(name))));
    std::string got = joined(sorted(shown_events(joined(lines))));
    for (std::size_t at = 0; (at = got.find(" incomplete ", at)) != std::string::npos;) got.replace(at, 12, " ");
    CAPTURE(name);
    CHECK(got == expected);
  }
}

TEST_CASE("auditd 4.2's missing last 16 bytes cost no address") {
  // Raw format: the end of each record is missing, so EOE cannot be read and keys are gone.
  Strings lines;
  for (std::string line : lines_of(fixture("live-stream.log"))) {
    line = line.substr(0, line.find('\x1d'));
    lines.push_back(line.substr(0, line.size() - 16));
  }
  std::size_t v4 = 0;
  for (const std::string& event : shown_events(joined(lines)))
    v4 += event.find("connect 127.0.0.1") != std::string::npos;
  CHECK(v4 == 3);
}

TEST_CASE("an execve with a hundred thousand arguments is whole and quick") {
  constexpr unsigned kArguments = 100'000;
  const std::string stamp = " msg=audit(1700000000.123:7): ";
  std::string text =
      "type=SYSCALL" + stamp + "arch=c000003e syscall=59 success=yes exit=0 pid=2 ppid=1 exe=\"/bin/x\"\n";
  std::string body = "argc=" + std::to_string(kArguments);
  for (unsigned i = 0; i < kArguments; ++i) {
    body += " a" + std::to_string(i) + "=\"file" + std::to_string(i) + "\"";
    if (body.size() < 7400 && i + 1 < kArguments) continue;
    text += "type=EXECVE" + stamp + body + "\n";
    body.clear();
  }
  text += "type=PROCTITLE" + stamp + "proctitle=\"x\"\n";
  const auto start = std::chrono::steady_clock::now();
  Chain chain;
  chain.feed(text);
  const auto events = chain.finish();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  REQUIRE(events.size() == 1);
  const auto& exec = std::get<audit::Exec>(events.front().what);
  CHECK(exec.args.size() == kArguments);
  CHECK(exec.args.back() == "file99999");
  CHECK_FALSE(exec.args_truncated);
  CHECK(seconds < 2.0);  // 50 ms in a release build; a quadratic way takes far longer than this
}

TEST_CASE("mutated recordings crash nothing") {
  constexpr unsigned kSeed = 20240817;
  MESSAGE("seed ", kSeed);
  std::mt19937 random(kSeed);
  Strings lines;
  for (const std::string& name : kAllFixtures) {
    for (std::string& line : lines_of(fixture(name))) lines.push_back(std::move(line));
  }
  constexpr char kBytes[] = "\"=() \x1d\0\n\r[]{}',:?0aF-\xff~";
  for (unsigned round = 0; round < 120; ++round) {
    Chain chain(static_cast<LineFormat>(round % 3), {.max_open_events = 8, .max_later_events = 4});
    const std::size_t begin = random() % lines.size();
    for (std::size_t i = begin; i < begin + 60; ++i) {
      std::string line = lines[i % lines.size()];
      for (unsigned change = static_cast<unsigned>(random() % 6); change > 0 && !line.empty(); --change) {
        const std::size_t at = random() % line.size();
        const std::string& other = lines[random() % lines.size()];
        switch (random() % 5) {
          case 0: line[at] = kBytes[random() % (sizeof(kBytes) - 1)]; break;
          case 1: line.erase(at, random() % 20); break;
          case 2: line.insert(at, line.substr(random() % line.size(), random() % 60)); break;
          case 3: line.resize(at); break;
          default: line.insert(at, other.substr(random() % other.size(), random() % 200)); break;
        }
      }
      chain.feed(line + "\n");
      if (random() % 50 == 0) chain.grouper.flush();
    }
    (void)chain.finish();
    CHECK(chain.grouper.open_events() == 0);
  }
}
