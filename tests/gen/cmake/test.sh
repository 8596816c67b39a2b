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

refused backend "there is no BACKEND 'upb': there are protobuf-c and nanopb"
refused both_backends "target 'here' has the code of google/protobuf/empty.proto for BACKEND protobuf-c already"
refused both_backends_turned "target 'here' has the code of google/protobuf/empty.proto for BACKEND nanopb already"
refused comma "nanopb finds no options in a folder with a comma in its name: $here/misuse/a,b;"
refused no_nanopb "there is no protoc-gen-nanopb; in Debian it is in the package nanopb" \
    -DEYELET_PROTOC_GEN_NANOPB=EYELET_PROTOC_GEN_NANOPB-NOTFOUND \
    -DCMAKE_FIND_USE_SYSTEM_ENVIRONMENT_PATH=OFF -DCMAKE_FIND_USE_CMAKE_SYSTEM_PATH=OFF
refused no_nanopb_proto "$here/misuse/inline.proto imports nanopb.proto, and that lies neither in IMPORT_DIRS nor beside \
$room/plugin-nanopb: set EYELET_NANOPB_PROTO_DIR to its folder" -DEYELET_PROTOC_GEN_NANOPB="$room/plugin-nanopb" -DEYELET_NANOPB_PROTO_DIR=NOTFOUND
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
printf '#!/bin/sh\nexec protoc-gen-nanopb\n' >"$room/plugin-nanopb"
chmod +x "$room/plugin-nanopb"
project=$room/project build=$room/build

build_project() {
    cmake --build "$build" >"$room/out" 2>&1 || complain "the project does not build" "$room/out"
}

# makes NAME...: a build generates from these, and from no other
makes() {
    build_project
    for name in part box whole ink label dot; do
        case " $* " in
        *" $name "*) grep -q "Generating .*/$name\.proto" "$room/out" ||
            complain "$name.proto was not generated from again" "$room/out" ;;
        *) ! grep -q "Generating .*/$name\.proto" "$room/out" ||
            complain "$name.proto was generated from for no reason" "$room/out" ;;
        esac
    done
}

cmake -G "$generator" -S "$project" -B "$build" -DPLUGIN="$room/plugin" -DPLUGIN_C="$room/plugin-c" \
    -DEYELET_PROTOC_GEN_NANOPB="$room/plugin-nanopb" -DGENERATE="$generate" -DEYELET_INCLUDE_DIR="$include" \
    >"$room/out" 2>&1 || complain "the project cannot be configured" "$room/out"
makes part box whole ink label dot
makes # nothing
touch "$project/other place/whole.proto"
makes whole
touch "$room/plugin"
makes part box whole ink label dot
touch "$room/plugin-c"
makes part box whole dot
touch "$room/plugin-nanopb"
makes part ink label
touch "$project/protos/sub/part.proto" # box.proto imports it; label.proto's folders have a space, and so all has to do
makes part box label

# nanopb's options are watched, those of an imported file too; they may come, go and be older than what is made.
touch "$project/protos/sub/ink.proto"
makes ink label
touch "$project/protos/sub/ink.options"
makes ink label
touch "$project/more options/sub/label.options"
makes label
mv "$project/protos/sub/ink.options" "$room/ink.options"
if cmake --build "$build" >"$room/out" 2>&1; then
    complain "a message without a fixed size was taken"
elif ! grep -q 'error: .*sub\.Ink has no fixed size; each of these needs one: sub\.Ink\.color (string: max_length) in sub/ink\.options"' \
    "$room/out" ||
    grep 'error:' "$room/out" | grep -v 'has no fixed size\|static assertion failed'; then
    complain "expected sentences about the size of sub.Ink, got" "$room/out"
fi
cp "$room/ink.options" "$project/more options/sub/ink.options"
touch -d 2020-01-01 "$project/more options/sub/ink.options"
makes ink label
makes # nothing
cp "$project/more options/sub/label.options" "$room/label.options"
echo 'sub/label.proto mangle_names:M_STRIP_PACKAGE' >>"$project/more options/sub/label.options"
if cmake --build "$build" >"$room/out" 2>&1; then
    complain "a message that nanopb renames was taken"
elif ! grep -q 'error: .*sub\.Label must keep its name in C' "$room/out"; then
    complain "expected a sentence about the name of sub.Label, got" "$room/out"
fi
sed 's/max_size:12/max_size:70000/' "$room/label.options" >"$project/more options/sub/label.options"
keep_going=-k
[ "$generator" != Ninja ] || keep_going="-k 0"
if cmake --build "$build" -- $keep_going >"$room/out" 2>&1; then
    complain "a message of more than 64 KiB was taken"
elif ! grep -q 'error: .*"sub\.Label has more than 64 KiB: nanopb and eyelet::nano have no larger messages' "$room/out"; then
    complain "expected a sentence about the length of sub.Label, got" "$room/out"
fi
cp "$room/label.options" "$project/more options/sub/label.options"
makes label

# A project that forgets who makes what it imports: one sentence, and no compiler runs.
cmake -G "$generator" -S "$project" -B "$build" -DFORGETFUL=ON >"$room/out" 2>&1 ||
    complain "the forgetful project cannot be configured" "$room/out"
if cmake --build "$build" --target whole >"$room/out" 2>&1; then
    complain "an import that nobody makes was taken"
elif ! grep -q 'whole\.proto:2:1: sub/part\.proto is imported and not listed' "$room/out" || grep 'error:' "$room/out"; then
    complain "expected one sentence about sub/part.proto, got" "$room/out"
fi

exit $failed
