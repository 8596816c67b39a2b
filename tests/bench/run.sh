#!/usr/bin/env bash
#
# Measures eyelet and its peers, each of which serves Echo(bytes) -> bytes on a unix socket, in rounds, one after the
# other: the raw socket, eyelet with protobuf-c, the same with both ends spinning, and with nanopb, ttrpc for Go and for
# Rust, Cap'n Proto, NNG and gRPC for C++, all in release mode, static where that can be, and from Debian's packages;
# installs what is missing. What cannot be built is said to be missing. Prints tables, in Markdown; all measurements,
# TSV, and a picture are in build/bench.
#
# With --vm the same in a virtual machine, on AF_VSOCK loopback: raw and eyelet, fewer cells. It has one CPU, and KVM if
# that works here; otherwise QEMU emulates it and counts: what is said to be a microsecond is a thousand instructions.
#
# usage: tests/bench/run.sh [--quick] [--pin free|same|apart]... [--rounds N] [--peers NAME,...]
#        tests/bench/run.sh --vm [--quick] [--rounds N] [--peers NAME,...]
#   --quick      less time for each cell: a few minutes instead of a quarter of an hour
#   --pin        free: wherever the system puts server and client; same: on one CPU; apart: on two. Each is a table of
#                its own; without it free and same, with --quick only free
#   --rounds     3
#   --peers      raw,pbc,spin,nano,go,rust,capnp,nng,grpc, with --vm raw,pbc,nano: raw has to be among them
set -euo pipefail

program=tests/bench/run.sh
usage() {
    printf 'usage: %s [--quick] [--pin free|same|apart]... [--rounds N] [--peers NAME,...]\n' "$program" >&2
    printf '       %s --vm [--quick] [--rounds N] [--peers NAME,...]\n' "$program" >&2
    exit 2
}

arguments=("$@")
quick=false pinned=false vm=false peers=
while [ $# -gt 0 ]; do
    case $1 in
    --quick) quick=true ;;
    --vm) vm=true ;;
    --pin)
        case ${2-} in free | same | apart) ;; *) usage ;; esac
        if [ "$2" = apart ] && [ "$(nproc)" -lt 2 ]; then
            printf '%s: --pin apart takes two CPUs, and there is one\n' "$program" >&2
            exit 2
        fi
        pinned=true
        shift
        ;;
    --rounds)
        case ${2-} in '' | *[!0-9]* | 0) usage ;; esac
        shift
        ;;
    --peers)
        peers=${2-}
        [ -n "$peers" ] || usage
        shift
        ;;
    *) usage ;;
    esac
    shift
done
if "$vm"; then
    ! "$pinned" || usage # it has one CPU
    known=(raw pbc nano)
else
    "$quick" || "$pinned" || arguments+=(--pin free --pin same)
    known=(raw pbc spin nano go rust capnp nng grpc)
fi
IFS=, read -r -a peers <<<"${peers:-$(IFS=,; printf '%s' "${known[*]}")}"
case " ${peers[*]} " in *' raw '*) ;; *) usage ;; esac
for name in "${peers[@]}"; do
    case " ${known[*]} " in *" $name "*) ;; *) usage ;; esac
done

cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
. tests/support/prepare.sh

root=$PWD
here=tests/bench
out=$root/build/bench
release=$out/release
c=(gcc -std=c17 -D_GNU_SOURCE -DNDEBUG -O2 -flto=auto -Iinclude -Itests "-I$here")
cxx=(g++ -std=c++17 -DNDEBUG -O2 -flto=auto "-I$here")

# Whoever can open AF_VSOCK does so in a guest only: tests/support/guest.h.
guard=(tests/vm/guarded.c tests/support/guest.c -Xlinker --wrap=socket)

# Each build_ function leaves $out/NAME_server and $out/NAME_client, or fails; what it says is in $log.

build_library() {
    cmake --preset release -DCMAKE_INTERPROCEDURAL_OPTIMIZATION=ON -DEYELET_TESTS=OFF -DEYELET_EXAMPLES=OFF \
        -B "$release" &&
        cmake --build "$release" -j "$(nproc)" --target eyelet-nano eyelet-static protoc-gen-eyelet &&
        "${c[@]}" -c -o "$out/caller.o" $here/caller.c
}

build_raw() {
    "${c[@]}" -static -o "$out/raw_server" $here/raw_server.c $here/raw.c "${guard[@]}" -lpthread &&
        "${c[@]}" -static -o "$out/raw_client" $here/raw_client.c $here/raw.c "${guard[@]}" "$out/caller.o" \
            -lpthread
}

