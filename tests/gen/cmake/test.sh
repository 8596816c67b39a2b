#!/bin/sh
# eyelet_generate() in projects of its own: calls that must be refused, and what is made again when.
#     test.sh PLUGIN PLUGIN_C EYELET_GENERATE_CMAKE INCLUDE_DIR GENERATOR
set -u
here=$(cd "$(dirname "$0")" && pwd)
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
plugin=$1 plugin_c=$2 generate=$3 include=$4 generator=$5
failed=0

complain() {
    echo "$1"
    [ $# -lt 2 ] || cat "$2"
    failed=1
}

# refused CASE TEXT [OPTION...]: configuring ends with that text, wherever CMake breaks its lines
refused() {
    case=$1 text=$2
    shift 2
    if cmake -G "$generator" -S "$here/misuse" -B "$room/misuse" -DCASE="$case" -DPLUGIN="$plugin" \
        -DPLUGIN_C="$plugin_c" -DGENERATE="$generate" "$@" >"$room/out" 2>&1; then
        complain "$case: was not refused"
    elif ! tr -s ' \n' ' ' <"$room/out" | grep -qF "eyelet_generate: $text"; then
        complain "$case: expected '$text', got" "$room/out"
    fi
}

refused backend "there is no BACKEND 'nanopb': protobuf-c is the only one so far"
refused no_target "TARGET is missing"
refused no_backend "BACKEND is missing"
refused no_protos "PROTOS is missing"
refused unknown_argument "unknown arguments: here"
refused unknown_target "there is no target 'nowhere'; add it before"
refused interface "target 'headers' compiles nothing: it is an INTERFACE_LIBRARY"
refused elsewhere "target 'there' is of $here/misuse/elsewhere; generate for it there"
refused no_file "there is no x.proto; looked in $here/misuse"
refused no_plugin "there is no target eyelet::protoc-gen-eyelet; find_package(eyelet) has it"
refused no_plugin_c "there is no target eyelet::protoc-gen-eyelet-c; find_package(eyelet) has it"
refused no_protoc "there is no protoc; in Debian it is in the package protobuf-compiler" \
    -DEYELET_PROTOC=EYELET_PROTOC-NOTFOUND \
    -DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF -DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF
refused no_c "the generated code is C, and this project has not enabled it: project(misuse LANGUAGES C ...)" \
    -DLANGUAGES=NONE

cp -r "$here/project" "$room/project"
cp "$plugin" "$room/plugin"
cp "$plugin_c" "$room/plugin-c"
project=$room/project build=$room/build

build_project() {
    cmake --build "$build" >"$room/out" 2>&1 || complain "the project does not build" "$room/out"
}

# makes NAME...: a build generates from these, and from no other
makes() {
    build_project
    for name in part box whole; do
        case " $* " in
        *" $name "*) grep -q "Generating .*/$name\.proto" "$room/out" ||
            complain "$name.proto was not generated from again" "$room/out" ;;
        *) ! grep -q "Generating .*/$name\.proto" "$room/out" ||
            complain "$name.proto was generated from for no reason" "$room/out" ;;
        esac
    done
}

cmake -G "$generator" -S "$project" -B "$build" -DPLUGIN="$room/plugin" -DPLUGIN_C="$room/plugin-c" \
    -DGENERATE="$generate" -DEYELET_INCLUDE_DIR="$include" >"$room/out" 2>&1 || complain "the project cannot be configured" "$room/out"
makes part box whole
makes # nothing
touch "$project/other place/whole.proto"
makes whole
touch "$room/plugin"
makes part box whole
touch "$room/plugin-c"
makes part box whole
touch "$project/protos/sub/part.proto" # box.proto imports it
makes part box

# A project that forgets who makes what it imports: one sentence, and no compiler runs.
cmake -G "$generator" -S "$project" -B "$build" -DFORGETFUL=ON >"$room/out" 2>&1 ||
    complain "the forgetful project cannot be configured" "$room/out"
if cmake --build "$build" --target whole >"$room/out" 2>&1; then
    complain "an import that nobody makes was taken"
elif ! grep -q 'whole\.proto:2:1: sub/part\.proto is imported and not listed' "$room/out" || grep 'error:' "$room/out"; then
    complain "expected one sentence about sub/part.proto, got" "$room/out"
fi

exit $failed
