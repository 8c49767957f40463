// SPDX-License-Identifier: Apache-2.0
// Without librdkafka.
#include "plugin/kafka_input.h"

namespace audisp_eql::plugin {

struct KafkaInput::State {
  KafkaCounters counters;
};

KafkaInput::KafkaInput(KafkaUrl /*url*/, EventTime /*idle*/, ReadControl& /*control*/, KafkaOwner /*owner*/)
    : state_(std::make_unique<State>()) {}
KafkaInput::~KafkaInput() = default;

std::vector<Diagnostic> KafkaInput::run() { return {}; }

std::vector<Diagnostic> KafkaInput::open() {
  Diagnostic d;
  d.message = "this audisp-eql was built without Kafka";
  d.hint = "build it with librdkafka: cmake --preset release -D AUDISP_EQL_KAFKA=ON";
  return {d};
}

const KafkaCounters& KafkaInput::counters() const { return state_->counters; }

}  // namespace audisp_eql::plugin
