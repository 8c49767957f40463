// SPDX-License-Identifier: Apache-2.0
#include "tests/kafka/mock_cluster.h"

#include <array>
#include <vector>

#include <doctest/doctest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

namespace audisp_eql::test {
namespace {

constexpr int kBrokers = 3;

rd_kafka_t* producer(const std::string& brokers) {
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  rd_kafka_conf_set_log_cb(conf, [](const rd_kafka_t*, int, const char*, const char*) {});
  if (!brokers.empty()) rd_kafka_conf_set(conf, "bootstrap.servers", brokers.c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "linger.ms", "0", nullptr, 0);
  std::array<char, 256> text{};
  rd_kafka_t* const made = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text.data(), text.size());
  REQUIRE_MESSAGE(made != nullptr, std::string(text.data()));
  return made;
}

}  // namespace

struct MockCluster::State {
  rd_kafka_t* book_keeper = producer("");
  rd_kafka_mock_cluster_t* cluster = rd_kafka_mock_cluster_new(book_keeper, kBrokers);
  rd_kafka_t* sender = producer(rd_kafka_mock_cluster_bootstraps(cluster));
};

MockCluster::MockCluster() : state_(std::make_unique<State>()) {}

MockCluster::~MockCluster() {
  rd_kafka_destroy(state_->sender);
  rd_kafka_mock_cluster_destroy(state_->cluster);
  rd_kafka_destroy(state_->book_keeper);
}

void MockCluster::create(const std::string& topic, int partitions) {
  REQUIRE(rd_kafka_mock_topic_create(state_->cluster, topic.c_str(), partitions, kBrokers) ==
          RD_KAFKA_RESP_ERR_NO_ERROR);
}

std::string MockCluster::brokers() const { return rd_kafka_mock_cluster_bootstraps(state_->cluster); }

void MockCluster::send(const std::string& topic, int partition, const std::string* key, const std::string* value) {
  const auto size = [](const std::string* text) { return text == nullptr ? 0 : text->size(); };
  const auto bytes = [](const std::string* text) {
    return text == nullptr ? nullptr : const_cast<char*>(text->data());
  };
  const rd_kafka_resp_err_t error =
      rd_kafka_producev(state_->sender, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(partition),
                        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_KEY(bytes(key), size(key)),
                        RD_KAFKA_V_VALUE(bytes(value), size(value)), RD_KAFKA_V_TIMESTAMP(time_), RD_KAFKA_V_END);
  REQUIRE(error == RD_KAFKA_RESP_ERR_NO_ERROR);
}

void MockCluster::flush() { REQUIRE(rd_kafka_flush(state_->sender, 30'000) == RD_KAFKA_RESP_ERR_NO_ERROR); }

void MockCluster::refuse(Request what, int count) {
  const std::vector<rd_kafka_resp_err_t> errors(static_cast<std::size_t>(count), RD_KAFKA_RESP_ERR_INVALID_REQUEST);
  rd_kafka_mock_push_request_errors_array(state_->cluster, static_cast<std::int16_t>(what), errors.size(),
                                          errors.data());
}

Committed MockCluster::committed(const std::string& group, const std::string& topic, int partition) {
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", brokers().c_str(), nullptr, 0);
  rd_kafka_conf_set(conf, "group.id", group.c_str(), nullptr, 0);
  rd_kafka_t* const asks = rd_kafka_new(RD_KAFKA_CONSUMER, conf, nullptr, 0);
  REQUIRE(asks != nullptr);
  rd_kafka_topic_partition_list_t* const parts = rd_kafka_topic_partition_list_new(1);
  const rd_kafka_topic_partition_t* const part = rd_kafka_topic_partition_list_add(parts, topic.c_str(), partition);
  Committed out;
  if (rd_kafka_committed(asks, parts, 10'000) == RD_KAFKA_RESP_ERR_NO_ERROR && part->offset >= 0) {
    out = {part->offset, {static_cast<const char*>(part->metadata), part->metadata_size}};
  }
  rd_kafka_topic_partition_list_destroy(parts);
  rd_kafka_destroy(asks);
  return out;
}

}  // namespace audisp_eql::test
