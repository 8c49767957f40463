// SPDX-License-Identifier: Apache-2.0
// One packed member at a time, with zlib, liblzma or libzstd, which codec.cpp
// alone knows. Keeps no input: what a step does not consume comes again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "plugin/byte_source.h"

namespace audisp_eql::plugin {

enum class CodecState : std::uint8_t {
  kMore,      // give more input, or more room
  kEnd,       // of this member; the next step begins another
  kDamaged,   // `why` says how
  kTooLarge,  // needs more memory than kUnpackMemory
};

struct CodecStep {
  std::size_t consumed = 0, produced = 0;
  CodecState state = CodecState::kMore;
  std::string why;
};

class Codec {
 public:
  virtual ~Codec() = default;
  // May be called with empty input, for output that is still held.
  [[nodiscard]] virtual CodecStep step(std::string_view in, char* out, std::size_t size) = 0;
};

// REQUIRES: not kNone. Throws std::bad_alloc.
[[nodiscard]] std::unique_ptr<Codec> make_codec(Packing packing);

[[nodiscard]] std::string_view to_string(Packing packing);  // "gzip"

}  // namespace audisp_eql::plugin
