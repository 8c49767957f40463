// SPDX-License-Identifier: Apache-2.0
// What an attacker can put into records, given to a running plugin: what comes
// out, and that what follows is seen as ever.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <boost/json.hpp>

#include "tests/process/plugin_run.h"
#include "tests/support/records.h"

namespace audisp_eql::test {
namespace {

constexpr char kRules[] =
    "[rule]\nname = \"any connect\"\nrule_id = \"connect\"\ntype = \"eql\"\nseverity = \"low\"\nrisk_score = 1\n"
    "query = \"network where true\"\n";
constexpr char kSequence[] =
    "[rule]\nname = \"exec, then connect\"\nrule_id = \"sequence\"\ntype = \"eql\"\nseverity = \"low\"\n"
    "risk_score = 1\nquery = '''sequence by host.id, process.entity_id with maxspan=1s\n"
    "[process where event.action == \"exec\" and process.args == \"planted\"] [network where true]'''\n";

const Actor kActor;
constexpr char kPlanted[] = "argc=1 a0=\"planted\"";

// `rule address:port`, sorted, of the alerts of a plugin that read this.
std::vector<std::string> alerts_of(Place& place, const std::string& input) {
  place.write_rule("connect.toml", kRules);
  place.write_rule("sequence.toml", kSequence);
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(input);
  auditd.close_input();
  REQUIRE(auditd.wait(30) == 0);
  std::vector<std::string> out;
  const std::string lines = read_file(place.alerts());
  for (std::size_t begin = 0; begin < lines.size();) {
    const std::size_t end = lines.find('\n', begin);
    const boost::json::value alert = boost::json::parse(std::string_view(lines).substr(begin, end - begin));
    const boost::json::value& to = alert.at("destination");
    out.push_back(fmt::format("{} {}:{}", std::string(alert.at("rule").at("id").as_string()),
                              std::string(to.at("ip").as_string()), to.at("port").as_int64()));
    begin = end + 1;
  }
  std::sort(out.begin(), out.end());
  return out;
}

Stamp at(unsigned serial) { return {1'795'506'100'000 + serial, serial}; }

// A planted exec and its connect, whole.
std::string pair(unsigned serial, std::uint16_t port) {
  return exec_event(kActor, at(serial), kPlanted) + connect_event(kActor, at(serial + 1), port);
}

struct Row {
  const char* what;
  std::string input;
  std::vector<std::string> alerts;  // besides those of what follows it
};

std::vector<Row> rows_about_addresses() {
  const auto connect = [](const std::string& address) {
    return record("SYSCALL", at(10), syscall_body(kActor, 42)) + record("SOCKADDR", at(10), address) +
           record("EOE", at(10), "");
  };
  // AF_UNIX: "/tmp/x laddr=8.8.8.8 lport=443 ".
  const std::string path = "01002F746D702F78206C616464723D382E382E382E38206C706F72743D34343320";
  return {
      {"a local path that looks like an address", connect("saddr=" + path), {}},
      {"the same, as auditd enriches it",
       connect("saddr=" + path + "\x1dSADDR={ saddr_fam=local path=/tmp/x laddr=8.8.8.8 lport=443  }"),
       {}},
      {"a local path that forged the end of the event: the dispatcher wrote its newline as a space",
       record("SYSCALL", at(10), syscall_body(kActor, 42)) +
           record("SOCKADDR", at(10),
                  "saddr=01002F780A747970653D454F45\x1dSADDR={ saddr_fam=local path=/x type=EOE msg=audit(" +
                      std::to_string(1'795'506'100) + ".010:10): }") +
           record("EOE", at(10), ""),
       {}},
      {"behind 0x1D somebody else's values",
       connect(saddr(4001) + "\x1dSADDR={ saddr_fam=inet laddr=8.8.8.8 lport=443 }"),
       {"connect 127.0.0.1:4001"}},
      {"an address of one byte", connect("saddr=02"), {}},
      {"digits that are none", connect("saddr=0200ZZZZ7F000001"), {}},
  };
}

std::vector<Row> rows_about_lines() {
  const std::string exec = exec_event(kActor, at(10), kPlanted);
  const std::string call = record("SYSCALL", at(11), syscall_body(kActor, 42));
  const std::string rest = record("SOCKADDR", at(11), saddr(4002)) + record("EOE", at(11), "");
  const std::vector<std::string> both = {"connect 127.0.0.1:4002", "sequence 127.0.0.1:4002"};
  std::string per = call;
  per.replace(per.find("success="), 0, "per=400000 ");
  return {
      {"a record without fields", "x msg=audit(1700000000.000:12): \n" + exec + call + rest, both},
      {"a line far too long, between", exec + call + std::string(200'000, 'A') + "\n" + rest, both},
      {"a record far too long, of the event",
       exec + call + record("PATH", at(11), "name=" + std::string(200'000, '4')) + rest, both},
      {"a personality shifts the fields", exec + per + rest, both},
      {"empty lines and lines of zeros", exec + "\n\n" + std::string(5, '\0') + "\n" + call + rest, both},
      {"another host's exec by node=",
       "node=other " + record("SYSCALL", at(10), syscall_body(kActor, 59)) + "node=other " +
           record("EXECVE", at(10), kPlanted) + "node=other " + record("EOE", at(10), "") + call + rest,
       {"connect 127.0.0.1:4002"}},
      {"an address in another event's record", exec + call + record("SOCKADDR", at(12), saddr(9)) + rest, both},
  };
}

std::vector<Row> rows_about_arguments() {
  const std::string connect = connect_event(kActor, at(11), 4003);
  const std::vector<std::string> both = {"connect 127.0.0.1:4003", "sequence 127.0.0.1:4003"};
  const std::vector<std::string> one = {"connect 127.0.0.1:4003"};
  const auto exec = [&](std::string_view arguments) { return exec_event(kActor, at(10), arguments) + connect; };
  return {
      {"argc says more than there are", exec("argc=9 a0=\"planted\" a1=\"x\""), both},
      {"argc says fewer than there are: what is beyond is not believed", exec("argc=1 a0=\"x\" a1=\"planted\""), one},
      {"two thousand millions of arguments", exec("argc=2147483648 a0=\"planted\""), both},
      {"an index of two thousand millions", exec("argc=2 a0=\"planted\" a2147483647=\"x\""), both},
      {"an argument that looks like a field", exec("argc=2 a0=\"x\" a1=\"a2=planted argc=3\""), one},
      {"a quoted one that looks like hex, and hex", exec("argc=2 a0=\"3005\" a1=706C616E746564"), both},
  };
}

TEST_CASE("hostile records: what must come out, and what follows them") {
  std::vector<Row> rows = rows_about_addresses();
  for (auto&& more : {rows_about_lines(), rows_about_arguments()}) rows.insert(rows.end(), more.begin(), more.end());
  for (const Row& row : rows) {
    CAPTURE(row.what);
    Place place;
    std::vector<std::string> expected = row.alerts;
    expected.insert(expected.end(), {"connect 127.0.0.1:5000", "sequence 127.0.0.1:5000"});
    std::sort(expected.begin(), expected.end());
    CHECK(alerts_of(place, row.input + pair(20, 5000)) == expected);
  }
}

TEST_CASE("a clock set by an hour, forth and back, stops nothing that comes after") {
  constexpr std::int64_t kHour = 3'600'000;
  std::string input;
  std::vector<std::string> expected;
  unsigned serial = 100;
  std::int64_t ms = 1'795'506'100'000;
  std::uint16_t port = 6000;
  for (const std::int64_t step : {std::int64_t{0}, kHour, -kHour, -kHour, kHour}) {
    ms += step + 5000;
    input += exec_event(kActor, {ms, ++serial}, kPlanted);
    input += connect_event(kActor, {ms + 10, ++serial}, ++port);
    for (const char* rule : {"connect", "sequence"}) expected.push_back(fmt::format("{} 127.0.0.1:{}", rule, port));
  }
  std::sort(expected.begin(), expected.end());
  Place place;
  CHECK(alerts_of(place, input) == expected);
}

}  // namespace
}  // namespace audisp_eql::test
