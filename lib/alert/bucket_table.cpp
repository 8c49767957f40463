// SPDX-License-Identifier: Apache-2.0
#include "lib/alert/bucket_table.h"

#include <algorithm>

namespace audisp_eql::alert {
namespace {

Instant token_time(const Rate& rate) {
  return Instant(std::chrono::minutes(1)) / static_cast<std::int64_t>(rate.per_minute);
}

// How long an empty bucket takes to fill.
Instant fill_time(const Rate& rate) { return token_time(rate) * static_cast<std::int64_t>(rate.burst); }

}  // namespace

bool BucketTable::is_full(const Claim& claim, Instant now) const {
  const auto found = by_name_.find(claim.name);
  return found == by_name_.end() || found->second->full_at <= now;
}

bool BucketTable::has_token(const Claim& claim, Instant now) {
  const auto found = by_name_.find(claim.name);
  if (found == by_name_.end()) return true;
  buckets_.splice(buckets_.end(), buckets_, found->second);
  return std::max(found->second->full_at, now) + token_time(claim.rate) <= now + fill_time(claim.rate);
}

bool BucketTable::take(std::span<const Claim> claims, Instant now) {
  last_ = now;
  for (const Claim& claim : claims) {
    if (!has_token(claim, now)) return false;
  }
  for (const Claim& claim : claims) {
    auto found = by_name_.find(claim.name);
    if (found == by_name_.end()) {
      shrink_to(max_ - 1, now);
      found = by_name_.emplace(claim.name, buckets_.insert(buckets_.end(), {claim.name, now})).first;
    }
    Instant& full_at = found->second->full_at;
    full_at = std::max(full_at, now) + token_time(claim.rate);
  }
  return true;
}

void BucketTable::set_limit(std::size_t max_buckets) {
  max_ = max_buckets;
  shrink_to(max_, last_);
}

void BucketTable::shrink_to(std::size_t size, Instant now) {
  while (buckets_.size() > size) {
    if (buckets_.front().full_at > now) ++evicted_;
    by_name_.erase(buckets_.front().name);
    buckets_.pop_front();
  }
}

}  // namespace audisp_eql::alert