# build_with_pbc NAME [OPTION OF THE COMPILER...]
build_with_pbc() {
    local name=$1 half caller=()

    shift
    mkdir -p "$out/$name" &&
        protoc -I$here --c_out="$out/$name" bench.proto &&
        protoc -I$here --plugin=protoc-gen-eyelet="$release/src/gen/protoc-gen-eyelet" --eyelet_out="$out/$name" \
            bench.proto || return
    for half in server client; do
        "${c[@]}" "$@" -I"$out/$name" -static -o "$out/${name}_$half" "$here/pbc_$half.c" "${caller[@]}" \
            "$out/$name"/*.c "$release/src/libeyelet.a" -l:libprotobuf-c.a -lpthread || return
        caller=("$out/caller.o")
    done
}

build_pbc() {
    build_with_pbc pbc
}

# The same programs, which look again and again for a while before they sleep.
build_spin() {
    build_with_pbc spin -DSPIN_US=200
}

build_nano() {
    local half caller=()

    mkdir -p "$out/nano" &&
        (cd $here && protoc --nanopb_out="$out/nano" bench.proto) &&
        protoc -I$here --plugin=protoc-gen-eyelet="$release/src/gen/protoc-gen-eyelet" --eyelet_opt=backend=nanopb \
            --eyelet_out="$out/nano" bench.proto || return
    for half in server client; do
        "${c[@]}" -I"$out/nano" -ffunction-sections -fdata-sections -static -Wl,--gc-sections -o "$out/nano_$half" \
            "$here/nano_$half.c" "${caller[@]}" "${guard[@]}" "$out"/nano/*.c "$release/src/nano/libeyelet-nano.a" \
            "$release/src/nano/libeyelet-nanopb.a" -lpthread || return
        caller=("$out/caller.o")
    done
}

build_go() {
    local half source=$out/go/src/eyelet

    (need golang-go golang-github-containerd-ttrpc-dev gogoprotobuf) || return
    mkdir -p "$source/bench" &&
        cp -R $here/go/. "$source" &&
        protoc -I$here --plugin=/usr/bin/protoc-gen-gogo --gogo_out="$source/bench" bench.proto || return
    for half in server client; do
        GO111MODULE=off GOPATH=$out/go:/usr/share/gocode GOCACHE=$out/go/cache GOFLAGS='' CGO_ENABLED=0 \
            /usr/bin/go build -o "$out/go_$half" "eyelet/$half" || return
    done
}

build_rust() {
    local half target

    (need cargo rustc librust-ttrpc-dev librust-tokio-dev librust-async-trait-dev librust-protobuf-dev \
        librust-protobuf-codegen-pure-dev) || return
    target=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
    ar rcs "$out/libcaller.a" "$out/caller.o" &&
        RUSTFLAGS="-C target-feature=+crt-static -L native=$out" tests/support/cargo.sh $here/rust "$out/rust" \
            "$root/$here/bench.proto" --release --target "$target" || return
    for half in server client; do
        cp "$out/rust/target/$target/release/$half" "$out/rust_$half" || return
    done
}

build_capnp() {
    local half caller=()

    (need g++ capnproto libcapnp-dev) || return
    mkdir -p "$out/capnp" && (cd $here && capnp compile -oc++:"$out/capnp" bench.capnp) || return
    for half in server client; do
        "${cxx[@]}" -I"$out/capnp" -static -o "$out/capnp_$half" "$here/capnp_$half.cc" "${caller[@]}" \
            "$out/capnp/bench.capnp.c++" -lcapnp-rpc -lcapnp -lkj-async -lkj -lpthread || return
        caller=("$out/caller.o")
    done
}

# NNG with what its archive wants of TLS, which a unix socket has no use for.
build_nng() {
    local half caller=()

    (need libnng-dev libmbedtls-dev) || return
    for half in server client; do
        "${c[@]}" -static -o "$out/nng_$half" "$here/nng_$half.c" "${caller[@]}" -lnng -lmbedtls -lmbedx509 \
            -lmbedcrypto -lpthread || return
        caller=("$out/caller.o")
    done
}

# gRPC without TLS. Its .pc file does not name all that its archives need.
build_grpc() {
    local half caller=()

    (need g++ libgrpc++-dev protobuf-compiler-grpc libprotobuf-dev) || return
    mkdir -p "$out/grpc" &&
        protoc -I$here --cpp_out="$out/grpc" --grpc_out="$out/grpc" --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin \
            bench.proto || return
    for half in server client; do
        # shellcheck disable=SC2046
        "${cxx[@]}" -I"$out/grpc" -static -o "$out/grpc_$half" "$here/grpc_$half.cc" "${caller[@]}" "$out"/grpc/*.cc \
            -Wl,--start-group $(pkg-config --static --libs grpc++_unsecure protobuf libcares re2 zlib) -lupb \
            -laddress_sorting -Wl,--end-group || return
        caller=("$out/caller.o")
    done
}

# build NAME FUNCTION
build() {
    say "building: $1"
    rm -f "$out/$1_server" "$out/$1_client"
    logged "$2" || say "missing: $1; $(tail -n 1 -- "$log")"
}

need "${build_packages[@]}" python3
wanted=(gnuplot-nox)
if "$vm"; then
    need qemu-system-x86
else
    wanted+=(strace)
fi
for package in "${wanted[@]}"; do
    (need "$package") || say "missing: $package"
done
mkdir -p "$out"
say "building the library"
logged build_library || fail "the library cannot be built"
for name in "${peers[@]}"; do
    build "$name" "build_$name"
done
say "measuring"
python3 -B $here/bench.py "${arguments[@]}" "$out"
