#!/usr/bin/env bash
#
# Runs the example programs as a user would: they talk over unix sockets, wrong arguments get a usage line.
#
# usage: examples.sh FOLDER_OF_THE_PROGRAMS [static]
#   static: the key service must not need any other file
set -euo pipefail

bin=$1
is_static=${2:+1}
folder=$(mktemp -d /tmp/eyelet.XXXXXXXX)
server_pid=

# shellcheck disable=SC2317 # called by the trap
clean_up() {
    [ -z "$server_pid" ] || kill -KILL "$server_pid" 2>/dev/null || true
    rm -rf -- "$folder"
}
trap clean_up EXIT

fail() {
    printf '%s\n' "$*" >&2
    exit 1
}

# expect WHAT WANTED GOT
expect() {
    [ "$2" = "$3" ] || fail "$1: '$3' instead of '$2'"
}

# start PROGRAM [ARGUMENT...]: clients try again until it listens
start() {
    "$bin/$1" "${@:2}" >"$folder/out" 2>&1 &
    server_pid=$!
}

# stop SIGNAL STATUS
stop() {
    local status=0

    kill "-$1" "$server_pid"
    wait "$server_pid" 2>/dev/null || status=$?
    server_pid=
    expect "status after SIG$1" "$2" "$status"
}

# refuses PROGRAM [ARGUMENT...]
refuses() {
    local status=0

    "$bin/$1" "${@:2}" >"$folder/out" 2>"$folder/err" </dev/null || status=$?
    expect "status of $*" 2 "$status"
    expect "stdout of $*" '' "$(cat "$folder/out")"
    grep -q '^usage: ' "$folder/err" || fail "$* shows no usage line"
}

address=unix://$folder/echo
start enclave_echo_service --threads 3 "$address"
expect parent_streams $'counted 1\ncounted 2\ncounted 3\ncounted 4\ncounted 5
the sum of 5 numbers is 15\na first word\nanother one\nthe last one' "$("$bin/parent_streams" "$address")"
expect parent_poll_loop '3000 answered, 0 failed' "$("$bin/parent_poll_loop" "$address" 3000)"
expect 'parent_echo_client' 'héllo' "$("$bin/parent_echo_client" "$address" 'héllo' | head -n 1)"
expect 'parent_echo_client, default text' 'hello, enclave' "$("$bin/parent_echo_client" "$address" | head -n 1)"
if "$bin/parent_echo_client" "$address" '' >"$folder/out" 2>"$folder/err"; then
    fail 'an empty text is echoed'
fi
expect 'words for an empty text' 'parent_echo_client: text is empty' "$(cat "$folder/err")"
stop TERM 0
[ ! -e "$folder/echo" ] || fail 'the service leaves its socket file behind'

address=unix://$folder/keys
start enclave_nano_service "$address"
"$bin/parent_keys" "$address" >"$folder/said" || fail "the demonstration failed: $(cat "$folder/said")"
expect 'the end of the demonstration' 'all is as it must be' "$(tail -n 1 "$folder/said")"
expect 'parent_keys list' '' "$("$bin/parent_keys" "$address" list)"
expect 'parent_keys create' '' "$("$bin/parent_keys" "$address" create mine)"
signature=$("$bin/parent_keys" "$address" sign mine 'a text')
grep -Exq '[0-9a-f]{64}' <<<"$signature" || fail "parent_keys sign: $signature"
expect 'parent_keys sign, again' "$signature" "$("$bin/parent_keys" "$address" sign mine 'a text')"
"$bin/parent_keys" "$address" list | grep -Exq 'mine, of 20[0-9-]+T[0-9:]+Z, has signed 2' || fail 'parent_keys list'
expect 'parent_keys delete' '' "$("$bin/parent_keys" "$address" delete mine)"
if "$bin/parent_keys" "$address" delete mine >"$folder/out" 2>"$folder/err"; then
    fail 'a key is deleted twice'
fi
expect 'words for a key that is not there' "parent_keys: there is no key 'mine'" "$(cat "$folder/err")"
stop TERM 0
[ ! -e "$folder/keys" ] || fail 'the key service leaves its socket file behind'
if [ -n "$is_static" ] && readelf -lW "$bin/enclave_nano_service" | grep INTERP; then
    fail 'the key service is not static'
fi

address=unix://$folder/raw
start raw_echo server "$address"
expect raw_echo 'raw text' "$("$bin/raw_echo" client "$address" 'raw text')"
stop KILL 137
start raw_echo server "$address" # over the dead socket of the first
expect 'raw_echo again' 'hello from the client' "$("$bin/raw_echo" client "$address")"
stop KILL 137

address=unix://$folder/stdio
start stdio_echo server "$address"
expect stdio_echo $'one\ntwo' "$(printf 'one\ntwo' | "$bin/stdio_echo" client "$address")"
stop KILL 137

refuses enclave_echo_service a b
refuses enclave_echo_service --threads 0 "$address"
refuses enclave_echo_service --threads 4x "$address"
refuses enclave_echo_service --threads
refuses enclave_echo_service --threads 4 a b
refuses enclave_nano_service a b
refuses enclave_nano_service --help
refuses parent_keys unix:///tmp/x sing
refuses parent_keys sign one
refuses parent_keys list all
refuses parent_streams a b
refuses parent_poll_loop a 0
refuses parent_poll_loop a 1 b
refuses parent_echo_client a b c
refuses raw_echo
refuses raw_echo sing
refuses raw_echo server http://localhost
refuses stdio_echo client unix:///tmp/x one-too-many
refuses stdio_echo
