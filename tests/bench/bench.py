#!/usr/bin/env python3
"""Runs the benchmark: NAME_server and NAME_client of a folder, for each peer that is there.

usage: bench.py [--quick] [--pin free|same|apart]... [--rounds N] [--peers NAME,...] FOLDER
       bench.py --smoke FOLDER    a few calls of each kind, to see that they work

Rounds are interleaved: each peer has its cells measured before the next one has, and all of them before the next round.
What is shown is the median of the rounds and, in parentheses, of each round's ratio to the raw socket in that round.
Prints Markdown; writes every measurement to FOLDER/bench.tsv, and a picture, if there is gnuplot, to FOLDER/bench.svg.

    --pin free    wherever the system puts them; the default
    --pin same    server and client on one CPU
    --pin apart   server on one CPU and client on another
"""
import argparse
import datetime
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

KIB = 1024
PATIENCE_S = 20
HAS_NONE = 3
TITLES = {
    "raw": "raw socket",
    "pbc": "eyelet, protobuf-c",
    "spin": "the same, spin_us 200",
    "nano": "eyelet, nanopb",
    "go": "Go ttrpc",
    "capnp": "Cap'n Proto",
    "nng": "NNG",
    "grpc": "gRPC C++",
}
# Cell, bytes of a message.
CELLS = [("calls", 64), ("calls", KIB), ("calls", 64 * KIB), ("calls", KIB * KIB), ("flight", 64), ("flight", KIB),
         ("threads", 64), ("shared", 64), ("up", 64), ("down", 64)]
SMOKE_CELLS = [cell for cell in CELLS if cell[1] < KIB * KIB]
MEASURED = ["n_calls", "p50_us", "p99_us", "per_s", "client_cpu_us", "server_cpu_us"]


def size_name(size):
    if size < KIB:
        return f"{size} B"
    return f"{size // KIB} KiB" if size < KIB * KIB else f"{size // KIB // KIB} MiB"


class Missing(Exception):
    """The peer has no such thing."""


