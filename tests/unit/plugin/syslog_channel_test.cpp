// SPDX-License-Identifier: Apache-2.0
#include "plugin/syslog_channel.h"

#include <doctest/doctest.h>

#include "plugin/syslog_sink.h"
#include "tests/support/sample_alert.h"
#include "tests/support/syslog_server.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

using test::SyslogServer;
using test::TempDir;

struct Fixture {
  TempDir dir;
  SyslogServer server{dir / "log"};
  SyslogConfig config;

  Fixture() { config.socket = server.path(); }
};

std::string payload(const std::string& datagram) { return datagram.substr(datagram.find("]: ") + 3); }

TEST_CASE("a datagram has the header of RFC 3164 in local time") {
  Fixture f;
  f.server.start();
  SyslogChannel channel(f.config);
  channel.send_alert(SyslogSeverity::kWarning, "hello");
  CHECK(channel.pump() == std::nullopt);
  const std::string datagram = f.server.receive();
  CHECK(datagram.substr(0, 4) == "<84>");                // authpriv
  CHECK(datagram.substr(4 + 15, 12) == " audisp-eql[");  // `Mmm dd hh:mm:ss`
  CHECK(datagram.find("]: hello") == datagram.size() - 8);
  CHECK(datagram.size() - 5 <= SyslogChannel::kHeaderBytes);
}

TEST_CASE("an absent daemon: messages wait, and go when it comes, alerts first") {
  Fixture f;
  SyslogChannel channel(f.config);
  channel.send_message(SyslogSeverity::kInfo, "operator");
  channel.send_alert(SyslogSeverity::kNotice, "alert 1");
  channel.send_alert(SyslogSeverity::kNotice, "alert 2");
  CHECK(channel.pump() == SyslogChannel::kRetryAbsent);
  CHECK(channel.waiting() == 3);
  f.server.start();
  CHECK(channel.pump() == std::nullopt);
  CHECK(payload(f.server.receive()) == "alert 1");
  CHECK(payload(f.server.receive()) == "alert 2");
  const std::string last = f.server.receive();
  CHECK(payload(last) == "operator");
  CHECK(last.substr(0, 4) == "<30>");  // daemon
  CHECK(channel.counters().sent_alerts == 2);
  CHECK(channel.counters().sent_messages == 1);
}

TEST_CASE("a restarted daemon is found again at once") {
  Fixture f;
  f.server.start();
  SyslogChannel channel(f.config);
  channel.send_alert(SyslogSeverity::kNotice, "one");
  CHECK(channel.pump() == std::nullopt);
  f.server.stop();
  f.server.start();
  channel.send_alert(SyslogSeverity::kNotice, "two");
  CHECK(channel.pump() == std::nullopt);
  CHECK(payload(f.server.receive()) == "two");
  CHECK(channel.counters().connects == 2);
}

TEST_CASE("a daemon that does not read: nothing blocks, nothing is lost within the queue") {
  Fixture f;
  f.server.start();
  SyslogChannel channel(f.config);
  constexpr int kMessages = 2000;
  int sent = 0;
  for (; sent < kMessages; ++sent) channel.send_alert(SyslogSeverity::kNotice, std::to_string(sent));
  CHECK(channel.pump() == SyslogChannel::kRetryFull);
  for (int received = 0; received < kMessages; ++received) {
    REQUIRE(payload(f.server.receive()) == std::to_string(received));
    channel.pump();
  }
  CHECK(channel.waiting() == 0);
  CHECK(channel.counters().dropped_alerts == 0);
}

TEST_CASE("draining at the end waits for a slow daemon as long as told, for an absent one not at all") {
  Fixture f;
  SyslogChannel channel(f.config);
  for (int i = 0; i < 2000; ++i) channel.send_alert(SyslogSeverity::kNotice, "x");
  channel.drain(std::chrono::hours(1));
  CHECK(channel.waiting() == 2000);
  f.server.start();
  channel.drain(std::chrono::milliseconds(30));
  CHECK(channel.waiting() > 0);
  CHECK(channel.waiting() < 2000);
}

TEST_CASE("the queue is full at its number of messages, and drops are counted by kind") {
  Fixture f;
  f.config.queue_messages = 3;
  SyslogChannel channel(f.config);
  for (int i = 0; i < 3; ++i) channel.send_alert(SyslogSeverity::kNotice, "x");
  CHECK(channel.counters().dropped_alerts == 0);
  channel.send_alert(SyslogSeverity::kNotice, "x");
  CHECK(channel.counters().dropped_alerts == 1);
  channel.send_message(SyslogSeverity::kInfo, "operator");  // a queue of its own
  CHECK(channel.counters().dropped_messages == 0);
  CHECK(channel.waiting() == 4);
}

TEST_CASE("the queue is full at its number of bytes") {
  Fixture f;
  f.config.queue_bytes = 100;
  SyslogChannel channel(f.config);
  channel.send_alert(SyslogSeverity::kNotice, std::string(99, 'x'));
  channel.send_alert(SyslogSeverity::kNotice, "12");
  CHECK(channel.counters().dropped_alerts == 1);
  channel.send_alert(SyslogSeverity::kNotice, "1");
  CHECK(channel.counters().dropped_alerts == 1);
  CHECK(channel.waiting() == 2);
}

