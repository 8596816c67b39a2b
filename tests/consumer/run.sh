#!/usr/bin/env bash
#
# Installs a build, moves the installed tree elsewhere, and builds and runs the program of this folder, or those of the
# README, against it from a folder of its own.
#
# usage: run.sh cmake|pkg-config|readme BUILD_DIR CC
set -euo pipefail

[ $# -eq 3 ] || { echo 'usage: run.sh cmake|pkg-config|readme BUILD_DIR CC' >&2; exit 2; }
way=$1 build=$2 cc=$3
here=$(cd -P -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
sections=(streams again later loop patience metadata stop hooks health moved)
folder=$(mktemp -d /tmp/eyelet.XXXXXXXX)
trap 'rm -rf -- "$folder"' EXIT

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

install_and_move() {
    cmake --install "$build" --prefix "$folder/first" >/dev/null
    # A CMake package must stand a space in its path; an unquoted $(pkg-config) cannot.
    prefix="$folder/moved"
    [ "$way" = pkg-config ] || prefix="$folder/moved away"
    mv "$folder/first" "$prefix"
    cp -R "$here" "$folder/consumer"
}

refuse_traces_of_the_build() {
    local origin=${here%/tests/consumer} library

    if grep -rIlF -e "$origin" -e "$build" -e "$folder/first" "$prefix"; then
        fail 'these installed files name the place where they were built'
    fi
    for library in "$prefix"/lib*/libeyelet.so "$prefix"/lib*/*/libeyelet.so "$prefix"/bin/*; do
        if [ -e "$library" ] && readelf -d "$library" | grep -E 'R(UN)?PATH'; then
            fail "$library holds a run path"
        fi
    done
}

# expect_turned PROGRAM
expect_turned() {
    local said

    said=$("$1" "unix://$folder/mirror.$(basename "$1")") || fail "$1 failed"
    [ "$said" = teleye ] || fail "$1 said '$said' instead of 'teleye'"
}

# expect_nano PROGRAM: it needs nothing of eyelet's, nanopb's and protobuf-c's when it runs.
expect_nano() {
    local said

    if readelf -d "$1" | grep -E 'NEEDED.*(eyelet|protobuf)'; then
        fail "$1 needs a library besides libc"
    fi
    said=$("$1" vsock:parent:5005) || fail "$1 failed"
    [ "$said" = vsock://3:5005 ] || fail "$1 said '$said' instead of 'vsock://3:5005'"
    ! "$1" vsock:nobody:5005 2>"$folder/said" || fail "$1 took an address that is none"
    grep -F 'the CID is no number' "$folder/said" >/dev/null || fail "$1 said '$(cat "$folder/said")'"
}

by_cmake() {
    cmake -G Ninja -S "$folder/consumer" -B "$folder/out" -DCMAKE_C_COMPILER="$cc" -DCMAKE_BUILD_TYPE=Release \
        -DCMAKE_C_FLAGS='-Wall -Wextra -Wconversion -Werror' -DCMAKE_PREFIX_PATH="$prefix"
    cmake --build "$folder/out" -j 2
    readelf -d "$folder/out/with-eyelet" | grep 'NEEDED.*libeyelet\.so' >/dev/null || fail 'with-eyelet is not linked to it'
    if readelf -d "$folder/out/with-eyelet-static" | grep 'libeyelet'; then
        fail 'with-eyelet-static needs the shared library'
    fi
    expect_turned "$folder/out/with-eyelet"
    expect_turned "$folder/out/with-eyelet-static"
    expect_nano "$folder/out/with-nano"

    cmake --build "$folder/out" -j 2 | grep 'no work to do' >/dev/null || fail 'a second build finds work to do'
    touch "$folder/consumer/mirror.proto"
    if cmake --build "$folder/out" -j 2 | grep 'no work to do'; then
        fail 'a changed .proto file is not seen'
    fi
    refuse_what_needs_nanopb
}

# Without nanopb's headers there is no eyelet::nano. CMake does not look again for what is set to nothing.
refuse_what_needs_nanopb() {
    if cmake -G Ninja -S "$folder/consumer" -B "$folder/no-headers" -DCMAKE_C_COMPILER="$cc" \
        -DCMAKE_PREFIX_PATH="$prefix" -DEYELET_NANOPB_INCLUDE_DIR= >"$folder/said" 2>&1; then
        fail 'eyelet::nano was taken without nanopb'
    fi
    tr -s ' \n' ' ' <"$folder/said" | grep -F 'with-nano links eyelet::nano, which needs nanopb' >/dev/null ||
        fail "expected a sentence about libnanopb-dev, got: $(cat "$folder/said")"
}

by_pkg_config() {
    local libraries=("$prefix"/lib*/libeyelet.so "$prefix"/lib*/*/libeyelet.so) library

    for library in "${libraries[@]}"; do
        [ ! -e "$library" ] || export LD_LIBRARY_PATH=${library%/*} PKG_CONFIG_PATH=${library%/*}/pkgconfig
    done

    cd "$folder/consumer"
    protoc --plugin="$(pkg-config --variable=plugin_c eyelet)" --plugin="$(pkg-config --variable=plugin eyelet)" \
        --eyelet-c_out=. --eyelet_out=. mirror.proto
    # shellcheck disable=SC2046 # words
    "$cc" -x c++ -std=c++17 -Wall -Wextra -Werror -fsyntax-only mirror.eyelet.c $(pkg-config --cflags eyelet) ||
        fail 'what was generated is no C++'
    # shellcheck disable=SC2046 # words
    "$cc" -std=c17 -o shared main.c mirror.*.c $(pkg-config --cflags --libs eyelet) -pthread
    expect_turned ./shared

    # shellcheck disable=SC2046 # words
    "$cc" -std=c17 -static -o static main.c mirror.*.c $(pkg-config --static --cflags --libs eyelet)
    # shellcheck disable=SC2046 # words
    "$cc" -std=c17 -o nano nano.c $(pkg-config --cflags --libs eyelet-nano)
    unset LD_LIBRARY_PATH
    expect_turned ./static
    expect_nano ./nano
}

# The code blocks of the README whose last line before them ends with a file's name, into files of that name.
extract_readme() {
    mkdir "$folder/readme"
    awk -v folder="$folder/readme/" '
        /^```/ && file != "" { close(file); file = ""; next }
        /^```/ && name != "" { file = folder name; name = ""; next }
        file != "" { print > file; next }
        /`[^`]*`:$/ { name = $0; sub(/`:$/, "", name); sub(/.*`/, "", name); next }
        /./ { name = "" }' "$here/../../README.md"
    for file in echo.proto echo.options enclave.c parent.c small.c small_parent.c CMakeLists.txt ask.c numbers.proto numbers.c \
        "${sections[@]/%/.c}"; do
        [ -s "$folder/readme/$file" ] || fail "there is no $file in the README"
    done
}

# section NAME WORD...: what the program of a section of the README prints, its lines joined by single spaces.
section() {
    local said

    said=$("$folder/sections/run_$1" "unix://$folder/$1" 2>"$folder/said") || fail "section $1: $(cat "$folder/said")"
    said=$(paste -sd ' ' <<<"$said")
    [ "$said" = "${*:2}" ] || fail "section $1 printed '$said' instead of '${*:2}'"
}

run_sections() {
    cp -R "$here/readme" "$folder/readme/sections"
    cmake -G Ninja -S "$folder/readme/sections" -B "$folder/sections" -DCMAKE_C_COMPILER="$cc" \
        -DCMAKE_C_FLAGS='-Wall -Wextra -Wconversion -Werror' -DCMAKE_PREFIX_PATH="$prefix"
    cmake --build "$folder/sections" -j 2

    section streams 1 2 3 5050 2 4 6
    section again once and again
    section later 200 calls
    section loop one two too many
    section patience patient
    section metadata blue: hello the tenants are red and blue
    section stop the last call
    section hooks demo.Echo/Say: OK, 7 bytes in, 7 out demo.Echo/Say: UNAUTHENTICATED, 0 bytes in, 0 out 2 calls, 1 failed
    section health healthy
    section moved hello again
}

# expect_hello ENCLAVE PARENT: one calls the other, which ends well when it is asked to.
expect_hello() {
    local said pid

    "$1" "unix://$folder/echo" &
    pid=$!
    said=$("$2" "unix://$folder/echo") || fail "$2 failed"
    kill "$pid"
    wait "$pid" || fail "$1 does not end well when it is asked to"
    [ "$said" = 'hello, enclave' ] || fail "$2 said '$said'"
}

by_readme() {

    extract_readme
    cmake -G Ninja -S "$folder/readme" -B "$folder/out" -DCMAKE_C_COMPILER="$cc" \
        -DCMAKE_C_FLAGS='-Wall -Wextra -Wconversion -Werror' -DCMAKE_PREFIX_PATH="$prefix"
    cmake --build "$folder/out" -j 2
    "$cc" -Wall -Wextra -Wconversion -Werror -O2 -c -I"$prefix/include" -o "$folder/ask.o" "$folder/readme/ask.c"

    expect_hello "$folder/out/enclave" "$folder/out/parent"
    run_sections
    expect_hello "$folder/sections/small-enclave" "$folder/out/parent"
    expect_hello "$folder/sections/small-enclave" "$folder/sections/small-parent"
    expect_hello "$folder/out/enclave" "$folder/sections/small-parent"
}

install_and_move
refuse_traces_of_the_build
case $way in
cmake) by_cmake ;;
pkg-config) by_pkg_config ;;
readme) by_readme ;;
*) fail "no such way: $way" ;;
esac
