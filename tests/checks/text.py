#!/usr/bin/env python3
"""How much of a program is eyelet's: what a linker keeps of these objects and archives when nothing else is there, libc
neither. Instructions, constants and the tables of pointers that a position puts into them count; names, debugging
information and zeroed memory do not.

usage: text.py LIMIT LIBRARY NANOPB OBJECT...   OBJECTs have main() and the generated code. The limit is for them and
                                                LIBRARY
"""
import os
import re
import subprocess
import sys
import tempfile

# Of the generated client, everything that eyelet_generate() writes for demo.Echo: nobody calls it in a server.
CLIENT = ["demo_echo_say", "demo_echo_say_start", "demo_echo_say_collect", "demo_echo_count_open", "demo_echo_count_recv",
          "demo_echo_sum_open", "demo_echo_sum_send", "demo_echo_sum_end", "demo_echo_sum_recv", "demo_echo_chat_open",
          "demo_echo_chat_send", "demo_echo_chat_end", "demo_echo_chat_recv", "demo_echo_chat_close",
          "eyelet_nano_client_init", "eyelet_nano_client_clear", "eyelet_nano_client_process"]
COUNTED = re.compile(r"\.(text|rodata|data|eh_frame|gcc_except_table|init|fini)\b")


def sizes(listing):
    """Bytes by section, of `size -A`'s listing."""
    found = {}
    for line in listing.splitlines():
        parts = line.split()
        if len(parts) == 3 and parts[0].startswith(".") and COUNTED.match(parts[0]):
            found[parts[0]] = int(parts[1])
    return found


def link(roots, files):
    """Links @files, from @roots on. What libc would bring stays unresolved, and counts for nothing."""
    wanted = [word for root in roots for word in ("-u", root)]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "linked")
        subprocess.run(["ld", "-static", "--gc-sections", "--unresolved-symbols=ignore-all", "-e", "0", *wanted,
                        "-o", path, "--start-group", *files, "--end-group"], check=True)
        listing = subprocess.run(["size", "-A", path], check=True, capture_output=True, text=True).stdout
    return sizes(listing)


def complaints(limit, library, nanopb, objects, show=print):
    server = link(["main"], objects + [library])
    total = sum(server.values())
    if server.get(".text", 0) == 0:
        return ["there is no text in this program"]
    show("a server of demo.Echo: " + ", ".join(f"{name[1:]} {size}" for name, size in sorted(server.items())))
    show(f"{total:6} bytes: core, io, nano, the generated service and its handlers")
    show(f"{sum(link(['main'], objects + [library, nanopb]).values()):6} with nanopb, as the distribution built it")
    show(f"{sum(link(CLIENT, objects + [library]).values()):6} a client instead")
    show(f"{sum(link(['main', *CLIENT], objects + [library]).values()):6} both in one program")
    return [f"{total} bytes are eyelet's, and {limit} is the limit"] if total > limit else []


def main():
    if len(sys.argv) < 5:
        print(__doc__, file=sys.stderr)
        return 2
    limit, library, nanopb, objects = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
    found = complaints(limit, library, nanopb, objects)
    print("\n".join(found) if found else f"not more than {limit} bytes are eyelet's")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
