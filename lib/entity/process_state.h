// SPDX-License-Identifier: Apache-2.0
// The processes of a table as saved bytes: all generations, in the order in
// which they would go. Checks what the store relies on; knows no host.
#pragma once

#include "lib/base/binary.h"
#include "lib/entity/image_ledger.h"
#include "lib/entity/process_store.h"

namespace audisp_eql::entity {

void save(const Moment& moment, BinaryWriter& out);
[[nodiscard]] Moment restore_moment(BinaryReader& in);

void save(ProcessStore& store, BinaryWriter& out);
// Into an empty store, whatever its maximum: the caller makes room afterwards.
// False: the bytes are no such state; the store is good for nothing any more.
[[nodiscard]] bool restore(BinaryReader& in, ProcessStore& store, ImageLedger& ledger);

}  // namespace audisp_eql::entity
