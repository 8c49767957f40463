// SPDX-License-Identifier: Apache-2.0
#include "plugin/outbox.h"

#include <doctest/doctest.h>

#include "tests/support/syslog_server.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

using test::SyslogServer;
using test::TempDir;

struct Fixture {
  explicit Fixture(std::size_t memory = 4, std::size_t spool_bytes = 1u << 20) {
    config.socket = server.path();
    config.queue_messages = memory;
    max_bytes = spool_bytes;
    start();
  }

  // A run of the program.
  void start() {
    auto spool = std::make_unique<Spool>(dir / "spool", max_bytes);
    REQUIRE(spool->open() == 0);
    const std::size_t unread = spool->unread();
    const std::uint64_t last = spool->last_number();
    disk.emplace(Options{}, std::move(spool), 1u << 20);
    channel.emplace(config);
    outbox.emplace(*channel, *disk, unread, last);
  }
  void stop() {
    outbox.reset();
    channel.reset();
    disk.reset();
  }

  void send(int from, int to) {
    for (; from <= to; ++from) {
      outbox->send(SyslogSeverity::kWarning, "alert " + std::to_string(from));
      pump();
    }
  }
  // All that can be done now.
  void pump() {
    channel->pump();
    outbox->settle();
    REQUIRE(disk->drain(std::chrono::seconds(30)));
    for (DiskReply& reply : disk->take()) {
      if (auto* batch = std::get_if<SpoolBatch>(&reply)) outbox->handle(std::move(*batch));
      if (const auto* refused = std::get_if<SpoolRefused>(&reply)) outbox->handle(*refused);
    }
  }
  // The daemon gets these, in this order, and no more.
  void check_received(int from, int to) {
    for (; from <= to; ++from) {
      pump();
      const std::string datagram = server.receive();
      REQUIRE(datagram.substr(datagram.find("]: ") + 3) == "alert " + std::to_string(from));
    }
    pump();
    pump();
    CHECK(server.take_all().empty());
    CHECK(outbox->spool_only() == 0);
  }

  TempDir dir;
  SyslogServer server{dir / "log"};
  SyslogConfig config;
  std::size_t max_bytes;
  std::optional<Disk> disk;
  std::optional<SyslogChannel> channel;
  std::optional<Outbox> outbox;
};

TEST_CASE("with a daemon that listens nothing touches the spool") {
  Fixture f;
  f.server.start();
  f.send(1, 3);
  f.check_received(1, 3);
  CHECK(f.disk->counters().spool.written == 0);
}

TEST_CASE("an absent daemon gets all in order when it comes, however many there are") {
  for (const int count : {3, 4, 5, 50}) {  // memory takes 4
    CAPTURE(count);
    Fixture f;
    f.send(1, count);
    CHECK(f.disk->counters().spool.written == static_cast<std::uint64_t>(count));
    f.server.start();
    f.check_received(1, count);
    f.send(count + 1, count + 2);  // and the fast way is open again
    f.check_received(count + 1, count + 2);
    CHECK(f.disk->counters().spool.written == static_cast<std::uint64_t>(count));
    CHECK(f.outbox->lost() == 0);
  }
}

TEST_CASE("alerts made while the spool is read back keep their place") {
  Fixture f;
  f.send(1, 10);
  f.server.start();
  f.channel->pump();  // the four in memory
  f.send(11, 12);
  f.check_received(1, 12);
}

TEST_CASE("a run that ended without a daemon leaves its alerts to the next, before its own") {
  for (const int count : {2, 9}) {
    CAPTURE(count);
    Fixture f;
    f.send(1, count);
    f.stop();
    f.start();
    f.send(count + 1, count + 6);
    f.server.start();
    f.check_received(1, count + 6);
    f.stop();
    f.start();
    f.check_received(1, 0);
  }
}

TEST_CASE("without room in the spool memory keeps its own, the newest are lost and counted") {
  Fixture f(4, 48 + 6 * (17 + 7));  // the header and six
  f.send(1, 9);
  CHECK(f.outbox->spool_only() == 2);
  CHECK(f.outbox->lost() == 3);
  f.server.start();
  f.check_received(1, 6);
  f.send(10, 11);
  for (const int number : {10, 11}) {
    const std::string datagram = f.server.receive();
    CHECK(datagram.ends_with("alert " + std::to_string(number)));
  }
}

TEST_CASE("what only memory has is lost at the end, and counted; the spool's is not") {
  Fixture f(4, 48 + 2 * (17 + 7));  // the header and two
  f.send(1, 4);
  CHECK(f.outbox->lost() == 0);
  CHECK(f.outbox->give_up() == 2);
  CHECK(f.outbox->lost() == 2);
  f.stop();
  f.start();
  f.server.start();
  f.pump();  // they are read back
  f.check_received(1, 2);
  CHECK(f.outbox->give_up() == 0);
}

TEST_CASE("without a spool memory is all there is") {
  TempDir dir;
  SyslogConfig config;
  config.socket = dir / "log";
  config.queue_messages = 4;
  Disk disk({}, nullptr, 1u << 20);
  SyslogChannel channel(config);
  Outbox outbox(channel, disk, 0, 0);
  for (int i = 0; i < 6; ++i) outbox.send(SyslogSeverity::kNotice, "x");
  channel.pump();
  outbox.settle();
  CHECK(channel.waiting_alerts() == 4);
  CHECK(outbox.lost() == 2);
}

TEST_CASE("the disk's queue is full at its bytes, and says so") {
  TempDir dir;
  Disk disk({}, nullptr, 1u << 20);
  disk.post(FileOpen{dir / "alerts.json"});
  REQUIRE(disk.drain(std::chrono::seconds(30)));
  std::size_t taken = 0;
  for (int i = 0; i < 2000; ++i) taken += disk.post(FileLine{std::string(100'000, 'x')}) ? 1 : 0;
  REQUIRE(disk.drain(std::chrono::seconds(30)));
  CHECK(disk.counters().file_written == taken);
  CHECK(disk.counters().refused_requests == 2000 - taken);
  CHECK(disk.post(SpoolSent{1}));  // small ones are taken always
  REQUIRE(disk.drain(std::chrono::seconds(30)));
  CHECK(disk.post(FileLine{std::string(3u << 20, 'x')}));  // alone it is taken
}

}  // namespace
}  // namespace audisp_eql::plugin
