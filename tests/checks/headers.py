#!/usr/bin/env python3
"""Compiles each public header alone, as C11, C17 and C++17, with warnings as errors.

usage: headers.py INCLUDE_DIR CC CXX [FLAG...]
"""
import os
import subprocess
import sys

WARNINGS = ["-Wall", "-Wextra", "-Wconversion", "-Wpedantic", "-Werror"]


def compile_alone(compiler, language, standard, include_dir, header, flags):
    """Twice in a row, so that a missing include guard is seen as well. Returns the compiler's words, "" if none."""
    text = f"#include <eyelet/{header}>\n" * 2 + "extern int not_empty;\n"
    command = [compiler, "-x", language, f"-std={standard}", "-fsyntax-only", f"-I{include_dir}"]
    run = subprocess.run(command + WARNINGS + flags + ["-"], input=text, text=True, capture_output=True)
    return run.stderr or ("compiler failed" if run.returncode else "")


def complaints(include_dir, cc, cxx, flags):
    headers = sorted(os.listdir(os.path.join(include_dir, "eyelet")))
    found = [] if headers else [f"{include_dir}/eyelet holds no header"]
    for header in headers:
        for compiler, language, standard in ((cc, "c", "c11"), (cc, "c", "c17"), (cxx, "c++", "c++17")):
            said = compile_alone(compiler, language, standard, include_dir, header, flags)
            if said:
                found.append(f"<eyelet/{header}> does not compile alone as {standard}:\n{said}")
    return found


def main():
    if len(sys.argv) < 4:
        print(__doc__, file=sys.stderr)
        return 2
    found = complaints(*sys.argv[1:4], sys.argv[4:])
    print("\n".join(found) if found else "every public header compiles alone")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
