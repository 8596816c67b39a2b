#!/usr/bin/env python3
"""Prints every line of the tree that names a folder of the machine it was written on, and every compiled program."""
import os
import re
import sys

# Folders of people and of build machines: nothing that another machine is sure to have.
MACHINE = re.compile(rb"(?<![\w.$}*/-])/(?:home|root|work|workspace|builds?|Users)/[\w.]")
NOT_OURS = {".git", "build"}
COMPILED = b"\x7fELF"


def files(root):
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - NOT_OURS)
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name not in NOT_OURS and os.path.isfile(path):
                yield path


def complaints(root):
    found = []
    for path in files(root):
        with open(path, "rb") as file:
            content = file.read()
        if content.startswith(COMPILED):
            found.append(f"{os.path.relpath(path, root)}: is a compiled program")
        if b"\0" in content:
            continue
        for number, line in enumerate(content.splitlines(), 1):
            if MACHINE.search(line):
                text = line.decode("utf-8", "replace").strip()
                found.append(f"{os.path.relpath(path, root)}:{number}: names a folder of one machine: {text}")
    return found


def main():
    if len(sys.argv) != 2:
        print("usage: paths.py ROOT", file=sys.stderr)
        return 2
    found = complaints(sys.argv[1])
    print("\n".join(found) if found else "no file names a folder of one machine")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
