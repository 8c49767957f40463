# SPDX-License-Identifier: Apache-2.0
# Audit records of a program that a desktop session starts with 30,000 bytes of arguments that try to break whatever
# carries them, and that connects at once. To standard output, as auditd sends them.
import sys

START = 1795593600  # 2026-11-25T08:00:00Z
IDS = "auid=4242 uid=4242 gid=4242 euid=4242 suid=4242 fsuid=4242 egid=4242 sgid=4242 fsgid=4242 tty=(none) ses=2"
HOSTILE = [
    b'"}],"event":{"kind":"none"},"x":[{"',
    b"<script>alert(1)</script>",
    b"\x1b[2J\x1b[31mred\x07\x7f",
    "\u202egpj.exe\u202c \u2066x\u2069 \u200b".encode(),
    b"\xff\xfe\xc0\xaf\xed\xa0\x80",
    b"two\nlines\r\n<13>Nov 25 08:00:00 other sudo: forged",
    b"\\x41\\n%n%s${MESSAGE}$!msg",
    b"@cee: {\"event\":{\"kind\":\"alert\"}}",
]
LONG = 30000

records = []


def event(serial, at_ms):
    stamp = f"audit({START + at_ms // 1000}.{at_ms % 1000:03d}:{serial})"
    return lambda kind, text: records.append(f"type={kind} msg={stamp}: {text}")


def system_call(put, number, success, pid, ppid, exe):
    put("SYSCALL", f"arch=c000003e syscall={number} success={success} exit={0 if success == 'yes' else -111} a0=3 a1=2 "
        f"a2=10 a3=0 items=2 ppid={ppid} pid={pid} {IDS} comm=\"x\" exe=\"{exe}\" key=(null)")


def execute(serial, at_ms, pid, ppid, exe, arguments):
    put = event(serial, at_ms)
    system_call(put, 59, "yes", pid, ppid, exe)
    for n, argument in enumerate(arguments):  # the kernel begins a record where 7,500 bytes would be passed
        put("EXECVE", (f"argc={len(arguments)} " if n == 0 else "") + f"a{n}={argument.hex().upper()}")
    put("CWD", 'cwd="/home/tester"')
    put("PATH", f'item=0 name="{exe}" inode=7 dev=fd:00 mode=0100755 ouid=0 ogid=0 rdev=00:00 nametype=NORMAL')
    put("PROCTITLE", 'proctitle="x"')


def connect(serial, at_ms, pid, ppid, exe):
    put = event(serial, at_ms)
    system_call(put, 42, "no", pid, ppid, exe)
    put("SOCKADDR", "saddr=0200115CC00002010000000000000000")  # 192.0.2.1:4444
    put("PROCTITLE", 'proctitle="x"')


def hostile_arguments():
    arguments = [b"app"] + HOSTILE
    rest = LONG - sum(map(len, arguments))
    while rest > 0:
        piece = min(rest, 3000)
        arguments.append(b"A" * piece)
        rest -= piece
    return arguments


execute(4101, 0, 4190500, 1, "/usr/bin/xfce4-session", [b"xfce4-session"])
execute(4102, 1000, 4190501, 4190500, "/opt/app", hostile_arguments())
connect(4103, 1010, 4190501, 4190500, "/opt/app")
sys.stdout.write("\n".join(records) + "\n")
