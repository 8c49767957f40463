// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/sockets.h"

#include <algorithm>
#include <string>

#include <doctest/doctest.h>

#include "lib/entity/process_table.h"
#include "tests/support/audit_events.h"

using namespace audisp_eql;
using namespace audisp_eql::entity;
using audit::Transport;

namespace {

constexpr EventTime kNow = seconds(1'000);
constexpr char kApp[] = "/usr/bin/app";

audit::Socket udp(std::uint32_t descriptor, bool close_on_exec = false) {
  return {descriptor, Transport::kUdp, close_on_exec};
}
audit::Socket tcp(std::uint32_t descriptor) { return {descriptor, Transport::kTcp, false}; }
audit::Socket other(std::uint32_t descriptor) { return {descriptor, std::nullopt, false}; }

struct World {
  ProcessTable table{"host", TableLimits{}, nullptr};
  test::Script say;

  std::optional<Transport> of(std::uint32_t pid, std::uint32_t descriptor, std::int64_t at = 1000) {
    return table.apply(say.connect({.pid = pid, .ppid = 5, .at = at, .exe = kApp}))
        ->sockets.transport(descriptor, milliseconds(at));
  }
};

}  // namespace

TEST_CASE("a descriptor is what the latest socket of that number was made as") {
  Sockets sockets;
  CHECK_FALSE(sockets.transport(3, kNow));
  sockets.add(tcp(3), kNow);
  sockets.add(udp(4), kNow);
  CHECK(sockets.transport(3, kNow) == Transport::kTcp);
  CHECK(sockets.transport(4, kNow) == Transport::kUdp);
  sockets.add(udp(3), kNow);
  CHECK(sockets.transport(3, kNow) == Transport::kUdp);
  sockets.add(other(3), kNow);
  CHECK_FALSE(sockets.transport(3, kNow));
  CHECK(sockets.size() == 1);
}

TEST_CASE("a connect that began before its number was given out again is not of the new socket") {
  Sockets sockets;
  sockets.add(tcp(3), kNow);
  sockets.add(udp(3), kNow + seconds(2));
  CHECK_FALSE(sockets.transport(3, kNow + seconds(1)));
  CHECK(sockets.transport(3, kNow + seconds(2)) == Transport::kUdp);
  sockets.add(tcp(3), kNow + seconds(1));  // a late record
  CHECK(sockets.transport(3, kNow + seconds(2)) == Transport::kUdp);
}

TEST_CASE("none take no room, and a copy is its own") {
  Sockets none;
  CHECK(sizeof none == sizeof(void*));
  none.add(other(3), kNow);
  CHECK(Sockets(none).size() == 0);
  Sockets sockets;
  sockets.add(tcp(3), kNow);
  Sockets copy = sockets;
  copy.add(udp(3), kNow);
  copy.add(udp(4, true), kNow);
  CHECK(sockets.size() == 1);
  CHECK(sockets.transport(3, kNow) == Transport::kTcp);
  sockets = copy;
  copy.clear();
  CHECK(copy.size() == 0);
  CHECK_FALSE(copy.transport(3, kNow));
  sockets.close_on_exec();
  sockets.add(other(3), kNow);  // the last
  CHECK(sockets.size() == 0);
  sockets.add(tcp(3), kNow);
  CHECK(sockets.size() == 1);
}

TEST_CASE("kMaxSockets: the one made longest ago is forgotten") {
  for (const std::size_t n : {Sockets::kMaxSockets - 1, Sockets::kMaxSockets, Sockets::kMaxSockets + 1}) {
    CAPTURE(n);
    Sockets sockets;
    for (std::uint32_t fd = 0; fd < n; ++fd) sockets.add(udp(fd), kNow);
    CHECK(sockets.size() == std::min(n, Sockets::kMaxSockets));
    CHECK(sockets.transport(0, kNow).has_value() == (n <= Sockets::kMaxSockets));
    CHECK(sockets.transport(1, kNow) == Transport::kUdp);
  }
}

TEST_CASE("saved sockets are restored, and what is none is refused") {
  Sockets sockets;
  sockets.add(tcp(3), kNow);
  sockets.add(udp(UINT32_MAX, true), kNow);
  BinaryWriter out;
  sockets.save(out);
  BinaryReader in(out.bytes());
  Sockets restored;
  restored.restore(in);
  REQUIRE(in.is_done());
  CHECK(restored.transport(3, kNow) == Transport::kTcp);
  CHECK_FALSE(restored.transport(3, kNow - milliseconds(1)));
  restored.close_on_exec();
  CHECK(restored.size() == 1);

  BinaryWriter many;
  many.number(Sockets::kMaxSockets + 1);
  for (std::size_t i = 0; i < 1000; ++i) many.number(0);
  BinaryReader too_many(many.bytes());
  restored.restore(too_many);
  CHECK_FALSE(too_many.ok());
}

TEST_CASE("a child has what its parent had when it was forked") {
  World w;
  w.table.apply(w.say.socket({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, udp(3)));
  w.table.apply_fork(w.say.fork({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, 11));
  w.table.apply(w.say.socket({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, tcp(3)));
  CHECK(w.of(10, 3) == Transport::kTcp);
  CHECK(w.table.apply(w.say.connect({.pid = 11, .ppid = 10, .at = 1000, .exe = kApp}))
            ->sockets.transport(3, milliseconds(1000)) == Transport::kUdp);
}

TEST_CASE("an exec keeps the descriptors that do not close at it") {
  World w;
  w.table.apply(w.say.socket({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, udp(3)));
  w.table.apply(w.say.socket({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, udp(4, true)));
  w.table.apply(w.say.exec({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}));
  CHECK(w.of(10, 3) == Transport::kUdp);
  CHECK_FALSE(w.of(10, 4));
}

TEST_CASE("a pid that is used again has nothing of the process before") {
  World w;
  w.table.apply(w.say.socket({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, udp(3)));
  w.table.apply(w.say.exit({.pid = 10, .ppid = 5, .at = 1100, .exe = kApp}));
  CHECK(w.of(10, 3, 1050) == Transport::kUdp);  // a connect that was recorded late
  CHECK_FALSE(w.of(10, 3, 30'000));
}

TEST_CASE("sockets outlast a restart with their process, until nobody asks for them") {
  World before;
  before.table.apply(before.say.socket({.pid = 10, .ppid = 5, .at = 1000, .exe = kApp}, udp(3)));
  BinaryWriter out;
  before.table.save(out);
  World after;
  BinaryReader in(out.bytes());
  REQUIRE(after.table.restore(in));
  CHECK(after.of(10, 3) == Transport::kUdp);
  after.table.forget_sockets();
  CHECK_FALSE(after.of(10, 3));
}
