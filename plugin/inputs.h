// SPDX-License-Identifier: Apache-2.0
// The logs that scan reads: opened, recognised, and put in the order of time.
// Whoever reads them gets bytes; nothing is parsed but the first lines.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/audit/grouper.h"
#include "lib/base/diagnostic.h"
#include "lib/base/result.h"
#include "lib/base/time.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {

struct Input {
  std::string name;          // as given; "standard input"
  UniqueFd fd;               // open where the file cannot be opened again (pipes); else empty
  std::string head;          // what was read to recognise it; only where fd is open
  std::string default_host;  // host.id of its records without node=; empty: not known
  std::string first_host;    // node= of its first record, else default_host
  std::optional<EventTime> first_time;
  audit::LineFormat format = audit::LineFormat::kLog;
};

struct InputSet {
  std::vector<Input> inputs;              // by (first_host, first_time, name)
  std::vector<Diagnostic> diagnostics;    // errors: inputs that cannot be read; notes
  std::vector<std::string> folder_hosts;  // hosts named after folders, when the files are a tree of hosts
};

// `host` is --host or the config's; empty: folders may name hosts.
[[nodiscard]] InputSet open_inputs(const std::vector<std::string>& files, const std::string& host);

// Whether the names are those of a tree with one folder per host: several
// folders, and at least one file name in two of them. Then the host of each is
// the first part of its path in which they differ; else all are empty.
[[nodiscard]] std::vector<std::string> hosts_of_tree(const std::vector<std::string>& paths);

// What the first lines say: how to group them, whose they are. An error for
// what no one can read, with a hint.
struct Recognised {
  audit::LineFormat format = audit::LineFormat::kLog;
  std::string node;
  std::optional<EventTime> first_time;
};
[[nodiscard]] Result<Recognised> recognise(std::string_view head, const std::string& name);

// All bytes in order, in pieces of at most 256 KiB, each good until the call with
// the next one has returned; the last line is ended if the file does not end it, as
// another file may follow. nullopt: read to the end.
[[nodiscard]] std::optional<Diagnostic> read_input(Input& input, const std::function<void(std::string_view)>& take);

}  // namespace audisp_eql::plugin