TEST_CASE("a message that the socket cannot take is dropped, not tried for ever") {
  Fixture f;
  f.server.start();
  SyslogChannel channel(f.config);
  channel.send_alert(SyslogSeverity::kNotice, std::string(8u << 20, 'x'));
  channel.send_alert(SyslogSeverity::kNotice, "next");
  CHECK(channel.pump() == std::nullopt);
  CHECK(payload(f.server.receive()) == "next");
  CHECK(channel.counters().dropped_alerts == 1);
  const std::vector<std::string> refused = channel.take_too_long();
  REQUIRE(refused.size() == 1);
  CHECK(refused.front().starts_with("xxx"));
  CHECK(refused.front().size() <= 400);
  CHECK(channel.take_too_long().empty());
}

TEST_CASE("what waits is handed to the spool once, again if it had no room, never if it was refused") {
  Fixture f;
  SyslogChannel channel(f.config);
  for (std::uint64_t n = 1; n <= 3; ++n) {
    channel.queue_alert({n, SyslogSeverity::kNotice, "x"}, SyslogChannel::Kept::kHere);
  }
  CHECK(channel.unspooled_alerts() == 3);
  CHECK(channel.take_unspooled().size() == 3);
  CHECK(channel.take_unspooled().empty());
  channel.mark({2, 3}, SyslogChannel::Kept::kHere);
  const std::vector<NumberedAlert> again = channel.take_unspooled();
  REQUIRE(again.size() == 2);
  CHECK(again.front().number == 2);
  CHECK(channel.unspooled_alerts() == 0);
  channel.mark({3}, SyslogChannel::Kept::kRefused);
  CHECK(channel.take_unspooled().empty());
  CHECK(channel.unspooled_alerts() == 1);
}

TEST_CASE("operator messages are cut to a datagram") {
  Fixture f;
  f.server.start();
  f.config.max_message_bytes = 1024;
  SyslogChannel channel(f.config);
  channel.send_message(SyslogSeverity::kInfo, std::string(5000, 'x'));
  channel.pump();
  const std::string datagram = f.server.receive();
  CHECK(datagram.size() <= 1024);
  CHECK(datagram.substr(datagram.size() - 4) == "x...");
}

TEST_CASE("a switched-off channel takes nothing and says nothing") {
  Fixture f;
  f.config.enabled = false;
  SyslogChannel channel(f.config);
  channel.send_alert(SyslogSeverity::kNotice, "x");
  CHECK(channel.waiting() == 0);
  CHECK(channel.counters().dropped_alerts == 0);
}

TEST_CASE("a new socket path is used, and what waits goes there") {
  Fixture f;
  SyslogChannel channel(f.config);
  channel.send_alert(SyslogSeverity::kNotice, "x");
  channel.pump();
  SyslogServer other(f.dir / "other");
  other.start();
  f.config.socket = other.path();
  channel.configure(f.config);
  CHECK(channel.pump() == std::nullopt);
  CHECK(payload(other.receive()) == "x");
}

TEST_CASE("alerts keep the size of a message in every format, and their severity") {
  Fixture f;
  f.server.start();
  const struct {
    SyslogFormat format;
    bool cookie;
    std::string begin;
  } rows[] = {{SyslogFormat::kJson, true, "@cee: {\"@timestamp\":"},
              {SyslogFormat::kJson, false, "{\"@timestamp\":"},
              {SyslogFormat::kText, true, "critical alert: "},
              {SyslogFormat::kCef, true, "CEF:0|audisp-eql|audisp-eql|" AUDISP_EQL_VERSION "|"}};
  for (const auto& row : rows) {
    f.config.format = row.format;
    f.config.cee_cookie = row.cookie;
    for (const std::size_t limit : {1024u, 2048u, 8096u}) {
      f.config.max_message_bytes = limit;
      SyslogChannel channel(f.config);
      const auto send = [&](SyslogSeverity severity, std::string text) {
        channel.send_alert(severity, std::move(text));
      };
      SyslogSink(f.config, send).emit(test::hostile_alert(2000));
      channel.pump();
      const std::string datagram = f.server.receive();
      CHECK(datagram.size() <= limit);
      CHECK(datagram.substr(0, 4) == "<82>");
      CHECK(payload(datagram).rfind(row.begin, 0) == 0);
    }
  }
}

TEST_CASE("rule severities map to syslog's") {
  CHECK(syslog_severity(alert::RuleSeverity::kLow) == SyslogSeverity::kNotice);
  CHECK(syslog_severity(alert::RuleSeverity::kMedium) == SyslogSeverity::kWarning);
  CHECK(syslog_severity(alert::RuleSeverity::kHigh) == SyslogSeverity::kError);
  CHECK(syslog_severity(alert::RuleSeverity::kCritical) == SyslogSeverity::kCritical);
}

}  // namespace
}  // namespace audisp_eql::plugin
