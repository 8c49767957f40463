// SPDX-License-Identifier: Apache-2.0
// The audit rules that are printed for the shipped detections suffice: what the
// kernel would not have recorded by them, no alert of any recording needs.
#include <libaudit.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/audit/lines.h"
#include "lib/audit/raw_fields.h"
#include "lib/audit/syscalls.h"
#include "lib/engine/record_needs.h"
#include "tests/support/files.h"
#include "tests/support/replay.h"

using namespace audisp_eql;
namespace fs = std::filesystem;

namespace {

// All lines of an event, and where each stood.
struct Lines {
  std::vector<std::size_t> numbers;
  std::string syscall;
  std::string family;  // saddr_fam; empty without SOCKADDR
};

std::map<std::uint64_t, Lines> events_of(const std::vector<std::string>& log) {
  std::map<std::uint64_t, Lines> events;
  for (std::size_t i = 0; i < log.size(); ++i) {
    const auto header = audit::parse_header(log[i]);
    if (!header) continue;
    Lines& event = events[header->serial];
    event.numbers.push_back(i);
    if (header->type == AUDIT_SYSCALL) event.syscall = log[i];
    const std::size_t saddr = log[i].find(" saddr=");
    if (header->type == AUDIT_SOCKADDR && saddr != std::string::npos)
      event.family = std::to_string(std::stoi(log[i].substr(saddr + 7, 2), nullptr, 16));
  }
  return events;
}

bool holds(const audit::RuleField& field, const Lines& event) {
  if (field.name == "saddr_fam") return event.family == field.value;
  std::string name = " ";
  name.append(field.name).append("=");
  const std::string_view raw = audit::raw_field(event.syscall, 0, name);
  REQUIRE_MESSAGE(raw.data() != nullptr, field.name);
  const std::uint64_t value = std::stoull(std::string(raw), nullptr, 16);
  const std::uint64_t wanted = std::stoull(field.value, nullptr, 0);
  REQUIRE_MESSAGE((field.op == "=" || field.op == "&"), field.op);
  return field.op == "=" ? value == wanted : (value & wanted) != 0;
}

// As the kernel judges: the first rule that matches decides.
bool is_recorded(const std::vector<audit::AuditRule>& rules, const Lines& event) {
  const auto call = audit::raw_syscall(event.syscall, 0);
  if (!call) return true;  // of user space
  const bool is_64 = (call->arch & __AUDIT_ARCH_64BIT) != 0;
  const char* const name = audit_syscall_to_name(static_cast<int>(call->number), audit_elf_to_machine(call->arch));
  REQUIRE(name != nullptr);
  for (const audit::AuditRule& rule : rules) {
    if (rule.arch != (is_64 ? "b64" : "b32")) continue;
    if (std::find(rule.syscalls.begin(), rule.syscalls.end(), name) == rule.syscalls.end()) continue;
    if (!std::all_of(rule.fields.begin(), rule.fields.end(), [&](const auto& field) { return holds(field, event); }))
      continue;
    return rule.action == audit::AuditRule::Action::kAlways;
  }
  // The watches go by inode, which no record shows whole: e2e/file_watches.sh.
  const std::vector<std::string_view> files = audit::names_of(audit::SyscallKind::kFile);
  return std::find(files.begin(), files.end(), name) != files.end();
}

struct Fed {
  std::string log;
  std::size_t dropped = 0;  // events
};

Fed fed(const std::string& whole, const std::vector<audit::AuditRule>& rules) {
  std::vector<std::string> log;
  std::istringstream in(whole);
  for (std::string line; std::getline(in, line);) log.push_back(line);
  Fed out;
  std::vector<bool> kept(log.size(), true);
  for (const auto& [serial, event] : events_of(log)) {
    if (is_recorded(rules, event)) continue;
    ++out.dropped;
    for (const std::size_t number : event.numbers) kept[number] = false;
  }
  for (std::size_t i = 0; i < log.size(); ++i) {
    if (kept[i]) out.log.append(log[i]).append("\n");
  }
  return out;
}

std::vector<audit::AuditRule> rules_for_pack() {
  std::vector<Source> sources;
  for (const auto& file : test::files_in(SHIPPED_RULES, ".toml")) sources.push_back(test::read_source(file));
  const engine::RuleSet set = engine::load_rules(sources);
  REQUIRE(set.diagnostics.empty());
  std::vector<audit::AuditRule> rules;
  const std::vector<audit::Abi> abis = {{"b64", MACH_86_64}, {"b32", MACH_X86}};
  for (const engine::FeedingGroup& group : engine::feeding_groups(engine::record_needs(set), abis)) {
    rules.insert(rules.end(), group.rules.begin(), group.rules.end());
  }
  return rules;
}

// What an alert is about: its rule and its events, which do not depend on what else was recorded.
std::vector<std::string> findings(const std::string& rule, const std::string& log) {
  test::Replay run(rule);
  run.feed(log);
  std::vector<std::string> out;
  for (const alert::Alert& alert : run.finish()) {
    std::string text = alert.rule.id;
    for (const auto& event : alert.evidence) text += " " + event.event_id;
    out.push_back(text);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::size_t check_recordings(const std::vector<audit::AuditRule>& rules, std::size_t& dropped) {
  std::size_t differences = 0;
  for (const auto& recording : fs::directory_iterator(FIXTURES "/audit")) {
    if (recording.path().extension() != ".log") continue;
    const std::string whole = test::read_file(recording.path());
    const Fed some = fed(whole, rules);
    dropped += some.dropped;
    for (const auto& rule : test::files_in(SHIPPED_RULES, ".toml")) {
      const bool same = findings(rule, whole) == findings(rule, some.log);
      if (same) continue;
      ++differences;
      MESSAGE(recording.path().filename().string(), ", ", rule.filename().string());
    }
  }
  return differences;
}

}  // namespace

TEST_CASE("the audit rules printed for the shipped detections suffice for every recording") {
  const std::vector<audit::AuditRule> rules = rules_for_pack();
  std::size_t dropped = 0;
  CHECK(check_recordings(rules, dropped) == 0);
  CHECK(dropped > 0);
}

TEST_CASE("without any group of them something is missed") {
  std::vector<audit::AuditRule> rules = rules_for_pack();
  for (const char* call : {"execve", "connect"}) {
    CAPTURE(call);
    std::vector<audit::AuditRule> fewer = rules;
    std::erase_if(fewer, [&](const audit::AuditRule& rule) {
      return std::find(rule.syscalls.begin(), rule.syscalls.end(), call) != rule.syscalls.end();
    });
    std::size_t dropped = 0;
    CHECK(check_recordings(fewer, dropped) > 0);
  }
}
