# SPDX-License-Identifier: Apache-2.0
# Completion for fish.
set -l commands live scan check test fields audit-rules
set -l none "not __fish_seen_subcommand_from $commands"
set -l scan '__fish_seen_subcommand_from scan'
set -l check '__fish_seen_subcommand_from check'
set -l test '__fish_seen_subcommand_from test'
set -l fields '__fish_seen_subcommand_from fields'
set -l times 'now recent today yesterday this-week week-ago this-month this-year boot'

complete -c audisp-eql -n "$none" -f -a live -d 'The plugin, as auditd starts it'
complete -c audisp-eql -n "$none" -f -a scan -d 'The same over logs'
complete -c audisp-eql -n "$none" -f -a check -d 'Are rules and configuration right?'
complete -c audisp-eql -n "$none" -f -a test -d 'Do rules find what their cases say?'
complete -c audisp-eql -n "$none" -f -a fields -d 'What rules can read'
complete -c audisp-eql -n "$none" -f -a audit-rules -d 'What the kernel must record for the rules'
complete -c audisp-eql -n "$none" -l version -d 'Versions of the program and of libauparse'

complete -c audisp-eql -s h -l help -d 'What there is, with examples'
complete -c audisp-eql -n "not $fields" -l rules -r -F -d 'Rule file, or directory of rule files'
complete -c audisp-eql -n "not $fields" -l config -r -F -d 'Options file'
complete -c audisp-eql -n "not $fields" -l exceptions -r -F -d 'Exceptions of this site'
complete -c audisp-eql -n "not $fields" -l host -x -d 'host.id of records without node='

complete -c audisp-eql -n "$scan" -l format -x -a 'text json csv cef' -d 'Layout of alerts'
complete -c audisp-eql -n "$scan" -l utc -d 'Times in UTC'
complete -c audisp-eql -n "$scan" -l since -x -a "$times" -d 'Alerts from this time on'
complete -c audisp-eql -n "$scan" -l until -x -a "$times" -d 'Alerts up to this time'
complete -c audisp-eql -n "$scan" -l fail-on-alert -d 'Exit status 1 when there is an alert'
complete -c audisp-eql -n "$scan" -l keep-going -d 'A bad rule does not change the exit status'
complete -c audisp-eql -n "$scan" -l jobs -x -d '1: one thread'
complete -c audisp-eql -n "$scan" -l passwd -r -F -d 'User names of the host'
complete -c audisp-eql -n "$scan" -l root -x -a '(__fish_complete_directories)' -d 'Copy of the file system of the host'
complete -c audisp-eql -n "$scan" -l report -r -F -d 'Write the alerts as one HTML page too'
complete -c audisp-eql -n "$scan" -l query -x -d 'An EQL query instead of rules'
complete -c audisp-eql -n "$scan" -l query-file -r -F -d 'The same from a file'
complete -c audisp-eql -n "$scan" -l input -x -a 'audit ndjson kafka://' -d 'What is read'
complete -c audisp-eql -n "$scan" -l timestamp-field -x -d 'ndjson: when it happened'
complete -c audisp-eql -n "$scan" -l tiebreaker-field -x -d 'ndjson: order of events of one time'
complete -c audisp-eql -n "$scan" -l category-field -x -d 'ndjson: what stands before where'
complete -c audisp-eql -n "$scan" -l id-field -x -d 'ndjson: what names an event in results'
complete -c audisp-eql -n "$scan" -l date-field -x -d 'ndjson: another field that holds dates'

complete -c audisp-eql -n "$check" -l explain -d 'How each query is understood'
complete -c audisp-eql -n "$check" -l send-test-alert -d 'Send one marked alert'

complete -c audisp-eql -n "$test" -l format -x -a 'text tap' -d 'Layout of results'
complete -c audisp-eql -n "$test" -l cases -x -a '(__fish_complete_directories)' -d 'Folder of case files'
complete -c audisp-eql -n "$fields" -l format -x -a 'md json' -d 'Layout'
