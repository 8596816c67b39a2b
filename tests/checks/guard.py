#!/usr/bin/env python3
"""Nobody gets around the guard in front of AF_VSOCK (tests/support/guest.h): every program of the tests that can open a
socket has the guard linked in, and no source of theirs knows another way to a socket.

usage: guard.py TESTS BUILT_TESTS     the folder of the tests' sources, and that of their programs
"""
import os
import re
import subprocess
import sys

WAYS_AROUND = re.compile(r"\bSYS_socket(call|pair)?\b|\b__NR_socket(call|pair)?\b|\b__real_socket\b")
GUARD = {"support/guest.c"}  # the one file that may


def files(root):
    for folder, _, names in os.walk(root):
        yield from (os.path.join(folder, name) for name in sorted(names))


def source_complaints(root):
    found = []
    for path in files(root):
        name = os.path.relpath(path, root)
        if not name.endswith((".c", ".h")) or name in GUARD:
            continue
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if WAYS_AROUND.search(line):
                    found.append(f"{name}:{number}: gets around the guard of support/guest.c: {line.strip()}")
    return found


def is_program(path):
    if not os.access(path, os.X_OK) or not os.path.isfile(path):
        return False
    with open(path, "rb") as file:
        return file.read(4) == b"\x7fELF"


def opens_unguarded(listing):
    """Whether a program with these symbols, in nm's POSIX format, calls socket() without the guard."""
    symbols = {line.split()[0].split("@")[0] for line in listing.splitlines() if line}
    return bool(symbols & {"socket", "eyelet_vsock_bind"}) and "__wrap_socket" not in symbols


def program_complaints(root):
    programs = [path for path in files(root) if is_program(path)]
    found = []
    for path in programs:
        listing = subprocess.run(["nm", "--format=posix", path], check=True, capture_output=True, text=True).stdout
        if opens_unguarded(listing):
            found.append(f"{path} can open sockets and is not linked with --wrap=socket")
    return found if programs else [f"there are no programs in {root}"]


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    found = source_complaints(sys.argv[1]) + program_complaints(sys.argv[2])
    print("\n".join(found) if found else "every program of the tests that opens sockets is guarded")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
