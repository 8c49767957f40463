// SPDX-License-Identifier: Apache-2.0
// Events as saved bytes. Numbers of fields are good within one run only: the
// names are saved once, and events read by name.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "lib/base/binary.h"
#include "lib/event/event.h"
#include "lib/event/schema.h"

namespace audisp_eql::event {

// What the numbers in saved events mean.
class SavedFields {
 public:
  // All names of the table, in the order of their ids.
  static void save(const FieldTable& fields, BinaryWriter& out);

  // Names that `fields` does not have mean nothing any more.
  SavedFields(BinaryReader& in, const FieldTable& fields);

  [[nodiscard]] std::size_t size() const { return ids_.size(); }
  [[nodiscard]] std::optional<FieldId> id(std::size_t number) const { return ids_[number]; }

 private:
  std::vector<std::optional<FieldId>> ids_;
};

void save(const Order& order, BinaryWriter& out);
[[nodiscard]] Order restore_order(BinaryReader& in);
void save(const std::optional<Order>& order, BinaryWriter& out);
[[nodiscard]] std::optional<Order> restore_optional_order(BinaryReader& in);

void save(const Event& event, BinaryWriter& out);
// The text of the result views the reader's bytes: own() it to keep it.
[[nodiscard]] Event restore_event(BinaryReader& in, const SavedFields& fields);

}  // namespace audisp_eql::event
