// SPDX-License-Identifier: Apache-2.0
#include "lib/base/binary.h"

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>

#include <doctest/doctest.h>

using namespace audisp_eql;

namespace {

enum class Colour : std::uint8_t { kRed, kGreen };

std::string sample() {
  BinaryWriter out;
  out.number(300);
  out.integer(-70'000);
  out.text(std::string("a\0b", 3));
  out.flag(true);
  out.real(0.5);
  out.time({1'700'000'000'123, 999'999});
  out.word(Colour::kGreen);
  return out.take();
}

// How many of the sample's values could be read.
int read_sample(std::string_view bytes) {
  BinaryReader in(bytes);
  int good = 0;
  good += in.number() == 300 && in.ok() ? 1 : 0;
  good += in.integer() == -70'000 && in.ok() ? 1 : 0;
  good += in.text() == std::string_view("a\0b", 3) && in.ok() ? 1 : 0;
  good += in.flag() && in.ok() ? 1 : 0;
  good += in.real() == 0.5 && in.ok() ? 1 : 0;
  good += in.time() == EventTime{1'700'000'000'123, 999'999} && in.ok() ? 1 : 0;
  good += in.word(Colour::kGreen) == Colour::kGreen && in.ok() ? 1 : 0;
  return in.is_done() ? good : good - 100;
}

}  // namespace

TEST_CASE("numbers of every size come back as they were") {
  for (const std::uint64_t n : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128}, std::uint64_t{16'383},
                                std::uint64_t{16'384}, std::uint64_t{1} << 63, UINT64_MAX}) {
    BinaryWriter out;
    out.number(n);
    out.integer(static_cast<std::int64_t>(n));
    BinaryReader in(out.bytes());
    CHECK(in.number() == n);
    CHECK(in.integer() == static_cast<std::int64_t>(n));
    CHECK(in.is_done());
  }
  BinaryWriter out;
  out.real(std::numeric_limits<double>::quiet_NaN());
  BinaryReader in(out.bytes());
  CHECK(std::isnan(in.real()));
}

TEST_CASE("what is cut short fails, at every length") {
  const std::string whole = sample();
  CHECK(read_sample(whole) == 7);
  for (std::size_t size = 0; size < whole.size(); ++size) CHECK(read_sample(whole.substr(0, size)) < 0);
  CHECK(read_sample(whole + '\0') < 0);
}

TEST_CASE("a reader that failed yields nothing more") {
  BinaryReader in(
      "\x05"
      "abc\x01");
  CHECK(in.text().empty());
  CHECK_FALSE(in.ok());
  CHECK(in.number() == 0);
  CHECK_FALSE(in.is_done());
}

TEST_CASE("what cannot be is refused") {
  const auto fails = [](std::string_view bytes, auto read) {
    BinaryReader in(bytes);
    read(in);
    return !in.ok();
  };
  CHECK(fails("\x02", [](BinaryReader& in) { (void)in.flag(); }));
  CHECK(fails("\x02", [](BinaryReader& in) { (void)in.word(Colour::kGreen); }));
  CHECK(
      fails("\x02"
            "a",
            [](BinaryReader& in) { (void)in.count(); }));
  CHECK_FALSE(
      fails("\x01"
            "a",
            [](BinaryReader& in) { (void)in.count(); }));
  CHECK(fails("\x01\xFF", [](BinaryReader& in) { (void)in.utf8(); }));
  CHECK_FALSE(fails("\x01\xFF", [](BinaryReader& in) { (void)in.text(); }));
  CHECK(fails(std::string(10, '\xFF'), [](BinaryReader& in) { (void)in.number(); }));
  CHECK(fails(std::string("\0\xC0\x84\x3D", 4), [](BinaryReader& in) { (void)in.time(); }));  // 1'000'000 ns
  CHECK_FALSE(fails(std::string("\0\xBF\x84\x3D", 4), [](BinaryReader& in) { (void)in.time(); }));
}
