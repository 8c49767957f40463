// SPDX-License-Identifier: Apache-2.0
#include "tests/support/forked.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include <doctest/doctest.h>

#include "plugin/unique_fd.h"
#include "tests/support/command.h"

namespace audisp_eql::test {

std::string in_child(const std::function<std::string()>& body) {
  std::array<int, 2> ends{};
  REQUIRE(::pipe2(ends.data(), O_CLOEXEC) == 0);
  const plugin::UniqueFd reading(ends[0]);
  plugin::UniqueFd writing(ends[1]);
  const pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const std::string said = body();
    const bool whole = ::write(writing.get(), said.data(), said.size()) == static_cast<ssize_t>(said.size());
    ::_exit(whole ? 0 : 1);
  }
  writing.reset();
  std::string said;
  std::array<char, 4096> buffer;
  for (ssize_t n = 0; (n = ::read(reading.get(), buffer.data(), buffer.size())) > 0;) {
    said.append(buffer.data(), static_cast<std::size_t>(n));
  }
  REQUIRE(wait_for_exit(child, 10) == 0);
  return said;
}

}  // namespace audisp_eql::test
