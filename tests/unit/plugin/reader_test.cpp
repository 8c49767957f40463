// SPDX-License-Identifier: Apache-2.0
#include "plugin/reader.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <string>

#include <doctest/doctest.h>

#include "plugin/byte_ring.h"

namespace audisp_eql::plugin {
namespace {

TEST_CASE("the ring refuses what does not fit, whole") {
  ByteRing ring(10);
  CHECK(ring.push("12345678") == Pushed::kToAnEmpty);
  CHECK(ring.push("abc") == Pushed::kRefused);
  CHECK(ring.push("ab") == Pushed::kBehind);
  CHECK(ring.push("x") == Pushed::kRefused);
  CHECK(ring.front() == "12345678ab");
}

TEST_CASE("the ring keeps order over its end") {
  ByteRing ring(8);
  std::string sent;
  std::string received;
  for (int i = 0; i < 100; ++i) {
    const std::string piece(1 + i % 5, static_cast<char>('a' + i % 26));
    while (ring.push(piece) == Pushed::kRefused) {
      received += ring.front();
      ring.pop(ring.front().size());
    }
    sent += piece;
  }
  while (!ring.front().empty()) {
    received += ring.front();
    ring.pop(ring.front().size());
  }
  CHECK(received == sent);
}

TEST_CASE("the ring has ended when it is closed and empty") {
  ByteRing ring(8);
  CHECK(ring.push("a") == Pushed::kToAnEmpty);
  ring.close();
  CHECK_FALSE(ring.ended());
  ring.pop(1);
  CHECK(ring.ended());
}

struct Pipe {
  UniqueFd read, write;
  Pipe() {
    std::array<int, 2> fds{};
    REQUIRE(::pipe2(fds.data(), O_CLOEXEC) == 0);
    read.reset(fds[0]);
    write.reset(fds[1]);
  }
  void send(const std::string& text) const {
    REQUIRE(::write(write.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  }
};

// Takes until the end, waiting for the reader's signal.
std::string take_all(Reader& reader) {
  std::string all;
  while (!reader.ended()) {
    pollfd ready = {reader.ready_fd(), POLLIN, 0};
    REQUIRE(::poll(&ready, 1, 10'000) == 1);
    reader.clear_ready();
    while (!reader.front().empty()) {
      const std::size_t size = reader.front().size();
      all += reader.front();
      reader.pop(size);
    }
  }
  return all;
}

std::string read_through(const std::string& text, std::size_t queue, std::size_t max_line, ReaderCounters& counters) {
  Pipe pipe;
  Reader reader(pipe.read.get(), queue, max_line);
  pipe.send(text);
  pipe.write.reset();
  const std::string all = take_all(reader);
  counters = reader.counters();
  return all;
}

TEST_CASE("what is written is read to the end, with a last line that has no end") {
  ReaderCounters counters;
  std::string text;
  for (int i = 0; i < 3000; ++i) text += "line " + std::to_string(i) + "\n";
  text += "the rest";
  CHECK(read_through(text, 1u << 20, 1000, counters) == text);
  CHECK(counters.bytes == text.size());
  CHECK(counters.dropped_lines == 0);
  CHECK(counters.error == 0);
}

TEST_CASE("lines up to the limit are kept, longer ones are dropped whole and counted") {
  const struct {
    std::size_t length;
    std::uint64_t dropped;
  } rows[] = {{99, 0}, {100, 0}, {101, 1}, {50'000, 1}};
  for (const auto& row : rows) {
    CAPTURE(row.length);
    // The long line's end comes in a later read than its beginning.
    Pipe pipe;
    Reader reader(pipe.read.get(), 1u << 20, 100);
    const std::string line(row.length, 'x');
    pipe.send("before\n" + line);
    while (reader.counters().bytes < 7 + row.length) std::this_thread::yield();
    pipe.send("\nafter\n");
    pipe.write.reset();
    CHECK(take_all(reader) == "before\n" + (row.dropped > 0 ? "" : line + "\n") + "after\n");
    CHECK(reader.counters().overlong_lines == row.dropped);
  }
}

// Nobody takes: the ring fills, later lines are dropped whole, reading goes on.
TEST_CASE("a full ring drops whole lines and counts them exactly") {
  Pipe pipe;
  const std::string line(99, 'x');
  Reader reader(pipe.read.get(), 1000, 1000);
  std::string sent;
  for (int i = 0; i < 50; ++i) {
    pipe.send(line + "\n");
    sent += line + "\n";
    while (reader.counters().bytes < sent.size()) std::this_thread::yield();
  }
  pipe.write.reset();
  const std::string all = take_all(reader);
  CHECK(all == sent.substr(0, 1000));
  CHECK(reader.counters().dropped_lines == 40);
  CHECK(reader.counters().dropped_bytes == 4000);
}

TEST_CASE("stop takes what is there and ends though the writer stays") {
  Pipe pipe;
  Reader reader(pipe.read.get(), 1u << 20, 1000);
  pipe.send("one\ntwo\n");
  reader.stop();
  CHECK(take_all(reader) == "one\ntwo\n");
}

TEST_CASE("a read error ends it and is told") {
  const UniqueFd directory(::open("/", O_RDONLY | O_DIRECTORY));
  Reader reader(directory.get(), 1u << 20, 1000);
  CHECK(take_all(reader).empty());
  CHECK(reader.counters().error == EISDIR);
}

}  // namespace
}  // namespace audisp_eql::plugin