class Bench:
    """Where the programs are, where they may run, and all that was measured."""

    def __init__(self, folder, sockets, peers, time_ms):
        self.folder = folder
        self.sockets = sockets
        self.peers = peers
        self.time_ms = time_ms
        self.cpus = sorted(os.sched_getaffinity(0))
        self.rows = []  # of (pin, round, peer, cell, size, {what: number})
        self.path = os.path.join(sockets, "echo")

    def program(self, peer, half):
        return os.path.join(self.folder, f"{peer}_{half}")

    def allow(self, pin, half):
        """What is started from here on runs there."""
        one, other = self.cpus[-1:], self.cpus[:1]
        wanted = {"free": self.cpus, "same": one, "apart": other if half == "client" else one}
        os.sched_setaffinity(0, wanted[pin])

    def add(self, pin, number, peer, cell, size, **measured):
        self.rows.append((pin, number, peer, cell, size, measured))

    def start(self, pin, peer, *wrapper):
        if os.path.exists(self.path):
            os.unlink(self.path)
        self.allow(pin, "server")
        server = subprocess.Popen([*wrapper, self.program(peer, "server"), f"unix://{self.path}"],
                                  stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        self.allow("free", "server")
        end = time.monotonic() + PATIENCE_S
        while not listens(self.path):
            if server.poll() is not None or time.monotonic() > end:
                stop(server)
                raise RuntimeError(f"{server.args[-2]} does not listen")
            time.sleep(0.005)
        return server

    def call(self, pin, peer, cell, size, amount, *server, wrapper=()):
        """One run of the client: what it measured."""
        self.allow(pin, "client")
        try:
            done = subprocess.run([*wrapper, self.program(peer, "client"), f"unix://{self.path}", cell, str(size),
                                   str(amount), *server], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                  timeout=PATIENCE_S, check=False)
        finally:
            self.allow("free", "client")
        if done.returncode == HAS_NONE:
            raise Missing
        if done.returncode != 0:
            raise RuntimeError(f"{peer}, {cell} of {size_name(size)}: the client failed")
        return dict(zip(MEASURED, map(float, done.stdout.split("\t"))))


def listens(path):
    with open("/proc/net/unix", encoding="ascii") as file:
        return any(line.split()[3] == "00010000" and line.split()[-1] == path for line in list(file)[1:])


def stop(server):
    """The server, or what traces it and the server in it."""
    with open(f"/proc/{server.pid}/task/{server.pid}/children", encoding="ascii") as file:
        children = [int(pid) for pid in file.read().split()]
    for pid in children:
        os.kill(pid, signal.SIGKILL)
    if children:
        server.wait(PATIENCE_S)
    server.kill()
    server.wait()


def status_of(pid):
    """Resident memory in MiB and threads."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        lines = dict(line.rstrip("\n").split(":", 1) for line in file)
    return int(lines["VmRSS"].split()[0]) / KIB, int(lines["Threads"])


def measure_cells(bench, pin, number, peer):
    server = bench.start(pin, peer)
    try:
        for cell, size in CELLS:
            try:
                measured = bench.call(pin, peer, cell, size, bench.time_ms, str(server.pid))
                bench.add(pin, number, peer, cell, size, **measured)
            except Missing:
                pass
            except (RuntimeError, subprocess.TimeoutExpired) as error:
                print(f"bench.py: {error}", file=sys.stderr)
            if server.poll() is not None:
                raise RuntimeError(f"{peer}, {cell} of {size_name(size)}: the server is gone")
        rss_mib, threads = status_of(server.pid)
        bench.add(pin, number, peer, "server", 0, rss_mib=rss_mib, threads=threads)
    finally:
        stop(server)


def measure_first(bench, pin, number, peer):
    """From the server's start to the first answer, some times."""
    times = []
    for _ in range(5):
        if os.path.exists(bench.path):
            os.unlink(bench.path)
        times.append(bench.call(pin, peer, "first", 64, 1, bench.program(peer, "server"))["p50_us"])
    bench.add(pin, number, peer, "first", 64, ms=statistics.median(times) / 1000)


def strace_total(path):
    """Calls in the last line of strace -c."""
    with open(path, encoding="utf-8") as file:
        words = [line.split() for line in file if line.rstrip().endswith("total")]
    return int(words[-1][3])


def count_system_calls(bench, peer, n_calls):
    """Of the client and of the server, while that answers so many calls."""
    counts = [os.path.join(bench.sockets, half) for half in ("client", "server")]
    counted = [["strace", "-f", "-c", "-o", path] for path in counts]
    server = bench.start("free", peer, *counted[1])
    try:
        bench.call("free", peer, "exact", 64, n_calls, wrapper=counted[0])
    finally:
        stop(server)
    return [strace_total(path) for path in counts]


def measure_system_calls(bench, peer):
    """What 2,000 calls more take more: the rest is what it takes to begin and to end."""
    few, more = count_system_calls(bench, peer, 1000), count_system_calls(bench, peer, 3000)
    client, server = ((b - a) / 2000 for a, b in zip(few, more))
    bench.add("free", 0, peer, "syscalls", 64, client=client, server=server)


def attempt(peer, function, *arguments):
    try:
        function(*arguments)
    except (RuntimeError, Missing, OSError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        print(f"bench.py: {peer}: {function.__name__}: {error}", file=sys.stderr)


def run(bench, pins, n_rounds):
    if shutil.which("strace"):
        for peer in bench.peers:
            attempt(peer, measure_system_calls, bench, peer)
    for pin in pins:
        for number in range(n_rounds):
            print(f"bench.py: {pin}, round {number + 1} of {n_rounds}", file=sys.stderr)
            for peer in bench.peers:
                attempt(peer, measure_cells, bench, pin, number, peer)
                attempt(peer, measure_first, bench, pin, number, peer)


def median(bench, pin, peer, cell, size, what):
    """Over the rounds, and of the ratio to raw in the same one; None where there is none."""
    found = {(row[1], row[2]): row[5][what] for row in bench.rows
             if row[0] == pin and row[3:5] == (cell, size) and what in row[5]}
    own = {number: value for (number, name), value in found.items() if name == peer}
    ratios = [value / found[number, "raw"] for number, value in own.items() if found.get((number, "raw"))]
    return (statistics.median(own.values()) if own else None, statistics.median(ratios) if ratios else None)


def number_text(value):
    if value >= 1e6:
        return f"{value / 1e6:.2f} M"
    if value >= 1e4:
        return f"{value / 1e3:.0f} k"
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def entry(bench, pin, peer, cell, size, what):
    value, ratio = median(bench, pin, peer, cell, size, what)
    if value is None:
        return "-"
    if ratio is None or peer == "raw":
        return number_text(value)
    return f"{number_text(value)} ({ratio:.2f})" if ratio >= 0.1 else f"{number_text(value)} ({ratio:.2g})"


def lines_of(bench, pin):
    """Title, cell, size, what; of everything that the table shows."""
    unary = [cell for cell in CELLS if cell[0] == "calls"]
    yield from ((f"{size_name(size)}: p50, us", "calls", size, "p50_us") for _, size in unary)
    yield from ((f"{size_name(size)}: p99, us", "calls", size, "p99_us") for _, size in unary)
    yield from ((f"{size_name(size)}: CPU of client, us", "calls", size, "client_cpu_us") for _, size in unary)
    yield from ((f"{size_name(size)}: CPU of server, us", "calls", size, "server_cpu_us") for _, size in unary)
    for size in (64, KIB):
        yield f"{size_name(size)}, 64 in flight: calls/s", "flight", size, "per_s"
    yield "64 B, 8 threads, a connection each: calls/s", "threads", 64, "per_s"
    yield "64 B, 8 threads on one connection: calls/s", "shared", 64, "per_s"
    yield "64 B, stream to the server: messages/s", "up", 64, "per_s"
    yield "64 B, stream from the server: messages/s", "down", 64, "per_s"
    yield "server's RSS after all that, MiB", "server", 0, "rss_mib"
    yield "server's threads then", "server", 0, "threads"
    yield "exec to the first answer, ms", "first", 64, "ms"
    if pin == "free":
        yield "system calls of the client per call", "syscalls", 64, "client"
        yield "system calls of the server per call", "syscalls", 64, "server"


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    return f"{len(os.sched_getaffinity(0))} CPUs, {model}, Linux {platform.release()}"


def print_tables(bench, pins, load):
    pinned = {"free": "wherever the system puts them", "same": "server and client on one CPU",
              "apart": "server and client on two CPUs"}
    today = datetime.date.today().isoformat()
    print(f"{today}, {machine()}; load {load:.2f} before, in parentheses the ratio to raw in the same round.\n")
    for pin in pins:
        print(f"| {pinned[pin]} | " + " | ".join(TITLES[peer] for peer in bench.peers) + " |")
        print("|---" * (len(bench.peers) + 1) + "|")
        for title, *what in lines_of(bench, pin):
            print(f"| {title} | " + " | ".join(entry(bench, pin, peer, *what) for peer in bench.peers) + " |")
        print()


def write_tsv(bench):
    path = os.path.join(bench.folder, "bench.tsv")
    with open(path, "w", encoding="ascii") as file:
        print("pin", "round", "peer", "cell", "size", "what", "value", sep="\t", file=file)
        for *key, measured in bench.rows:
            for what, value in measured.items():
                print(*key, what, value, sep="\t", file=file)
    print(f"bench.py: wrote {path}", file=sys.stderr)


def plot(bench, pin):
    """p50 by size, as a ratio to raw: a group of bars for each size."""
    peers = [peer for peer in bench.peers if peer != "raw"]
    data, picture = (os.path.join(bench.folder, name) for name in ("bench.dat", "bench.svg"))
    with open(data, "w", encoding="ascii") as file:
        print("size", *(f'"{TITLES[peer]}"' for peer in peers), file=file)
        for cell, size in CELLS:
            if cell == "calls":
                ratios = [median(bench, pin, peer, cell, size, "p50_us")[1] for peer in peers]
                print(f'"{size_name(size)}"', *(f"{ratio:.3f}" if ratio else "?" for ratio in ratios), file=file)
    if not peers or not shutil.which("gnuplot"):
        return
    script = f"""set terminal svg size 900,420; set output '{picture}'; set datafile missing '?'
        set style data histograms; set style fill solid; set logscale y; set key outside autotitle columnhead
        set ylabel 'p50 of a call, raw socket = 1'; set grid y; set yrange [1:*]
        plot for [i=2:{len(peers) + 1}] '{data}' using i:xtic(1)"""
    subprocess.run(["gnuplot"], input=script, text=True, check=True)
    print(f"bench.py: wrote {picture}", file=sys.stderr)


def smoke(bench):
    """Whether calls of every kind work. What a cell that a peer lacks is worth is looked at, too: nanopb's alone."""
    for peer in bench.peers:
        server = bench.start("free", peer)
        try:
            for cell, size in SMOKE_CELLS:
                try:
                    measured = bench.call("free", peer, cell, size, bench.time_ms, str(server.pid))
                except Missing as missing:
                    if peer != "nano" or (cell != "shared" and size <= KIB):
                        raise RuntimeError(f"{peer} has no {cell} of {size_name(size)}") from missing
                    continue
                if measured["n_calls"] < 1:
                    raise RuntimeError(f"{peer}, {cell} of {size_name(size)}: nothing was called")
        finally:
            stop(server)
        measure_first(bench, "free", 0, peer)
    print(f"called {', '.join(bench.peers)}")


def is_built(folder, peer):
    return all(os.access(os.path.join(folder, f"{peer}_{half}"), os.X_OK) for half in ("server", "client"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--pin", action="append", choices=("free", "same", "apart"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers", default=",".join(TITLES))
    parser.add_argument("folder")
    wanted = parser.parse_args()
    pins, load = wanted.pin or ["free"], os.getloadavg()[0]

    peers = [peer for peer in wanted.peers.split(",") if is_built(wanted.folder, peer)]
    missing = [TITLES[peer] for peer in wanted.peers.split(",") if peer not in peers]
    if wanted.smoke and missing:
        parser.error(f"not built: {', '.join(missing)}")
    if wanted.rounds < 1 or "raw" not in peers:
        parser.error("there is nothing to compare with: raw_server and raw_client are not built")
    with tempfile.TemporaryDirectory(prefix="eyelet-bench.") as sockets:
        bench = Bench(wanted.folder, sockets, peers, 10 if wanted.smoke else 150 if wanted.quick else 500)
        if wanted.smoke:
            smoke(bench)
            return 0
        run(bench, pins, wanted.rounds)
    write_tsv(bench)
    print_tables(bench, pins, load)
    if missing:
        print(f"Missing, since they could not be built: {', '.join(missing)}.")
    plot(bench, pins[0])
    return 0


if __name__ == "__main__":
    sys.exit(main())
