// SPDX-License-Identifier: Apache-2.0
// librdkafka's mock cluster, in this process, on loopback ports that other processes
// can connect to, and a producer for it. It speaks Kafka's protocol, consumer groups
// and commits included; it is no Kafka.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

namespace audisp_eql::test {

enum class Request : std::int16_t { kListOffsets = 2, kOffsetCommit = 8 };  // the protocol's numbers

struct Committed {
  std::int64_t offset = -1;
  std::string metadata;
};

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
  // Those that follow have this time, in ms since the epoch; 0: their own.
  void set_time(std::int64_t time) { time_ = time; }
  // Returns when the brokers have all of it.
  void flush();
  // The next so many of these are refused.
  void refuse(Request what, int count);
  // The offset that was committed last, and its metadata; {-1, ""} if none was.
  [[nodiscard]] Committed committed(const std::string& group, const std::string& topic, int partition);

 private:
  struct State;
  std::unique_ptr<State> state_;
  std::int64_t time_ = 0;
};

}  // namespace audisp_eql::test
