#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# work.sh SECONDS RESULT: what a developer does in a terminal, again and again for SECONDS, once at least: compiles, git
# over http, packages that are downloaded, unpacked and upgraded, and curl. All servers are its own, on 198.18.5.1.
# RESULT gets the number of rounds, or `failed`.
set -eux
until=$(($(date +%s) + $1)) result=$2
trap 'echo failed >"$result"' EXIT
PATH=/usr/sbin:/usr/bin:/sbin:/bin
here=$HOME/work
site=http://198.18.5.1:8080
mkdir -p "$here/site/debian" "$here/program" "$here/apt/archives/partial" "$here/system"
cd "$here"

# A package of that version, and the index that apt asks for.
make_package() {
  mkdir -p tree/DEBIAN tree/usr/share/thing
  printf 'Package: thing\nVersion: %s\nArchitecture: all\nMaintainer: a <a@example.org>\nDescription: thing\n' "$1" \
    >tree/DEBIAN/control
  head -c 300000 /dev/urandom >tree/usr/share/thing/data
  dpkg-deb --root-owner-group --build tree "site/debian/thing_$1_all.deb"
  for file in site/debian/*.deb; do
    dpkg-deb -f "$file"
    echo "Filename: ./${file##*/}"
    echo "Size: $(stat -c %s "$file")"
    echo "SHA256: $(sha256sum "$file" | cut -d ' ' -f 1)"
    echo
  done >site/debian/Packages
}

set_up() {
  printf 'cmake_minimum_required(VERSION 3.20)\nproject(p CXX)\nadd_executable(p main.cpp a.cpp b.cpp)\n' \
    >program/CMakeLists.txt
  printf '#include <iostream>\nint a();\nint b();\nint main() { std::cout << a() + b() << "\\n"; }\n' >program/main.cpp
  printf '#include <vector>\nint a() { return std::vector<int>{1, 2}[1]; }\n' >program/a.cpp
  printf '#include <string>\nint b() { return std::stoi("40"); }\n' >program/b.cpp
  git config --global user.email tester@example.org
  git config --global user.name tester
  git config --global init.defaultBranch main
  git init program
  git -C program add .
  git -C program commit -m first
  git clone --bare program site/program.git
  git -C site/program.git update-server-info
  echo "deb [trusted=yes] $site/debian ./" >apt/sources.list
  mkdir -p system/var/lib/dpkg/info system/var/lib/dpkg/updates
  : >system/var/lib/dpkg/status
  python3 -m http.server --bind 198.18.5.1 --directory site 8080 &
  until curl -sf "$site/debian/" >/dev/null; do sleep 0.1; done
}

apt() {
  apt-get -q -o Dir::Etc::SourceList="$here/apt/sources.list" -o Dir::Etc::SourceParts=- -o Dir::State="$here/apt" \
    -o Dir::State::status="$here/system/var/lib/dpkg/status" -o Dir::Cache="$here/apt" -o Debug::NoLocking=1 "$@"
}

compile() {
  rm -rf build
  cmake -G Ninja -S program -B build
  cmake --build build
  [ "$(build/p)" = 42 ]
}

use_git() {
  rm -rf copy
  git clone "$site/program.git" copy
  echo "// $1" >>copy/main.cpp
  git -C copy commit -am "round $1"
  git -C copy push "$here/site/program.git" main
  git -C site/program.git update-server-info
  git -C program pull "$site/program.git" main
}

upgrade() {
  # Without the old index: two that are of the same second are the same to apt.
  rm -rf site/debian/*.deb unpacked ./*.deb apt/lists
  mkdir -p apt/lists/partial
  make_package "$1"
  apt update
  apt download thing
  dpkg-deb -x "thing_$1_all.deb" unpacked
  dpkg --force-not-root,bad-path --root="$here/system" --log=/dev/null -i "thing_$1_all.deb"
}

use_terminal() {
  curl -s "$site/" | grep -c debian
  curl -sI http://127.0.0.1:8000/ || :
  bash -c 'exec 3<>/dev/tcp/198.18.5.1/8080; printf "HEAD / HTTP/1.0\r\n\r\n" >&3; cat <&3'
  python3 -c "import urllib.request; print(len(urllib.request.urlopen('$site/').read()))"
  find program -name '*.cpp' -exec sha256sum {} + | sort | xargs -n 1 echo | tail -n 1
}

set_up
round=0
while [ "$round" = 0 ] || [ "$(date +%s)" -lt "$until" ]; do
  round=$((round + 1))
  use_terminal
  compile
  use_git "$round"
  upgrade "$round"
done
echo "$round" >"$result.new"
mv "$result.new" "$result"
exec sleep infinity  # the terminal stays open until the session ends
