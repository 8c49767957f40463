# SPDX-License-Identifier: Apache-2.0
# The runs of bench.sh and their tables.
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

BUILD, MEGABYTES, ROUNDS, OUT = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
SCAN = f"{BUILD}/plugin/audisp-eql"
GENERATE = f"{BUILD}/tests/bench/bench_generate"
MIXES = ["typical", "exec-heavy", "firehose"]
GOALS = {"ausearch": [12, 6, 25], "laurel": [25, 12, 90], "instructions": [5500, 13000, 1300]}
work = tempfile.mkdtemp(prefix="audisp-eql-bench.")
lines = []


def say(text=""):
    lines.append(text)
    print(text, flush=True)


def table(header, rows):
    say("| " + " | ".join(header) + " |")
    say("|" + "---|" * len(header))
    for row in rows:
        say("| " + " | ".join(str(cell) for cell in row) + " |")
    say()


def make_log(mix, megabytes, *words):
    path = f"{work}/{'-'.join([mix, str(megabytes), *words])}.log"
    if not os.path.exists(path):
        with open(path, "wb") as out:
            subprocess.run([GENERATE, "log", mix, str(megabytes), "1", *words], stdout=out, check=True)
    return path


def make_rules(count):
    path = f"{work}/rules{count}"
    if not os.path.exists(path):
        subprocess.run([GENERATE, "rules", str(count), path], check=True)
    return path


def anonymous(pid):
    """Anonymous memory in KiB now; 0 when the process is gone."""
    try:
        with open(f"/proc/{pid}/status", encoding="ascii") as status:
            return int(re.search(r"RssAnon:\s+(\d+)", status.read())[1])
    except (OSError, TypeError):
        return 0


class Run:
    def __init__(self, command, stdin=None, watch=False):
        started = time.monotonic()
        with open(stdin or os.devnull, "rb") as source:
            process = subprocess.Popen(command, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.memory = 0
            while watch and os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG) is None:
                self.memory = max(self.memory, anonymous(process.pid))
                time.sleep(0.002)  # samples, not a wait
            _, status, usage = os.wait4(process.pid, 0)
        self.wall = time.monotonic() - started
        self.cpu = usage.ru_utime + usage.ru_stime
        if status != 0:
            sys.exit(f"{' '.join(command)} ended with status {os.waitstatus_to_exitcode(status)}")


def scan(log, rules=1, jobs=0):
    jobs = ["--jobs", str(jobs)] if jobs else []
    return [SCAN, "scan", "--rules", make_rules(rules), *jobs, log]


def in_turn(commands, rounds=ROUNDS):
    """Medians of each command's wall time, and their ratios to the first, by rounds."""
    times = {name: [] for name in commands}
    for _ in range(rounds):
        for name, (command, stdin) in commands.items():
            times[name].append(Run(command, stdin).wall)
    first = next(iter(times.values()))
    medians = {name: statistics.median(t) for name, t in times.items()}
    ratios = {name: statistics.median(a / b for a, b in zip(t, first)) for name, t in times.items()}
    return medians, ratios


def laurel():
    config = f"{work}/laurel.toml"
    with open(config, "w", encoding="ascii") as out:
        out.write(f'directory = "{work}"\n[auditlog]\nfile = "laurel.log"\nsize = 100000000000\n')
    return [shutil.which("laurel"), "-c", config]


def compare():
    say(f"## Against others\n\n{MEGABYTES} MB, ENRICHED; medians of {ROUNDS} rounds in turn. Times the speed of scan, by wall "
        "time (goal):\n")
    rows, speeds = [], []
    for number, mix in enumerate(MIXES):
        log = make_log(mix, MEGABYTES)
        commands = {"scan": (scan(log), None), "one thread": (scan(log, jobs=1), None),
                    "ausearch": (["ausearch", "-m", "EXECVE", "--raw", "-if", log], None),
                    "aureport": (["aureport", "-x", "--summary", "-if", log], None)}
        if shutil.which("laurel"):
            commands["laurel"] = (laurel(), make_log(mix, MEGABYTES, "eoe"))
        medians, ratios = in_turn(commands)
        goal = lambda peer: f"{ratios[peer]:.1f} (≥ {GOALS[peer][number]})" if peer in ratios else "not installed"
        rows.append([mix, goal("ausearch"), f"{ratios['aureport']:.1f}", goal("laurel"), f"{ratios['one thread']:.2f}"])
        speeds.append([mix] + [f"{MEGABYTES / medians[name]:.0f}" if name in medians else "-" for name in
                               ["scan", "one thread", "ausearch", "aureport", "laurel"]])
    table(["log", "ausearch -m EXECVE --raw", "aureport -x --summary", "LAUREL", "scan --jobs 1"], rows)
    say("MB/s in the same runs, for this machine alone:\n")
    table(["log", "scan", "scan --jobs 1", "ausearch", "aureport", "LAUREL"], speeds)


def records(path):
    return int(subprocess.run(["wc", "-l", path], capture_output=True, check=True, text=True).stdout.split()[0])


