// SPDX-License-Identifier: Apache-2.0
// `scan --report FILE`: the page's file. It is there whole or not at all, readable
// for its owner alone, and never written through what lies under its name.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "lib/alert/alert.h"
#include "lib/base/diagnostic.h"
#include "lib/report/report.h"
#include "plugin/stream_sink.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {

class ReportFile {
 public:
  // `inputs`: the logs as they were named; none: standard input.
  ReportFile(std::string path, std::vector<std::string> inputs, TimeZone zone);
  ReportFile(const ReportFile&) = delete;
  ReportFile& operator=(const ReportFile&) = delete;
  // Takes away what was not finished.
  ~ReportFile();

  // Before hours of reading: whether the file can be made. What has that name and is
  // no earlier report (a log, a device, a link) is an error, and stays.
  [[nodiscard]] std::optional<Diagnostic> open();
  void add(const alert::Alert& alert) { report_.add(alert); }
  // Writes the page and gives it its name. `summary` is what scan says at its end.
  // REQUIRES: open() had no error.
  [[nodiscard]] std::optional<Diagnostic> finish(const std::string& summary);

 private:
  std::string path_, temporary_;
  std::vector<std::string> inputs_;
  report::Report report_;
  UniqueFd fd_;
};

// How ausearch reads the same logs, unless they are packed: "-if FILE" of one file, "-if DIR"
// of a directory that holds audit.log or of that log with its rotated files; else nothing.
[[nodiscard]] std::string ausearch_input(const std::vector<std::string>& inputs);

}  // namespace audisp_eql::plugin
