// SPDX-License-Identifier: Apache-2.0
// The logs that scan reads: found in folders, opened, unpacked, recognised, and
// put in the order of time. Whoever reads them gets bytes; nothing is parsed but
// the first lines.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/audit/grouper.h"
#include "lib/base/diagnostic.h"
#include "lib/base/result.h"
#include "lib/base/time.h"
#include "plugin/byte_source.h"

namespace audisp_eql::plugin {

// A regular file, found again under the name that rotation gave it meanwhile.
struct FileRef {
  std::string name;
  dev_t device = 0;
  ino_t inode = 0;
};

struct Input {
  std::string name;                    // as given or found, for messages; "standard input"
  FileRef file;                        // where it can be opened again, else without name
  std::unique_ptr<ByteSource> source;  // open where it cannot (pipes)
  std::string head;                    // what was read of that to recognise it
  std::string default_host;            // host.id of its records without node=; empty: not known
  std::string first_host;              // node= of its first record, else default_host
  std::optional<EventTime> first_time;
  std::uint64_t first_serial = 0;  // of that record
  audit::LineFormat format = audit::LineFormat::kLog;
  std::vector<FileRef> earlier;    // of the same host, read before, that begin with the same record
  ReadControl* control = nullptr;  // open_inputs' argument
};

struct InputSet {
  std::vector<Input> inputs;              // by (default_host, first_time, first_serial, first_host, name)
  std::vector<Diagnostic> diagnostics;    // errors: inputs that cannot be read; notes
  std::vector<std::string> folder_hosts;  // hosts named after folders, when the files are a tree of hosts
  std::optional<std::uint64_t> bytes;     // of all, as they are stored; nullopt where a pipe is among them
};

// Files, folders (all logs below them; other files are noted), "-". `host` is
// --host or the config's; empty: folders may name hosts. `control` may be null,
// else it outlives the inputs; once it says stop, inputs are missing.
[[nodiscard]] InputSet open_inputs(const std::vector<std::string>& files, const std::string& host,
                                   ReadControl* control = nullptr);

// Whether the names are those of a tree with one folder per host: several
// folders, and at least one file name in two of them (packed or not). Then the
// host of each is the first part of its path in which they differ; else all are
// empty.
[[nodiscard]] std::vector<std::string> hosts_of_tree(const std::vector<std::string>& paths);

// What the first lines say: how to group them, whose they are. An error for
// what no one can read, with a hint.
struct Recognised {
  audit::LineFormat format = audit::LineFormat::kLog;
  std::string node;
  std::optional<EventTime> first_time;
  std::uint64_t first_serial = 0;
};
[[nodiscard]] Result<Recognised> recognise(std::string_view head, const std::string& name);

// All bytes in order, unpacked, in pieces of at most 1 MiB; the last line is ended
// if the file does not end it, as another file may follow. What `earlier` files
// had is left out. A piece is good until the call with the next one has returned;
// the last one is empty. nullopt: read to the end, or stopped by the control. From
// any thread, one input by one thread.
[[nodiscard]] std::optional<Diagnostic> read_input(Input& input, const std::function<void(std::string_view)>& take);

}  // namespace audisp_eql::plugin
