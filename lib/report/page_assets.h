// SPDX-License-Identifier: Apache-2.0
// page.css and page.js as the build found them; embed.cmake makes the source.
#pragma once

#include <string_view>

namespace audisp_eql::report {

[[nodiscard]] std::string_view page_style();
[[nodiscard]] std::string_view page_script();

}  // namespace audisp_eql::report
