// SPDX-License-Identifier: Apache-2.0
// A log's bytes, one after another: from a file or pipe as they are, or unpacked
// on the way (gzip, RFC 1952; xz; zstd, RFC 8878), told by content, not by name.
// Memory is bounded whatever the data says: 64 KiB of input, and what the format
// needs to look back (gzip 32 KiB, xz and zstd at most kUnpackMemory).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/diagnostic.h"
#include "plugin/unique_fd.h"

namespace audisp_eql::plugin {

inline constexpr std::size_t kUnpackMemory = std::size_t{128} << 20;

// What all readers of one scan share; any thread. Outlives them.
struct ReadControl {
  int stop_fd = -1;                        // readable once reading is to stop; -1: never
  std::atomic<std::uint64_t> bytes{0};     // read from files and pipes, packed as they are
  std::atomic<std::uint64_t> repeated{0};  // of logs, left out because another file began with the same

  [[nodiscard]] bool is_stopped() const;
};

class ByteSource {
 public:
  virtual ~ByteSource() = default;

  // At least one and at most `size` bytes; 0 at the end, which may have come too
  // early: then failure() or is_stopped() says so. REQUIRES: size > 0.
  [[nodiscard]] virtual std::size_t read(char* out, std::size_t size) = 0;

  // Why not all could be read. What read() gave before is good.
  [[nodiscard]] const std::optional<Diagnostic>& failure() const { return failure_; }
  [[nodiscard]] bool is_stopped() const { return stopped_; }

 protected:
  std::optional<Diagnostic> failure_;
  bool stopped_ = false;
};

// A file, or "-", standard input; else empty, with errno set. Never waits for a
// FIFO's writer: who reads it does, and can be stopped.
[[nodiscard]] UniqueFd open_file(const std::string& file);
// Whether a name says that its file is packed; only a guess.
[[nodiscard]] bool has_packed_name(std::string_view file);

struct SourceOptions {
  std::string name;                // for messages
  ReadControl* control = nullptr;  // null: cannot be stopped, counts nothing
  bool is_counted = true;          // in control->bytes
};

// Takes the descriptor, which may be non-blocking, and reads its first bytes to
// see how it is packed. Members of whatever kind may follow each other (`cat a.gz
// b.xz`); zeros after them are padding.
[[nodiscard]] std::unique_ptr<ByteSource> open_source(UniqueFd fd, SourceOptions options);

enum class Packing : std::uint8_t { kNone, kGzip, kXz, kZstd };
inline constexpr std::size_t kLongestMagic = 6;
[[nodiscard]] Packing packing_of(std::string_view head);

// As much as fits, or to the end.
[[nodiscard]] std::string read_up_to(ByteSource& source, std::size_t size);

}  // namespace audisp_eql::plugin
