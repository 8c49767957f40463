// SPDX-License-Identifier: Apache-2.0
// What records say of sockets and their descriptors, and when they are read.
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "lib/audit/grouper.h"
#include "lib/audit/normalize.h"
#include "tests/unit/audit/records.h"

using namespace audisp_eql;
using namespace audisp_eql::audit;
using test::line;
using test::Parsed;

namespace {

const SelectionRequest kSockets{
    .exec = true, .fork = true, .exit = true, .connect = true, .files = false, .sockets = true};
const std::string kV4 = line("SOCKADDR", 1, "saddr=02001F907F000001");

// x86-64 socket is 41, i386 socketcall is 102.
std::string socket(std::string_view arguments, std::string_view result = "success=yes exit=3", unsigned serial = 1) {
  return line("SYSCALL", serial,
              "arch=c000003e syscall=41 " + std::string(result) + " " + std::string(arguments) + " ppid=10 pid=11");
}

std::string socketcall(unsigned number, std::string_view result = "success=yes exit=3") {
  return line("SYSCALL", 1,
              "arch=40000003 syscall=102 " + std::string(result) + " a0=" + std::to_string(number) +
                  " a1=ff a2=0 ppid=10 pid=11");
}

std::string arguments(std::string_view text) { return line("SOCKETCALL", 1, "nargs=3 " + std::string(text)); }

template <typename T>
std::optional<T> made(std::initializer_list<std::string> lines) {
  const Parsed parsed(lines);
  const auto event = Normalizer().normalize(parsed.group);
  if (!event || !std::holds_alternative<T>(event->what)) return std::nullopt;
  return std::get<T>(event->what);
}

// `FD TRANSPORT [cloexec]`.
std::string said(std::initializer_list<std::string> lines) {
  const auto socket = made<Socket>(lines);
  if (!socket) return "nothing";
  std::string out = std::to_string(socket->descriptor);
  out += !socket->transport ? " -" : *socket->transport == Transport::kTcp ? " tcp" : " udp";
  return socket->close_on_exec ? out + " cloexec" : out;
}

std::size_t groups(const std::vector<std::string>& lines, const SelectionRequest& request) {
  const Selection selection(request);
  Grouper grouper(selection);
  std::size_t n = 0;
  for (const std::string& text : lines) {
    grouper.add(text);
    while (grouper.next() != nullptr) ++n;
  }
  return n;
}

}  // namespace

TEST_CASE("type and protocol say TCP or UDP, and nothing of other sockets") {
  const struct {
    std::string arguments, wanted;
  } rows[] = {
      {"a0=2 a1=1 a2=0", "3 tcp"},
      {"a0=a a1=1 a2=6", "3 tcp"},
      {"a0=2 a1=2 a2=0", "3 udp"},
      {"a0=a a1=2 a2=11", "3 udp"},
      {"a0=2 a1=80802 a2=0", "3 udp cloexec"},
      {"a0=2 a1=801 a2=0", "3 tcp"},
      {"a0=ffffffff00000002 a1=ffffffff00000001 a2=ffffffff00000000", "3 tcp"},  // ints in registers
      {"a0=2 a1=1 a2=84", "3 -"},                                                // SCTP
      {"a0=2 a1=1 a2=106", "3 -"},                                               // MPTCP
      {"a0=2 a1=2 a2=1", "3 -"},                                                 // ping
      {"a0=2 a1=2 a2=88", "3 -"},                                                // UDP-Lite
      {"a0=2 a1=2 a2=6", "3 -"},
      {"a0=2 a1=3 a2=11", "3 -"},  // raw
      {"a0=1 a1=1 a2=0", "3 -"},
      {"a0=10 a1=80003 a2=0", "3 - cloexec"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.arguments);
    CHECK(said({socket(row.arguments)}) == row.wanted);
  }
}

TEST_CASE("a socket that was not made is nothing") {
  for (const std::string result : {"success=no exit=-93", "success=yes", "success=yes exit=-1", "exit=3",
                                   "success=yes exit=4294967296", "success=yes exit=x"}) {
    CAPTURE(result);
    CHECK(said({socket("a0=2 a1=1 a2=0", result)}) == "nothing");
  }
}

TEST_CASE("a socketcall's arguments are in its own record") {
  CHECK(said({socketcall(1), arguments("a0=2 a1=2 a2=11")}) == "3 udp");
  CHECK(said({arguments("a0=2 a1=1 a2=0"), socketcall(1)}) == "3 tcp");
  CHECK(said({socketcall(1)}) == "3 -");
  CHECK(said({socketcall(1), arguments("a0=2 a1=zz a2=0")}) == "3 -");
  CHECK(said({socketcall(1), line("SOCKETCALL", 1, "nargs=1 a0=2")}) == "3 -");
  CHECK(said({socketcall(2), arguments("a0=2 a1=2 a2=11")}) == "nothing");
}

TEST_CASE("a connect says which descriptor it is of, if its records do") {
  const auto descriptor = [](std::initializer_list<std::string> lines) {
    return made<Connect>(lines).value().descriptor;
  };
  const std::string connect =
      line("SYSCALL", 1, "arch=c000003e syscall=42 success=yes exit=0 a0=ffffffff00000007 a1=1 a2=2 pid=11");
  CHECK(descriptor({connect, kV4}) == 7);
  CHECK(descriptor({socketcall(3), arguments("a0=9 a1=ff a2=10"), kV4}) == 9);
  CHECK_FALSE(descriptor({socketcall(3), kV4}));
}

TEST_CASE("sockets cost nothing where nobody asks for them") {
  const std::vector<std::string> lines = {socket("a0=2 a1=1 a2=0"), line("PROCTITLE", 1, "proctitle=\"x\"")};
  CHECK(groups(lines, SelectionRequest{}) == 0);
  CHECK(groups(lines, kSockets) == 1);
  const std::vector<std::string> call = {socketcall(1), arguments("a0=2 a1=2 a2=0"),
                                         line("PROCTITLE", 1, "proctitle=\"x\"")};
  CHECK(groups(call, SelectionRequest{}) == 0);
  CHECK(groups(call, kSockets) == 1);
}

TEST_CASE("a socket whose end was lost still comes before its connect") {
  CHECK(groups({socket("a0=2 a1=1 a2=0")}, kSockets) == 1);
}
