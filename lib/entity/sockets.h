// SPDX-License-Identifier: Apache-2.0
// Which descriptors of a process are TCP or UDP sockets, as it made them or as
// they were when it was forked. close, dup, accept and passed descriptors are not
// recorded: a number that was given out so is not known, or still believed to be
// the socket before.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "lib/audit/audit_event.h"
#include "lib/base/binary.h"
#include "lib/base/time.h"

namespace audisp_eql::entity {

class Sockets {
 public:
  // Over it the one made longest ago is forgotten. A socket is connected soon after.
  static constexpr std::size_t kMaxSockets = 32;

  Sockets() = default;
  Sockets(const Sockets& other) : sockets_(other.sockets_ ? std::make_unique<List>(*other.sockets_) : nullptr) {}
  Sockets(Sockets&&) noexcept = default;
  Sockets& operator=(Sockets other) noexcept {
    std::swap(sockets_, other.sockets_);
    return *this;
  }
  ~Sockets() = default;

  // A number that is given out again is the new socket, unless the record is late.
  void add(const audit::Socket& socket, EventTime made);
  // An exec closes those that say so.
  void close_on_exec();
  void clear() { sockets_.reset(); }

  // What the descriptor was at `when`; nullopt when it is not known, or was made
  // only later: a connect that blocks is recorded when it returns.
  [[nodiscard]] std::optional<audit::Transport> transport(std::uint32_t descriptor, EventTime when) const;
  [[nodiscard]] std::size_t size() const { return sockets_ == nullptr ? 0 : sockets_->size(); }

  void save(BinaryWriter& out) const;
  // The reader fails where this is not what save() gave.
  void restore(BinaryReader& in);

 private:
  struct Known {
    EventTime made;
    std::uint32_t descriptor = 0;
    audit::Transport transport = audit::Transport::kTcp;
    bool close_on_exec = false;
  };

  using List = std::vector<Known>;

  void forget_empty();

  // In the order in which they were told of. Null when there are none, as in most of many processes.
  std::unique_ptr<List> sockets_;
};

}  // namespace audisp_eql::entity
