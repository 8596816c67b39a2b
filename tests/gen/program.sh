#!/bin/sh
# The program as protoc sees it: exit codes, and what it says where.
#     program.sh PLUGIN REQUEST VERSION
plugin=$1
request=$2
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

no_request="protoc-gen-eyelet: the standard input is no request of protoc's:"
usage="usage: protoc --eyelet_out=DIR FILE.proto...   (protoc runs this program)"

expect 1 "$no_request there is no file to generate" </dev/null
printf garbage >"$room/garbage"
expect 1 "$no_request malformed or truncated" <"$room/garbage"
head -c 200 "$request" >"$room/half"
expect 1 "$no_request malformed or truncated" <"$room/half"
expect 1 "protoc-gen-eyelet: cannot read protoc's request from the standard input" <"$room"
expect 2 "$usage" --what </dev/null
expect 2 "$usage" --help --version </dev/null
expect 0 "$usage" --help </dev/null
expect 0 "protoc-gen-eyelet $3" --version </dev/null

"$plugin" <"$request" >/dev/full 2>"$room/err"
if [ $? != 1 ] || [ "$(cat "$room/err")" != "protoc-gen-eyelet: cannot write to the standard output" ]; then
    echo "a full device was not noticed"
    failed=1
fi

exit $failed
