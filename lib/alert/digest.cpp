// SPDX-License-Identifier: Apache-2.0
// The only file that knows libcrypto.
#include "lib/alert/digest.h"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

namespace audisp_eql::alert {
namespace {

// SHA-256 cannot fail on a sound libcrypto; without it no id can be right.
void require(bool ok) {
  if (!ok) throw std::runtime_error("libcrypto has no SHA-256");
}

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

}  // namespace

Sha256 sha256_of(std::span<const std::string_view> parts) {
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  require(context != nullptr && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) require(EVP_DigestUpdate(context.get(), "", 1) == 1);
    require(EVP_DigestUpdate(context.get(), parts[i].data(), parts[i].size()) == 1);
  }
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  require(EVP_DigestFinal_ex(context.get(), bytes.data(), nullptr) == 1);
  Sha256 out{};
  std::copy_n(bytes.begin(), out.size(), out.begin());
  return out;
}

Digest digest_of(std::span<const std::string_view> parts) {
  const Sha256 whole = sha256_of(parts);
  Digest out{};
  std::copy_n(whole.begin(), out.size(), out.begin());
  return out;
}

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 0xFU];
  }
  return out;
}

}  // namespace audisp_eql::alert
