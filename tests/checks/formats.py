#!/usr/bin/env python3
"""Prints every string of the library that has a conversion which core/text.h's small printf does not know.

The compiler checks that arguments agree with formats, but as printf(3)'s. All strings of src/ are looked at but the
generator's; what follows a % at the end of one must be a macro of <inttypes.h>, for formats of the real printf.

usage: formats.py ROOT
"""
import os
import re
import sys

KNOWN = re.compile(
    r"%(?:%|[0-]*(?:\*|\d+)?(?:(?:hh|h|ll|l|z|t|j)?[diuxX]|c|(?:\.(?:\*|\d*))?s))")
TOKEN = re.compile(r'/\*.*?\*/|//[^\n]*|\'(?:\\.|[^\'\\])*\'|"(?:\\.|[^"\\])*"(?:\s*"(?:\\.|[^"\\])*")*', re.DOTALL)
LITERAL = re.compile(r'"((?:\\.|[^"\\])*)"', re.DOTALL)
MACRO = re.compile(r"\s*PRI[diuxX]\w+")
NOT_OURS = {"gen"}


def strings(text):
    """(line, string, whether a macro of <inttypes.h> follows): neighbours are one, comments are none."""
    for token in TOKEN.finditer(text):
        if token[0].startswith('"'):
            line = text.count("\n", 0, token.start()) + 1
            yield line, "".join(LITERAL.findall(token[0])), MACRO.match(text, token.end()) is not None


def unknown(string, is_before_macro):
    """The first conversion in @string that is none of the small printf's, to its end; "" when there is none."""
    if string == "%":  # what the small printf itself looks for
        return ""
    if is_before_macro and string.endswith("%"):
        string = string[:-1]
    at = string.find("%")
    while at >= 0:
        match = KNOWN.match(string, at)
        if match is None:
            return string[at:]
        at = string.find("%", match.end())
    return ""


def sources(root):
    for folder, folders, names in os.walk(os.path.join(root, "src")):
        folders[:] = sorted(set(folders) - NOT_OURS)
        yield from (os.path.join(folder, name) for name in sorted(names) if name.endswith((".c", ".h")))


def complaints(root):
    found = []
    count = 0
    for path in sources(root):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        for line, string, is_before_macro in strings(text):
            count += "%" in string
            if unknown(string, is_before_macro):
                found.append(f"{os.path.relpath(path, root)}:{line}: core/text.h does not know "
                             f"'{unknown(string, is_before_macro)}'")
    return found if count else ["there are no formats to look at"]


def main():
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    found = complaints(sys.argv[1])
    print("\n".join(found) if found else "every format is one of the small printf's")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
