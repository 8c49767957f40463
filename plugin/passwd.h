// SPDX-License-Identifier: Apache-2.0
// Users of a passwd file, read directly: a name service could wait for a network
// that is not there yet, or connect to one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "lib/base/result.h"

namespace audisp_eql::plugin {

using UserNames = std::unordered_map<std::uint32_t, std::string>;

// The first line of a uid counts. Lines that are not name:x:uid:... are left out.
[[nodiscard]] UserNames parse_passwd(std::string_view text);
// A regular file; what is wrong with it otherwise.
[[nodiscard]] Result<UserNames> read_passwd(const std::string& path);

struct Account {
  std::uint32_t uid, gid;

  bool operator==(const Account&) const = default;
};

// The first line of this name; nullopt also when its numbers are none, or are
// the one that setuid takes for "no change".
[[nodiscard]] std::optional<Account> find_account(std::string_view text, std::string_view name);

// The home directory on the first line of this uid; nullopt also when it is not absolute.
[[nodiscard]] std::optional<std::string> find_home(std::string_view text, std::uint32_t uid);

// Of those who may log in (uid 0, and 1000 to 65533, login.defs(5)): absolute, without `/`
// itself, each once, in the order of the file.
[[nodiscard]] std::vector<std::string> login_homes(std::string_view text);
[[nodiscard]] Result<std::vector<std::string>> read_login_homes(const std::string& path);

}  // namespace audisp_eql::plugin
