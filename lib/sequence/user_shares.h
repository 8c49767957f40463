// SPDX-License-Identifier: Apache-2.0
// Which user holds how much of a machine, so that a full one takes room from
// whoever fills it. Knows partials by number only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "lib/sequence/key.h"
#include "lib/sequence/pool.h"

namespace audisp_eql::sequence {

class UserShares {
 public:
  using UserId = std::uint32_t;
  enum class Measure { kCount, kBytes };
  // Where a partial stands in its user's list, oldest first.
  using Place = std::list<std::uint32_t>::iterator;

  explicit UserShares(KeyHash hash) : ids_(0, hash) {}

  // Adds a partial with no bytes.
  struct Holding {
    UserId user;
    Place place;
  };
  [[nodiscard]] Holding add(std::string_view user, std::uint32_t partial);
  void grow(UserId user, std::size_t bytes);
  void remove(const Holding& holding, std::size_t bytes);

  // The oldest partial of the user with the largest share. REQUIRES: there is one.
  [[nodiscard]] std::uint32_t oldest_of_largest(Measure measure) const;
  [[nodiscard]] std::string_view name(UserId user) const { return users_[user].name; }
  [[nodiscard]] std::size_t users() const { return users_.size(); }

 private:
  struct User {
    std::string name;
    std::list<std::uint32_t> partials;
    std::size_t bytes = 0;
  };
  using Ranking = std::set<std::pair<std::size_t, UserId>>;

  static void rerank(Ranking& ranking, UserId user, std::size_t from, std::size_t to);
  void leave(UserId user);

  Pool<User> users_;
  std::unordered_map<std::string_view, UserId, KeyHash> ids_;  // views of User::name
  Ranking by_count_;
  Ranking by_bytes_;
};

}  // namespace audisp_eql::sequence
