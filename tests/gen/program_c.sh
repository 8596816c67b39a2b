#!/bin/sh
# protoc-gen-eyelet-c as protoc sees it, with protobuf-c's own plugin and with others that misbehave.
#     program_c.sh PLUGIN_C REQUEST VERSION PROTOC_GEN_C
plugin=$1
request=$2
protoc_gen_c=$4
room=$(mktemp -d) || exit 1
trap 'rm -r "$room"' EXIT
failed=0

# expect EXIT_CODE LINE ARGUMENT... <INPUT: the first line of what is said, on stdout for 0 and on stderr otherwise
expect() {
    code=$1 line=$2
    shift 2
    "$plugin" "$@" >"$room/out" 2>"$room/err"
    got=$?
    [ "$code" = 0 ] && said=$(head -n 1 "$room/out") || said=$(head -n 1 "$room/err")
    if [ "$got" != "$code" ] || [ "$said" != "$line" ]; then
        echo "expected exit $code and '$line', got exit $got and '$said'"
        failed=1
    fi
    if [ "$code" != 0 ] && [ -s "$room/out" ]; then
        echo "wrote to the standard output and failed"
        failed=1
    fi
}

# other COMMAND: what is run in place of protoc-gen-c
other() {
    EYELET_PROTOC_GEN_C=$room/other
    export EYELET_PROTOC_GEN_C
    printf '#!/bin/sh\n%s\n' "$1" >"$room/other"
    chmod +x "$room/other"
}

says=protoc-gen-eyelet-c:
usage="usage: protoc --eyelet-c_out=DIR FILE.proto...   (protoc runs this program)"

expect 2 "$usage" --what </dev/null
expect 2 "$usage" --help --version </dev/null
expect 0 "$usage" --help </dev/null
expect 0 "protoc-gen-eyelet-c $3" --version </dev/null

export EYELET_PROTOC_GEN_C="$protoc_gen_c"
head -c 200 "$request" >"$room/half"
expect 1 "$says the standard input is no request of protoc's: malformed or truncated" <"$room/half"
expect 1 "$says cannot read protoc's request from the standard input" <"$room"

"$plugin" <"$request" >"$room/out" || failed=1
grep -q 'demo__say_request__descriptor' "$room/out" || { echo "no messages were written"; failed=1; }
! grep -q 'Demo__Echo_Service' "$room/out" || { echo "protoc-gen-c was shown a service"; failed=1; }

"$plugin" <"$request" >/dev/full 2>"$room/err"
if [ $? != 1 ] || [ "$(cat "$room/err")" != "$says cannot write to the standard output" ]; then
    echo "a full device was not noticed"
    failed=1
fi

export EYELET_PROTOC_GEN_C="$room/nowhere"
expect 1 "$says $room/nowhere is not there; in Debian it is in the package protobuf-c-compiler" <"$request"
export EYELET_PROTOC_GEN_C="$room"
expect 1 "$says $room cannot be run" <"$request"
other 'exit 3'
expect 1 "$says $room/other failed" <"$request"
other 'kill -9 $$'
expect 1 "$says $room/other failed" <"$request"
other 'echo garbage'
expect 1 "$says protoc-gen-c gave an answer that is no response to protoc" <"$request"

exit $failed
