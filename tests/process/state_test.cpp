// SPDX-License-Identifier: Apache-2.0
// A plugin that stops and starts again in the middle of a sequence.
#include <signal.h>
#include <unistd.h>

#include <ctime>
#include <filesystem>
#include <functional>
#include <string>

#include <doctest/doctest.h>

#include "plugin/host_id.h"
#include "plugin/state_file.h"
#include "tests/process/plugin_run.h"

namespace audisp_eql::test {
namespace {

struct Halves {
  std::string first, second;
};

// Cut in front of the connect to port 4000: the exec before it is in the first half.
Halves halves() {
  const std::string log = recording("live-stream");
  const std::size_t connect = log.rfind("\ntype=SYSCALL", log.find("saddr=02000FA0")) + 1;
  return {log.substr(0, connect), log.substr(connect)};
}

// How one run ends.
enum class Stop { kEndOfFile, kTerm };

void run(const Place& place, const std::string& input, Stop stop = Stop::kEndOfFile) {
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  auditd.write(input);
  stop == Stop::kEndOfFile ? auditd.close_input() : auditd.signal(SIGTERM);
  CHECK(auditd.wait() == 0);
}

bool has_alert_of_port_4000(const Place& place) {
  return read_file(place.alerts()).find("\"port\":4000") != std::string::npos;
}

// As the plugin would read it, whatever its age and boot.
plugin::SavedState saved_state(const std::string& path) {
  timespec now{};
  ::clock_gettime(CLOCK_BOOTTIME, &now);
  const auto read = plugin::read_state(
      path, {plugin::this_boot_id(), seconds(std::int64_t{now.tv_sec} + 1), seconds(1000), std::size_t{1} << 30});
  REQUIRE(read.has_value());
  REQUIRE(read->has_value());
  return **read;
}

// Two runs with `between` in between, the second of which says `say`; whether the sequence completed.
bool completes(Place& place, const std::function<void()>& between, const std::string& say) {
  place.use_shipped_rule();
  const Halves halves = test::halves();
  run(place, halves.first);
  CHECK_FALSE(has_alert_of_port_4000(place));
  between();
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until(say);
  auditd.write(halves.second);
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  return has_alert_of_port_4000(place);
}

TEST_CASE("a sequence that began before a stop completes after it, with the id it would have had") {
  for (const Stop stop : {Stop::kEndOfFile, Stop::kTerm}) {
    Place place;
    place.use_shipped_rule();
    const Halves halves = test::halves();
    run(place, halves.first, stop);
    CHECK_FALSE(has_alert_of_port_4000(place));
    CHECK(std::filesystem::exists(place.state()));
    run(place, halves.second, stop);
    CHECK(has_alert_of_port_4000(place));
    CHECK(alert_ids(read_file(place.alerts())) == scan_ids(recording("live-stream")));
  }
}

TEST_CASE("state that is fit is restored, said, counted, and used once") {
  Place place;
  place.use_shipped_rule();
  run(place, halves().first);
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  CHECK(place.syslog().receive_until("state restored").find(" 1 pending sequences") != std::string::npos);
  CHECK_FALSE(std::filesystem::exists(place.state()));
  // The counters go over several messages: these two may not share one.
  for (const std::string counter : {" state_restored=1", " state_refused=0"}) {
    auditd.signal(SIGUSR1);
    place.syslog().receive_until(counter);
  }
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

TEST_CASE("damaged, foreign and old state is refused with the reason, and nothing of it is used") {
  const struct {
    const char* name;
    std::function<void(plugin::SavedState&)> change;
    std::string said;
  } rows[] = {
      {"another boot", [](auto& s) { s.boot_id.back() = s.boot_id.back() == '0' ? '1' : '0'; },
       "is not used: the machine was started again since"},
      {"too old", [](auto& s) { s.saved_at = s.saved_at - seconds(61); }, "more than max_age_seconds (60)"},
      {"not what the engine saved", [](auto& s) { s.bytes.pop_back(); }, "is not used: what it says cannot be"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.name);
    Place place;
    const auto change = [&] {
      plugin::SavedState state = saved_state(place.state());
      row.change(state);
      REQUIRE_FALSE(plugin::write_state(place.state(), state).has_value());
    };
    CHECK_FALSE(completes(place, change, row.said));
  }
}

TEST_CASE("a file that is cut short or that others can write is refused, and replaced at the stop") {
  Place cut;
  const auto shorten = [&] { std::filesystem::resize_file(cut.state(), 200); };
  CHECK_FALSE(completes(cut, shorten, "is not used: cut short"));
  CHECK(saved_state(cut.state()).bytes.size() > 200);
  Place open;
  const auto open_up = [&] { std::filesystem::permissions(open.state(), std::filesystem::perms(0666)); };
  CHECK_FALSE(completes(open, open_up, "is not used: its group or every user can change it"));
  CHECK(saved_state(open.state()).bytes.size() > 200);
}

TEST_CASE("a folder that is not there is said once, at the start; the plugin works without") {
  Place place;
  place.use_shipped_rule();
  place.syslog().start();
  place.use_state(place.file("none/state"));
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("there is no folder " + place.file("none") + " to keep state in");
  auditd.write(recording("live-stream"));
  auditd.close_input();
  CHECK(auditd.wait() == 0);
  CHECK(alert_ids(read_file(place.alerts())).size() == 3);
  for (const std::string& line : place.syslog().take_all()) CHECK(line.find("none/") == std::string::npos);
}

constexpr char kSilentRule[] =
    "[rule]\nname = \"silent\"\nrule_id = \"silent\"\ntype = \"eql\"\nseverity = \"low\"\nquery = '''\n"
    "sequence by process.entity_id with maxspan=SPAN [process where event.action == \"exec\" and process.args != "
    "null]\n"
    "  ![network where true] | head 1'''\n";

std::string silent_rule(const std::string& span) {
  std::string text = kSilentRule;
  return text.replace(text.find("SPAN"), 4, span);
}

TEST_CASE("what waits for a missing event is no alert at a stop, unless nothing can be kept: then with a note") {
  Place kept;
  kept.write_rule("silent.toml", silent_rule("1h"));
  run(kept, halves().first);
  CHECK(read_file(kept.alerts()).empty());
  Place lost;
  lost.use_state("");
  lost.write_rule("silent.toml", silent_rule("1h"));
  run(lost, halves().first);
  CHECK(read_file(lost.alerts()).find("given when the plugin stopped") != std::string::npos);
}

TEST_CASE("what waited for a missing event comes after a restart even if nothing else does") {
  Place place("[input]\nidle_milliseconds = 100\n");
  place.write_rule("silent.toml", silent_rule("2s"));
  const std::string log = halves().first;
  const std::size_t last_exec = log.rfind("type=EXECVE");
  run(place, log.substr(0, log.find("type=EOE", last_exec)));
  place.syslog().start();
  FakeAuditd auditd(AUDISP_EQL, place.live_args());
  place.syslog().receive_until("\"id\":\"silent\"");
  auditd.close_input();
  CHECK(auditd.wait() == 0);
}

}  // namespace
}  // namespace audisp_eql::test
