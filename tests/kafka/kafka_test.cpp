// SPDX-License-Identifier: Apache-2.0
// scan --input kafka://: the program itself, against librdkafka's mock cluster. No real Kafka is tried here.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <boost/json.hpp>

#include "tests/kafka/consumer.h"
#include "tests/kafka/mock_cluster.h"
#include "tests/support/command.h"
#include "tests/support/files.h"
#include "tests/support/fleet.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::test {
namespace {

constexpr char kRule[] = SHIPPED_RULES "/xdg_autostart_network.toml";
constexpr char kTopic[] = "audit";
constexpr int kPartitions = 4;

using Ids = std::map<std::string, std::set<std::string>>;  // by host

// A topic of its own, and the settings that make a group quick to notice who is gone.
struct Group {
  MockCluster cluster;
  TempDir dir;

  Group() {
    cluster.create(kTopic, kPartitions);
    write_file(dir / "kafka.conf", "# quick\nsession.timeout.ms = 3000\nheartbeat.interval.ms = 300\n");
  }
  [[nodiscard]] std::vector<std::string> argv(const std::string& more = {}) const {
    return {AUDISP_EQL,
            "scan",
            "--rules",
            kRule,
            "--format",
            "json",
            "--input",
            fmt::format("kafka://{}/{}?group=g&config={}{}", cluster.brokers(), kTopic, dir / "kafka.conf", more)};
  }
  // One message for each line: an event is spread over several.
  void send(unsigned number, const std::string& host, Part part) {
    for (const std::string& line : host_lines("", part, number % 2 == 1)) {
      cluster.send(kTopic, static_cast<int>(number) % kPartitions, host, line);
    }
  }
  void send(const std::vector<std::string>& hosts, Part part) {
    for (unsigned i = 0; i < hosts.size(); ++i) send(i, hosts[i], part);
    cluster.flush();
  }
};

std::string text_of(const std::vector<std::string>& lines) {
  std::string out;
  for (const std::string& line : lines) out += line;
  return out;
}

void add(Ids& ids, const Consumer& consumer) {
  for (const GivenAlert& alert : consumer.alerts()) ids[alert.host].insert(alert.id);
}

// What a scan of the same records in a file finds.
Ids scanned(const std::vector<std::string>& hosts) {
  const Ran ran = run({AUDISP_EQL, "scan", "--rules", kRule, "--format", "json", "-"},
                      fleet_stream(hosts, Part::kBefore) + fleet_stream(hosts, Part::kConnect));
  REQUIRE(ran.status == 0);
  Ids ids;
  std::istringstream in(ran.out);
  for (std::string line; std::getline(in, line);) {
    const boost::json::value alert = boost::json::parse(line);
    ids[std::string(alert.at("host").at("id").as_string())].emplace(alert.at("event").at("id").as_string());
  }
  return ids;
}

TEST_CASE("a topic of a hundred hosts, read to its end, gives what a scan of a file gives, and once") {
  Group group;
  const std::vector<std::string> hosts = fleet_hosts(0, 100);
  group.send(hosts, Part::kBefore);
  group.send(hosts, Part::kConnect);
  Consumer consumer(group.argv("&until=end"));
  CHECK(consumer.wait() == 0);
  Ids ids;
  add(ids, consumer);
  CHECK(consumer.alerts().size() == 100);
  CHECK(ids == scanned(hosts));
  Consumer again(group.argv("&until=end"));  // reads what may still be needed, and has nothing new to say
  CHECK(again.wait() == 0);
  CHECK(again.alerts().empty());
}

// A host whose whole story comes at once: its alert says that its partition is read up to there.
class Marker {
 public:
  explicit Marker(Group& group) : group_(group) {}

  // Until each partition's marker came, and each consumer gave one: who gave what.
  void pass(const std::vector<Consumer*>& consumers) {
    std::set<Consumer*> seen;
    do {
      std::set<std::string> waiting;
      for (unsigned p = 0; p < kPartitions; ++p) {
        const std::string host = fmt::format("marker{}-{}", ++number_, p);
        group_.send(p, host, Part::kBefore);
        group_.send(p, host, Part::kConnect);
        waiting.insert(host);
      }
      group_.cluster.flush();
      while (!waiting.empty()) {
        for (Consumer* consumer : consumers) {
          for (const GivenAlert& alert : consumer->alerts()) {
            if (waiting.erase(alert.host) > 0) seen.insert(consumer);
          }
        }
        if (!waiting.empty()) REQUIRE(Consumer::wait_for_more(consumers));
      }
    } while (seen.size() < consumers.size());
  }

