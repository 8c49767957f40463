#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# layering.sh [SOURCE_DIR]: who may include what, and what lib/ must not know. The link edges say which of our layers may
# use which; this says the same of everything else. Prints each offence; status 1 if there is one.
set -eu
cd "${1:-$(dirname "$0")/..}"
failures=0

# complain TEXT LINES
complain() {
  [ -n "$2" ] || return 0
  printf '%s:\n%s\n' "$1" "$2" >&2
  failures=$((failures + 1))
}

sources() { find lib plugin tests -name '*.cpp' -o -name '*.h' | sort; }

# only HEADER ALLOWED: an include of HEADER (extended regular expression) in a file that ALLOWED does not match. Tests may
# include a library that they test against.
only() {
  complain "<$1> outside of $2" \
    "$(sources | grep -vE "^($2)\$" | xargs grep -nE "^ *# *include *[<\"]($1)[>\"]" || true)"
}

only 'auparse\.h|auparse-defs\.h' 'lib/auparse/[^/]+\.cpp|tests/.*'
only 'libaudit\.h' 'lib/(audit|auparse)/[^/]+\.cpp|plugin/[^/]+\.cpp|tests/.*'
only 'boost/asio.*' 'plugin/(live|signals)\.cpp'
only 'boost/json.*' 'lib/alert/[^/]+\.cpp|tests/.*'
only 'toml\+\+/.*' 'lib/engine/toml_parse\.h|tests/.*'
only 'lib/engine/toml_parse\.h' \
  'lib/(cases/case_file|engine/((exception|rule)_loader|toml_parse))\.cpp|plugin/config\.cpp|tests/.*'
only 'cap-ng\.h' 'plugin/privileges\.cpp'
only 'seccomp\.h' 'plugin/seccomp_filter\.cpp'
only 'CLI/.*' 'plugin/options\.cpp'
only 'spdlog/.*' 'plugin/log\.cpp'
only 're2/.*' 'lib/eql/pattern\.cpp'
only 'simdjson\.h' 'lib/ndjson/[^/]+\.cpp|tests/.*'
only 'lzma\.h|zlib\.h|zstd(_errors)?\.h' 'plugin/codec\.cpp|tests/.*'
only 'librdkafka/.*' 'plugin/kafka_input\.cpp|tests/.*'
only 'openssl/.*' 'lib/alert/[^/]+\.cpp|tests/.*'
only 'doctest/.*' 'tests/.*'

# toml++ recurses as deep as keys are long.
complain "toml::parse without its guard, parse_toml" \
  "$(grep -rnE '\btoml::parse(_file)?\(' lib plugin | grep -v '^lib/engine/toml_parse\.cpp:' || true)"

# Third-party types stay out of our headers, but for the alias for results, containers and pointers of boost, and the
# door to toml++, which is named above.
complain "third-party header in a header of ours" "$(find lib plugin -name '*.h' | xargs grep -nE \
  '^ *# *include *<(auparse|libaudit|boost|toml\+\+|CLI|spdlog|fmt|librdkafka|re2|openssl|simdjson|cap-ng|seccomp|lzma|zlib|zstd)' |
  grep -vE '^lib/engine/toml_parse\.h:|<boost/(system/result|smart_ptr/intrusive_(ptr|ref_counter)|unordered/unordered_flat_map)\.hpp>' || true)"

# Layers below do not look up.
complain "lib/ knows plugin/" "$(grep -rnE 'include "plugin/' lib || true)"

# No fd, clock, thread, signal or environment in lib/.
complain "lib/ includes what belongs to plugin/" "$(grep -rnE \
  '^ *# *include *<(thread|mutex|atomic|condition_variable|future|csignal|signal\.h|unistd\.h|sys/(stat|wait|epoll|signalfd|eventfd|timerfd|un)\.h|iostream|fstream|filesystem)>' \
  lib || true)"
complain "lib/ asks for the time or the environment" "$(grep -rnE \
  '\b(system_clock|steady_clock|high_resolution_clock|clock_gettime|gettimeofday|getenv|setenv|localtime|localtime_r)\b|\bstd::time\(|[^_a-z:.>]time\((nullptr|NULL|0|&)' \
  lib | grep -vE ':[0-9]+: *//' || true)"

# House rules that a pattern can see. An intrusive_ptr takes its object straight from new.
complain "new, delete or shared_ptr" "$(find lib plugin -name '*.cpp' -o -name '*.h' | xargs grep -nE \
  '\bshared_ptr\b|\bmake_shared\b|[=(,] *new [A-Z:a-z]|\bdelete [a-z_]|\bdelete\[\]' | grep -vE ':[0-9]+: *//|intrusive_ptr<' || true)"
complain "file over 600 lines" "$(sources | xargs wc -l | awk '$2 != "total" && $1 > 600 { print $2 ": " $1 }')"
complain "no SPDX line first" "$(sources | xargs awk \
  'FNR == 1 && $0 != "// SPDX-License-Identifier: Apache-2.0" { print FILENAME }')"
complain "no #pragma once" "$(sources | grep '\.h$' | xargs grep -L '^#pragma once$' || true)"
complain "left for later" "$(grep -rnE 'TODO|FIXME|\bXXX\b' lib plugin tests --include='*.cpp' --include='*.h' || true)"

[ "$failures" = 0 ] || { echo "layering: $failures kinds of offence" >&2; exit 1; }
echo "layering: nothing to complain of"
