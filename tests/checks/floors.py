#!/usr/bin/env python3
"""Prints every include that points up.

The rooms of src/ lie on floors: core, io, rpc, codec, services from the ground up. A file may include its own floor and
those below. nano is a house beside rpc, on core and io, that nobody else includes; gen is a program of its own that
includes nothing but itself, and nobody includes it. Public headers include public headers only, and may be included
from every floor; but core, io and nano know nothing of protobuf-c, nor include a public header that does.
"""
import os
import re
import sys

FLOORS = ["core", "io", "rpc", "codec", "services"]
HOUSES = {"nano": ["core", "io"]}  # beside the floors: what each stands on
BARE = ["core", "io", "nano"]      # without protobuf-c
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
SOURCE = (".c", ".h")


def room_of(path):
    """The room that a path below the tree's root belongs to: a folder of src/, or "public", or None."""
    parts = path.split("/")
    if parts[:2] == ["include", "eyelet"]:
        return "public"
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def target_of(root, path, quoted, name):
    """The file of this tree that an include in `path` means, or None for one that comes from elsewhere."""
    folders = ([os.path.dirname(path)] if quoted else []) + ["src", "include"]
    for folder in folders:
        candidate = os.path.normpath(os.path.join(folder, name))
        if os.path.isfile(os.path.join(root, candidate)):
            return candidate
    return None


def is_allowed(room, target):
    if target == "public":
        return room != "gen"
    if room == target:
        return True
    if room in HOUSES:
        return target in HOUSES[room]
    return room in FLOORS and target in FLOORS and FLOORS.index(target) < FLOORS.index(room)


def knows_protobuf_c(root, path, seen):
    """Whether a file of this tree includes protobuf-c's header, itself or through others of this tree."""
    seen.add(path)
    with open(os.path.join(root, path), encoding="utf-8") as file:
        text = file.read()
    for match in INCLUDE.finditer(text):
        target = target_of(root, path, match[1] == '"', match[2])
        if target is None and (match[2].startswith("protobuf-c/") or match[2].endswith(".pb-c.h")):
            return True
        if target is not None and target not in seen and knows_protobuf_c(root, target, seen):
            return True
    return False


def sources(root):
    for top in ("src", "include"):
        for folder, _, names in os.walk(os.path.join(root, top)):
            for name in names:
                if name.endswith(SOURCE):
                    yield os.path.relpath(os.path.join(folder, name), root)


def complaints(root):
    found = []
    for path in sorted(sources(root)):
        room = room_of(path)
        if room not in FLOORS + list(HOUSES) + ["gen", "public"]:
            found.append(f"{path}: no floor is known for this place; see tests/checks/floors.py")
            continue
        with open(os.path.join(root, path), encoding="utf-8") as file:
            text = file.read()
        for match in INCLUDE.finditer(text):
            target = target_of(root, path, match[1] == '"', match[2])
            line = text.count("\n", 0, match.start(1)) + 1
            if target is None and match[1] == '"' and not match[2].endswith(".pb-c.h"):
                found.append(f'{path}:{line}: "{match[2]}" is not in this tree; write <{match[2]}>')
            elif target is not None and not is_allowed(room, room_of(target)):
                found.append(f"{path}:{line}: {room} includes {target}, which points up or out of its house")
        if room in BARE and knows_protobuf_c(root, path, set()):
            found.append(f"{path}: {room} includes protobuf-c, or a header that does")
    return found


def main():
    if len(sys.argv) != 2:
        print("usage: floors.py ROOT", file=sys.stderr)
        return 2
    count = sum(1 for _ in sources(sys.argv[1]))
    found = complaints(sys.argv[1])
    print("\n".join(found) if found else f"{count} files include downwards only")
    return 1 if found or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
