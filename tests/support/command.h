// SPDX-License-Identifier: Apache-2.0
// Runs a program to its end, as a shell would, and says what came of it.
#pragma once

#include <string>
#include <vector>

namespace audisp_eql::test {

struct Ran {
  int status = -1;  // exit status; 128 + signal when killed
  std::string out;
  std::string err;
};

// argv[0] is a path. Fails the test when it takes longer than a minute.
[[nodiscard]] Ran run(const std::vector<std::string>& argv, const std::string& input = {});

// Waits for a child's end, at most `seconds`; fails the test then, and kills it.
[[nodiscard]] int wait_for_exit(int pid, int seconds);

}  // namespace audisp_eql::test
