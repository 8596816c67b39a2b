#!/bin/sh
# One .proto file with both backends, each in a library: a program of either links, and one of both does not, whichever
# library comes first. Nothing of eyelet is linked: what it would define is left open.
#     backends.sh CC PROTOBUF_C_OUT NANOPB_OUT INCLUDE_DIR...
set -u
cc=$1 protobuf_c=$2 nanopb=$3
shift 3
includes=
for dir in "$@"; do
    includes="$includes -I$dir"
done
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
failed=0

complain() {
    echo "$1"
    [ $# -lt 2 ] || cat "$2"
    failed=1
}

# compile OUT SOURCE OBJECT OPTION...
compile() {
    out=$1 source=$2 object=$3
    shift 3
    "$cc" -std=c11 -O2 -ffunction-sections -fdata-sections "$@" "-I$out" $includes -c "$source" -o "$object" || exit 1
}

# Each library, and a part of a program that uses it.
printf '#include "echo.eyelet.h"\nvoid *use_USER(void);\n%s\n' \
    'void *use_USER(void) { return (void *)demo_echo_add; }' >"$room/user.c"
printf 'void *use_protobuf_c(void), *use_nanopb(void);\nint main(void) { return %s; }\n' \
    '!ONE() || !OTHER()' >"$room/main.c"
for name in protobuf_c nanopb; do
    out=$protobuf_c
    [ $name = protobuf_c ] || out=$nanopb
    compile "$out" "$out/echo.eyelet.c" "$room/code.o"
    ar rc "$room/lib$name.a" "$room/code.o" || exit 1
    sed "s/USER/$name/g" "$room/user.c" >"$room/$name.c"
    compile "$out" "$room/$name.c" "$room/$name.o"
done

# links PROGRAM ONE OTHER FILE...
links() {
    program=$1 one=$2 other=$3
    shift 3
    compile "$nanopb" "$room/main.c" "$room/main.o" "-DONE=use_$one" "-DOTHER=use_$other"
    "$cc" -o "$room/$program" "$room/main.o" "$@" -Wl,--gc-sections -Wl,--unresolved-symbols=ignore-all \
        >"$room/out" 2>&1
}

for name in protobuf_c nanopb; do
    links alone $name $name "$room/$name.o" "$room/lib$name.a" ||
        complain "a program with $name alone does not link" "$room/out"
    nm "$room/alone" | grep -q ' T demo_echo_add$' || complain "nothing of $name was linked"
done
for order in "protobuf_c nanopb" "nanopb protobuf_c"; do
    first=${order% *} second=${order#* }
    if links both $first $second "$room/nanopb.o" "$room/protobuf_c.o" "$room/lib$first.a" "$room/lib$second.a"; then
        complain "a program with both links, $first first"
    elif ! grep -q 'multiple definition of .demo_echo_add' "$room/out"; then
        complain "expected a multiple definition of demo_echo_add, got" "$room/out"
    fi
done

exit $failed
