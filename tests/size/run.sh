#!/usr/bin/env bash
#
# Measures servers of demo.Echo: how large the program is, stripped, and how much memory is resident after the start and
# after 1,000 calls, one after the other, over a unix socket. On eyelet::nano with glibc and with musl, on eyelet with
# protobuf-c, on ttrpc for Go and for Rust, and on gRPC for C++, all from Debian's packages; installs what is missing. A
# server that cannot be built or does not answer is "missing". Prints a table, in Markdown.
#
# usage: tests/size/run.sh
set -euo pipefail

program=tests/size/run.sh
[ $# -eq 0 ] || { printf 'usage: %s\n' "$program" >&2; exit 2; }

cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")/../.."
. tests/support/prepare.sh

root=$PWD
calls=1000
out=$root/build/size
release=$root/build/release
small=(-std=c17 -D_GNU_SOURCE -DNDEBUG -Os -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
    -I"$root/include" -I"$root/src" -I"$out/nano")
folder=$(mktemp -d /tmp/eyelet-size.XXXXXXXX)
trap 'rm -rf -- "$folder"' EXIT

# Each build_ function leaves the program $out/NAME, or fails; what it says is in $log.

build_library() {
    cmake --preset release -DEYELET_TESTS=OFF -B "$release-size" &&
        cmake --build "$release-size" -j "$(nproc)" --target eyelet-nano eyelet-static protoc-gen-eyelet &&
        mkdir -p "$out/nano" "$out/pbc" "$out/objects" &&
        (cd proto && protoc --nanopb_out="$out/nano" echo.proto) &&
        protoc -Iproto --plugin=protoc-gen-eyelet="$release-size/src/gen/protoc-gen-eyelet" \
            --eyelet_opt=backend=nanopb --eyelet_out="$out/nano" echo.proto &&
        protoc -Iproto --c_out="$out/pbc" echo.proto &&
        protoc -Iproto --plugin=protoc-gen-eyelet="$release-size/src/gen/protoc-gen-eyelet" --eyelet_out="$out/pbc" \
            echo.proto
}

build_nano_glibc() {
    gcc "${small[@]}" -static -s -Wl,--gc-sections -o "$out/nano_glibc" tests/figures/echo.c "$out"/nano/*.c \
        "$release-size/src/nano/libeyelet-nano.a" "$release-size/src/nano/libeyelet-nanopb.a"
}

# musl's headers have none of Linux's own: those come from the system, behind all others.
build_nano_musl() {
    local sources

    (need musl-tools) || return
    sources=$(find src/core src/io src/nano -name '*.c' ! -path src/io/receive.c ! -path src/io/stdio.c \
        ! -path src/nano/no_heap.c)
    # shellcheck disable=SC2086
    musl-gcc "${small[@]}" -fvisibility=hidden -idirafter /usr/include -idirafter "/usr/include/$(gcc -print-multiarch)" \
        -static -s -Wl,--gc-sections -o "$out/nano_musl" tests/figures/echo.c "$out"/nano/*.c $sources \
        "$release-size/src/nano/libeyelet-nanopb.a"
}

build_pbc() {
    gcc -std=c17 -D_GNU_SOURCE -DNDEBUG -O2 -ffunction-sections -fdata-sections -Iinclude -I"$out/pbc" -static -s \
        -Wl,--gc-sections -o "$out/pbc_server" examples/enclave_echo_service.c "$out"/pbc/*.c \
        "$release-size/src/libeyelet.a" -l:libprotobuf-c.a -l:libprotobuf-nanopb.a -lpthread
}

build_go() {
    local source=$out/go/src/eyelet

    (need golang-go golang-github-containerd-ttrpc-dev gogoprotobuf) || return
    mkdir -p "$source/demo" "$source/echo" &&
        cp tests/size/echo.go "$source/echo/main.go" &&
        protoc -Iproto --plugin=/usr/bin/protoc-gen-gogo --gogo_out="$source/demo" echo.proto &&
        GO111MODULE=off GOPATH=$out/go:/usr/share/gocode GOCACHE=$out/go/cache GOFLAGS='' CGO_ENABLED=0 \
            /usr/bin/go build -ldflags '-s -w' -o "$out/go_server" eyelet/echo
}

build_rust() {
    local target

    (need cargo rustc librust-ttrpc-dev librust-protobuf-dev librust-protobuf-codegen-pure-dev) || return
    target=$(/usr/bin/rustc -vV | sed -n 's/^host: //p')
    RUSTFLAGS='-C target-feature=+crt-static' tests/support/cargo.sh tests/size/rust "$out/rust" \
        "$root/proto/echo.proto" --release --target "$target" &&
        cp "$out/rust/target/$target/release/echo" "$out/rust_server"
}

# gRPC without TLS, which a unix socket has no use for. Its .pc file does not name all that its archives need.
build_grpc() {
    (need g++ libgrpc++-dev protobuf-compiler-grpc libprotobuf-dev) || return
    # shellcheck disable=SC2046
    mkdir -p "$out/grpc" &&
        protoc -Iproto --cpp_out="$out/grpc" --grpc_out="$out/grpc" --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin \
            echo.proto &&
        g++ -std=c++17 -Os -ffunction-sections -fdata-sections -I"$out/grpc" -static -s -Wl,--gc-sections \
            -o "$out/grpc_server" tests/size/echo.cc "$out"/grpc/*.cc \
            -Wl,--start-group $(pkg-config --static --libs grpc++_unsecure protobuf libcares re2 zlib) -lupb \
            -laddress_sorting -Wl,--end-group
}

# row NAME METHODS PROGRAM ADDRESS [CALLER...]: a line of the table.
row() {
    local name=$1 methods=$2 server=$out/$3 address=$4 memory
    shift 4

    if [ ! -x "$server" ]; then
        printf '| %s | %s | missing | | |\n' "$name" "$methods"
        return
    fi
    if ! memory=$(python3 -B tests/size/measure.py "$calls" "$folder/echo" "$server" "$address" "$@" 2>"$log"); then
        printf '| %s | %s | %s | missing | |\n' "$name" "$methods" "$(in_kib "$server")"
        return
    fi
    printf '| %s | %s | %s | %s | %s |\n' "$name" "$methods" "$(in_kib "$server")" "${memory% *}" "${memory#* }"
}

in_kib() {
    printf '%d' "$((($(stat -c %s "$1") + 1023) / 1024))"
}

# build NAME PROGRAM FUNCTION
build() {
    say "building: $1"
    rm -f "$out/$2"
    logged "$3" || say "missing: $1; $(tail -n 1 -- "$log")"
}

need "${build_packages[@]}" python3
say "building the library"
mkdir -p "$out"
logged build_library || fail "the library cannot be built"
build 'eyelet::nano, glibc' nano_glibc build_nano_glibc
build 'eyelet::nano, musl' nano_musl build_nano_musl
build 'eyelet, protobuf-c' pbc_server build_pbc
build 'ttrpc for Go' go_server build_go
build 'ttrpc for Rust' rust_server build_rust
build 'gRPC for C++' grpc_server build_grpc

path=$folder/echo
say "measuring"
printf '| server of demo.Echo, static and stripped | methods | program, KiB | RSS after the start, KiB | after %s calls, KiB |\n' "$calls"
printf '|---|---|---|---|---|\n'
row 'eyelet::nano, musl' 'unary, streams' nano_musl "unix://$path"
row 'eyelet::nano, glibc' 'unary, streams' nano_glibc "unix://$path"
row 'eyelet with protobuf-c, glibc' 'unary, streams' pbc_server "unix://$path"
row 'ttrpc for Go' 'unary' go_server "$path"
row 'ttrpc for Rust, `sync`, glibc' 'unary' rust_server "$path"
row 'gRPC for C++, without TLS, glibc' 'unary' grpc_server "$path" -- "$out/grpc_server" "$path" "$calls"
