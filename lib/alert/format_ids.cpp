// SPDX-License-Identifier: Apache-2.0
#include <charconv>

#include <boost/json.hpp>

#include "lib/alert/format.h"
#include "lib/base/escape.h"

namespace audisp_eql::alert {
namespace {

boost::json::value id_value(const Evidence& evidence) {
  const std::string& id = evidence.event_id;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), number);
  if (evidence.id_is_number && error == std::errc{} && end == id.data() + id.size()) return number;
  return boost::json::string(escape_printable(id));
}

}  // namespace

std::string format_ids(const Alert& alert) {
  boost::json::array ids(alert.stages);
  for (const Evidence& evidence : alert.evidence) {
    if (evidence.stage >= 1 && evidence.stage <= ids.size()) ids[evidence.stage - 1] = id_value(evidence);
  }
  return boost::json::serialize(boost::json::object{{"ids", std::move(ids)}});
}

}  // namespace audisp_eql::alert
