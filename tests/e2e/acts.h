// SPDX-License-Identifier: Apache-2.0
// What a program of the end-to-end test does once it runs: connect to its
// case's port on loopback, after whatever the case tries to hide behind.
#pragma once

#include <string>

namespace audisp_eql::e2e {

struct Case {
  std::string name;
  int port = 0;
};

// True when the case was carried out: the connect was tried, whatever became
// of it. An unknown name is a plain IPv4 connect: cases that differ only in how
// they are started need no act of their own.
[[nodiscard]] bool act(const Case& what);

}  // namespace audisp_eql::e2e
