// SPDX-License-Identifier: Apache-2.0
// Where alerts go. One method; a sink never blocks and never throws.
#pragma once

#include "lib/alert/alert.h"

namespace audisp_eql::alert {

class Sink {
 public:
  virtual ~Sink() = default;
  virtual void emit(const Alert& alert) = 0;
};

}  // namespace audisp_eql::alert
