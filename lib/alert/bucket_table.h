// SPDX-License-Identifier: Apache-2.0
// Token buckets by name, in a bounded number. A bucket that was never used, or
// that has refilled, is full and need not be remembered: forgetting a full one
// changes nothing. Has no clock; the time is passed in and never goes back.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <map>
#include <span>

#include "lib/alert/digest.h"

namespace audisp_eql::alert {

// Since any fixed point, by a clock that nobody sets.
using Instant = std::chrono::nanoseconds;

struct Rate {
  std::size_t burst = 1;       // what a full bucket holds, 1 to 1,000,000
  std::size_t per_minute = 1;  // what comes back, 1 to 1,000,000
};

class BucketTable {
 public:
  // A token wanted from one bucket. The name is a digest: outsiders choose what
  // is in it, and can make neither long names nor equal ones.
  struct Claim {
    Digest name;
    Rate rate;
  };

  // REQUIRES: at least 1.
  explicit BucketTable(std::size_t max_buckets) : max_(max_buckets) {}

  // REQUIRES of all below: `now` is not before that of an earlier call.
  [[nodiscard]] bool is_full(const Claim& claim, Instant now) const;
  // One token from each, or, when one has none, none from any. At the limit the
  // bucket asked for least lately is forgotten, which fills it.
  [[nodiscard]] bool take(std::span<const Claim> claims, Instant now);

  void set_limit(std::size_t max_buckets);

  [[nodiscard]] std::size_t size() const { return buckets_.size(); }
  // Those forgotten while they were not full.
  [[nodiscard]] std::uint64_t evicted() const { return evicted_; }

 private:
  // The whole state of a bucket is the time at which it will be full.
  struct Bucket {
    Digest name;
    Instant full_at;
  };

  [[nodiscard]] bool has_token(const Claim& claim, Instant now);
  void shrink_to(std::size_t size, Instant now);

  std::size_t max_;
  Instant last_{};
  std::list<Bucket> buckets_;  // asked for least lately first
  // Ordered: no choice of names makes it slow.
  std::map<Digest, std::list<Bucket>::iterator> by_name_;
  std::uint64_t evicted_ = 0;
};

}  // namespace audisp_eql::alert
