// SPDX-License-Identifier: Apache-2.0
#include "lib/report/content_policy.h"

#include <string_view>
#include <vector>

#include <doctest/doctest.h>

using namespace audisp_eql;

TEST_CASE("base64 is RFC 4648's, with its test vectors") {
  constexpr std::string_view kRows[][2] = {{"", ""},
                                           {"f", "Zg=="},
                                           {"fo", "Zm8="},
                                           {"foo", "Zm9v"},
                                           {"foob", "Zm9vYg=="},
                                           {"fooba", "Zm9vYmE="},
                                           {"foobar", "Zm9vYmFy"}};
  for (const auto& row : kRows)
    CHECK(report::base64(std::vector<std::uint8_t>(row[0].begin(), row[0].end())) == row[1]);
  CHECK(report::base64(std::vector<std::uint8_t>{0xFB, 0xFF, 0xBF}) == "+/+/");
}

// `printf %s 'alert(1)' | openssl dgst -sha256 -binary | base64`, and the same of `b{}`.
TEST_CASE("a policy allows one style and one script, by their hashes") {
  CHECK(report::content_policy("b{}", "alert(1)") ==
        "default-src 'none'; style-src 'sha256-7yqHVAesot11p6HczDsgKRipvI5UPgs97z80zNXlans='; script-src "
        "'sha256-bhHHL3z2vDgxUt0W3dWQOrprscmda2Y5pLsLg4GF+pI='; base-uri 'none'; form-action 'none'");
}