 private:
  Group& group_;
  unsigned number_ = 0;
};

Ids without_markers(Ids ids) {
  std::erase_if(ids, [](const auto& each) { return each.first.starts_with("marker"); });
  return ids;
}

TEST_CASE("two instances of a group, one killed amid all sequences: the other finds them, and nothing is lost") {
  Group group;
  Marker marker(group);
  const std::vector<std::string> hosts = fleet_hosts(0, 100);
  Consumer killed(group.argv());
  Consumer stays(group.argv());
  marker.pass({&killed, &stays});  // each has partitions
  group.send(hosts, Part::kBefore);
  marker.pass({&killed, &stays});  // each has read the first half of its hosts' sequences
  killed.signal(SIGKILL);
  CHECK(killed.wait() == 128 + SIGKILL);
  group.send(hosts, Part::kConnect);
  Ids ids;
  while (add(ids, killed), add(ids, stays), without_markers(ids).size() < hosts.size()) {
    REQUIRE(Consumer::wait_for_more({&stays}));
  }
  CHECK(without_markers(ids) == scanned(hosts));

  // A third one joins, and takes over from one that is asked to stop: what that one gave does not come again.
  Consumer third(group.argv());
  marker.pass({&stays, &third});
  marker.pass({&stays, &third});  // the broker may have refused a commit while the third one joined: that is over
  const std::size_t before = third.alerts().size();
  stays.signal(SIGTERM);
  CHECK(stays.wait() == 130);
  marker.pass({&third});
  third.signal(SIGTERM);
  CHECK(third.wait() == 130);
  std::set<std::string> given;
  for (const GivenAlert& alert : stays.alerts()) given.insert(alert.id);
  for (std::size_t i = before; i < third.alerts().size(); ++i) CHECK_FALSE(given.contains(third.alerts()[i].id));
  add(ids, third);
  CHECK(without_markers(ids) == scanned(hosts));
}

// Each waits for a reader while the group changes under it, with two messages at hand and the others not fetched.
TEST_CASE("with until=end an instance that lost its partitions to a rebalance waits for new ones") {
  Group group;
  write_file(group.dir / "kafka.conf",
             "session.timeout.ms = 3000\nheartbeat.interval.ms = 300\nqueued.min.messages = 1\n");
  constexpr unsigned kHosts = 80;  // whose alerts are more than what a pipe holds
  for (unsigned i = 0; i < 4; ++i) {
    const std::vector<std::string> some = fleet_hosts(i * kHosts, (i + 1) * kHosts);
    group.cluster.send(kTopic, 0, "", fleet_stream(some, Part::kBefore) + fleet_stream(some, Part::kConnect));
    group.cluster.flush();
  }
  Consumer first(group.argv("&until=end"));
  REQUIRE(Consumer::wait_for_more({&first}));
  Consumer second(group.argv("&until=end"));
  REQUIRE(Consumer::wait_for_more({&second}));
  CHECK(first.wait() == 0);
  CHECK(second.wait() == 0);
  Ids ids;
  add(ids, first);
  add(ids, second);
  CHECK(ids == scanned(fleet_hosts(0, 4 * kHosts)));
}

TEST_CASE("alerts that cannot be written are not committed: the next instance gives them") {
  Group group;
  group.send({"host000"}, Part::kBefore);
  group.send({"host000"}, Part::kConnect);
  std::vector<std::string> argv = {"/bin/sh", "-c", "exec \"$@\" >/dev/full", "sh"};
  for (const std::string& arg : group.argv("&until=end")) argv.push_back(arg);
  CHECK(run(argv).status == 3);
  Consumer next(group.argv("&until=end"));
  CHECK(next.wait() == 0);
  CHECK(next.alerts().size() == 1);
}

// Nothing new comes after it, which would be committed anyway.
TEST_CASE("a commit that is refused is made again") {
  Group group;
  group.cluster.refuse(Request::kOffsetCommit, 2);
  Consumer consumer(group.argv());
  group.send({"host000"}, Part::kBefore);
  group.send({"host000"}, Part::kConnect);
  while (consumer.alerts().empty()) REQUIRE(Consumer::wait_for_more({&consumer}));
  const std::size_t sent = host_lines("", Part::kBefore, false).size() + host_lines("", Part::kConnect, false).size();
  const std::string all = fmt::format("next={}", sent);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::string metadata;
  while (metadata != all && std::chrono::steady_clock::now() < deadline) {
    metadata = group.cluster.committed("g", kTopic, 0).metadata;
  }
  CHECK(metadata == all);
}

TEST_CASE("where the broker does not say what a partition holds, what was given is given again") {
  Group group;
  group.send({"host000"}, Part::kBefore);
  group.send({"host000"}, Part::kConnect);
  CHECK(run(group.argv("&until=end")).status == 0);
  group.cluster.refuse(Request::kListOffsets, 2);  // the beginning and the end of partition 0
  Consumer next(group.argv("&until=end"));
  CHECK(next.wait() == 0);
  CHECK(next.alerts().size() == 1);
}

// The mock cluster keeps 5 MB of a partition.
TEST_CASE("messages that went before they were read are told") {
  Group group;
  const std::string line = "type=EOE msg=audit(1.000:1): \n";
  group.cluster.send(kTopic, 0, "h", line);
  group.cluster.flush();
  CHECK(run(group.argv("&until=end")).err.find("went before") == std::string::npos);
  group.cluster.send(kTopic, 0, "h", line);
  group.cluster.send(kTopic, 0, "h", line);
  for (int i = 0; i < 8; ++i) group.cluster.send(kTopic, 0, "h", std::string(900'000, 'x'));
  group.cluster.flush();
  const Ran ran = run(group.argv("&until=end"));
  CHECK(ran.status == 0);
  CHECK_MESSAGE(ran.err.find("messages of partition 0 went before they were read: ") != std::string::npos, ran.err);
}

TEST_CASE("a producer whose clock is fast does not take the lookback from the others") {
  Group group;
  group.send({"host000"}, Part::kBefore);
  group.cluster.set_time(4'000'000'000'000);
  group.cluster.send(kTopic, 0, "fast", "type=EOE msg=audit(1.000:1): \n");
  group.cluster.set_time(0);
  group.cluster.flush();
  CHECK(run(group.argv("&until=end")).status == 0);
  group.send({"host000"}, Part::kConnect);
  Consumer next(group.argv("&until=end"));
  CHECK(next.wait() == 0);
  CHECK(next.alerts().size() == 1);
}

TEST_CASE("messages without sense are counted and left out, and cost their neighbours nothing") {
  Group group;
  const std::string garbage("\0type=SYSCALL\n\0\n", 16);
  const std::string no_end = "type=SYSCALL msg=audit(1.000:1): " + std::string(900'000, 'x');  // over the line limit
  const std::string key = "h";
  const std::string line = "type=EOE msg=audit(1.000:1): \n";
  const std::string bad_keys[] = {"two words", "line\nbreak", std::string(1, '\0'), std::string(256, 'k')};
  const auto junk = [&] {
    group.cluster.send(kTopic, 0, &key, nullptr);
    group.cluster.send(kTopic, 0, nullptr, nullptr);
    group.cluster.send(kTopic, 0, key, garbage);
    for (const std::string& bad : bad_keys) group.cluster.send(kTopic, 0, bad, line);
    group.cluster.send(kTopic, 0, nullptr, &line);
    group.cluster.send(kTopic, 0, key, "node=elsewhere " + line);
  };
  group.cluster.send(kTopic, 0, key, no_end);
  for (const std::string& each : host_lines("", Part::kBefore, false)) {
    group.cluster.send(kTopic, 0, "host000", each.substr(0, each.size() - 1));  // its newline is the message's end
    junk();
  }
  group.cluster.send(kTopic, 0, "host000", text_of(host_lines("host000", Part::kConnect, false)));
  group.cluster.flush();
  const Ran ran = run(group.argv("&until=end"));
  CHECK(ran.status == 0);
  CHECK(std::count(ran.out.begin(), ran.out.end(), '\n') == 1);
  CHECK(ran.out.find("\"host\":{\"id\":\"host000\"}") != std::string::npos);
  CHECK(ran.err.find("note: 1 lines too long") != std::string::npos);
  const std::size_t rounds = host_lines("", Part::kBefore, false).size();
  CHECK(ran.err.find(fmt::format("{} messages left out", 7 * rounds)) != std::string::npos);
  CHECK(ran.err.find(fmt::format("{} lines with a node= that is not the key", rounds)) != std::string::npos);
}

TEST_CASE("what is wrong with the address, the settings, the topic or the broker is said") {
  Group group;
  const std::string brokers = group.cluster.brokers();
  write_file(group.dir / "bad.conf",
             "\n  group.id = x\nsecurity.protocl=ssl\nssl\nplugin.library.paths=x\nssl.engine.location=x\n");
  const struct {
    std::string url;
    int status;
    std::vector<std::string> said;
  } rows[] = {
      {"kafka://" + brokers + "/audit", 2, {"no group"}},
      {"kafka:///audit?group=g", 2, {"no broker's name"}},
      {"kafka://" + brokers + "/a*?group=g", 2, {"no topic's name"}},
      {"kafka://" + brokers + "/audit?group=g&config=" + (group.dir / "none"), 2, {"cannot read"}},
      {"kafka://" + brokers + "/audit?group=g&config=" + (group.dir / "bad.conf"),
       2,
       {"bad.conf:2:1", "`group.id` is not for this file", "bad.conf:3:1", "security.protocl", "bad.conf:4:1",
        "bad.conf:5:1", "`plugin.library.paths` is not", "bad.conf:6:1", "`ssl.engine.location` is not"}},
      {"kafka://127.0.0.1:1/audit?group=g", 3, {"cannot reach Kafka at 127.0.0.1:1", "onnect"}},
  };
  for (const auto& row : rows) {
    CAPTURE(row.url);
    const Ran ran = run({AUDISP_EQL, "scan", "--rules", kRule, "--input", row.url});
    CHECK(ran.status == row.status);
    for (const std::string& said : row.said) CHECK_MESSAGE(ran.err.find(said) != std::string::npos, ran.err);
  }
}

}  // namespace
}  // namespace audisp_eql::test
