#!/usr/bin/env python3
"""The worst stack of the nano library: for each function of <eyelet/nano.h> and of generated code, the deepest chain of
calls below it, from what the compiler says of its frames and of who calls whom.

usage: stack.py LIMIT HEADER NANOPB OBJECT...   the objects were compiled by gcc with -fcallgraph-info=su, which leaves
                                                a .ci file beside each; NANOPB is its archive, which is disassembled

A handler's own frame is nothing here: it is the program's, and may call whatever a handler may. So are the functions that
the options and started calls name. Signal handlers use the stack, too, and are the program's.
"""
import fnmatch
import re
import subprocess
import sys

# What libc may take below a call of ours. Of those functions that tests/checks/symbols.py lets through none works on a
# buffer of its own: they are wrappers of system calls, string functions, and the kernel's clock_gettime().
# tests/figures/test_stack.c sees what they take in truth.
LIBC = 256

HANDLER = "(handler)"
PROGRAM = "(program)"  # a function of the program's that is not to call back, or does so on its own account

# Where calls go that the compiler does not know the target of. A function that is not here and has one is a failure.
INDIRECT = {
    "eyelet_address_parse": ["parse_*"],                      # schemes[].parse
    "eyelet_nano_calls_run_next": ["handle_*"],               # method->handle, generated
    "handle_*": [HANDLER],                                    # the handler, and check_request
    "check_demo_*": [HANDLER],
    "eyelet_nano_client_tell": ["tell_*"],                    # pending->tell, generated
    "tell_*": [PROGRAM],                                      # done
    "tell": [PROGRAM],                                        # opts.on_broken
    "is_welcome": [PROGRAM],                                  # opts.accept
    "judge_head": [PROGRAM],                                  # session->on_frame: rpc's trace, NULL here
    "eyelet_session_feed": [PROGRAM],                         # the same, where judge_head() is inline
    "pb_default_field_callback": [PROGRAM],                   # nanopb's: no field has one
}
# Its streams are buffers, and fields with call-backs are refused.
INDIRECT_IN_NANOPB = ["buf_read", "buf_write", "pb_default_field_callback"]

# Functions that may come twice in a chain: messages within messages, as deep as the .proto file nests them. demo.Echo's
# are flat; what a level takes is printed.
NESTED = {"check_message", "check_bytes", "check_field", "pb_decode_inner", "decode_field", "decode_basic_field",
          "decode_static_field", "decode_pointer_field", "pb_dec_submessage", "pb_decode_ex", "pb_skip_field", "pb_encode",
          "encode_field", "encode_basic_field", "encode_array", "pb_enc_submessage", "pb_encode_submessage",
          "pb_get_encoded_size", "pb_check_proto3_default_value", "pb_message_set_to_defaults", "pb_field_set_to_default",
          "pb_release_single_field", "pb_release"}

SHOWN = ("eyelet_nano_server_run", "eyelet_nano_client_call", "eyelet_nano_call_recv")

NODE = re.compile(r'node: \{ title: "([^"]+)" label: "([^"]+)"')
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
USAGE = re.compile(r"\\n(\d+) bytes \((static|dynamic,bounded|dynamic)\)")
CALLED_INDIRECTLY = "__indirect_call"


class Graph:
    """Frames by function, callees by function. A static function of gcc's is called "file:name"."""

    def __init__(self):
        self.frames = {}
        self.callees = {}
        self.of_nanopb = set()
        self.faults = []

    def add(self, name, frame):
        self.frames[name] = frame
        self.callees.setdefault(name, set())

    def connect(self, caller, callee):
        self.callees.setdefault(caller, set()).add(callee)

    def matching(self, pattern):
        return [name for name in self.frames if fnmatch.fnmatchcase(bare(name), pattern)]


def bare(title):
    """A function's name without its file and without what the compiler puts behind those it made of another."""
    return title.rsplit(":", 1)[-1].split(".")[0]


def read_callgraph(graph, text):
    for title, label in NODE.findall(text):
        usage = USAGE.search(label)
        if usage is None:
            continue  # declared here, defined elsewhere
        if usage[2] == "dynamic":
            graph.faults.append(f"{title}: its frame has no bound")
        graph.add(title, int(usage[1]))
    for caller, callee in EDGE.findall(text):
        graph.connect(caller, callee)


def subtracted(line):
    """Bytes by which an instruction lowers the stack pointer: 0x80 of them may be added as -0x80."""
    found = re.search(r"\t(sub|add) +\$0x([0-9a-f]+),%rsp", line)
    if not found:
        return 0
    number = int(found[2], 16)
    if number >= 1 << 63:
        number -= 1 << 64
    return max(number if found[1] == "sub" else -number, 0)


