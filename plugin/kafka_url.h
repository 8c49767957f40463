// SPDX-License-Identifier: Apache-2.0
// kafka://BROKER[:PORT][,BROKER[:PORT]...]/TOPIC?group=NAME[&until=end][&lookback=SECONDS][&config=FILE]
// Text to a value; connects to nothing, reads no file, and knows no librdkafka.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/base/time.h"

namespace audisp_eql::plugin {

struct KafkaUrl {
  std::string brokers;  // as librdkafka's bootstrap.servers has them
  std::string topic;    // one name, no pattern
  std::string group;    // instances of one group share the partitions
  bool until_end = false;
  std::optional<EventTime> lookback;  // see commit_window.h; nullopt: what the rules ask for
  std::string config;                 // file of librdkafka's own settings; empty: none

  bool operator==(const KafkaUrl&) const = default;
};

[[nodiscard]] bool is_kafka_url(std::string_view text);

// Of a text that is_kafka_url(). There are no escapes: a name that needs one is refused.
[[nodiscard]] Result<KafkaUrl> parse_kafka_url(const std::string& text);

}  // namespace audisp_eql::plugin
