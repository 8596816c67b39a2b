#!/usr/bin/env python3
"""Runs the benchmark: NAME_server and NAME_client of a folder, for each peer that is there.

usage: bench.py [--quick] [--pin free|same|apart]... [--rounds N] [--peers NAME,...] FOLDER
       bench.py --vm [--quick] [--rounds N] [--peers NAME,...] FOLDER
       bench.py --smoke [--vm] FOLDER    a few calls of each kind, to see that they work

Rounds are interleaved: each peer has its cells measured before the next one has, and all of them before the next round.
What is shown is the median of the rounds and, in parentheses, of each round's ratio to the raw socket in that round.
Prints Markdown; writes every measurement to FOLDER/bench.tsv and, if there is gnuplot, a picture to FOLDER/bench.svg.
What did not work is said, and makes the exit code 1 once all else is printed.

    --pin free    wherever the system puts them; the default
    --pin same    server and client on one CPU
    --pin apart   server on one CPU and client on another
    --vm          in a virtual machine with one CPU, on AF_VSOCK loopback: guest.sh carries out there what is planned
                  here. Fewer cells; the files are bench-vm.tsv and bench-vm.svg
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
REST_S = 2  # memory that a server keeps at hand for the next call is not what it needs
TITLES = {
    "raw": "raw socket",
    "pbc": "eyelet, protobuf-c",
    "spin": "the same, spin_us 200",
    "nano": "eyelet, nanopb",
    "go": "Go ttrpc",
    "rust": "Rust ttrpc",
    "capnp": "Cap'n Proto",
    "nng": "NNG",
    "grpc": "gRPC C++",
}
# Cell, bytes of a message.
CELLS = [("calls", 64), ("calls", KIB), ("calls", 64 * KIB), ("calls", KIB * KIB), ("flight", 64), ("flight", KIB),
         ("threads", 64), ("shared", 64), ("up", 64), ("down", 64)]
VM_CELLS = [("calls", 64), ("calls", KIB), ("calls", 64 * KIB), ("flight", 64), ("flight", KIB), ("up", 64),
            ("down", 64)]
VM_PEERS = ("raw", "pbc", "nano")
VM_RUN = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../vm/run.py")
SMOKE_CELLS = [cell for cell in CELLS if cell[1] < KIB * KIB]
PINNED = {"free": "wherever the system puts them", "same": "server and client on one CPU",
          "apart": "server and client on two CPUs", "vm": "in a virtual machine, on AF_VSOCK loopback"}
ACCELERATORS = {
    "kvm": "under KVM.",
    "counted": "without KVM: QEMU emulates it and its clock counts instructions, so that 'us' is a thousand "
           "instructions of the guest, the kernel's among them, and a ratio says nothing of what a CPU makes of them.",
}
MEASURED = ["n_calls", "p50_us", "p99_us", "per_s", "client_cpu_us", "server_cpu_us"]


def size_name(size):
    if size < KIB:
        return f"{size} B"
    return f"{size // KIB} KiB" if size < KIB * KIB else f"{size // KIB // KIB} MiB"


class Missing(Exception):
    """The peer has no such thing."""


class Bench:
    """Where the programs are, where they may run, and all that was measured."""

    def __init__(self, folder, sockets, peers, cells, time_ms):
        self.folder = folder
        self.sockets = sockets
        self.peers = peers
        self.cells = cells
        self.time_ms = time_ms
        self.cpus = sorted(os.sched_getaffinity(0))
        self.rows = []  # of (pin, round, peer, cell, size, {what: number})
        self.failed = set()  # of (pin, peer, cell, size), each of which was said
        self.guest = {}  # what is known of the virtual machine
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

    def fail(self, pin, peer, cell, size, why):
        if isinstance(why, subprocess.TimeoutExpired):
            why = f"not over within {why.timeout} s"
        print(f"bench.py: {peer}, {cell}{f' of {size_name(size)}' if size else ''}: {why}", file=sys.stderr)
        self.failed.add((pin, peer, cell, size))

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
                raise RuntimeError("the server does not listen")
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
            raise RuntimeError(f"the client ended with {done.returncode}")
        return numbers(done.stdout.split("\t"))


def numbers(fields):
    """What a client printed, by names."""
    return dict(zip(MEASURED, map(float, fields), strict=True))


def listens(path):
    with open("/proc/net/unix", encoding="ascii") as file:
        return any(line.split()[3] == "00010000" and line.split()[-1] == path for line in list(file)[1:])


def stop(server):
    """The server, or what traces it and the server in it."""
    if server.poll() is not None:
        return
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


def measure_cell(bench, pin, number, peer, cell, size, server):
    try:
        measured = bench.call(pin, peer, cell, size, bench.time_ms, str(server.pid))
        bench.add(pin, number, peer, cell, size, **measured)
    except Missing:
        pass
    except (RuntimeError, ValueError, subprocess.TimeoutExpired) as error:
        bench.fail(pin, peer, cell, size, error)


def measure_cells(bench, pin, number, peer):
    try:
        server = bench.start(pin, peer)
    except RuntimeError:
        bench.failed.update((pin, peer, *cell) for cell in bench.cells)
        raise
    try:
        for cell, size in bench.cells:
            if server.poll() is None:
                measure_cell(bench, pin, number, peer, cell, size, server)
            else:
                bench.fail(pin, peer, cell, size, "the server is gone")
        time.sleep(REST_S)
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


def attempt(function, bench, pin, peer, cell, size, *arguments):
    try:
        function(bench, *arguments)
    except Missing:
        bench.fail(pin, peer, cell, size, "it has no such thing")
    except (RuntimeError, OSError, KeyError, ValueError, IndexError, subprocess.TimeoutExpired) as error:
        bench.fail(pin, peer, cell, size, error)


def run(bench, pins, n_rounds):
    if shutil.which("strace"):
        for peer in bench.peers:
            attempt(measure_system_calls, bench, "free", peer, "syscalls", 64, peer)
    else:
        print("bench.py: missing: strace, so system calls are not counted", file=sys.stderr)
    for pin in pins:
        for number in range(n_rounds):
            print(f"bench.py: {pin}, round {number + 1} of {n_rounds}", file=sys.stderr)
            for peer in bench.peers:
                attempt(measure_cells, bench, pin, peer, "server", 0, pin, number, peer)
                attempt(measure_first, bench, pin, peer, "first", 64, pin, number, peer)


def take_line(bench, line):
    """What guest.sh says, see there."""
    fields = line.rstrip("\n").split("\t")
    if len(fields) == 2:
        bench.guest[fields[0]] = fields[1]
        return
    number, peer, cell, size, *measured = fields
    key = ("vm", int(number), peer, cell, int(size))
    if measured[0] == "failed":
        bench.fail("vm", *key[2:], " ".join(measured[1:]))
    elif cell == "server":
        bench.add(*key, rss_mib=int(measured[0]) / KIB, threads=int(measured[1]))
    else:
        bench.add(*key, **numbers(measured))


def run_vm(bench, n_rounds):
    plan = os.path.join(bench.sockets, "plan")
    with open(plan, "w", encoding="ascii") as file:
        for number in range(n_rounds):
            for peer in bench.peers:
                for cell, size in bench.cells:
                    print(number, peer, cell, size, bench.time_ms, file=file)
    programs = [bench.program(peer, half) for peer in bench.peers for half in ("server", "client")]
    with subprocess.Popen([sys.executable, "-B", VM_RUN, "bench", plan, *programs], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True) as machine:
        for line in machine.stdout:
            take_line(bench, line)
    if machine.returncode != 0:
        sys.exit("bench.py: the virtual machine did not come to its end")


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
        return "failed" if (pin, peer, cell, size) in bench.failed else "-"
    if ratio is None or peer == "raw":
        return number_text(value)
    return f"{number_text(value)} ({ratio:.2f})" if ratio >= 0.1 else f"{number_text(value)} ({ratio:.2g})"


def lines_of():
    """Title, cell, size, what; of everything that a table may show."""
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
    yield f"server's RSS {REST_S} s after all that, MiB", "server", 0, "rss_mib"
    yield "server's threads then", "server", 0, "threads"
    yield "exec to the first answer, ms", "first", 64, "ms"
    yield "system calls of the client per call", "syscalls", 64, "client"
    yield "system calls of the server per call", "syscalls", 64, "server"


def machine():
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    model = models[0] if models else platform.machine()
    n_cpus = len(os.sched_getaffinity(0))
    return f"{n_cpus} CPU{'s' if n_cpus > 1 else ''}, {model}, Linux {platform.release()}"


def print_machine(bench, load):
    print(f"{datetime.date.today().isoformat()}, {machine()}; load {load:.2f} before, in parentheses the ratio to raw "
          "in the same round.")
    if bench.guest:
        print(f"In a virtual machine with one CPU, {bench.guest['kernel']},",
              ACCELERATORS[bench.guest["accelerator"]])
    print()


def print_table(bench, pin):
    print(f"| {PINNED[pin]} | " + " | ".join(TITLES[peer] for peer in bench.peers) + " |")
    print("|---" * (len(bench.peers) + 1) + "|")
    for title, *what in lines_of():
        entries = [entry(bench, pin, peer, *what) for peer in bench.peers]
        if any(text != "-" for text in entries):
            print(f"| {title} | " + " | ".join(entries) + " |")
    print()


def write_tsv(bench, name):
    path = os.path.join(bench.folder, f"{name}.tsv")
    with open(path, "w", encoding="ascii") as file:
        print("pin", "round", "peer", "cell", "size", "what", "value", sep="\t", file=file)
        for *key, measured in bench.rows:
            for what, value in measured.items():
                print(*key, what, value, sep="\t", file=file)
    print(f"bench.py: wrote {path}", file=sys.stderr)


def plot(bench, pin, name):
    """p50 by size, as a ratio to raw: a group of bars for each size."""
    peers = [peer for peer in bench.peers if peer != "raw"]
    data, picture = (os.path.join(bench.folder, f"{name}.{kind}") for kind in ("dat", "svg"))
    if not peers or not shutil.which("gnuplot"):
        print(f"bench.py: no picture: {'gnuplot is missing' if peers else 'there is raw alone'}", file=sys.stderr)
        return
    with open(data, "w", encoding="ascii") as file:
        print("size", *(f'"{TITLES[peer]}"' for peer in peers), file=file)
        for cell, size in bench.cells:
            if cell == "calls":
                ratios = [median(bench, pin, peer, cell, size, "p50_us")[1] for peer in peers]
                print(f'"{size_name(size)}"', *(f"{ratio:.3f}" if ratio else "?" for ratio in ratios), file=file)
    script = f"""set terminal svg size 900,420; set output '{picture}'; set datafile missing '?'
        set style data histograms; set style fill solid; set logscale y; set key outside autotitle columnhead
        set ylabel 'p50 of a call, raw socket = 1'; set grid y; set yrange [1:*]
        plot for [i=2:{len(peers) + 1}] '{data}' using i:xtic(1)"""
    done = subprocess.run(["gnuplot"], input=script, text=True, check=False)
    print(f"bench.py: wrote {picture}" if done.returncode == 0 else "bench.py: no picture: gnuplot failed",
          file=sys.stderr)


def smoke(bench):
    """A few calls of every kind."""
    for peer in bench.peers:
        attempt(measure_cells, bench, "free", peer, "server", 0, "free", 0, peer)
        attempt(measure_first, bench, "free", peer, "first", 64, "free", 0, peer)


def expect_all(bench, pin):
    """Every cell of every peer was called, but those that nanopb has to do without."""
    called = {row[2:5] for row in bench.rows if row[0] == pin and row[5].get("n_calls", 1) >= 1}
    for peer in bench.peers:
        for cell, size in [*bench.cells, ("server", 0)]:
            if (pin, peer, cell, size) in bench.failed or (peer, cell, size) in called:
                continue
            if peer != "nano" or (cell != "shared" and size <= KIB):
                bench.fail(pin, peer, cell, size, "nothing was called")


def is_built(folder, peer):
    return all(os.access(os.path.join(folder, f"{peer}_{half}"), os.X_OK) for half in ("server", "client"))


def parse_arguments():
    """What is wanted, and of its peers those that are there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--vm", action="store_true")
    parser.add_argument("--pin", action="append", choices=("free", "same", "apart"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peers")
    parser.add_argument("folder")
    wanted = parser.parse_args()
    known = VM_PEERS if wanted.vm else tuple(TITLES)
    wanted.peers = list(dict.fromkeys(wanted.peers.split(","))) if wanted.peers else list(known)
    unknown = [peer for peer in wanted.peers if peer not in known]
    if unknown:
        parser.error(f"no peer{' on vsock' if wanted.vm else ''}: {', '.join(unknown)}; those are {', '.join(known)}")
    if wanted.rounds < 1:
        parser.error("there is at least one round")
    if wanted.vm and wanted.pin:
        parser.error("--vm and --pin: the virtual machine has one CPU")
    if "apart" in (wanted.pin or ()) and len(os.sched_getaffinity(0)) < 2:
        parser.error("--pin apart takes two CPUs, and there is one")
    wanted.missing = [peer for peer in wanted.peers if not is_built(wanted.folder, peer)]
    wanted.peers = [peer for peer in wanted.peers if peer not in wanted.missing]
    if wanted.smoke and wanted.missing:
        parser.error(f"not built: {', '.join(wanted.missing)}")
    if "raw" not in wanted.peers:
        parser.error("there is nothing to compare with: raw is not wanted, or not built")
    return wanted


def time_ms(wanted):
    """What a cell takes. In a guest whose instructions are counted each is a million of them, and takes longer."""
    if wanted.smoke:
        return 10
    if wanted.vm:
        return 50 if wanted.quick else 200
    return 150 if wanted.quick else 500


def measure(bench, wanted, pins):
    if wanted.vm:
        run_vm(bench, 1 if wanted.smoke else wanted.rounds)
    elif wanted.smoke:
        smoke(bench)
    else:
        run(bench, pins, wanted.rounds)


def report(bench, wanted, pins, load):
    name = "bench-vm" if wanted.vm else "bench"
    write_tsv(bench, name)
    print_machine(bench, load)
    for pin in pins:
        print_table(bench, pin)
    if wanted.missing:
        print(f"Missing, since they could not be built: {', '.join(TITLES[peer] for peer in wanted.missing)}.")
    plot(bench, pins[0], name)


def main():
    wanted, load = parse_arguments(), os.getloadavg()[0]
    pins = ["vm"] if wanted.vm else list(dict.fromkeys(wanted.pin or ["free"]))
    cells = VM_CELLS if wanted.vm else SMOKE_CELLS if wanted.smoke else CELLS
    with tempfile.TemporaryDirectory(prefix="eyelet-bench.") as sockets:
        bench = Bench(wanted.folder, sockets, wanted.peers, cells, time_ms(wanted))
        measure(bench, wanted, pins)
    if wanted.smoke:
        expect_all(bench, pins[0])
        print("some failed" if bench.failed else f"called {', '.join(bench.peers)}")
    else:
        report(bench, wanted, pins, load)
    return 1 if bench.failed else 0


if __name__ == "__main__":
    sys.exit(main())
