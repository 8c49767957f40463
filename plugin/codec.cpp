// SPDX-License-Identifier: Apache-2.0
#include "plugin/codec.h"

#include <new>

#define ZLIB_CONST
#include <lzma.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

namespace audisp_eql::plugin {
namespace {

constexpr int kGzipOnly = MAX_WBITS + 16;
constexpr int kZstdWindowLog = 27;  // 128 MiB
static_assert(std::size_t{1} << kZstdWindowLog == kUnpackMemory);

class Gzip final : public Codec {
 public:
  Gzip() {
    if (::inflateInit2(&z_, kGzipOnly) != Z_OK) throw std::bad_alloc();
  }
  ~Gzip() override { ::inflateEnd(&z_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  CodecStep step(std::string_view in, char* out, std::size_t size) override {
    z_.next_in = reinterpret_cast<const Bytef*>(in.data());
    z_.avail_in = static_cast<uInt>(in.size());
    z_.next_out = reinterpret_cast<Bytef*>(out);
    z_.avail_out = static_cast<uInt>(size);
    const int code = ::inflate(&z_, Z_NO_FLUSH);
    CodecStep step{in.size() - z_.avail_in, size - z_.avail_out, CodecState::kMore, {}};
    if (code == Z_STREAM_END) {
      step.state = CodecState::kEnd;
      ::inflateReset(&z_);
    } else if (code == Z_MEM_ERROR) {
      throw std::bad_alloc();
    } else if (code != Z_OK && code != Z_BUF_ERROR) {
      step.state = CodecState::kDamaged;
      step.why = z_.msg != nullptr ? z_.msg : "it needs a dictionary";
    }
    return step;
  }

 private:
  z_stream z_{};
};

class Xz final : public Codec {
 public:
  Xz() { begin(); }
  ~Xz() override { ::lzma_end(&lzma_); }
  Xz(const Xz&) = delete;
  Xz& operator=(const Xz&) = delete;

  CodecStep step(std::string_view in, char* out, std::size_t size) override {
    lzma_.next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    lzma_.avail_in = in.size();
    lzma_.next_out = reinterpret_cast<std::uint8_t*>(out);
    lzma_.avail_out = size;
    const lzma_ret code = ::lzma_code(&lzma_, LZMA_RUN);
    CodecStep step{in.size() - lzma_.avail_in, size - lzma_.avail_out, CodecState::kMore, {}};
    switch (code) {
      case LZMA_OK:
      case LZMA_BUF_ERROR: break;
      case LZMA_STREAM_END:
        step.state = CodecState::kEnd;
        begin();
        break;
      case LZMA_MEMLIMIT_ERROR: step.state = CodecState::kTooLarge; break;
      case LZMA_MEM_ERROR: throw std::bad_alloc();
      case LZMA_OPTIONS_ERROR:
        step.state = CodecState::kDamaged;
        step.why = "it was made with options that this liblzma does not have";
        break;
      default: step.state = CodecState::kDamaged; step.why = "it does not decode, or its checksum is wrong";
    }
    return step;
  }

 private:
  void begin() {
    if (::lzma_stream_decoder(&lzma_, kUnpackMemory, 0) != LZMA_OK) throw std::bad_alloc();
  }

  lzma_stream lzma_ = LZMA_STREAM_INIT;
};

class Zstd final : public Codec {
 public:
  Zstd() : context_(::ZSTD_createDCtx()) {
    if (context_ == nullptr) throw std::bad_alloc();
    ::ZSTD_DCtx_setParameter(context_, ZSTD_d_windowLogMax, kZstdWindowLog);
  }
  ~Zstd() override { ::ZSTD_freeDCtx(context_); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

  CodecStep step(std::string_view in, char* out, std::size_t size) override {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out, size, 0};
    const std::size_t code = ::ZSTD_decompressStream(context_, &output, &input);
    CodecStep step{input.pos, output.pos, CodecState::kMore, {}};
    if (::ZSTD_isError(code) == 0) {
      if (code == 0) step.state = CodecState::kEnd;
      return step;
    }
    const ZSTD_ErrorCode error = ::ZSTD_getErrorCode(code);
    if (error == ZSTD_error_memory_allocation) throw std::bad_alloc();
    step.state = error == ZSTD_error_frameParameter_windowTooLarge ? CodecState::kTooLarge : CodecState::kDamaged;
    step.why = ::ZSTD_getErrorName(code);
    return step;
  }

 private:
  ZSTD_DCtx* context_;
};

}  // namespace

std::unique_ptr<Codec> make_codec(Packing packing) {
  switch (packing) {
    case Packing::kNone: break;
    case Packing::kGzip: return std::make_unique<Gzip>();
    case Packing::kXz: return std::make_unique<Xz>();
    case Packing::kZstd: return std::make_unique<Zstd>();
  }
  return nullptr;
}

std::string_view to_string(Packing packing) {
  switch (packing) {
    case Packing::kNone: break;
    case Packing::kGzip: return "gzip";
    case Packing::kXz: return "xz";
    case Packing::kZstd: return "zstd";
  }
  return "plain";
}

}  // namespace audisp_eql::plugin
