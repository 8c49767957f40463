// SPDX-License-Identifier: Apache-2.0
// Two rankings, kept as partials come, grow and go.
#include "lib/sequence/user_shares.h"

namespace audisp_eql::sequence {

void UserShares::rerank(Ranking& ranking, UserId user, std::size_t from, std::size_t to) {
  if (from == to) return;
  auto node = ranking.extract({from, user});
  node.value().first = to;
  ranking.insert(std::move(node));
}

UserShares::Holding UserShares::add(std::string_view user, std::uint32_t partial) {
  const auto known = ids_.find(user);
  UserId id = 0;
  if (known != ids_.end()) {
    id = known->second;
  } else {
    id = users_.acquire();
    users_[id].name = user;
    ids_.emplace(users_[id].name, id);
    by_count_.insert({0, id});
    by_bytes_.insert({0, id});
  }
  User& entry = users_[id];
  const std::size_t count = entry.partials.size();
  entry.partials.push_back(partial);
  rerank(by_count_, id, count, count + 1);
  return {id, std::prev(entry.partials.end())};
}

void UserShares::grow(UserId user, std::size_t bytes) {
  User& entry = users_[user];
  rerank(by_bytes_, user, entry.bytes, entry.bytes + bytes);
  entry.bytes += bytes;
}

void UserShares::remove(const Holding& holding, std::size_t bytes) {
  User& entry = users_[holding.user];
  const std::size_t count = entry.partials.size();
  entry.partials.erase(holding.place);
  rerank(by_count_, holding.user, count, count - 1);
  rerank(by_bytes_, holding.user, entry.bytes, entry.bytes - bytes);
  entry.bytes -= bytes;
  if (count == 1) leave(holding.user);
}

void UserShares::leave(UserId user) {
  by_count_.erase({0, user});
  by_bytes_.erase({0, user});
  ids_.erase(users_[user].name);
  users_.release(user);
}

std::uint32_t UserShares::oldest_of_largest(Measure measure) const {
  const Ranking& ranking = measure == Measure::kCount ? by_count_ : by_bytes_;
  return users_[ranking.rbegin()->second].partials.front();
}

}  // namespace audisp_eql::sequence
