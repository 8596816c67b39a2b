#!/usr/bin/env python3
"""Runs a test in a virtual machine under QEMU's software emulation, and fails when it failed in there.

usage: tests/vm/run.py loopback BUILD_DIR      one guest: real AF_VSOCK on CID 1
       tests/vm/run.py enclave BUILD_DIR       a guest that is the parent, with two more inside it that are enclaves
       tests/vm/run.py echo BUILD_DIR TEXT     the same with the example: its enclave, its parent, the text they echo
       tests/vm/run.py keys BUILD_DIR          the same with the key service, and the parent that tries all it can do
       tests/vm/run.py bench PLAN PROGRAM...   one guest: the programs do what tests/bench/guest.sh reads in PLAN
       tests/vm/run.py selftest                failures inside, and guests that never end, must be failures outside

BUILD_DIR is a build of the preset release. fetch.sh brings what else it takes. Whatever happens, a guest ends: by
itself, by its time limit, or with this program. The limits are for machines that have much else to do.

The enclaves run under KVM in the parent's guest: QEMU emulates AMD's virtualization as well, and so they are emulated
once and not twice, which is ten times as fast. It takes nothing of the sort from the build machine's processor; only
the benchmark runs under KVM, if a guest comes up with it, and otherwise counts instructions in the place of time.
"""
import lzma
import os
import re
import signal
import stat
import struct
import subprocess
import sys
import threading

HERE = os.path.dirname(os.path.abspath(__file__))
QEMU = "/usr/bin/qemu-system-x86_64"
FIRMWARE = ("/usr/share/seabios/bios-256k.bin", "/usr/share/qemu/pvh.bin", "/usr/share/qemu/kvmvapic.bin")
MARKER = "eyelet.guest"  # tests/support/guest.h
SAID = "said: "  # example.sh
ENDED = re.compile(r"^guest: the test ended with status (\d+)$")

LOOPBACK_MIB = 512
PARENT_MIB = 1024

# Counted: emulated as well, and the guest's clock goes by a nanosecond with each instruction, however fast that was.
ACCELERATORS = {
    "tcg": ("-accel", "tcg"),
    "kvm": ("-accel", "kvm"),
    "counted": ("-accel", "tcg", "-icount", "shift=0,sleep=off"),
}

# What a guest loads; the modules that these depend on are found out.
LOOPBACK_MODULES = ("vsock_loopback", "vhost_vsock")
BENCH_MODULES = ("vsock_loopback",)
PARENT_MODULES = ("vhost_vsock", "kvm-amd")
ENCLAVE_MODULES = ("virtio_pci", "vmw_vsock_virtio_transport")


class Failure(Exception):
    """A sentence for people: why there is no result, or why it is a bad one."""


# ---- what guests are made of ----

