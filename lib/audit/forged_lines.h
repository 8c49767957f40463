// SPDX-License-Identifier: Apache-2.0
// Lines that a socket address forged. auditd writes the enriched half of a
// SOCKADDR record into audit.log with the address's own newlines in it, so any
// user can add lines. They are found by the raw address, never by looks: it
// says which bytes must follow the record's first physical line, and only lines
// of exactly these bytes are taken. Where newlines were replaced (plugin
// stream) or the order was lost (ausearch), genuine lines are never taken.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace audisp_eql::audit {

class ForgedLines {
 public:
  // Looks at a SOCKADDR line whose body starts at `body`.
  void inspect(std::string_view line, std::size_t body);
  // True for a line that is part of the record inspected before it.
  [[nodiscard]] bool take(std::string_view line) { return active_ && take_expected(line); }

 private:
  [[nodiscard]] bool take_expected(std::string_view line);

  bool active_ = false;
  std::string expected_;   // what the address has behind the last newline met
  std::size_t limit_ = 0;  // bytes of it that libauparse prints at most
};

}  // namespace audisp_eql::audit
