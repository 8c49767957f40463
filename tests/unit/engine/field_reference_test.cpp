// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/field_reference.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include "lib/engine/pipeline.h"
#include "lib/event/schema.h"
#include "tests/support/files.h"

using namespace audisp_eql;
using namespace audisp_eql::engine;

namespace {

// A query for each field: is it ever there?
RuleSet a_query_for_each_field() {
  std::vector<Source> queries;
  for (const event::FieldInfo& field : event::builtin_fields()) {
    queries.push_back({"query", "any where `" + std::string(field.name) + "` != null"});
  }
  RuleSet rules;
  add_queries(queries, rules);
  REQUIRE(rules.refused == 0);
  return rules;
}

// One event of everything that the recordings lack: a login user, a socket and
// its connect, a truncated argument, a symbolic link, an exit.
constexpr char kMore[] =
    "node=n type=SYSCALL msg=audit(1.000:1): arch=c000003e syscall=41 success=yes exit=3 a0=2 a1=1 a2=0 ppid=1 pid=7 "
    "auid=5 uid=0 gid=0 euid=0 egid=0 tty=pts0 exe=\"/bin/x\"\n"
    "node=n type=SYSCALL msg=audit(1.001:2): arch=c000003e syscall=42 success=yes exit=0 a0=3 ppid=1 pid=7 auid=5 "
    "uid=0 "
    "gid=0 euid=0 egid=0 tty=pts0 exe=\"/bin/x\"\n"
    "node=n type=SOCKADDR msg=audit(1.001:2): saddr=0200115C7F0000010000000000000000\n"
    "node=n type=SYSCALL msg=audit(1.002:3): arch=c000003e syscall=59 success=yes exit=0 ppid=1 pid=7 auid=5 uid=0 "
    "gid=0 "
    "euid=0 egid=0 tty=pts0 exe=\"/bin/x\"\n"
    "node=n type=EXECVE msg=audit(1.002:3): argc=2 a0=\"x\"\n"
    "node=n type=SYSCALL msg=audit(1.003:4): arch=c000003e syscall=88 success=yes exit=0 items=3 ppid=1 pid=7 auid=5 "
    "uid=0 "
    "gid=0 euid=0 egid=0 tty=pts0 exe=\"/bin/x\"\n"
    "node=n type=CWD msg=audit(1.003:4): cwd=\"/\"\n"
    "node=n type=PATH msg=audit(1.003:4): item=0 name=\"/to\" nametype=UNKNOWN\n"
    "node=n type=PATH msg=audit(1.003:4): item=1 name=\"/tmp/\" inode=2 dev=fe:00 mode=041777 nametype=PARENT\n"
    "node=n type=PATH msg=audit(1.003:4): item=2 name=\"/tmp/link\" inode=3 dev=fe:00 mode=0120777 nametype=CREATE\n"
    "node=n type=SYSCALL msg=audit(1.004:5): arch=c000003e syscall=231 a0=1 ppid=1 pid=7 auid=5 uid=0 gid=0 euid=0 "
    "egid=0 "
    "tty=pts0 exe=\"/bin/x\"\n"
    "node=n type=SYSCALL msg=audit(1.010:6): arch=c000003e syscall=42 success=no exit=-111 a0=4 ppid=1 pid=7 auid=5 "
    "uid=0 "
    "gid=0 euid=0 egid=0 tty=pts0 exe=\"/bin/x\"\n"
    "node=n type=SOCKADDR msg=audit(1.010:6): saddr=0200115C7F0000010000000000000000\n";

std::set<std::string> fields_met() {
  PipelineOptions options;
  options.engine.user_names = {{0, "root"}};
  Pipeline pipeline(std::move(options));
  pipeline.set_rules(a_query_for_each_field());
  std::vector<alert::Alert> alerts;
  for (const char* name : {"xfce", "descriptors"}) {
    pipeline.feed(test::read_file(std::string(FIXTURES) + "/audit/" + name + ".log"), alerts);
    pipeline.end_of_input(alerts);
  }
  pipeline.feed(kMore, alerts);
  pipeline.finish(alerts);
  std::set<std::string> met;
  for (const alert::Alert& alert : alerts) {
    const auto number = static_cast<std::size_t>(std::stoul(alert.rule.id.substr(alert.rule.id.find(':') + 1)));
    met.emplace(event::builtin_fields()[number - 1].name);
  }
  return met;
}

}  // namespace

TEST_CASE("what the reference calls available in records comes of records, and nothing else does") {
  const std::set<std::string> met = fields_met();
  for (const event::FieldInfo& field : event::builtin_fields()) {
    CAPTURE(std::string(field.name));
    const bool is_promised = field.availability == event::Availability::kRecords;
    CHECK((met.count(std::string(field.name)) == 1) == is_promised);
    CHECK(event::is_live_only(field.id) == (field.availability == event::Availability::kLive));
  }
}

TEST_CASE("both forms of the reference have every field and every kind of event") {
  const std::string page = fields_as_markdown();
  const boost::json::value parsed = boost::json::parse(fields_as_json());
  const auto& fields = parsed.at("fields").as_array();
  REQUIRE(fields.size() == event::kBuiltinFieldCount);
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const event::FieldInfo& field = event::builtin_fields()[i];
    CAPTURE(std::string(field.name));
    CHECK(fields[i].at("name").as_string() == field.name);
    CHECK(fields[i].at("meaning").as_string() == field.doc);
    CHECK(fields[i].at("source").as_string() == field.source);
    CHECK(page.find("\n| `" + std::string(field.name) + "` | " + std::string(to_string(field.type)) + " | ") !=
          std::string::npos);
  }
  const auto& events = parsed.at("events").as_array();
  REQUIRE(events.size() == 8);
  CHECK(events[0].at("category").as_string() == "process");
  CHECK(events[0].at("action").as_array().front().as_string() == "exec");
  CHECK(page.find("| network | start | `connection_attempted` `connected-to` |") != std::string::npos);
  CHECK(page.find("| `event.id` | keyword | **Never in audit events.** ") != std::string::npos);
  CHECK(page.find("| `process.systemd.unit` | keyword | **Live only.** ") != std::string::npos);
}
