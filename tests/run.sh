#!/usr/bin/env bash
#
# Builds and runs every test: with address and undefined-behaviour sanitizers, as released, with the thread sanitizer,
# the fuzz targets for some seconds each, and against peers in Go and Rust and containerd. Takes Debian 12 as it comes and
# installs what is missing.
#
# usage: tests/run.sh [dev|release|tsan|fuzz|interop|install|vm|vm-enclave|coverage]
#   without an argument: dev, release (install, vm and vm-enclave are part of it), tsan, fuzz, interop
#   vm, vm-enclave: real vsock, in virtual machines: within one, and between a parent and its enclaves
#   interop: prints the matrix of peers and cases
#   coverage: prints which share of the lines of src/ the tests run
set -euo pipefail

program=tests/run.sh
usage() {
    printf 'usage: %s [dev|release|tsan|fuzz|interop|install|vm|vm-enclave|coverage]\n' "$program" >&2
    exit 2
}

[ $# -le 1 ] || usage
case ${1-all} in
all) stages=(dev release tsan fuzz interop) ;;
dev | release | tsan | fuzz | interop | install | vm | vm-enclave | coverage) stages=("$1") ;;
*) usage ;;
esac

cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
. tests/support/prepare.sh

[ -e /proc/self/maps ] || fail "the sanitizers need /proc, and it is not mounted here"
jobs=$(nproc)

# The sanitizers of gcc 12 and clang 14 want addresses where newer kernels, asked to be random, do not always put them.
fixed_addresses=()
if setarch -R true 2>/dev/null; then
    fixed_addresses=(setarch -R)
fi

# What the tests need beyond the build.
need_to_test() {
    local packages=(libcmocka-dev libuv1-dev g++ make python3)

    case " $* " in
    *' fuzz '*) packages+=(clang libclang-rt-dev) ;;
    esac
    case " $* " in
    *' interop '*)
        packages+=(golang-go golang-github-containerd-ttrpc-dev gogoprotobuf)
        packages+=(cargo rustc librust-ttrpc-dev librust-tokio-dev librust-async-trait-dev)
        packages+=(librust-protobuf-dev librust-protobuf-codegen-pure-dev containerd)
        ;;
    esac
    case " $* " in
    *' coverage '*) packages+=(gcovr) ;;
    esac
    case " $* " in
    *' release '* | *' vm '* | *' vm-enclave '*) packages+=(qemu-system-x86) ;;
    esac
    need "${build_packages[@]}" "${packages[@]}"
}

# build PRESET [TARGET...]: all of it, or these.
build() {
    local preset=$1 targets=()
    shift

    [ $# -eq 0 ] || targets=(--target "$@")
    say "$place $preset: building"
    logged cmake --preset "$preset" || fail "the build '$preset' cannot be configured"
    logged cmake --build --preset "$preset" -j "$jobs" "${targets[@]}" || fail "the build '$preset' broke"
}

# Leaves in $log what failed tests said, without all the others.
keep_failures() {
    awk '/^ *[0-9]+\/[0-9]+ Test +#[0-9]+:/ { wanted = 0 }
         /^ +Start +[0-9]+:/ { next }
         /\*\*\*/ || /^[0-9]+% tests passed/ { wanted = 1 }
         wanted { print }' "$log" >"$log.failures"
    mv "$log.failures" "$log"
}

# run_tests PRESET [ARGUMENT...]: prints ctest's closing line, and when it is a sad one, who did not pass.
run_tests() {
    local preset=$1 names
    shift

    say "$place $preset: testing"
    if logged "${fixed_addresses[@]}" ctest --preset "$preset" -j "$jobs" "$@"; then
        grep ' tests passed, ' "$log"
        return
    fi

    grep ' tests passed, ' "$log" || true
    keep_failures
    names=$(sed -n '/^The following tests FAILED:/,$ s/^[[:space:]]*[0-9]* - \([^ ]*\) .*/\1/p' "$log" | paste -sd ' ')
    fail "in the build '$preset' these tests did not pass: ${names:-none was found}"
}

# run_vm_tests LABEL: with what the guests said.
run_vm_tests() {
    run_tests release --label-regex "^$1\$" --verbose
    sed -n 's/^[0-9]*: //p' "$log"
}

print_coverage() {
    say "$place coverage: building and testing"
    logged "${fixed_addresses[@]}" cmake --build --preset coverage -j "$jobs" --target coverage ||
        fail "coverage cannot be measured"
    grep -E '^(TOTAL|lines:)' "$log"
}

run_stage() {
    case $1 in
    install)
        build release
        run_tests release --label-regex install
        ;;
    vm | vm-enclave)
        build release test_loopback test_parent enclave vm_key_service vm_parent_keys \
            bench_{raw,pbc,nano}_{server,client}
        run_vm_tests "$1"
        ;;
    coverage)
        build coverage
        print_coverage
        ;;
    interop)
        build interop
        run_tests interop
        cat build/interop/tests/interop/matrix.txt
        ;;
    *)
        build "$1"
        run_tests "$1"
        ;;
    esac
}

need_to_test "${stages[@]}"
count=0
for stage in "${stages[@]}"; do
    count=$((count + 1))
    place="[$count/${#stages[@]}]"
    run_stage "$stage"
done
