// SPDX-License-Identifier: Apache-2.0
#include "lib/alert/bucket_table.h"

#include <chrono>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace audisp_eql::alert {
namespace {

using namespace std::chrono_literals;

BucketTable::Claim bucket(const std::string& name, Rate rate) {
  const std::string_view parts[] = {name};
  return {digest_of(parts), rate};
}

bool take(BucketTable& table, const std::vector<BucketTable::Claim>& claims, Instant now) {
  return table.take(claims, now);
}

std::size_t take_all(BucketTable& table, const BucketTable::Claim& claim, Instant now) {
  std::size_t count = 0;
  while (count < 2'000'000 && take(table, {claim}, now)) ++count;
  return count;
}

TEST_CASE("a bucket gives its burst, and then what comes back") {
  const Rate rates[] = {{1, 1}, {5, 1}, {3, 60}, {60, 30}, {1, 1'000'000}, {1000, 7}};
  for (const Rate& rate : rates) {
    CAPTURE(rate.burst);
    CAPTURE(rate.per_minute);
    BucketTable table(8);
    const auto claim = bucket("a", rate);
    const Instant token = Instant(1min) / static_cast<std::int64_t>(rate.per_minute);
    Instant now = 1h;
    CHECK(table.is_full(claim, now));
    CHECK(take_all(table, claim, now) == rate.burst);
    CHECK_FALSE(take(table, {claim}, now + token - 1ns));
    CHECK(take(table, {claim}, now + token));
    CHECK_FALSE(take(table, {claim}, now + token));
    now += token * static_cast<std::int64_t>(rate.burst + 1);
    CHECK_FALSE(table.is_full(claim, now - 1ns));
    CHECK(table.is_full(claim, now));
    CHECK(take_all(table, claim, now + 24h) == rate.burst);
  }
}

TEST_CASE("the largest bucket at the slowest rate does not overflow") {
  BucketTable table(8);
  const auto claim = bucket("a", {1'000'000, 1});
  const Instant now = 24h * 365 * 50;
  CHECK(take_all(table, claim, now) == 1'000'000);
  CHECK(take(table, {claim}, now + 1min));
}

TEST_CASE("tokens are taken from all buckets or from none") {
  BucketTable table(8);
  const auto small = bucket("small", {1, 1});
  const auto large = bucket("large", {3, 1});
  CHECK(take(table, {large, small}, 0s));
  CHECK_FALSE(take(table, {large, small}, 0s));
  CHECK_FALSE(take(table, {small, large}, 0s));
  CHECK(take_all(table, large, 0s) == 2);
}

TEST_CASE("at the limit the bucket asked for least lately is forgotten, and counted unless it was full") {
  const struct {
    std::size_t names;
    Instant last;  // when the last one is asked for
    std::size_t size;
    std::uint64_t evicted;
    bool first_is_full;
  } rows[] = {
      {3, 0s, 3, 0, false}, {4, 0s, 4, 0, false}, {5, 0s, 4, 1, true}, {7, 0s, 4, 3, true}, {5, 1min, 4, 0, true},
  };
  for (const auto& row : rows) {
    CAPTURE(row.names);
    BucketTable table(4);
    for (std::size_t i = 0; i < row.names; ++i) {
      CHECK(take(table, {bucket(std::to_string(i), {1, 1})}, i + 1 == row.names ? row.last : 0s));
    }
    CHECK(table.size() == row.size);
    CHECK(table.evicted() == row.evicted);
    CHECK(table.is_full(bucket("0", {1, 1}), row.last) == row.first_is_full);
  }
}

TEST_CASE("a million names take no more memory than the limit") {
  BucketTable table(1000);
  for (std::uint32_t i = 0; i < 1'000'000; ++i) {
    BucketTable::Claim claim{{}, {1, 1}};
    for (std::size_t byte = 0; byte < 4; ++byte) claim.name[byte] = static_cast<std::uint8_t>(i >> (8 * byte));
    if (!take(table, {claim}, 1h) || table.size() > 1000) FAIL("at name " << i);
  }
  CHECK(table.size() == 1000);
  CHECK(table.evicted() == 999'000);
}

TEST_CASE("asking an empty bucket keeps it from being forgotten") {
  BucketTable table(2);
  const auto asked = bucket("asked", {1, 1});
  CHECK(take(table, {asked}, 0s));
  CHECK(take(table, {bucket("b", {1, 1})}, 0s));
  CHECK_FALSE(take(table, {asked}, 0s));
  CHECK(take(table, {bucket("c", {1, 1})}, 0s));
  CHECK_FALSE(table.is_full(asked, 0s));
  CHECK(table.is_full(bucket("b", {1, 1}), 0s));
}

TEST_CASE("a smaller limit forgets at once, a larger one nothing") {
  BucketTable table(4);
  for (const char* name : {"a", "b", "c", "d"}) CHECK(take(table, {bucket(name, {1, 1})}, 1h));
  table.set_limit(5);
  CHECK(table.size() == 4);
  table.set_limit(1);
  CHECK(table.size() == 1);
  CHECK(table.evicted() == 3);
  CHECK_FALSE(table.is_full(bucket("d", {1, 1}), 1h));
}

}  // namespace
}  // namespace audisp_eql::alert
