# SPDX-License-Identifier: Apache-2.0
# cmake -DSTYLE=page.css -DSCRIPT=page.js -DOUTPUT=page_assets.cpp -P embed.cmake: both as raw strings.
set(source "// Made by embed.cmake.\n#include \"lib/report/page_assets.h\"\n\nnamespace audisp_eql::report {\n")
foreach(asset STYLE SCRIPT)
  file(READ "${${asset}}" text)
  if(text MATCHES "\\)asset\"|</[sS]" OR text STREQUAL "")
    message(FATAL_ERROR "${${asset}}: is empty, or would end its element")
  endif()
  string(TOLOWER "${asset}" name)
  string(APPEND source "\nstd::string_view page_${name}() {\n  return R\"asset(${text})asset\";\n}\n")
endforeach()
file(WRITE "${OUTPUT}" "${source}\n}  // namespace audisp_eql::report\n")
