// SPDX-License-Identifier: Apache-2.0
#include "lib/engine/toml_text.h"

#include <string_view>
#include <utility>

namespace audisp_eql::engine {

Source string_content(const Source& file, TomlPlace begin, std::string content) {
  Source source{file.file, std::move(content), begin.line, begin.column};
  const std::string_view rest = std::string_view(file.text).substr(offset_at(file.text, begin.line, begin.column));
  if (rest.starts_with("'''") || rest.starts_with("\"\"\"")) {
    source.first_column += 3;
    if (rest.substr(3).starts_with("\n") || rest.substr(3).starts_with("\r\n")) {
      ++source.first_line;
      source.first_column = 1;
    }
  } else {
    source.first_column += 1;
  }
  return source;
}

}  // namespace audisp_eql::engine
