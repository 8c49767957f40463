// SPDX-License-Identifier: Apache-2.0
// Paths as bytes, lexically: no file system is asked, no symbolic link followed.
#pragma once

#include <string>
#include <string_view>

namespace audisp_eql::audit {

// `name` against `cwd` with `.`, `..` and repeated slashes taken out; `..`
// at the root stays at the root. Empty when `name` is empty, or relative and
// `cwd` is not absolute: a wrong directory would be worse than none.
[[nodiscard]] std::string resolve_path(std::string_view name, std::string_view cwd);

// A `..` behind a name leads to that directory's parent, which is another than
// it seems where the name is a symbolic link. Leading ones are sure: the
// kernel's cwd has no links in it.
[[nodiscard]] bool climbs_out_of_a_name(std::string_view path);

}  // namespace audisp_eql::audit
