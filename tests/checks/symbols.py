#!/usr/bin/env python3
"""Looks at symbols: what leaves the shared library, and what core and the nano library ask of the world.

usage: symbols.py exports LIBRARY             only eyelet_ names may leave it
       symbols.py core OBJECT...              core works on memory: what it calls must be in PURE below
       symbols.py nano [--asserts] FILE...    the nano library, its nanopb, and a program with what is generated for it:
                                              what they call is in them or in BARE below; --asserts: they were compiled
                                              for debugging
"""
import re
import subprocess
import sys

# What memory-only code may call: the string functions, nanopb, ourselves, and what compilers add.
# No allocation, descriptor, clock, thread, environment or stream is among them.
PURE = re.compile(
    r"(__)?(mem(cpy|move|set|cmp|chr|mem)|str(n?len|n?cmp|n?casecmp|r?chr|n?cpy|str|spn|cspn|pbrk|error((desc|name)_np)?))(_chk)?"
    r"|eyelet_\w+|pb_\w+|__assert_fail|__ctype_\w+|is\w+|to(lower|upper)"
    r"|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(start_+|stop_+)?(asan|ubsan|tsan|sanitizer|gcov|llvm|sancov)_\w+"
)

# What an enclave's program may ask of libc without taking an allocator, stdio or threads along: memory and strings,
# system calls, and what compilers add.
BARE = re.compile(
    r"(__)?(mem(cpy|move|set|cmp|chr)|explicit_bzero|str(n?len|n?cmp|n?casecmp|r?chr|spn|cspn|error((desc|name)_np)?))(_chk)?"
    r"|(__)?(poll|read|recv)(_chk)?|(open|fcntl|l?stat)(64)?|accept4|bind|clock_gettime|close|connect|epoll_(create1|ctl|wait)"
    r"|eventfd|fchmod|get(env|euid|pid|peername|sock(name|opt))|ioctl|listen|recvmsg|send(msg|to)?|setsockopt|shutdown|socket"
    r"|sigaction|unlink|write|__errno_location"
    r"|__stack_chk_fail|_GLOBAL_OFFSET_TABLE_|__(start_+|stop_+)?(asan|ubsan|tsan|sanitizer|gcov|llvm|sancov)_\w+"
)


def nm(*arguments):
    return subprocess.run(["nm", "--format=posix", *arguments], check=True, capture_output=True, text=True).stdout


def names(listing):
    """The first column of nm's POSIX format, without versions; lines that name a file have one column only."""
    return [line.split()[0].split("@")[0] for line in listing.splitlines() if len(line.split()) > 1]


def export_complaints(listing):
    exported = names(listing)
    found = [f"{name} leaves the library: only eyelet_ names may" for name in exported if not name.startswith("eyelet_")]
    return found if exported else ["nothing leaves the library"]


def core_complaints(path, listing):
    return [f"{path} calls {name}: core has memory only, and knows no descriptor, clock, thread or allocation"
            for name in names(listing) if not PURE.fullmatch(name)]


def nano_complaints(undefined, defined, has_asserts):
    """@undefined and @defined are nm's listings of all the files together."""
    own = set(names(defined))
    if not own:
        return ["there is nothing in these files"]
    return [f"{name} is called: the nano library has no malloc, no stdio and no threads"
            for name in sorted(set(names(undefined)) - own)
            if not BARE.fullmatch(name) and not (has_asserts and name == "__assert_fail")]


def main():
    if len(sys.argv) == 3 and sys.argv[1] == "exports":
        found = export_complaints(nm("--dynamic", "--defined-only", sys.argv[2]))
    elif len(sys.argv) >= 3 and sys.argv[1] == "core":
        found = [line for path in sys.argv[2:] for line in core_complaints(path, nm("--undefined-only", path))]
    elif len(sys.argv) >= 3 and sys.argv[1] == "nano":
        files = [path for path in sys.argv[2:] if path != "--asserts"]
        found = nano_complaints(nm("--undefined-only", *files), nm("--defined-only", *files), "--asserts" in sys.argv)
    else:
        print(__doc__, file=sys.stderr)
        return 2
    print("\n".join(found) if found else "all symbols are as they should be")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
