#!/usr/bin/env python3
"""The checks beside this file must fail where they should: made-up trees, listings and headers that break the rules."""
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import floors  # noqa: E402
import formats  # noqa: E402
import guard  # noqa: E402
import headers  # noqa: E402
import hostile  # noqa: E402
import paths  # noqa: E402
import stack  # noqa: E402
import symbols  # noqa: E402
import text  # noqa: E402

CC, CXX = "cc", "c++"  # replaced by main's arguments


class MadeUpTree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = folder.name

    def write(self, path, text):
        path = os.path.join(self.root, path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


class Floors(MadeUpTree):
    def setUp(self):
        super().setUp()
        for room in ("core", "io", "rpc", "codec", "services", "nano", "gen"):
            self.write(f"src/{room}/{room}.h", "")
        self.write("include/eyelet/face.h", "#include <stddef.h>\n")

    def includes(self, path, line):
        self.write(path, f"/* a room */\n{line}\n")
        return floors.complaints(self.root)

    def test_every_pair_of_floors(self):
        order = ["core", "io", "rpc", "codec", "services"]
        for place, room in enumerate(order):
            for target_place, target in enumerate(order):
                with self.subTest(room=room, target=target):
                    found = self.includes(f"src/{room}/x.c", f'#include "{target}/{target}.h"')
                    self.assertEqual(len(found), 1 if target_place > place else 0, found)
                    os.unlink(os.path.join(self.root, f"src/{room}/x.c"))

    def test_nano_stands_on_core_and_io_alone_and_nobody_stands_on_it(self):
        for room in ("core", "io", "rpc", "codec", "services", "gen"):
            with self.subTest(room=room):
                found = self.includes("src/nano/x.c", f'#include "{room}/{room}.h"')
                self.assertEqual(len(found), 0 if room in ("core", "io") else 1, found)
                os.unlink(os.path.join(self.root, "src/nano/x.c"))
                self.assertEqual(len(self.includes(f"src/{room}/x.c", '#include "nano/nano.h"')), 1)
                os.unlink(os.path.join(self.root, f"src/{room}/x.c"))

    def test_core_io_and_nano_know_nothing_of_protobuf_c(self):
        self.write("include/eyelet/table.h", "#include <protobuf-c/protobuf-c.h>\n")
        self.write("include/eyelet/service.h", "#include <eyelet/table.h>\n#include <eyelet/service.h>\n")
        for room in ("core", "io", "nano", "rpc", "codec"):
            for line in ("#include <protobuf-c/protobuf-c.h>", "#include <eyelet/table.h>", "#include <eyelet/service.h>"):
                with self.subTest(room=room, line=line):
                    found = self.includes(f"src/{room}/x.h", line)
                    self.assertEqual(len(found), 1 if room in ("core", "io", "nano") else 0, found)
                    os.unlink(os.path.join(self.root, f"src/{room}/x.h"))

    def test_a_complaint_names_file_line_and_target(self):
        found = self.includes("src/core/x.c", '#  include "rpc/rpc.h"')
        self.assertEqual(found, ["src/core/x.c:2: core includes src/rpc/rpc.h, which points up or out of its house"])

    def test_angle_brackets_do_not_hide_an_include(self):
        self.assertEqual(len(self.includes("src/core/x.c", "#include <io/io.h>")), 1)

    def test_a_relative_path_does_not_hide_an_include(self):
        self.assertEqual(len(self.includes("src/core/x.h", '#include "../io/io.h"')), 1)

    def test_the_generator_shares_nothing(self):
        self.assertEqual(len(self.includes("src/gen/x.c", '#include "core/core.h"')), 1)
        self.assertEqual(len(self.includes("src/gen/x.c", "#include <eyelet/face.h>")), 1)
        self.assertEqual(len(self.includes("src/gen/x.c", '#include "gen.h"')), 0)
        self.assertEqual(len(self.includes("src/codec/x.c", '#include "gen/gen.h"')), 1)

    def test_the_face_is_open_to_every_floor_and_looks_at_none(self):
        self.assertEqual(len(self.includes("src/core/x.c", "#include <eyelet/face.h>")), 0)
        self.assertEqual(len(self.includes("include/eyelet/face.h", "#include <core/core.h>")), 1)

    def test_a_new_room_needs_a_floor(self):
        self.assertEqual(len(self.includes("src/attic/x.c", "")), 1)

    def test_a_quoted_include_must_be_ours(self):
        self.assertEqual(len(self.includes("src/core/x.c", '#include "nowhere.h"')), 1)


class Formats(MadeUpTree):
    def complaints_about(self, text):
        self.write("src/core/x.c", text)
        return formats.complaints(self.root)

    def test_every_conversion_of_the_small_printf_passes(self):
        self.assertEqual(self.complaints_about(
            'f("%d%i%u%x%X%c%s%% %5d %-5s %05u %*d %.3s %.*s %*.*s %hhx %hd %lu %lld %zu %td %jd 100%%");'), [])

    def test_every_other_is_reported(self):
        for conversion in ("%p", "%f", "%5.2f", "%o", "%n", "%ls", "%lc", "%.3d", "%+d", "% d", "%#x", "%Lf", "%1$s", "%", "%5",
                           "100% sure"):
            self.assertEqual(len(self.complaints_about(f'f("%s {conversion}", x);')), 1, conversion)

    def test_a_complaint_names_file_line_and_conversion(self):
        self.assertEqual(self.complaints_about('\nf("a %s"\n  " %p");'),
                         ["src/core/x.c:2: core/text.h does not know '%p'"])

    def test_a_string_in_two_halves_is_one(self):
        self.assertEqual(self.complaints_about('f("%" "z" /* size */ "u");'), ["src/core/x.c:1: core/text.h does not know '%z'"])
        self.assertEqual(self.complaints_about('f("%z"\n  "u");'), [])

    def test_comments_characters_and_macros_are_no_formats(self):
        self.assertEqual(self.complaints_about(
            '/* "%p" */ // "%f"\nf(\'"\', \'%\', "%"); f("%" PRIu64 " %s %" PRIx32, x);'), [])
        self.assertEqual(len(self.complaints_about('f("%s %" WIDTH "d", x);')), 1)

    def test_the_generator_has_the_real_printf(self):
        self.write("src/gen/x.c", 'f("%p");')
        self.assertEqual(self.complaints_about('f("%s");'), [])

    def test_a_tree_without_formats_is_reported(self):
        self.assertEqual(len(self.complaints_about('f("");')), 1)


class Headers(MadeUpTree):
    def complaints_about(self, text):
        self.write("include/eyelet/face.h", text)
        return headers.complaints(os.path.join(self.root, "include"), CC, CXX, [])

    def test_a_good_header_passes(self):
        self.assertEqual(self.complaints_about("#ifndef F\n#define F\n#include <stddef.h>\nsize_t f(void);\n#endif\n"), [])

    def test_a_header_that_needs_another_first_fails_in_every_language(self):
        self.assertEqual(len(self.complaints_about("#ifndef F\n#define F\nuint32_t f(void);\n#endif\n")), 3)

    def test_a_header_without_a_guard_fails(self):
        self.assertEqual(len(self.complaints_about("struct f { int f; };\n")), 3)

    def test_a_name_that_is_a_keyword_of_the_other_language_fails_there(self):
        found = self.complaints_about("#ifndef F\n#define F\nint f(int class);\n#endif\n")
        self.assertEqual(len(found), 1)
        self.assertIn("c++17", found[0])

    def test_a_lossy_conversion_fails(self):
        self.assertEqual(len(self.complaints_about(
            "#ifndef F\n#define F\nstatic inline char f(long x)\n{\n    return x;\n}\n#endif\n")), 3)

    def test_an_empty_folder_fails(self):
        os.makedirs(os.path.join(self.root, "include/eyelet"))
        self.assertEqual(len(headers.complaints(os.path.join(self.root, "include"), CC, CXX, [])), 1)


class Symbols(unittest.TestCase):
    def test_a_name_without_prefix_is_reported(self):
        self.assertEqual(symbols.export_complaints("eyelet_client_open T 10 20\n"), [])
        self.assertEqual(len(symbols.export_complaints("eyelet_client_open T 10 20\npb_decode T 30 20\n")), 1)

    def test_a_library_without_names_is_reported(self):
        self.assertEqual(len(symbols.export_complaints("")), 1)

    def test_core_may_call_memory_only(self):
        for name in ("memcpy", "__memcpy_chk", "strlen", "strerrorname_np", "pb_decode_tag", "eyelet_x",
                     "__asan_report_load8", "__stack_chk_fail", "__assert_fail"):
            self.assertEqual(symbols.core_complaints("x.o", f"{name} U\n"), [], name)

    def test_core_may_not_reach_further(self):
        for name in ("malloc", "calloc", "realloc", "free", "read", "write", "recv", "send", "socket", "poll", "time",
                     "clock_gettime", "pthread_mutex_lock", "getenv", "strdup", "printf", "vsnprintf", "__errno_location", "stderr"):
            self.assertEqual(len(symbols.core_complaints("x.o", f"{name} U\n")), 1, name)

    def test_nano_may_call_itself_memory_and_the_kernel(self):
        own = "x.a[y.o]:\npb_decode T 0 20\neyelet_nano_no_free T 0 20\n"
        for name in ("pb_decode", "eyelet_nano_no_free", "memcpy", "__memcpy_chk", "explicit_bzero", "strlen", "recvmsg",
                     "sendmsg", "epoll_wait", "sigaction", "clock_gettime", "fcntl64", "getenv", "__errno_location",
                     "__stack_chk_fail", "__asan_report_load8"):
            self.assertEqual(symbols.nano_complaints(f"x.a[y.o]:\n{name} U\n", own, False), [], name)

    def test_nano_may_not_call_what_needs_an_allocator_or_stdio_or_threads(self):
        own = "eyelet_x T 0 20\n"
        for name in ("malloc", "calloc", "realloc", "free", "aligned_alloc", "posix_memalign", "strdup", "strndup",
                     "getline", "printf", "snprintf", "vsnprintf", "__vsnprintf_chk", "asprintf", "sscanf", "fopen",
                     "fdopen", "fwrite", "fputs", "puts", "putchar", "stdout", "stderr", "perror", "fopencookie",
                     "pthread_create", "pthread_mutex_lock", "qsort", "atexit", "exit", "abort", "strtoul", "pb_decode",
                     "eyelet_nano_no_realloc", "__assert_fail"):
            self.assertEqual(len(symbols.nano_complaints(f"{name} U\n", own, False)), 1, name)

    def test_nano_may_assert_when_it_is_compiled_for_debugging(self):
        self.assertEqual(symbols.nano_complaints("__assert_fail U\n", "eyelet_x T 0 20\n", True), [])
        self.assertEqual(len(symbols.nano_complaints("malloc U\n", "eyelet_x T 0 20\n", True)), 1)

    def test_a_nano_library_with_nothing_in_it_is_reported(self):
        self.assertEqual(len(symbols.nano_complaints("", "", False)), 1)


class Stack(unittest.TestCase):
    HEADER = "EYELET_API enum eyelet_status eyelet_nano_server_run(struct eyelet_nano_server *server);\n"

    def node(self, name, frame, kind="static"):
        return f'node: {{ title: "{name}" label: "{stack.bare(name)}\\nx.c:1:1\\n{frame} bytes ({kind})" }}\n'

    def edge(self, caller, callee):
        return f'edge: {{ sourcename: "{caller}" targetname: "{callee}" label: "x.c:2:2" }}\n'

    def complaints_about(self, callgraph, limit, disassembly=""):
        graph = stack.Graph()
        stack.read_callgraph(graph, callgraph)
        stack.read_disassembly(graph, disassembly)
        self.said = []
        return stack.complaints(graph, self.HEADER, limit, self.said.append)

    def test_the_deepest_chain_counts_and_libc_below_it(self):
        text = (self.node("eyelet_nano_server_run", 100) + self.node("x.c:shallow", 900) + self.node("x.c:deep", 500)
                + self.node("y.c:deeper.part.0", 600) + self.edge("eyelet_nano_server_run", "x.c:shallow")
                + self.edge("eyelet_nano_server_run", "x.c:deep") + self.edge("x.c:deep", "y.c:deeper.part.0")
                + self.edge("y.c:deeper.part.0", "memcpy"))
        self.assertEqual(self.complaints_about(text, 1200 + stack.LIBC), [])
        self.assertEqual(len(self.complaints_about(text, 1199 + stack.LIBC)), 1)

    def test_a_handler_is_nothing_but_what_it_calls_counts(self):
        text = (self.node("eyelet_nano_server_run", 100) + self.node("eyelet_nano_calls_run_next", 100)
                + self.node("x.c:handle_demo_echo_say", 100) + self.node("eyelet_nano_call_send", 700)
                + self.edge("eyelet_nano_server_run", "eyelet_nano_calls_run_next")
                + self.edge("eyelet_nano_calls_run_next", stack.CALLED_INDIRECTLY)
                + self.edge("x.c:handle_demo_echo_say", stack.CALLED_INDIRECTLY))
        self.assertEqual(self.complaints_about(text, 1000), [])
        self.assertEqual(len(self.complaints_about(text, 999)), 1)

    def test_what_has_no_bound_or_no_known_target_is_reported(self):
        run = self.node("eyelet_nano_server_run", 8)
        for text in (self.edge("eyelet_nano_server_run", stack.CALLED_INDIRECTLY),
                     self.edge("eyelet_nano_server_run", "eyelet_nano_server_run"),
                     self.node("x.c:grows", 8, "dynamic"),
                     self.node("x.c:one", 8) + self.node("x.c:other", 8) + self.edge("eyelet_nano_server_run", "x.c:one")
                     + self.edge("x.c:one", "x.c:other") + self.edge("x.c:other", "x.c:one")):
            self.assertEqual(len(self.complaints_about(run + text, 4096)), 1, text)

    def test_messages_within_messages_come_once(self):
        text = (self.node("eyelet_nano_server_run", 8) + self.node("x.c:check_message", 100)
                + self.node("x.c:check_bytes", 100) + self.edge("eyelet_nano_server_run", "x.c:check_message")
                + self.edge("x.c:check_message", "x.c:check_bytes") + self.edge("x.c:check_bytes", "x.c:check_message"))
        self.assertEqual(self.complaints_about(text, 208), [])
        self.assertEqual(len(self.complaints_about(text, 207)), 1)

    def test_frames_of_nanopb_are_read_from_its_instructions(self):
        graph = stack.Graph()
        stack.read_disassembly(graph, "0000000000000000 <pb_read>:\n   0:\tpush   %rbx\n   1:\tsub    $0x10,%rsp\n"
                               "   2:\tadd    $0xffffffffffffff80,%rsp\n   3:\tsub    $0xffffffffffffff80,%rsp\n"
                               "   4:\tcall   40 <buf_read>\n   5:\tcall   6 <pb_read+0x6>\n"
                               "\t\t\t6: R_X86_64_PLT32\tmemcpy-0x4\n   7:\tcall   *%rcx\n   8:\tje     40 <other>\n")
        self.assertEqual(graph.frames["pb_read"], 8 + 8 + 16 + 128)
        self.assertEqual(graph.callees["pb_read"], {"buf_read", "memcpy", stack.CALLED_INDIRECTLY})

    def test_objects_without_a_server_are_reported(self):
        self.assertEqual(len(self.complaints_about(self.node("x.c:f", 8), 4096)), 1)


class Text(MadeUpTree):
    def complaints_about(self, limit):
        self.write("main.c", "int used(void);\nint main(void)\n{\n    return used();\n}\n")
        self.write("used.c", "int socket(int);\nint used(void)\n{\n    return socket(1);\n}\n"
                             "const char unused[10000] = { 1 };\n")
        paths = [os.path.join(self.root, name) for name in ("main", "used")]
        for path in paths:
            subprocess.run([CC, "-Os", "-fno-asynchronous-unwind-tables", "-ffunction-sections", "-fdata-sections", "-c",
                            "-o", path + ".o", path + ".c"], check=True)
        archive = os.path.join(self.root, "used.a")
        subprocess.run(["ar", "rc", archive, paths[1] + ".o"], check=True)
        found = []
        return text.complaints(limit, archive, archive, [paths[0] + ".o"], found.append), found

    def test_what_is_kept_counts_and_nothing_else(self):
        complaints, said = self.complaints_about(200)
        self.assertEqual(complaints, [])
        self.assertRegex(said[0], r"text [1-9]\d?$")

    def test_what_is_over_the_limit_is_reported(self):
        self.assertEqual(len(self.complaints_about(5)[0]), 1)

    def test_tables_count_and_debugging_does_not(self):
        self.assertEqual(text.sizes(".text 10 0\n.rodata 20 0\n.data.rel.ro 5 0\n.eh_frame 7 0\n.bss 900 0\n.comment 9 0\n"
                                    ".debug_info 800 0\nTotal 1 0\n"),
                         {".text": 10, ".rodata": 20, ".data.rel.ro": 5, ".eh_frame": 7})


class Paths(MadeUpTree):
    def test_a_folder_of_one_machine_is_reported(self):
        for folder in ("home", "root", "work"):
            self.write("src/x.c", f'/* see "/{folder}/somebody/notes" */\n')
            self.assertEqual(len(paths.complaints(self.root)), 1, folder)

    def test_other_paths_are_not(self):
        self.write("src/x.c", "/* /tmp/x, /usr/include, unix:///run/echo, a/home/b, ./root/x, read/home */\n")
        self.assertEqual(paths.complaints(self.root), [])

    def test_a_compiled_program_is_reported(self):
        self.write("server", "\x7fELF\x02\0")
        self.assertEqual(paths.complaints(self.root), ["server: is a compiled program"])

    def test_what_is_built_is_not_looked_at(self):
        self.write("build/dev/x.txt", "/" + "home/somebody\n")
        self.write("build/dev/server", "\x7fELF\x02\0")
        self.write(".git/x", "/" + "home/somebody\n")
        self.assertEqual(paths.complaints(self.root), [])


class Hostile(MadeUpTree):
    def missing(self, number):
        return [line for line in hostile.complaints(self.root) if line.startswith(f"H{number}")]

    def test_an_empty_tree_lacks_all_that_is_required(self):
        self.assertEqual(len(self.missing("009")), 3)  # the main library, and both ends of nano
        self.assertEqual(len(self.missing("012")), 2)  # a server's
        self.assertEqual(len(self.missing("125")), 1)  # the generator's
        self.assertEqual(len(self.missing("111")), 1)  # what allocates
        self.assertEqual(len(self.missing("080")), 2)  # nanopb's
        self.assertEqual(len({line[:4] for line in hostile.complaints(self.root)}), len(hostile.WHO) - 1)

    def test_a_conformance_test_is_for_both_libraries_and_its_own_side(self):
        self.write("conformance/server_x.c", "static void h008_h009_x(void **state)\n")
        self.assertEqual(self.missing("009"), ["H009: eyelet::nano's client has no test"])
        self.write("conformance/client_x.c", "static void h009_x(void **state)\n")
        self.assertEqual(self.missing("009"), [])

    def test_a_test_of_one_library_is_not_for_the_other(self):
        self.write("test_x.c", "static void h009_x(void **state)\n")
        self.assertEqual(len(self.missing("009")), 2)
        self.write("nano/test_nano_x.c", "static void h009_x(void **state)\n")
        self.assertEqual(self.missing("009"), [])

    def test_a_number_that_is_only_mentioned_does_not_count(self):
        self.write("test_x.c", "/* HOSTILE H009 */\nstatic void sh009_x(void);\n")
        self.assertEqual(len(self.missing("009")), 3)


class Guard(MadeUpTree):
    def test_a_way_around_is_reported(self):
        for way in ("syscall(SYS_socket, 40, 1, 0)", "syscall(__NR_socket, 40, 1, 0)", "__real_socket(40, 1, 0)"):
            self.write("test_x.c", f"    fd = {way};\n")
            self.assertEqual(len(guard.source_complaints(self.root)), 1, way)

    def test_the_guard_itself_and_its_users_are_not(self):
        self.write("support/guest.c", "__real_socket(domain, type, protocol)\n")
        self.write("test_x.c", "socket(AF_VSOCK, SOCK_STREAM, 0); socketpair(AF_UNIX, SOCK_STREAM, 0, fds);\n")
        self.assertEqual(guard.source_complaints(self.root), [])

    def test_a_program_without_the_guard_is_reported(self):
        self.assertTrue(guard.opens_unguarded("main T 10 20\nsocket@GLIBC_2.2.5 U\n"))
        self.assertTrue(guard.opens_unguarded("main T 10 20\neyelet_vsock_bind T 30 20\n"))
        self.assertFalse(guard.opens_unguarded("main T 10 20\nsocket@GLIBC_2.2.5 U\n__wrap_socket T 30 20\n"))
        self.assertFalse(guard.opens_unguarded("main T 10 20\nsocketpair@GLIBC_2.2.5 U\n"))

    def test_a_folder_without_programs_is_reported(self):
        self.assertEqual(len(guard.program_complaints(self.root)), 1)


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit("usage: selftest.py CC CXX")
    CC, CXX = sys.argv[1:]
    unittest.main(argv=sys.argv[:1])
