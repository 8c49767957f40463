// SPDX-License-Identifier: Apache-2.0
#include "lib/alert/alert.h"

#include <array>
#include <memory>
#include <stdexcept>

#include <openssl/evp.h>

namespace audisp_eql::alert {
namespace {

struct SeverityRow {
  RuleSeverity severity;
  std::string_view word;
  int number;
};
constexpr std::array<SeverityRow, 4> kSeverities = {{
    {RuleSeverity::kLow, "low", 21},
    {RuleSeverity::kMedium, "medium", 47},
    {RuleSeverity::kHigh, "high", 73},
    {RuleSeverity::kCritical, "critical", 99},
}};

const SeverityRow& row_of(RuleSeverity severity) { return kSeverities.at(static_cast<std::size_t>(severity)); }

constexpr std::size_t kIdBytes = 16;  // 32 hex digits

class Digest {
 public:
  Digest() : context_(EVP_MD_CTX_new()) {
    require(context_ != nullptr && EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr) == 1);
  }

  void add(std::string_view bytes) { require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1); }

  std::string hex() {
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    require(EVP_DigestFinal_ex(context_.get(), bytes.data(), nullptr) == 1);
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string out;
    for (std::size_t i = 0; i < kIdBytes; ++i) {
      out += kDigits[bytes[i] >> 4U];
      out += kDigits[bytes[i] & 0xFU];
    }
    return out;
  }

 private:
  // SHA-256 cannot fail on a sound libcrypto; without it no id can be right.
  static void require(bool ok) {
    if (!ok) throw std::runtime_error("libcrypto has no SHA-256");
  }

  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace

std::string_view to_string(RuleSeverity severity) { return row_of(severity).word; }

int to_number(RuleSeverity severity) { return row_of(severity).number; }

std::optional<RuleSeverity> parse_severity(std::string_view word) {
  for (const SeverityRow& row : kSeverities) {
    if (row.word == word) return row.severity;
  }
  return std::nullopt;
}

std::string alert_id(std::string_view rule_id, std::string_view node, const std::vector<Evidence>& evidence) {
  constexpr std::string_view kSeparator("\0", 1);
  Digest digest;
  digest.add(rule_id);
  digest.add(kSeparator);
  digest.add(node);
  for (const Evidence& event : evidence) {
    digest.add(kSeparator);
    digest.add(event.event_id);
  }
  return digest.hex();
}

}  // namespace audisp_eql::alert
