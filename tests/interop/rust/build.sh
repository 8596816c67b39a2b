#!/bin/sh
#
# Builds server and client of this folder from Debian's packages alone, without a network.
#
# usage: build.sh OUT PROTO...
set -eu

out=$1
shift
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

unset RUSTFLAGS
"$here/../../support/cargo.sh" "$here" "$out" "$(IFS=: && printf %s "$*")"
for program in server client; do
    cp "$out/target/debug/$program" "$out/$program"
done
