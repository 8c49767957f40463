// SPDX-License-Identifier: Apache-2.0
#include "lib/audit/decode.h"

#include <vector>

#include <doctest/doctest.h>

using namespace audisp_eql::audit;

namespace {

struct Case {
  std::string_view raw;
  Decoded decoded;
  std::string_view text;
};

}  // namespace

TEST_CASE("quoted is literal, bare is hex, whatever it looks like") {
  const std::vector<Case> cases{
      {"\"cat\"", Decoded::kText, "cat"},
      {"\"3005\"", Decoded::kText, "3005"},
      {"3005", Decoded::kText, {"0\x05", 2}},
      {"\"\"", Decoded::kText, ""},
      {"\"(null)\"", Decoded::kText, "(null)"},
      {"\"a=b\"", Decoded::kText, "a=b"},
      {"2F746D702F6120622028646C29", Decoded::kText, "/tmp/a b (dl)"},
      {"fFAa", Decoded::kText, "\xff\xaa"},
      {"00", Decoded::kText, {"\0", 1}},
      {"(null)", Decoded::kAbsent, ""},
      {"(none)", Decoded::kAbsent, ""},
      {"?", Decoded::kAbsent, ""},
      {{}, Decoded::kAbsent, ""},
      {"", Decoded::kBad, ""},
      {"\"", Decoded::kBad, ""},
      {"\"open", Decoded::kBad, ""},
      {"open\"", Decoded::kBad, ""},
      {"123", Decoded::kBad, ""},
      {"0g", Decoded::kBad, ""},
      {"cat", Decoded::kBad, ""},
      {"-1", Decoded::kBad, ""},
      {"\xff\xff", Decoded::kBad, ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.raw);
    std::string out = "x";
    CHECK(append_decoded(c.raw, out) == c.decoded);
    CHECK(out == "x" + std::string(c.text));
  }
}

TEST_CASE("hex is decoded whole or not at all") {
  CHECK(decode_hex("") == "");
  CHECK(decode_hex("41424a") == "ABJ");
  CHECK_FALSE(decode_hex("4"));
  CHECK_FALSE(decode_hex("41 "));
  CHECK_FALSE(decode_hex("\"41\""));
}