def fetch():
    """The folder that fetch.sh has filled."""
    done = subprocess.run([os.path.join(HERE, "fetch.sh")], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Failure("tests/vm/fetch.sh failed")
    return done.stdout.strip()


def unpack_kernel(image):
    """A bzImage's ELF file. QEMU starts that directly (PVH), and nobody has to unpack it in emulation: 9 s."""
    # Linux: Documentation/arch/x86/boot.rst; setup_sects, header, payload_offset, payload_length
    if len(image) < 0x250 or image[0x202:0x206] != b"HdrS":
        raise Failure("the kernel is no bzImage")
    setup = ((image[0x1F1] or 4) + 1) * 512
    offset, length = struct.unpack_from("<II", image, 0x248)
    payload = image[setup + offset:setup + offset + length]
    if payload[:6] != b"\xfd7zXZ\0":
        raise Failure("the kernel is packed, but not by xz")
    return lzma.LZMADecompressor().decompress(payload)


def read_module(path):
    with open(path, "rb") as file:
        content = file.read()
    return lzma.decompress(content) if path.endswith(".xz") else content


def load_order(folder, wanted):
    """(name, content) of modules and of all that they depend on, each behind those it depends on."""
    paths = {}
    for place, _, names in os.walk(folder):
        for name in names:
            if ".ko" in name:
                paths[name.split(".ko")[0].replace("-", "_")] = os.path.join(place, name)

    order = {}

    def add(name):
        name = name.replace("-", "_")
        if name in order:
            return
        if name not in paths:
            raise Failure(f"the kernel package has no module {name}")
        content = read_module(paths[name])
        depends = re.search(rb"(?:^|\0)depends=([^\0]*)\0", content)
        for other in depends.group(1).decode().split(",") if depends and depends.group(1) else ():
            add(other)
        order[name] = content

    for name in wanted:
        add(name)
    return list(order.items())


def libraries(program):
    """The files that a program is linked to, by the paths under which it looks for them; none if it is static."""
    ldd = subprocess.run(["ldd", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if ldd.returncode != 0 and "not a dynamic executable" not in ldd.stdout:
        raise Failure(f"ldd: {ldd.stdout.strip()}")
    return re.findall(r"(/\S+) \(0x", ldd.stdout)


class Ramdisk:
    """An initramfs in the making: a cpio archive of format newc, which says nothing of the machine it was made on."""

    def __init__(self):
        self.files = {}

    def add(self, path, content, mode=0o755):
        folder = os.path.dirname(path)
        if folder not in ("", "/"):
            self.add_folder(folder)
        self.files[path.strip("/")] = (stat.S_IFREG | mode, content)

    def add_folder(self, path):
        parts = path.strip("/").split("/")
        for count in range(1, len(parts) + 1):
            self.files.setdefault("/".join(parts[:count]), (stat.S_IFDIR | 0o755, b""))

    def add_file(self, path, source, mode=0o755):
        with open(source, "rb") as file:
            self.add(path, file.read(), mode)

    def add_program(self, path, source):
        self.add_file(path, source)
        for library in libraries(source):
            self.add_file(library, library)

    def add_modules(self, folder, wanted):
        order = load_order(folder, wanted)
        for name, content in order:
            self.add(f"/modules/{name}.ko", content, 0o644)
        self.add("/modules/order", "".join(f"{name}.ko\n" for name, _ in order).encode(), 0o644)

    def pack(self):
        parts = []
        entries = [*self.files.items(), ("TRAILER!!!", (0, b""))]
        for inode, (path, (mode, content)) in enumerate(entries, 1):
            name = path.encode() + b"\0"
            fields = (inode, mode, 0, 0, 1, 0, len(content), 0, 0, 0, 0, len(name), 0)
            head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
            parts += [head, bytes(-len(head) % 4), content, bytes(-len(content) % 4)]
        return b"".join(parts)


def test_ramdisk(guest, modules):
    """A ramdisk with everything but /test."""
    ramdisk = Ramdisk()
    for folder in ("/bin", "/proc", "/sys", "/dev", "/tmp", "/run"):
        ramdisk.add_folder(folder)
    ramdisk.add_file("/init", os.path.join(HERE, "init.sh"))
    ramdisk.add_file("/bin/busybox", os.path.join(guest, "busybox"))
    ramdisk.add_modules(os.path.join(guest, "modules"), modules)
    return ramdisk


def enclave_ramdisk(guest, server):
    """As an enclave image has it: the static server is the first process, and nothing else is there but modules."""
    ramdisk = Ramdisk()
    for folder in ("/proc", "/dev"):
        ramdisk.add_folder(folder)
    ramdisk.add_file("/init", server)
    ramdisk.add_modules(os.path.join(guest, "modules"), ENCLAVE_MODULES)
    return ramdisk


def parent_ramdisk(guest, kernel, server):
    """A ramdisk for a parent: QEMU is in it, and what an enclave consists of; /boot-enclave CID starts one."""
    ramdisk = test_ramdisk(guest, PARENT_MODULES)
    ramdisk.add_program(QEMU, QEMU)
    for path in FIRMWARE:
        ramdisk.add_file("/firmware/" + os.path.basename(path), path, 0o644)
    ramdisk.add_file("/boot-enclave", os.path.join(HERE, "boot-enclave.sh"))
    ramdisk.add("/enclave/kernel", kernel, 0o644)
    ramdisk.add("/enclave/ramdisk", enclave_ramdisk(guest, server).pack(), 0o644)
    return ramdisk


# ---- running one ----

def judge(lines, is_over_time, limit_s):
    """Raises unless a guest that said these lines had a test in it that ended well."""
    statuses = [int(found.group(1)) for found in map(ENDED.match, lines) if found]
    if is_over_time:
        raise Failure(f"the guest did not end within {limit_s} s")
    if len(statuses) != 1:
        raise Failure("the guest ended without saying how the test ended")
    if statuses[0] != 0:
        raise Failure(f"the test failed in the guest, with status {statuses[0]}")


def boot(kernel, ramdisk, memory_mib, limit_s, show, accelerator="tcg"):
    """Runs a guest to its end: the lines it said, each shown as it comes, and whether its time was over."""
    # In memory, so that nothing stays behind: QEMU gets them as open files.
    with open(os.memfd_create("kernel"), "wb") as kernel_file, open(os.memfd_create("ramdisk"), "wb") as ramdisk_file:
        for file, content in ((kernel_file, kernel), (ramdisk_file, ramdisk.pack())):
            file.write(content)
            file.flush()
        fds = (kernel_file.fileno(), ramdisk_file.fileno())
        # No network, no vsock device, no disk, no monitor: a serial line is all that leads out of the guest. Pages of
        # five levels would be one more to walk for every address.
        command = ["setpriv", "--pdeathsig", "KILL", QEMU, *ACCELERATORS[accelerator], "-M", "q35",
                   "-cpu", "max,la57=off", "-smp", "1", "-m", str(memory_mib), "-nodefaults", "-display", "none",
                   "-serial", "stdio", "-no-reboot", "-kernel", f"/dev/fd/{fds[0]}", "-initrd", f"/dev/fd/{fds[1]}",
                   "-append", f"console=ttyS0 quiet panic=-1 mitigations=off {MARKER}"]
        return listen_to(command, fds, limit_s, show)


def listen_to(command, fds, limit_s, show):
    lines = []
    is_over_time = threading.Event()
    with subprocess.Popen(command, pass_fds=fds, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as qemu:

        def end():
            is_over_time.set()
            qemu.kill()

        timer = threading.Timer(limit_s, end)
        timer.start()
        try:
            for line in qemu.stdout:
                line = line.decode("utf-8", "replace").replace("\r", "").rstrip("\n")
                lines.append(line)
                show(line)
        finally:
            timer.cancel()
            qemu.kill()
    return lines, is_over_time.is_set()


def show_line(line):
    print(line, flush=True)


def show_said(line):
    if line.startswith(SAID):
        print(line.removeprefix(SAID), flush=True)
    else:
        print("    " + line, file=sys.stderr, flush=True)


def load_kernel(guest):
    with open(os.path.join(guest, "vmlinuz"), "rb") as file:
        return unpack_kernel(file.read())


def run(ramdisk, kernel, memory_mib, limit_s, show=show_line, accelerator="tcg"):
    lines, is_over_time = boot(kernel, ramdisk, memory_mib, limit_s, show, accelerator)
    judge(lines, is_over_time, limit_s)


def run_loopback(build):
    guest = fetch()
    ramdisk = test_ramdisk(guest, LOOPBACK_MODULES)
    ramdisk.add_program("/test", os.path.join(build, "tests/vm/test_loopback"))
    run(ramdisk, load_kernel(guest), LOOPBACK_MIB, 300)


def run_enclave(build):
    guest = fetch()
    kernel = load_kernel(guest)
    ramdisk = parent_ramdisk(guest, kernel, os.path.join(build, "tests/vm/enclave"))
    ramdisk.add_program("/test", os.path.join(build, "tests/vm/test_parent"))
    run(ramdisk, kernel, PARENT_MIB, 600)


def run_example(build, service, client, text=None):
    """Prints what the client says; its arguments are the enclave's address, and the text if there is one."""
    guest = fetch()
    kernel = load_kernel(guest)
    ramdisk = parent_ramdisk(guest, kernel, os.path.join(build, "examples", service))
    ramdisk.add_file("/client", os.path.join(build, "examples", client))
    ramdisk.add_file("/test", os.path.join(HERE, "example.sh"))
    if text is not None:
        ramdisk.add("/text", text.encode() + b"\n", 0o644)
    run(ramdisk, kernel, PARENT_MIB, 300, show_said)


def run_echo(build, text):
    run_example(build, "vm_echo_service", "vm_echo_client", text)


def run_keys(build):
    run_example(build, "vm_key_service", "vm_parent_keys")


def best_accelerator(guest, kernel):
    """KVM, if a guest ends well under it: there are machines with a /dev/kvm that no guest comes up with."""
    ramdisk = test_ramdisk(guest, ())
    ramdisk.add("/test", b"#!/bin/sh\nexit 0\n")
    try:
        if os.access("/dev/kvm", os.R_OK | os.W_OK):
            run(ramdisk, kernel, LOOPBACK_MIB, 30, lambda line: None, "kvm")
            return "kvm"
    except Failure:
        pass
    return "counted"


def run_bench(plan, *programs):
    """Prints what the guest says of its measurements, behind a line that says what it runs on."""
    guest = fetch()
    kernel = load_kernel(guest)
    ramdisk = test_ramdisk(guest, BENCH_MODULES)
    ramdisk.add_file("/test", os.path.join(HERE, "../bench/guest.sh"))
    ramdisk.add_file("/plan", plan, 0o644)
    for program in programs:
        ramdisk.add_program("/" + os.path.basename(program), program)
    with open(plan, encoding="ascii") as file:
        limit_s = 120 + 30 * len(list(file))
    accelerator = best_accelerator(guest, kernel)
    show_said(f"{SAID}accelerator\t{accelerator}")
    run(ramdisk, kernel, LOOPBACK_MIB, limit_s, show_said, accelerator)


def expect_failure(words, act, *arguments):
    try:
        act(*arguments)
    except Failure as failure:
        if words not in str(failure):
            raise Failure(f"expected '{words}', got '{failure}'") from failure
        print(f"selftest: as it should be: {failure}")
    else:
        raise Failure(f"expected '{words}', and nothing failed")


def run_selftest():
    good = "guest: the test ended with status 0"
    judge(["noise", good], False, 1)
    expect_failure("did not end within", judge, [good], True, 1)
    expect_failure("without saying how", judge, [], False, 1)
    expect_failure("without saying how", judge, ["x " + good, good + "1x"], False, 1)
    expect_failure("without saying how", judge, [good, good], False, 1)
    expect_failure("with status 1", judge, ["guest: the test ended with status 1"], False, 1)

    guest = fetch()
    kernel = load_kernel(guest)
    for script, limit_s, words in (("exit 7", 60, "with status 7"), ("poweroff -f", 60, "without saying how"),
                                   ("read never </dev/zero", 10, "did not end within")):
        ramdisk = test_ramdisk(guest, ())
        ramdisk.add("/test", f"#!/bin/sh\n{script}\n".encode())
        expect_failure(words, run, ramdisk, kernel, LOOPBACK_MIB, limit_s)


def main(arguments):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through every finally
    ways = {"loopback": (run_loopback, 1, 1), "enclave": (run_enclave, 1, 1), "echo": (run_echo, 2, 2),
            "keys": (run_keys, 1, 1), "bench": (run_bench, 2, 99), "selftest": (run_selftest, 0, 0)}
    way, count_min, count_max = ways.get(arguments[0] if arguments else "", (None, 0, 0))
    if not way or not count_min <= len(arguments) - 1 <= count_max:
        print(__doc__.split("\n\n")[1], file=sys.stderr)
        return 2
    try:
        way(*arguments[1:])
    except Failure as failure:
        print(f"tests/vm/run.py: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
