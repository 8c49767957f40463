// SPDX-License-Identifier: Apache-2.0
#include "tests/support/packed.h"

#include <cstdint>

#define ZLIB_CONST
#include <doctest/doctest.h>
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>

namespace audisp_eql::test {

std::string gzip(std::string_view text) {
  z_stream z{};
  REQUIRE(::deflateInit2(&z, Z_DEFAULT_COMPRESSION, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  std::string out(::deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<const Bytef*>(text.data());
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  REQUIRE(::deflate(&z, Z_FINISH) == Z_STREAM_END);
  out.resize(z.total_out);
  ::deflateEnd(&z);
  return out;
}

std::string xz(std::string_view text, unsigned preset) {
  std::string out(::lzma_stream_buffer_bound(text.size()), '\0');
  std::size_t size = 0;
  REQUIRE(::lzma_easy_buffer_encode(preset, LZMA_CHECK_CRC64, nullptr,
                                    reinterpret_cast<const std::uint8_t*>(text.data()), text.size(),
                                    reinterpret_cast<std::uint8_t*>(out.data()), &size, out.size()) == LZMA_OK);
  out.resize(size);
  return out;
}

std::string zstd(std::string_view text) { return zstd_of_window(text, 0); }

std::string zstd_of_window(std::string_view text, int window_log) {
  ZSTD_CCtx* const context = ::ZSTD_createCCtx();
  REQUIRE(context != nullptr);
  ::ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, window_log);
  std::string out(::ZSTD_compressBound(text.size()) + 64, '\0');
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer packed{out.data(), out.size(), 0};
  // As a stream, whose size is not known: the window is then as was asked for.
  REQUIRE(::ZSTD_isError(::ZSTD_compressStream2(context, &packed, &in, ZSTD_e_flush)) == 0);
  REQUIRE(::ZSTD_compressStream2(context, &packed, &in, ZSTD_e_end) == 0);
  ::ZSTD_freeCCtx(context);
  out.resize(packed.pos);
  return out;
}

}  // namespace audisp_eql::test
