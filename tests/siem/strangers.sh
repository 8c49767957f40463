# SPDX-License-Identifier: Apache-2.0
# A part of run.sh: servers take nothing from who has no certificate of their CA with a name that is allowed, and hosts
# give nothing to a server of another name.
# shellcheck shell=sh disable=SC2154

# marked MARK: an alert that carries it, as RFC 5425 frames it.
marked() {
  message="<84>1 2026-11-25T08:00:00Z desk7 audisp-eql 1 - - @cee: {\"event\":{\"kind\":\"alert\"},\"mark\":\"$1\"}"
  printf '%s %s' "${#message}" "$message"
}

# speak CERTIFICATE PORT MARK: sends it, and ends when the server ends the connection. Status 124: it did not.
speak() {
  marked "$3" >"$work/$3.message"
  timeout 30 openssl s_client -connect "127.0.0.1:$2" -CAfile "$work/tls/ca.pem" -cert "$work/tls/$1.pem" \
    -key "$work/tls/$1.key" -quiet -ign_eof <"$work/$3.message" >"$work/$3.out" 2>&1
}

# check_strangers SERVER PORT
check_strangers() {
  for stranger in foreign evil.test; do
    status=0
    speak "$stranger" "$2" "$1-$stranger" || status=$?
    [ "$status" != 124 ] || fail "$1 talks to $stranger"
  done
  # The same of a host that is known: what was sent was an alert.
  speak desk7.example.com "$2" "$1-known" &
  pids="$pids $!"
  wait_for "the alert of a host that is known at $1" grep -qs "$1-known" "$work/$1.json"
  if grep -E 'foreign|evil' "$work/$1.json"; then fail "$1 has an alert of a stranger"; fi
}

# check_server_name HOST GOOD_HOST SERVER WORDS: what HOST, which looks for a server of another name, is given does not
# come. It says so in WORDS, before GOOD_HOST sends.
check_server_name() {
  for host in "$1" "$2"; do
    wait_for "the socket of $host" test -S "$work/$host.sock"
    send "$work/$host.sock" \
      "<84>Nov 25 08:00:00 audisp-eql[1]: @cee: {\"event\":{\"kind\":\"alert\"},\"mark\":\"by-$host\"}"
    [ "$host" = "$2" ] || wait_for "the refusal of $1" grep -qsE "$4" "$work/$1.out" "$work/$1.all"
  done
  wait_for "the alert of $2" grep -qs "\"by-$2\"" "$work/$3.json"
  if grep "\"by-$1\"" "$work/$3.json"; then fail "$1 gave an alert to a server of another name"; fi
}
