// SPDX-License-Identifier: Apache-2.0
#include "plugin/kafka_url.h"

#include <string>

#include <doctest/doctest.h>

namespace audisp_eql::plugin {
namespace {

TEST_CASE("an address says brokers, topic, group and what else there is") {
  REQUIRE(is_kafka_url("kafka://b"));
  CHECK_FALSE(is_kafka_url("ndjson"));
  CHECK(parse_kafka_url("kafka://b/t?group=g").value() == KafkaUrl{"b", "t", "g", false, {}, {}});
  CHECK(parse_kafka_url("kafka://b1:9092,[::1]:9093/a.b_c-d?until=end&group=g-1&lookback=600&config=/etc/k.conf")
            .value() == KafkaUrl{"b1:9092,[::1]:9093", "a.b_c-d", "g-1", true, seconds(600), "/etc/k.conf"});
}

TEST_CASE("what is wrong with an address is said with its place") {
  const struct {
    const char* text;
    std::size_t column, width;
    const char* message;
  } rows[] = {
      {"kafka://", 9, 1, "no broker's name"},
      {"kafka://b", 10, 1, "no topic's name"},
      {"kafka://b/?group=g", 11, 1, "no topic's name"},
      {"kafka://b,/t?group=g", 9, 2, "no broker's name"},
      {"kafka://b/^t?group=g", 11, 2, "no topic's name"},  // a pattern, to librdkafka
      {"kafka://b/t", 12, 1, "no group"},
      {"kafka://b/t?group=", 19, 1, "no group's name"},
      {"kafka://b/t?group=g&until=now", 27, 3, "`until` can be `end` only"},
      {"kafka://b/t?group=g&lookback=-1", 30, 2, "no number of seconds up to 604800"},
      {"kafka://b/t?group=g&lookback=604801", 30, 6, "no number of seconds up to 604800"},
      {"kafka://b/t?group=g&grup=h", 21, 6, "unknown setting"},
      {"kafka://b/t?group=g&config=", 21, 7, "unknown setting"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.text);
    const auto url = parse_kafka_url(row.text);
    REQUIRE_FALSE(url.has_value());
    const Diagnostic said = url.error().diagnostics.front();
    CHECK(said.message == row.message);
    CHECK(said.column == row.column);
    CHECK(said.width == row.width);
    CHECK(said.source_line == row.text);
  }
  CHECK(parse_kafka_url("kafka://b/t?group=g&lookback=604800").has_value());
  CHECK(parse_kafka_url("kafka://b/" + std::string(249, 't') + "?group=g").has_value());
  CHECK_FALSE(parse_kafka_url("kafka://b/" + std::string(250, 't') + "?group=g").has_value());
}

}  // namespace
}  // namespace audisp_eql::plugin
