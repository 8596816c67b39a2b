#!/usr/bin/env python3
"""Prints every number of the catalogue of hostile peers that has no test, for the main library and for eyelet::nano.

The catalogue is not in this tree: its numbers, whom each concerns and where its tests may be are in here. A test
carries the numbers that it is for in its name, h034_... or h033_h034_...
"""
import os
import re
import sys

# Server, client, or both; "G" is the generator.
WHO = {}
for who, numbers in (
        ("C", "001 002 003 004 023 024 025 026 027 028 029 031 035 043 047 052 063 064 065 066 092 093 094 097 115 116 "
              "119 120"),
        ("S", "005 006 007 012 013 019 020 030 034 042 044 045 046 051 053 054 057 058 059 060 061 078 083 084 085 086 "
              "087 089 090 091 096 098 099 101 102 103 104 105 106 107 108 109 113 114 117 118 122"),
        ("B", "008 009 010 011 014 015 016 017 018 021 022 032 033 036 037 038 039 040 041 048 049 050 055 056 062 067 "
              "068 069 070 071 072 073 074 075 076 077 079 080 081 082 088 095 100 110 111 112 121 123 124"),
        ("G", "125 126 127 128 129")):
    for number in numbers.split():
        WHO[number] = who

# What does not concern eyelet::nano, and why.
NOT_NANO = {
    "081": "undefined behaviour inside of protobuf-c",
    "082": "sizes inside of protobuf-c",
    "106": "decoding takes no memory but the server's own",
    "111": "it does not allocate",
}
NOT_NANO_CLIENT = {"110": "it tells nobody of anything but by what its functions return"}
# What does not concern the main library, and why.
NOT_MAIN = {
    "079": "sizes of nanopb's fields",
    "080": "what nanopb's decoder does with pointers and call-backs",
}
# What no test of a name can show, and what shows it.
ELSEWHERE = {
    "129": "tests/gen compiles all generated code as C11 and C++17 with every warning an error",
}

NAME = re.compile(r"\b((?:h\d{3}_)+)")
NUMBER = re.compile(r"h(\d{3})_")

# Rooms that both libraries are made of, by the names of their tests, and the sides that they have.
SHARED = {
    "address": "C", "connect": "C", "hybrid": "C", "unix": "S", "inherit": "S", "vsock": "SC", "socket": "SC",
    "frame": "SC", "envelope": "SC", "dispatch": "S", "session_server": "S", "session_client": "C",
    "session_streams": "SC", "session_limits": "SC",
}


def owners(path):
    """The libraries and sides that the tests in this file are for."""
    folder, name = os.path.split(path)
    room = re.sub(r"^(test|fuzz)_|\.c$", "", name)
    if folder == "conformance":
        side = {"server": "S", "client": "C"}.get(name.split("_")[0], "")
        return {(library, side) for library in ("main", "nano")} if side else set()
    if folder == "gen":
        return {("main", "G")}
    if folder == "nano" or room.startswith("nano_"):
        return {("nano", side) for side in ("C" if "client" in room else "S" if "server" in room else "SC")}
    if folder == "" and room in SHARED:
        return {("main", "S"), ("main", "C")} | {("nano", side) for side in SHARED[room]}
    return {("main", "S"), ("main", "C")}


def sources(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - {"corpus", "support", "checks"})
        for name in sorted(names):
            if name.endswith(".c"):
                yield os.path.relpath(os.path.join(folder, name), root)


def covered(root):
    """{(library, side): numbers}"""
    found = {}
    for path in sources(root):
        with open(os.path.join(root, path), encoding="utf-8") as file:
            names = NAME.findall(file.read())
        for owner in owners(path):
            found.setdefault(owner, set()).update(NUMBER.findall("".join(names)))
    return found


def complaints(root):
    found = covered(root)
    missing = []
    for number, who in sorted(WHO.items()):
        if number in ELSEWHERE:
            continue
        if number not in NOT_MAIN and not any(number in found.get(("main", side), ()) for side in "SCG"):
            missing.append(f"H{number}: the main library has no test")
        if who == "G" or number in NOT_NANO:
            continue
        for side in "SC" if who == "B" else who:
            if side == "C" and number in NOT_NANO_CLIENT:
                continue
            if number not in found.get(("nano", side), ()):
                missing.append(f"H{number}: eyelet::nano's {'server' if side == 'S' else 'client'} has no test")
    return missing


def main():
    if len(sys.argv) != 2:
        print("usage: hostile.py TESTS", file=sys.stderr)
        return 2
    missing = complaints(sys.argv[1])
    print("\n".join(missing) if missing else f"each of {len(WHO)} numbers has its tests")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
