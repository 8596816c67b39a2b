#!/usr/bin/env bash
#
# Sees to it that QEMU is installed, and that a kernel and a shell for guests are in a folder outside of the tree, which
# it prints. What it takes comes through apt. Once the folder is there the network is not asked again: remove it to
# get a newer kernel.
#
#     vmlinuz     the newest linux-image-6.1.*-amd64 that apt offers, unpacked, not installed
#     modules/    its modules, those that the guests may want
#     busybox     of busybox-static
#
# usage: tests/vm/fetch.sh
set -euo pipefail

program=tests/vm/fetch.sh
[ $# -eq 0 ] || { printf 'usage: %s\n' "$program" >&2; exit 2; }

cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
. tests/support/prepare.sh

cache=${XDG_CACHE_HOME:-${HOME:?}/.cache}/eyelet
guest=$cache/guest-1 # another number for other contents
work=

clean_up() {
    [ -z "$work" ] || rm -rf -- "$work"
}

# Of everything called so, those without cloud, rt, dbg, unsigned or a meta-package among them; the newest, or nothing.
newest_kernel() {
    apt-cache pkgnames linux-image-6.1. 2>/dev/null | grep -E '^linux-image-6\.1\.[0-9]+-[0-9]+-amd64$' |
        sort -V | tail -n 1
}

# download PACKAGE: into the current folder. apt's own user often cannot write there; apt then says so and goes on.
download() {
    logged apt-get -q -o Acquire::Retries=3 download "$1"
}

# A list of packages that is missing or old is the reason that cannot be told from others: asked for anew, once.
download_all() {
    local kernel

    kernel=$(newest_kernel) && [ -n "$kernel" ] && download "$kernel" && download busybox-static
}

download_packages() {
    (cd "$work" && download_all) && return
    say 'asking apt for newer lists of packages'
    update_package_lists
    rm -f -- "$work"/*.deb
    (cd "$work" && download_all) || fail 'apt does not give a kernel and busybox-static'
}

# unpack DEB PATTERN...: those files of a package into $work/tree, and nothing else of it.
unpack() {
    local deb=$1
    shift

    mkdir -p "$work/tree"
    dpkg-deb --fsys-tarfile "$deb" | tar -x -C "$work/tree" --wildcards "$@" || fail "cannot unpack ${deb##*/}"
}

fill_guest_folder() {
    say "fetching a kernel for the guests into $guest"
    work=$(mktemp -d "$cache/work.XXXXXXXX")
    download_packages
    unpack "$work"/linux-image-*.deb './boot/vmlinuz-*' "./lib/modules/*/kernel/net/vmw_vsock/*" \
        "./lib/modules/*/kernel/drivers/virtio/*" "./lib/modules/*/kernel/drivers/vhost/*" \
        "./lib/modules/*/kernel/arch/x86/kvm/*" "./lib/modules/*/kernel/virt/lib/*" \
        "./lib/modules/*/kernel/drivers/crypto/ccp/*"
    unpack "$work"/busybox-static_*.deb ./bin/busybox

    mkdir "$work/guest"
    mv "$work"/tree/boot/vmlinuz-* "$work/guest/vmlinuz"
    mv "$work"/tree/lib/modules/* "$work/guest/modules"
    mv "$work/tree/bin/busybox" "$work/guest/busybox"
    mv "$work/guest" "$guest" # all of it or nothing: whoever sees the folder sees it whole
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

mkdir -p "$cache"
exec 9>"$cache/lock" # two tests at once: one fetches, one waits
flock 9
need qemu-system-x86 python3
[ -d "$guest" ] || fill_guest_folder
printf '%s\n' "$guest"
