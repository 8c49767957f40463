// SPDX-License-Identifier: Apache-2.0
// Alerts that syslog has not taken, in a file that outlives the program. Capped:
// when it is full the oldest stay. A crash costs at most what was being written;
// what was sent and not yet noted is sent again (an alert's id tells). Waits for
// the disk: for the disk thread only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "plugin/syslog_channel.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {

struct SpoolCounters {
  std::uint64_t written = 0;
  std::uint64_t refused = 0;      // full, or the disk did not take them
  std::uint64_t torn_bytes = 0;   // behind the last whole record, when opened
  std::uint64_t compactions = 0;  // the file was rewritten without what was sent
};

class Spool {
 public:
  Spool(std::string path, std::size_t max_bytes);

  // Makes the file, or finds what an earlier run left. 0, or the errno that
  // says why there is no spool: EWOULDBLOCK when another plugin has it, EPERM when
  // others could have written it (it must be ours or root's, mode 0600).
  [[nodiscard]] int open();

  // Adds and makes lasting. How many, from the first, were taken; why not more is
  // error(): ENOSPC for a full spool as for a full disk.
  // REQUIRES: numbers above last_number(), ascending.
  [[nodiscard]] std::size_t append(const std::vector<NumberedAlert>& alerts);
  // The next ones in order, each once, as many as fit into `max_bytes` but one at
  // least; empty when all were read.
  [[nodiscard]] std::vector<NumberedAlert> read(std::size_t max_bytes);
  // All up to this number need not be sent again.
  void note_sent(std::uint64_t number);

  [[nodiscard]] std::size_t unread() const { return unread_; }
  [[nodiscard]] std::uint64_t last_number() const { return last_; }
  [[nodiscard]] int error() const { return error_; }
  [[nodiscard]] const SpoolCounters& counters() const { return counters_; }

 private:
  struct Place {
    std::uint64_t number = 0;
    std::size_t next = 0;  // where the record after it begins; 0: no whole record
  };

  bool load_header(std::size_t size);
  bool write_header();
  void scan(std::size_t size);
  [[nodiscard]] Place record_at(std::size_t offset, NumberedAlert* alert) const;
  [[nodiscard]] bool make_room(std::size_t bytes);
  [[nodiscard]] bool compact();
  void write_records(std::string_view bytes, std::vector<std::size_t>& ends);
  bool fail(int error);

  const std::string path_;
  const std::size_t max_bytes_;
  UniqueFd fd_;
  std::size_t head_ = 0;  // offset of the first record not sent
  std::size_t read_ = 0;  // of the first one not read
  std::size_t end_ = 0;
  std::size_t unread_ = 0;
  std::uint64_t last_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t generation_ = 0;  // of the header
  int error_ = 0;
  SpoolCounters counters_;
};

}  // namespace audisp_eql::plugin
