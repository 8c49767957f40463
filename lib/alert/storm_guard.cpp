// SPDX-License-Identifier: Apache-2.0
#include "lib/alert/storm_guard.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace audisp_eql::alert {
namespace {

using Claim = BucketTable::Claim;
using Claims = std::vector<Claim>;

// In a summary's text; the rest is a number.
constexpr std::size_t kShownUsers = 16;
// A user.id is a decimal number, or a name in exported events.
constexpr std::size_t kMaxUserBytes = 64;

// The first part says what the bucket is for. A part that an outsider chooses
// freely is the last, so that no other can be made of it.
Claim claim(std::initializer_list<std::string_view> parts, Rate rate) {
  return {digest_of(std::span(parts.begin(), parts.size())), rate};
}

Rate share_of(Rate whole, std::size_t percent) {
  const auto part = [percent](std::size_t n) { return std::max<std::size_t>(1, n * percent / 100); };
  return {part(whole.burst), part(whole.per_minute)};
}

Claim key_claim(const Alert& a, const StormLimits& limits) {
  const std::string& executable = shown_executable(a.process);
  const std::string_view ip = a.destination ? std::string_view(a.destination->ip) : std::string_view();
  return claim({"key", a.rule.id, a.host_id, a.user.id, a.user.audit_id, ip, executable}, limits.key);
}

void add_allowance(Claims& claims, const Alert& a, const StormLimits& limits) {
  const Rate one = {limits.new_keys_per_minute, limits.new_keys_per_minute};
  const Rate sum = {one.burst * StormGuard::kShares, one.per_minute * StormGuard::kShares};
  claims.push_back(claim({"new", a.host_id, a.user.id, a.user.audit_id}, one));
  claims.push_back(claim({"new of user", a.host_id, a.user.id}, sum));
  if (!a.user.audit_id.empty()) claims.push_back(claim({"new of login", a.host_id, a.user.audit_id}, sum));
}

void add_rule_shares(Claims& claims, const Alert& a, const StormLimits& limits) {
  const Rate share = share_of(limits.rule, limits.user_percent);
  claims.push_back(claim({"rule by user", a.rule.id, a.host_id, a.user.id}, share));
  if (a.user.audit_id.empty()) return;
  claims.push_back(claim({"rule by login", a.rule.id, a.host_id, a.user.audit_id}, share));
}

void add_wholes(Claims& claims, const Alert& a, const StormLimits& limits) {
  const Rate share = share_of(limits.all, limits.user_percent);
  claims.push_back(claim({"rule", a.rule.id}, limits.rule));
  claims.push_back(claim({"all by user", a.host_id, a.user.id}, share));
  if (!a.user.audit_id.empty()) claims.push_back(claim({"all by login", a.host_id, a.user.audit_id}, share));
  claims.push_back(claim({"all"}, limits.all));
}

void show_users(Suppressed& shown, const std::set<std::string>& users) {
  const std::size_t count = std::min(users.size(), kShownUsers);
  shown.users.assign(users.begin(), std::next(users.begin(), static_cast<std::ptrdiff_t>(count)));
  shown.more_users = users.size() - count;
}

// Equal for the same alerts, as their own ids are.
std::string summary_id(const Alert& summary) {
  const std::array<std::string_view, 4> parts = {"suppressed", summary.rule.id, summary.suppressed->first_id,
                                                 summary.suppressed->last_id};
  return to_hex(digest_of(parts));
}

}  // namespace

void StormGuard::configure(const StormLimits& limits) {
  limits_ = limits;
  buckets_.set_limit(limits.max_buckets);
}

Verdict StormGuard::judge(const Alert& alert, Instant now) {
  now_ = std::max(now_, now);
  if (!limits_.enabled || passes(alert)) return Verdict::kPass;
  note(alert);
  return Verdict::kSuppress;
}

bool StormGuard::passes(const Alert& alert) {
  const Claim key = key_claim(alert, limits_);
  if (buckets_.is_full(key, now_)) {
    Claims claims = {key};
    add_allowance(claims, alert, limits_);
    if (buckets_.take(claims, now_)) return true;
  }
  Claims claims = {key};
  add_rule_shares(claims, alert, limits_);
  const bool first = std::all_of(claims.begin() + 1, claims.end(),
                                 [this](const Claim& share) { return buckets_.is_full(share, now_); });
  if (first && buckets_.take(claims, now_)) return true;
  add_wholes(claims, alert, limits_);
  return buckets_.take(claims, now_);
}

void StormGuard::note(const Alert& alert) {
  ++suppressed_;
  if (pending_.empty()) pending_since_ = now_;
  const auto [it, is_new] = pending_.try_emplace(alert.rule.id);
  auto& [summary, users] = it->second;
  if (is_new) {
    summary.rule = alert.rule;
    summary.action = "alerts_suppressed";
    summary.user = alert.user;
    summary.suppressed.emplace().first_id = alert.id;
  }
  ++summary.suppressed->count;
  summary.suppressed->last_id = alert.id;
  summary.time = alert.time;
  summary.node = alert.node;
  summary.host_id = alert.host_id;
  summary.categories = alert.categories;
  summary.types = alert.types;
  if (summary.user.id != alert.user.id) summary.user = {};
  if (!alert.user.id.empty() && users.size() < kMaxUsers) users.insert(alert.user.id.substr(0, kMaxUserBytes));
}

std::optional<Instant> StormGuard::due_at() const {
  if (pending_.empty()) return std::nullopt;
  return pending_since_ + std::chrono::milliseconds(limits_.summary.ms);
}

std::vector<Alert> StormGuard::take_due(Instant now) {
  now_ = std::max(now_, now);
  const auto due = due_at();
  return due && *due <= now_ ? take_all() : std::vector<Alert>{};
}

std::vector<Alert> StormGuard::take_all() {
  std::vector<Alert> out;
  for (auto& [rule_id, pending] : pending_) {
    show_users(*pending.summary.suppressed, pending.users);
    pending.summary.id = summary_id(pending.summary);
    out.push_back(std::move(pending.summary));
  }
  pending_.clear();
  summaries_ += out.size();
  return out;
}

}  // namespace audisp_eql::alert
