#!/usr/bin/env bash
#
# The whole line once: builds the library and the generated echo service and client, starts the service on a unix socket,
# calls it, prints the echoed text and the round-trip time. Takes Debian 12 as it comes and installs what is missing.
#
# With --nano it is the key service, in fixed memory, and a parent that makes it show all it can do.
#
# With --vm the service is an enclave, a virtual machine of its own, and its client is in the parent, another one: the
# same over real vsock. QEMU emulates both, which takes about a minute.
#
# usage: examples/run.sh [--vm] [TEXT]
#        examples/run.sh --nano [--vm]
set -euo pipefail

program=examples/run.sh
usage() {
    printf 'usage: %s [--vm] [TEXT]\n       %s --nano [--vm]\n' "$program" "$program" >&2
    exit 2
}

is_nano=
is_vm=
while [ $# -gt 0 ]; do
    case $1 in
    --nano) is_nano=1 ;;
    --vm) is_vm=1 ;;
    *) break ;;
    esac
    shift
done
[ $# -le 1 ] || usage
[ -z "$is_nano" ] || [ $# -eq 0 ] || usage
text=${1-hello, enclave}

cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. tests/support/prepare.sh

service_pid=
folder=

# shellcheck disable=SC2317 # called by the trap
clean_up() {
    if [ -n "$service_pid" ]; then
        kill -KILL "$service_pid" || true
        wait "$service_pid" || true
    fi 2>/dev/null # or bash says "Killed"
    if [ -n "$folder" ]; then
        rm -rf -- "$folder"
    fi
}

# A build folder that has the tests keeps them; a fresh one does without what only they need.
has_tests() {
    [ -e build/release/build.ninja ] && grep -q '^EYELET_TESTS:[A-Z]*=ON$' build/release/CMakeCache.txt
}

# build TARGET...
build() {
    local tests=OFF

    if has_tests; then
        tests=ON
    fi
    say "building in build/release"
    logged cmake --preset release -DEYELET_TESTS=$tests || fail "cannot configure the build"
    logged cmake --build --preset release --target "$@" || fail "the build broke"
}

# start_service NAME: on a unix socket. Returns when it says on its stdout that it listens; a pipe that ends first is a
# service that died.
start_service() {
    local line=

    # Not below $TMPDIR: a socket's path has 107 bytes at most.
    folder=$(mktemp -d /tmp/eyelet.XXXXXXXX)
    address=unix://$folder/socket
    say "calling the service on $address"
    : >"$log"
    mkfifo "$folder/says"
    "build/release/examples/$1" "$address" >"$folder/says" 2>>"$log" &
    service_pid=$!
    exec 3<"$folder/says"
    if ! read -r -t 30 line <&3 || [ "$line" != "listening on $address" ]; then
        fail "the service did not start to listen on $address, it said '$line'"
    fi
}

stop_service() {
    local status=0

    kill -TERM "$service_pid" 2>/dev/null || fail "the service had ended before it was asked to"
    timeout 30 tail --pid="$service_pid" -f /dev/null || fail "the service did not stop within 30 s of a SIGTERM"
    wait "$service_pid" || status=$?
    service_pid=
    [ "$status" -eq 0 ] || fail "the service ended with status $status when it was asked to stop"
}

call_on_unix_socket() {
    build enclave_echo_service parent_echo_client
    start_service enclave_echo_service
    build/release/examples/parent_echo_client "$address" "$text" 2>>"$log" || fail "the call failed"
    stop_service
}

call_nano_on_unix_socket() {
    build enclave_nano_service parent_keys
    start_service enclave_nano_service
    build/release/examples/parent_keys "$address" 2>>"$log" || fail 'the key service does not do what it should'
    stop_service
}

call_in_vm() {
    need qemu-system-x86 python3
    build vm_echo_service vm_echo_client
    say 'starting a parent, and an enclave inside of it'
    : >"$log"
    tests/vm/run.py echo build/release "$text" || fail 'the call failed'
}

call_nano_in_vm() {
    need qemu-system-x86 python3
    build vm_key_service vm_parent_keys
    say 'starting a parent, and the key service as an enclave inside of it'
    : >"$log"
    tests/vm/run.py keys build/release || fail 'the key service does not do what it should'
}

trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

need "${build_packages[@]}"
case ${is_nano:+nano}${is_vm:+vm} in
nanovm) call_nano_in_vm ;;
nano) call_nano_on_unix_socket ;;
vm) call_in_vm ;;
*) call_on_unix_socket ;;
esac
