#!/usr/bin/env python3
"""Starts a server of demo.Echo, calls it, and prints its resident memory in KiB: after the start, and after the calls.

usage: measure.py CALLS PATH SERVER [ARGUMENT...] [-- CALLER [ARGUMENT...]]

The server listens on the unix socket PATH; without a CALLER it is called over ttrpc, one call at a time.
"""
import os
import socket
import struct
import subprocess
import sys
import time

TEXT = b"hello, enclave"
PATIENCE_S = 30


def field(number, data):
    return bytes([number << 3 | 2, len(data)]) + data


def rss(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Rss:"))


def settled_rss(pid):
    """Once it stays for half a second: servers go on after they listen, and after their last answer."""
    last, since = rss(pid), time.monotonic()
    while time.monotonic() - since < 0.5:
        time.sleep(0.05)
        now = rss(pid)
        if now != last:
            last, since = now, time.monotonic()
    return last


def listens(path):
    with open("/proc/net/unix", encoding="ascii") as file:
        return any(line.split()[3] == "00010000" and line.split()[-1] == path for line in list(file)[1:])


def wait_for(server, path):
    end = time.monotonic() + PATIENCE_S
    while not listens(path):
        if server.poll() is not None or time.monotonic() > end:
            raise RuntimeError(f"{server.args[0]} does not listen")
        time.sleep(0.01)


def read(connection, size):
    data = b""
    while len(data) < size:
        more = connection.recv(size - len(data))
        if not more:
            raise RuntimeError("the server has hung up")
        data += more
    return data


def call(path, n_calls):
    request = field(1, b"demo.Echo") + field(2, b"Say") + field(3, field(1, TEXT))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PATIENCE_S)
        connection.connect(path)
        for i in range(n_calls):
            connection.sendall(struct.pack(">IIBB", len(request), 2 * i + 1, 1, 0) + request)
            size, stream, kind, _ = struct.unpack(">IIBB", read(connection, 10))
            if stream != 2 * i + 1 or kind != 2 or TEXT not in read(connection, size):
                raise RuntimeError("the server answers something else")


def main():
    if len(sys.argv) < 4:
        print(__doc__, file=sys.stderr)
        return 2
    n_calls, path, command, caller = int(sys.argv[1]), sys.argv[2], sys.argv[3:], None
    if "--" in command:
        command, caller = command[:command.index("--")], command[command.index("--") + 1:]
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    try:
        wait_for(server, path)
        at_start = settled_rss(server.pid)
        if caller:
            subprocess.run(caller, check=True, timeout=PATIENCE_S)
        else:
            call(path, n_calls)
        print(at_start, settled_rss(server.pid))
    finally:
        server.kill()
        server.wait()
        if os.path.exists(path):
            os.unlink(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
