// SPDX-License-Identifier: Apache-2.0
// What --help says below the options: examples, and where to read on. For people
// who have not read the manual yet; the manual has all of it.
#pragma once

namespace audisp_eql::plugin {

inline constexpr char kAbout[] =
    "Runs EQL detection rules on Linux audit records: as a plugin of auditd, where alerts reach syslog or a file at\n"
    "once, and over logs.\n";

inline constexpr char kMainHelp[] = R"(
Examples:
  audisp-eql scan /var/log/audit        what would have been found in the logs of this machine?
  audisp-eql check                      are the installed rules and the configuration right?
  audisp-eql check --send-test-alert    does an alert arrive?

Files:
  /etc/audisp-eql/config.toml           options, each with its default
  /etc/audisp-eql/rules/*.toml          detection rules
  /etc/audisp-eql/exceptions.toml       alerts that this site does not want
  /etc/audit/plugins.d/audisp-eql.conf  how auditd starts the plugin

Exit status: 0 done; 1 alerts, with --fail-on-alert, or a case of test that failed; 2 wrong options, rules, cases or
configuration; 3 an input could not be read, or an output not be written; 70 a mistake in this program; 130 a scan was
interrupted.

Read on: audisp-eql COMMAND --help has examples of each; audisp-eql(8), audisp-eql.toml(5), audisp-eql-rules(5).
)";

inline constexpr char kLiveHelp[] = R"(
auditd starts it with records on its standard input, as /etc/audit/plugins.d/audisp-eql.conf says.

Examples:
  service auditd restart                start it, after it was installed
  pkill -HUP -x audisp-eql              read rules and configuration again; with a mistake the old ones stay
  pkill -USR1 -x audisp-eql             every counter, to syslog
  audisp-eql live --rules ./rules <PIPE by hand, from what writes records

Also --rules, --config, --exceptions and --host: see audisp-eql --help.
)";

inline constexpr char kScanHelp[] = R"(
Examples:
  audisp-eql scan /var/log/audit                    the folder, rotated and packed files too
  audisp-eql scan audit.log.1.gz audit.log          or files, in any order
  ausearch --raw -ts today | audisp-eql scan        or a part
  audisp-eql scan --since yesterday /var/log/audit  only alerts from then on
  audisp-eql scan --format json --fail-on-alert --rules ./rules collected/
                                                    in a script, on logs of many hosts
  audisp-eql scan --query 'process where process.args : "*/dev/tcp/*"' audit.log
                                                    a query without a rule around it
  audisp-eql scan --report alerts.html --root /mnt/image /mnt/image/var/log/audit
                                                    a page to read and to attach, from the copy of a disk
  audisp-eql scan --input ndjson --rules ./rules events.ndjson
                                                    events that were exported from elsewhere
  audisp-eql scan --input 'kafka://broker:9092/audit?group=eql'
                                                    records of many hosts, as one of a group

Alerts go to standard output. The summary on standard error says also what the log did not have.
Also --rules, --config, --exceptions and --host: see audisp-eql --help.
)";

inline constexpr char kCheckHelp[] = R"(
Examples:
  audisp-eql check                      rules and configuration as installed; as root also what the kernel records
  audisp-eql check my_rule.toml         a rule that is being written: mistakes, fields, audit rules that it needs
  audisp-eql check --explain my_rule.toml
                                        how it is understood
  audisp-eql check --send-test-alert    does an alert reach syslog and the file, and what reads them?

Exit status 2: something is wrong. How to write rules: audisp-eql-rules(5).
Also --rules, --config, --exceptions and --host: see audisp-eql --help.
)";

inline constexpr char kTestHelp[] = R"(
A case says which events the rule must find, or must not. Those of foo.toml are in tests/foo.toml beside it.

Examples:
  audisp-eql test my_rule.toml          does it find what it must, and nothing else?
  audisp-eql test --format tap ./rules  a folder of rules, in CI
  audisp-eql test --cases /usr/share/audisp-eql/tests
                                        do the installed rules still do what they were shipped for?

Exit status 1: a case failed; 2: a rule or a case cannot be used, or there is none. How to write them:
audisp-eql-rules(5).
Also --rules, --config, --exceptions and --host: see audisp-eql --help.
)";

inline constexpr char kFieldsHelp[] = R"(
Examples:
  audisp-eql fields                     a page of tables; it is docs/fields.md
  audisp-eql fields --format json       for programs: name, type, meaning, source, available

What a rule reads, and what of it no audit event has: audisp-eql check.
)";

inline constexpr char kAuditRulesHelp[] = R"(
Examples:
  audisp-eql audit-rules                what the kernel must record for the installed rules
  audisp-eql audit-rules my_rule.toml   and for one
  audisp-eql audit-rules >/etc/audit/rules.d/60-audisp-eql.rules && augenrules --load
                                        load them; again when rules, users or homes change

Also --rules, --config, --exceptions and --host: see audisp-eql --help.
)";

}  // namespace audisp_eql::plugin
