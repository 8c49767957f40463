// SPDX-License-Identifier: Apache-2.0
#include "lib/entity/sockets.h"

#include <algorithm>

namespace audisp_eql::entity {

void Sockets::add(const audit::Socket& socket, EventTime made) {
  if (sockets_ == nullptr) {
    if (!socket.transport) return;
    sockets_ = std::make_unique<List>();
  }
  const auto before = std::find_if(sockets_->begin(), sockets_->end(),
                                   [&](const Known& known) { return known.descriptor == socket.descriptor; });
  if (before != sockets_->end()) {
    if (made < before->made) return;
    sockets_->erase(before);
  }
  if (!socket.transport) return forget_empty();
  if (sockets_->size() == kMaxSockets) sockets_->erase(sockets_->begin());
  sockets_->push_back({made, socket.descriptor, *socket.transport, socket.close_on_exec});
}

void Sockets::close_on_exec() {
  if (sockets_ == nullptr) return;
  std::erase_if(*sockets_, [](const Known& known) { return known.close_on_exec; });
  forget_empty();
}

std::optional<audit::Transport> Sockets::transport(std::uint32_t descriptor, EventTime when) const {
  if (sockets_ == nullptr) return std::nullopt;
  for (const Known& known : *sockets_) {
    if (known.descriptor == descriptor && known.made <= when) return known.transport;
  }
  return std::nullopt;
}

void Sockets::save(BinaryWriter& out) const {
  out.number(size());
  if (sockets_ == nullptr) return;
  for (const Known& known : *sockets_) {
    out.time(known.made);
    out.number(known.descriptor);
    out.word(known.transport);
    out.flag(known.close_on_exec);
  }
}

void Sockets::restore(BinaryReader& in) {
  sockets_ = std::make_unique<List>();
  const std::size_t count = in.count();
  in.require(count <= kMaxSockets);
  for (std::size_t i = 0; i < count && in.ok(); ++i) {
    Known known;
    known.made = in.time();
    known.descriptor = static_cast<std::uint32_t>(in.number_up_to(UINT32_MAX));
    known.transport = in.word(audit::Transport::kUdp);
    known.close_on_exec = in.flag();
    sockets_->push_back(known);
  }
  forget_empty();
}

void Sockets::forget_empty() {
  if (sockets_->empty()) sockets_.reset();
}

}  // namespace audisp_eql::entity