def grow_with_size():
    say("## Size of the log\n\nTime per record, in parts of that at 10 MB, and the most anonymous memory:\n")
    rows = []
    for mix in MIXES:
        row, base = [mix], None
        for megabytes in [10, MEGABYTES, 3 * MEGABYTES]:
            log = make_log(mix, megabytes)
            each = statistics.median(Run(scan(log)).wall for _ in range(ROUNDS)) / records(log)
            base = base or each
            row.append(f"{each / base:.2f}; {Run(scan(log), watch=True).memory / 1024:.0f} MiB")
            if megabytes != MEGABYTES:
                os.remove(log)
        rows.append(row)
    table(["log", "10 MB", f"{MEGABYTES} MB", f"{3 * MEGABYTES} MB"], rows)


def grow_with_rules():
    say("## Number of rules\n\nTimes the CPU time of one rule:\n")
    rows = []
    for mix in MIXES:
        log = make_log(mix, MEGABYTES)
        runs = {count: [] for count in (1, 30, 300)}
        for _ in range(ROUNDS):
            for count, cpu in runs.items():
                cpu.append(Run(scan(log, rules=count)).cpu)
        one = statistics.median(runs[1])
        rows.append([mix] + [f"{statistics.median(runs[count]) / one:.2f}" for count in (30, 300)])
    table(["log", "30 rules", "300 rules (≤ 2)"], rows)


def grow_with_hosts():
    say("## Hosts in one log\n\nTimes the time of one host, by `node=`:\n")
    row = ["typical"]
    base = statistics.median(Run(scan(make_log("typical", MEGABYTES))).wall for _ in range(ROUNDS))
    for hosts in (2, 10, 100):
        log = make_log("typical", MEGABYTES, f"hosts={hosts}")
        row.append(f"{statistics.median(Run(scan(log)).wall for _ in range(ROUNDS)) / base:.2f}")
        os.remove(log)
    table(["log", "2", "10", "100"], [row])


def grow_without_end():
    say("## Events without PROCTITLE and EOE\n\nTime per record, times that of 750 events/s with them:\n")
    rows, small = [], max(MEGABYTES // 5, 10)
    for name, words in (("with", []), ("without", ["unterminated"])):
        row = [name]
        for rate in (750, 5000, 20000):
            log = make_log("typical", small, *words, f"per_second={rate}")
            each = statistics.median(Run(scan(log, jobs=1)).wall for _ in range(ROUNDS)) / records(log)
            base = each if not rows and len(row) == 1 else base
            row.append(f"{each / base:.2f}; {Run(scan(log), watch=True).memory / 1024:.0f} MiB")
            os.remove(log)
        rows.append(row)
    table(["ends", "750/s", "5,000/s", "20,000/s"], rows)


def callgrind(log):
    out = f"{work}/callgrind"
    subprocess.run(["valgrind", "-q", "--tool=callgrind", f"--callgrind-out-file={out}", *scan(log, jobs=1)],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    text = subprocess.run(["callgrind_annotate", "--inclusive=yes", "--threshold=100", out], capture_output=True,
                          text=True, check=True).stdout
    count = lambda pattern: int(re.search(r"^ *([\d,]+) [^\n]*" + pattern, text, re.M)[1].replace(",", ""))
    return count("PROGRAM TOTALS"), count(r"engine::give\(")


def count_instructions():
    if not shutil.which("valgrind"):
        say("valgrind is not installed: no instructions were counted.\n")
        return
    say("## Instructions\n\nPer record (callgrind, 20 MB less 10 MB, whole program), and the share of the engine, all that "
        "comes after libauparse:\n")
    rows = []
    for mix, goal, share in zip(MIXES, GOALS["instructions"], (20, 25, 10)):
        small, large = make_log(mix, 10), make_log(mix, 20)
        (all10, engine10), (all20, engine20) = callgrind(small), callgrind(large)
        more = records(large) - records(small)
        rows.append([mix, f"{(all20 - all10) / more:,.0f} (≤ {goal:,})",
                     f"{100 * (engine20 - engine10) / (all20 - all10):.0f} % (≤ {share} %)"])
    table(["log", "instructions", "engine"], rows)


def parts():
    say("## Parts\n\n`bench_parts`, one thread, a log of 1 MB:\n")
    out = subprocess.run([f"{BUILD}/tests/bench/bench_parts", "--benchmark_min_time=0.2", "--benchmark_format=csv"],
                         capture_output=True, text=True, check=True).stdout
    rows = []
    for line in out.splitlines():
        cells = line.split(",")
        if "/" in cells[0]:
            rows.append([cells[0].strip('"').split("/")[0].replace("_", " "), cells[-3].strip('"') or cells[-2],
                         f"{float(cells[5]) / 1e6:.0f} MB/s"])
    table(["part", "log", "speed"], rows)


try:
    say("# Measured\n\nBy `sh tests/bench.sh`; ratios repeat, speeds are this machine's.\n"
        "Numbers in brackets are what we aim at.\n")
    for step in (compare, grow_with_size, grow_with_rules, grow_with_hosts, grow_without_end, count_instructions, parts):
        step()
    with open(OUT, "w", encoding="utf-8") as file:
        file.write("\n".join(lines))
finally:
    shutil.rmtree(work)
