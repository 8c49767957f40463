// SPDX-License-Identifier: Apache-2.0
// A running `audisp-eql scan --input kafka://...`, whose alerts are read as they come.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "plugin/unique_fd.h"

namespace audisp_eql::test {

struct GivenAlert {
  std::string id, host;
};

class Consumer {
 public:
  // `argv[0]` is a path; standard error goes to this process's.
  explicit Consumer(const std::vector<std::string>& argv);
  // Kills what still runs.
  ~Consumer();
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  // Those so far, in order.
  [[nodiscard]] const std::vector<GivenAlert>& alerts() const { return alerts_; }
  void signal(int number) const;
  // Reads on to the end of its output. Exit status, 128 + signal when killed.
  [[nodiscard]] int wait();

  // Waits until one of them gave something, or ended; false after a minute.
  [[nodiscard]] static bool wait_for_more(const std::vector<Consumer*>& consumers);

 private:
  [[nodiscard]] bool read_some();

  plugin::UniqueFd out_;
  int pid_ = -1;
  std::string rest_;
  std::vector<GivenAlert> alerts_;
};

}  // namespace audisp_eql::test
