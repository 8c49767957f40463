// SPDX-License-Identifier: Apache-2.0
#include "plugin/byte_source.h"

#include <fcntl.h>

#include <doctest/doctest.h>

#include "tests/support/files.h"
#include "tests/support/packed.h"
#include "tests/support/temp_dir.h"

namespace audisp_eql::plugin {
namespace {

using test::gzip;
using test::xz;
using test::zstd;

struct Got {
  std::string bytes;
  std::optional<Diagnostic> failure;
};

Got all_of(const std::string& stored, std::size_t at_once = 4096) {
  const test::TempDir dir;
  test::write_file(dir / "log", stored);
  const auto source = open_source(UniqueFd(::open((dir / "log").c_str(), O_RDONLY | O_CLOEXEC)), {"log", nullptr});
  Got got;
  std::string buffer(at_once, '\0');
  while (const std::size_t n = source->read(buffer.data(), buffer.size())) got.bytes.append(buffer, 0, n);
  got.failure = source->failure();
  return got;
}

// Longer than any buffer, and not all alike.
std::string text() {
  std::string out;
  for (int i = 0; i < 40'000; ++i) out += "type=CWD msg=audit(1.000:" + std::to_string(i * 7919) + "): cwd=\"/\"\n";
  return out;
}

struct Packer {
  const char* name;
  std::string (*pack)(std::string_view);
};
const Packer kPackers[] = {{"gzip", gzip}, {"xz", [](std::string_view t) { return xz(t); }}, {"zstd", zstd}};

TEST_CASE("what is packed comes out as it was, in whatever pieces it is read") {
  const std::string want = text();
  for (const Packer& packer : kPackers) {
    CAPTURE(packer.name);
    for (const std::size_t at_once : {std::size_t{1} << 20, std::size_t{4096}, std::size_t{61}}) {
      const Got got = all_of(packer.pack(want), at_once);
      CHECK(got.bytes == want);
      CHECK_FALSE(got.failure.has_value());
    }
    CHECK(all_of(packer.pack("")).bytes.empty());
    CHECK_FALSE(all_of(packer.pack("")).failure.has_value());
  }
}

TEST_CASE("what is not packed is left alone, be it shorter than a mark") {
  for (const std::string& plain : {std::string(), std::string("\x1f"), std::string("\x1f\x8b"), std::string("abc\n")}) {
    const Got got = all_of(plain);
    CHECK(got.bytes == plain);
    CHECK_FALSE(got.failure.has_value());
  }
}

TEST_CASE("members follow each other, of any kind, with padding behind") {
  for (const Packer& packer : kPackers) {
    CAPTURE(packer.name);
    const Got got = all_of(packer.pack("one\n") + packer.pack("") + packer.pack("two\n") + std::string(1024, '\0'));
    CHECK(got.bytes == "one\ntwo\n");
    CHECK_FALSE(got.failure.has_value());
  }
  // A skippable frame (RFC 8878, 3.1.2) is no end.
  const std::string skippable("\x50\x2a\x4d\x18\x03\0\0\0abc", 11);
  CHECK(all_of(gzip("a") + xz("b") + skippable + zstd("c") + skippable + gzip("d")).bytes == "abcd");
}

TEST_CASE("of a file that is cut short what is there is used, and the place named") {
  const std::string want = text();
  for (const Packer& packer : kPackers) {
    CAPTURE(packer.name);
    const std::string packed = packer.pack(want);
    for (const std::size_t size : {packed.size() - 1, packed.size() / 2, std::size_t{12}}) {
      const Got got = all_of(packed.substr(0, size));
      CHECK(want.starts_with(got.bytes));
      REQUIRE(got.failure.has_value());
      CHECK(got.failure->message == "log: its " + std::string(packer.name) + " data ends in the middle (after " +
                                        std::to_string(got.bytes.size()) + " bytes of log, which are used)");
      CHECK_FALSE(got.failure->hint.empty());
    }
    CHECK(all_of(packed.substr(0, packed.size() - 1)).bytes == want);
  }
}

TEST_CASE("what follows a member and is none is told, the member used") {
  for (const Packer& packer : kPackers) {
    for (const std::string& junk : {std::string("x"), std::string("\0\0x", 3), std::string("\x1f\x8b")}) {
      CAPTURE(packer.name);
      const Got got = all_of(packer.pack("one\n") + junk);
      CHECK(got.bytes == "one\n");
      REQUIRE(got.failure.has_value());
      CHECK(got.failure->message.find("is followed by something else (after 4 bytes") != std::string::npos);
    }
  }
}

TEST_CASE("damage is told once, and ends the reading") {
  const std::string want = text();
  for (const Packer& packer : kPackers) {
    CAPTURE(packer.name);
    std::string packed = packer.pack(want);
    packed.replace(packed.size() / 2, 8, 8, '\x55');
    const Got got = all_of(packed);
    REQUIRE(got.failure.has_value());
    CHECK(got.failure->message.find("is damaged: ") != std::string::npos);
    CHECK(got.failure->message.find("(after " + std::to_string(got.bytes.size())) != std::string::npos);
  }
}

TEST_CASE("memory to unpack is limited: at the limit it works, above it is refused with a way out") {
  CHECK(all_of(test::zstd_of_window("at the limit\n", 27)).bytes == "at the limit\n");
  const Got large = all_of(test::zstd_of_window("above\n", 28));
  REQUIRE(large.failure.has_value());
  CHECK(large.bytes.empty());
  CHECK(large.failure->message.find("needs more than 128 MiB") != std::string::npos);
  CHECK(large.failure->hint.find("zstdcat --long=31") != std::string::npos);
  CHECK(all_of(xz("the largest preset\n", 9)).bytes == "the largest preset\n");
}

TEST_CASE("a reader that waits for a pipe is stopped") {
  int pipe[2], stop[2];
  REQUIRE(::pipe2(pipe, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(stop, O_CLOEXEC) == 0);
  const UniqueFd writer(pipe[1]), stop_reader(stop[0]), stopper(stop[1]);
  REQUIRE(::write(writer.get(), "0123456789", 10) == 10);
  ReadControl control;
  control.stop_fd = stop_reader.get();
  const auto source = open_source(UniqueFd(pipe[0]), {"pipe", &control});
  CHECK(read_up_to(*source, 10) == "0123456789");
  CHECK(control.bytes == 10);
  REQUIRE(::write(stopper.get(), "x", 1) == 1);
  char byte = 0;
  CHECK(source->read(&byte, 1) == 0);
  CHECK(source->is_stopped());
  CHECK_FALSE(source->failure().has_value());
}

}  // namespace
}  // namespace audisp_eql::plugin
