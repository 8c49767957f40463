// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/record_needs.h"

#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <libaudit.h>

#include "tests/support/files.h"

namespace audisp_eql::engine {
namespace {

// "exec connect fork exit", those that are needed.
std::string words(const audit::SelectionRequest& needs) {
  std::string out;
  if (needs.exec) out += "exec ";
  if (needs.connect) out += "connect ";
  if (needs.fork) out += "fork ";
  if (needs.exit) out += "exit ";
  return out;
}

RuleSet rules_of(const std::vector<std::string>& queries) {
  RuleSet set;
  std::vector<Source> sources;
  for (const std::string& query : queries) sources.push_back({"q", query});
  add_queries(sources, set);
  REQUIRE_MESSAGE(set.refused == 0, render(set.diagnostics));
  return set;
}

TEST_CASE("what a rule can match and reads says what must be recorded") {
  const struct {
    std::vector<std::string> queries;
    std::string needs;
  } rows[] = {
      {{"process where event.action == \"exec\" and process.name == \"nc\" and user.id == \"0\""}, "exec "},
      {{"process where event.action == \"exec\" and process.parent.name == \"nginx\""}, "exec fork exit "},
      {{"process where event.type == \"start\" and event.action == \"fork\""}, "exec fork exit "},
      {{"process where event.type == \"end\""}, "exec fork exit "},
      // A process event whose action nothing tells may be a fork.
      {{"process where process.name == \"nc\""}, "exec fork exit "},
      {{"network where destination.port == 22"}, "exec connect "},
      {{"network where process.executable == \"/usr/bin/nc\""}, "exec connect fork exit "},
      {{"network where process.systemd.unit == \"a.service\""}, "exec connect fork exit "},
      {{"sequence by process.entity_id [process where event.action == \"exec\"] [network where true]"},
       "exec connect fork exit "},
      {{"sequence by user.id [process where event.action == \"exec\"] [network where true]"}, "exec connect "},
      {{"sequence by user.id [process where event.action == \"exec\"] [process where event.action == \"exec\"] "
        "until [network where true]"},
       "exec connect "},
      {{"any where event.action == \"exec\""}, "exec "},
      {{"library where true"}, ""},
      {{"library where true", "network where destination.port == 22"}, "exec connect "},
      {{"network where destination.port == 22", "process where event.action == \"exec\" and process.parent.pid == 1"},
       "exec connect fork exit "},
      {{}, ""},
  };
  for (const auto& row : rows) {
    CAPTURE(row.queries);
    CHECK(words(record_needs(rules_of(row.queries))) == row.needs);
  }
}

TEST_CASE("an exception's condition is seen to as well, if its rule is there") {
  RuleSet set = rules_of({"process where event.action == \"exec\" and process.name == \"nc\""});
  load_exceptions(
      {"e", "[[exception]]\nrule_id = \"other\"\ncondition = \"process.parent.pid == 1\"\nreason = \"r\"\n"}, {}, set);
  CHECK(words(record_needs(set)) == "exec ");
  load_exceptions(
      {"e", "[[exception]]\nrule_id = \"query:1\"\ncondition = \"process.parent.pid == 1\"\nreason = \"r\"\n"}, {},
      set);
  CHECK(words(record_needs(set)) == "exec fork exit ");
}

TEST_CASE("only what is needed is asked for, of every ABI") {
  const std::vector<audit::Abi> abis = {{"b64", MACH_86_64}, {"b32", MACH_X86}};
  const auto groups = feeding_groups({.exec = true, .fork = false, .exit = true, .connect = false}, abis);
  REQUIRE(groups.size() == 2);
  REQUIRE(groups[0].rules.size() == 2);
  CHECK(audit::text(groups[0].rules[1]) == "-a always,exit -F arch=b32 -S execve,execveat -F key=audisp-eql");
  REQUIRE(groups[1].rules.size() == 2);
  CHECK(audit::text(groups[1].rules[0]) == "-a always,exit -F arch=b64 -S exit_group -F key=audisp-eql");
  CHECK(feeding_groups({.exec = false, .fork = false, .exit = false, .connect = false}, abis).empty());
}

}  // namespace
}  // namespace audisp_eql::engine
