// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/pipeline.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/files.h"

using namespace audisp_eql;
using namespace audisp_eql::engine;

namespace {

constexpr char kConnect[] =
    "type=SYSCALL msg=audit(1700000000.100:7): arch=c000003e syscall=42 success=no exit=-111 a0=3 a1=1 a2=10 a3=0 "
    "items=0 ppid=1 pid=10 auid=1000 uid=1000 gid=1000 euid=1000 suid=1000 fsuid=1000 egid=1000 sgid=1000 fsgid=1000 "
    "tty=pts0 ses=1 comm=\"app\" exe=\"/usr/bin/app\" key=\"net\"\n"
    "type=SOCKADDR msg=audit(1700000000.100:7): saddr=02001F907F0000010000000000000000\n"
    "type=PROCTITLE msg=audit(1700000000.100:7): proctitle=\"app\"\n";

std::unique_ptr<Pipeline> pipeline(const std::string& query) {
  auto made = std::make_unique<Pipeline>(PipelineOptions{});
  const std::string rule = "[rule]\nname='r'\nrule_id='r'\nseverity='low'\ntype='eql'\nquery='''" + query + "'''\n";
  RuleSet set = load_rules({{"r.toml", rule, 1, 1}});
  REQUIRE_MESSAGE(set.refused == 0, render(set.diagnostics));
  made->set_rules(std::move(set));
  return made;
}

}  // namespace

TEST_CASE("three records are one event, however they are cut") {
  const std::string text = kConnect;
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    auto p = pipeline("network where destination.port == 8080 and process.pid == 10");
    std::vector<alert::Alert> alerts;
    p->feed(text.substr(0, cut), alerts);
    p->feed(text.substr(cut), alerts);
    REQUIRE(alerts.size() == 1);
  }
}

TEST_CASE("a last line without newline counts, an event without end is given up at the end") {
  std::string text = kConnect;
  text.resize(text.find("type=PROCTITLE") - 1);
  auto p = pipeline("network where true");
  std::vector<alert::Alert> alerts;
  p->feed(text, alerts);
  CHECK(alerts.empty());
  SUBCASE("by end of input") { p->end_of_input(alerts); }
  SUBCASE("by finish") { p->finish(alerts); }
  CHECK(alerts.size() == 1);
  CHECK(p->stats().grouper.incomplete_events == 1);
}

TEST_CASE("live, silence gives an event without end up") {
  std::string text = kConnect;
  text.resize(text.find("type=PROCTITLE"));
  auto p = pipeline("network where true");
  p->set_format(audit::LineFormat::kStream);
  std::vector<alert::Alert> alerts;
  p->feed(text, alerts);
  CHECK(p->stats().open_events == 1);
  p->idle(alerts);
  CHECK(alerts.size() == 1);
  CHECK(p->stats().open_events == 0);
}

TEST_CASE("a boot record ends the processes of its own host") {
  auto p = pipeline("network where true");
  std::vector<alert::Alert> alerts;
  p->feed(kConnect, alerts);
  CHECK(p->stats().processes == 1);
  p->feed(
      "type=SYSTEM_BOOT msg=audit(1700000100.000:3): pid=1 uid=0 auid=4294967295 ses=4294967295 msg=' "
      "comm=\"systemd-update-utmp\" res=success'\n",
      alerts);
  p->end_of_input(alerts);
  CHECK(p->stats().table.boots == 1);
  CHECK(p->stats().processes == 0);
}

TEST_CASE("auditd's own first record tells its version and format") {
  auto p = pipeline("network where true");
  std::vector<alert::Alert> alerts;
  p->feed(
      "type=DAEMON_START msg=audit(1700000000.000:3): op=start ver=3.0.9 format=enriched kernel=6.1 auid=4294967295 "
      "pid=1 uid=0 ses=4294967295 res=success\n",
      alerts);
  p->end_of_input(alerts);
  CHECK(p->stats().auditd_version == "3.0.9");
  CHECK(p->stats().auditd_format == "enriched");
}

TEST_CASE("garbage costs counters and nothing else") {
  auto p = pipeline("network where destination.port == 8080");
  std::vector<alert::Alert> alerts;
  p->feed("garbage\n\n\0\xff\xfe\nx msg=audit(1700000000.000:12): \n" + std::string(100'000, 'a') + "\n", alerts);
  p->feed(kConnect, alerts);
  p->finish(alerts);
  CHECK(alerts.size() == 1);
  const Stats stats = p->stats();
  CHECK(stats.overlong_lines == 1);
  CHECK(stats.grouper.malformed_lines >= 2);
}

TEST_CASE("every counter has one name") {
  auto p = pipeline("network where true");
  std::vector<std::string> names;
  for (const auto& [name, value] : p->stats().values()) names.push_back(name);
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  CHECK(std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end());
}
