// SPDX-License-Identifier: Apache-2.0
// Alert storms: what reaches syslog, what the file has, and when it is summed up.
#include <signal.h>

#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <boost/json.hpp>

#include "tests/process/plugin_run.h"
#include "tests/support/records.h"

namespace audisp_eql::test {
namespace {

namespace json = boost::json;

constexpr unsigned kFlood = 1000;

// A connect to 192.0.2.7:4008.
std::string connect_by(unsigned uid, unsigned serial) {
  const Actor actor{.pid = uid, .uid = uid, .exe = "/usr/bin/x"};
  const Stamp stamp{1'795'506'070'000 + serial % 1000, serial};
  return record("SYSCALL", stamp, syscall_body(actor, 42)) + record("SOCKADDR", stamp, saddr(4008, "C0000207")) +
         record("EOE", stamp, "");
}

// One user's flood with another's one connect in it.
std::string storm() {
  std::string out;
  for (unsigned i = 0; i < kFlood; ++i) {
    out += connect_by(1000, 100 + i);
    if (i == kFlood / 2) out += connect_by(1001, 9000);
  }
  return out;
}

void use_rule(Place& place) {
  place.write_rule("connect.toml",
                   "[rule]\nname = \"any connect\"\nrule_id = \"any\"\ntype = \"eql\"\nseverity = \"high\"\n"
                   "risk_score = 73\nquery = \"network where destination.port == 4008\"\n");
}

bool is_summary(const json::value& alert) { return alert.at("event").at("action") == "alerts_suppressed"; }

std::vector<json::value> alerts_of(const std::vector<std::string>& datagrams) {
  std::vector<json::value> out;
  for (const std::string& datagram : datagrams) {
    const std::size_t cookie = datagram.find("@cee: ");
    if (cookie != std::string::npos) out.push_back(json::parse(datagram.substr(cookie + 6)));
  }
  return out;
}

std::string id_of(const json::value& alert) { return std::string(alert.at("event").at("id").as_string()); }

TEST_CASE("of a thousand alerts of one key and one of another user syslog gets two and a summary, the file all") {
  Place place("[storm]\nkey_burst = 1\n");
  use_rule(place);
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(storm());
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  const std::vector<json::value> told = alerts_of(place.syslog().take_all());
  REQUIRE(told.size() == 3);
  CHECK(told[0].at("user").at("id") == "1000");
  CHECK(told[1].at("user").at("id") == "1001");
  const json::value& summary = told[2];
  CHECK(is_summary(summary));
  CHECK(summary.at("event").at("kind") == "alert");
  CHECK(summary.at("rule").at("id") == "any");
  CHECK(summary.at("user").at("id") == "1000");
  const json::value& suppressed = summary.at("audisp_eql").at("suppressed");
  CHECK(suppressed.at("count") == kFlood - 1);
  CHECK(suppressed.at("users") == json::array{"1000"});

  const std::string file = read_file(place.alerts());
  std::vector<std::string> ids = alert_ids(file);  // sorted
  CHECK(ids.size() == kFlood + 2);
  CHECK(std::unique(ids.begin(), ids.end()) == ids.end());
  for (const std::string& id :
       {id_of(told[0]), id_of(told[1]), id_of(summary), std::string(suppressed.at("first_id").as_string()),
        std::string(suppressed.at("last_id").as_string())}) {
    CAPTURE(id);
    CHECK(std::binary_search(ids.begin(), ids.end(), id));
  }
}

TEST_CASE("what was suppressed is summed up in time, not only at the end, and counted in the state") {
  Place place("[storm]\nkey_burst = 1\nsummary_seconds = 1\n");
  use_rule(place);
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(storm());
  place.syslog().receive_until("alerts_suppressed");
  auditd.signal(SIGUSR1);
  std::string state;
  while (state.find(" storm_buckets_evicted=0") == std::string::npos) state += place.syslog().receive_until("state:");
  CHECK(state.find(" alerts_suppressed=") != std::string::npos);
  CHECK(state.find(" alerts_suppressed=0") == std::string::npos);
  CHECK(state.find(" storm_summaries=0") == std::string::npos);
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

TEST_CASE("switched off by a reload, every alert reaches syslog") {
  Place place("[storm]\nkey_burst = 1\n");
  use_rule(place);
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("rules loaded");
  place.write_config("[storm]\nenabled = false\n");
  auditd.signal(SIGHUP);
  place.syslog().receive_until("reload: 1 rules loaded");
  for (int serial = 1; serial <= 20; ++serial) auditd.write(connect_by(1000, serial));
  for (int i = 0; i < 20; ++i)
    CHECK(place.syslog().receive_until("\"event\"").find("any connect") != std::string::npos);
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

}  // namespace
}  // namespace audisp_eql::test