def read_disassembly(graph, text):
    """objdump -dr of x86-64 objects without frame tables: a frame is the return address, what is pushed, and what is
    subtracted from the stack pointer."""
    name = None
    for line in text.splitlines():
        head = re.match(r"[0-9a-f]+ <([^>]+)>:", line)
        if head:
            name = head[1]
            graph.add(name, 8)
            graph.of_nanopb.add(name)
            continue
        if name is None:
            continue
        if re.search(r"\tpush\b", line):
            graph.frames[name] += 8
        graph.frames[name] += subtracted(line)
        direct = re.search(r"\t(?:call|jmp) +[0-9a-f]+ <([^>+]+)>", line)
        elsewhere = re.search(r"R_X86_64_(?:PLT32|GOTPCRELX?|REX_GOTPCRELX)\t(\w+)", line)
        for callee in (direct, elsewhere):
            if callee and callee[1] != name:
                graph.connect(name, callee[1])
            elif callee and direct and "call" in line:
                graph.connect(name, name)
        if re.search(r"\tcall +\*", line):
            graph.connect(name, CALLED_INDIRECTLY)


def resolve(graph):
    """Puts what is known of indirect calls into their place."""
    graph.add(HANDLER, 0)
    graph.add(PROGRAM, 0)
    for pattern in ("eyelet_nano_call_*", "demo_*_call_send", "demo_*_call_recv"):
        for callee in graph.matching(pattern):
            graph.connect(HANDLER, callee)
    for caller in list(graph.callees):
        if CALLED_INDIRECTLY not in graph.callees[caller]:
            continue
        graph.callees[caller].discard(CALLED_INDIRECTLY)
        patterns = next((INDIRECT[pattern] for pattern in INDIRECT if fnmatch.fnmatchcase(bare(caller), pattern)),
                        INDIRECT_IN_NANOPB if caller in graph.of_nanopb else None)
        if patterns is None:
            graph.faults.append(f"{caller}: nobody has said where it calls to through a pointer")
            continue
        for pattern in patterns:
            found = [pattern] if pattern in (HANDLER, PROGRAM) else graph.matching(pattern)
            if not found:
                graph.faults.append(f"{caller}: there is no {pattern} to call through a pointer")
            for callee in found:
                graph.connect(caller, callee)


def deepest(graph, root):
    """The worst chain below @root: (bytes, [(name, bytes)...]). Functions of NESTED come once in it."""
    known = {}

    def walk(name, above):
        """Also says whether something was left out because it is in the chain already: true for this chain only."""
        if name in known:
            return known[name]
        if name not in graph.frames:
            return LIBC, [(name, LIBC)], False
        path, worst, is_cut = above + [name], (0, []), False
        for callee in sorted(graph.callees.get(name, ())):
            if callee in path:
                is_cut = True
                if bare(callee) not in NESTED:
                    chain = " > ".join(path[path.index(callee):])
                    graph.faults.append(f"{callee} calls itself, by {chain}: nobody has said how often")
                continue
            *below, was_cut = walk(callee, path)
            worst = max(worst, tuple(below), key=lambda found: found[0])
            is_cut |= was_cut
        found = (worst[0] + graph.frames[name], [(name, graph.frames[name])] + worst[1], is_cut)
        if not is_cut:
            known[name] = found
        return found

    return walk(root, [])[:2]


def level_of(graph, names):
    """What one more level of messages within messages takes at most: all of these functions once more."""
    return sum(max([graph.frames[title] for title in graph.matching(name)] or [0]) for name in names)


def roots(graph, header):
    wanted = set(re.findall(r"\beyelet_nano_\w+(?=\()", header))
    return sorted(name for name in graph.frames if name in wanted or re.fullmatch(r"demo_\w+", name))


def complaints(graph, header, limit, show=print):
    resolve(graph)
    found = [(*deepest(graph, root), root) for root in roots(graph, header)]
    if not any(root.endswith("server_run") for _, _, root in found):
        return ["there is no server in these objects"]
    found.sort(key=lambda chain: chain[0], reverse=True)
    for total, _, root in found[:12]:
        show(f"{total:6} {root}")
    for total, chain, root in found:
        if chain is found[0][1] or root in SHOWN:
            show(f"\nbelow {root}: {total}")
            for name, frame in chain:
                show(f"{frame:6}   {name.rsplit('/', 1)[-1]}")
    show(f"\na level of messages within messages: decoding {level_of(graph, ('check_message', 'check_bytes', 'check_field'))} "
         f"to look, {level_of(graph, ('pb_decode_inner', 'decode_field', 'decode_basic_field', 'decode_static_field', 'pb_dec_submessage'))} "
         f"to unpack; encoding {level_of(graph, ('pb_encode', 'encode_field', 'encode_basic_field', 'pb_enc_submessage', 'pb_encode_submessage', 'pb_check_proto3_default_value'))}")
    return sorted(set(graph.faults)) + [f"{root} takes up to {total} bytes of stack, and {limit} is the limit"
                                        for total, _, root in found if total > limit]


def main():
    if len(sys.argv) < 5:
        print(__doc__, file=sys.stderr)
        return 2
    limit, header, nanopb, objects = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:]
    graph = Graph()
    for path in objects:
        with open(re.sub(r"\.o$", ".ci", path), encoding="utf-8") as file:
            read_callgraph(graph, file.read())
    listing = subprocess.run(["objdump", "-dr", "--no-show-raw-insn", nanopb], check=True, capture_output=True, text=True)
    read_disassembly(graph, listing.stdout)
    with open(header, encoding="utf-8") as file:
        found = complaints(graph, file.read(), limit)
    print("\n".join(found) if found else f"no chain takes more than {limit} bytes")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
