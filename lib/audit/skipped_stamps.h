// SPDX-License-Identifier: Apache-2.0
// The events that were skipped last, by their stamps as text. On a busy host nearly
// all records belong to such an event and come soon after its SYSCALL record: a
// comparison does instead of reading them.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace audisp_eql::audit {

class SkippedStamps {
 public:
  // Whether the line is a CWD, PATH, EXECVE, PROCTITLE or EOE record, without node,
  // of one of them.
  [[nodiscard]] bool has(std::string_view line) const;

  // `line` is the event's SYSCALL record. Of one with a node nothing is kept.
  void add(std::string_view line);
  // One of them may be wanted after all.
  void clear() { stamps_ = {}; }

 private:
  // As many as processors may write records at the same time.
  static constexpr std::size_t kEvents = 4;

  struct Stamp {
    std::array<char, 31> text;  // `S.MS:SERIAL):`
    unsigned char length;       // 0: none
  };
  std::array<Stamp, kEvents> stamps_{};
  std::size_t latest_ = 0;
};

}  // namespace audisp_eql::audit
