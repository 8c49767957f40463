// SPDX-License-Identifier: Apache-2.0
// librdkafka's mock cluster, in this process, on loopback ports that other processes
// can connect to, and a producer for it. It speaks Kafka's protocol, consumer groups
// and commits included; it is no Kafka.
#pragma once

#include <memory>
#include <string>

namespace audisp_eql::test {

class MockCluster {
 public:
  MockCluster();
  ~MockCluster();
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  void create(const std::string& topic, int partitions);
  // HOST:PORT,...
  [[nodiscard]] std::string brokers() const;
  // Those of a partition in order. Null: no key, or no value.
  void send(const std::string& topic, int partition, const std::string* key, const std::string* value);
  void send(const std::string& topic, int partition, const std::string& key, const std::string& value) {
    send(topic, partition, &key, &value);
  }
  // Returns when the brokers have all of it.
  void flush();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace audisp_eql::test
