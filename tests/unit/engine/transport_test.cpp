// SPDX-License-Identifier: Apache-2.0
// network.transport: who asks for socket records, and what rules see of them.
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "lib/alert/format.h"
#include "lib/engine/engine.h"
#include "lib/engine/record_needs.h"
#include "tests/support/audit_events.h"

using namespace audisp_eql;
using namespace audisp_eql::engine;

namespace {

constexpr char kApp[] = "/usr/bin/app";
constexpr char kUdp[] = "network where network.transport == \"udp\"";
const test::Says kMe{.pid = 10, .ppid = 5, .at = 1000, .exe = kApp};

RuleSet rules(const std::string& query) {
  RuleSet set;
  add_queries({{"query", query, 1, 1}}, set);
  REQUIRE_MESSAGE(set.refused == 0, render(set.diagnostics));
  return set;
}

struct World {
  explicit World(const std::string& query) { engine.set_rules(rules(query)); }

  std::size_t count(const audit::AuditEvent& event) {
    const std::size_t before = alerts.size();
    engine.handle(event, alerts);
    return alerts.size() - before;
  }
  void make(std::optional<audit::Transport> transport) { count(say.socket(kMe, {3, transport, false})); }

  Engine engine{EngineOptions{}};
  test::Script say;
  std::vector<alert::Alert> alerts;
};

}  // namespace

TEST_CASE("a connect has the transport of its socket, and none where that is not known") {
  World w(kUdp);
  CHECK(w.count(w.say.connect(kMe)) == 0);
  w.make(audit::Transport::kUdp);
  CHECK(w.engine.counters().events == 1);  // a socket is no event
  REQUIRE(w.count(w.say.connect(kMe)) == 1);
  CHECK(w.alerts[0].network_transport == "udp");
  CHECK(alert::format_json(w.alerts[0]).find(R"("network":{"type":"ipv4","transport":"udp"})") != std::string::npos);
  w.make(audit::Transport::kTcp);
  CHECK(w.count(w.say.connect(kMe)) == 0);
  w.make(audit::Transport::kUdp);
  audit::AuditEvent by_socketcall = w.say.connect(kMe);
  std::get<audit::Connect>(by_socketcall.what).descriptor.reset();
  CHECK(w.count(by_socketcall) == 0);
  w.make(std::nullopt);
  CHECK(w.count(w.say.connect(kMe)) == 0);
  World absent("network where network.transport == null");
  CHECK(absent.count(absent.say.connect(kMe)) == 1);
}

TEST_CASE("socket records are asked for only by rules on connects that read the transport") {
  const struct {
    std::string query;
    bool wanted;
  } rows[] = {
      {kUdp, true},
      {"any where network.transport == \"tcp\"", true},
      {"sequence by process.entity_id [process where true] [network where network.transport != \"udp\"]", true},
      {"network where destination.port == 53", false},
      {"process where event.type == \"end\" and network.transport == null", false},
      {"file where network.transport == null", false},
  };
  for (const auto& row : rows) {
    CAPTURE(row.query);
    CHECK(World(row.query).engine.selection().sockets == row.wanted);
    CHECK(record_needs(rules(row.query)).sockets == row.wanted);
  }
}

TEST_CASE("an exception that reads the transport asks for socket records too") {
  RuleSet set = rules("network where true");
  load_exceptions({"e",
                   "[[exception]]\nrule_id = \"query:1\"\ncondition = 'network.transport == \"udp\"'\n"
                   "reason = \"r\"\n"},
                  {}, set);
  REQUIRE(set.exceptions.size() == 1);
  CHECK(record_needs(set).sockets);
  World w(kUdp);
  w.engine.set_rules(std::move(set));
  CHECK(w.engine.selection().sockets);
  w.make(audit::Transport::kUdp);
  CHECK(w.count(w.say.connect(kMe)) == 0);
  w.make(audit::Transport::kTcp);
  CHECK(w.count(w.say.connect(kMe)) == 1);
}

TEST_CASE("what was known of sockets is forgotten while no rule asks for them") {
  World w(kUdp);
  w.make(audit::Transport::kUdp);
  w.engine.set_rules(rules("network where true"));
  w.engine.set_rules(rules(kUdp));
  CHECK(w.count(w.say.connect(kMe)) == 0);
}

TEST_CASE("sockets are restored where a rule asks for them") {
  World before(kUdp);
  before.make(audit::Transport::kUdp);
  BinaryWriter saved;
  before.engine.save(saved);
  World after(kUdp);
  after.say.serial = before.say.serial;
  BinaryReader in(saved.bytes());
  REQUIRE(after.engine.restore(in));
  CHECK(after.count(after.say.connect(kMe)) == 1);

  World unasked("network where true");
  BinaryReader again(saved.bytes());
  REQUIRE(unasked.engine.restore(again));
  unasked.engine.set_rules(rules(kUdp));
  CHECK(unasked.count(after.say.connect(kMe)) == 0);
}
