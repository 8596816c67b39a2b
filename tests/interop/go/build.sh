#!/bin/sh
#
# Builds server and client of this folder from Debian's packages alone, without a network and without modules.
#
# usage: build.sh OUT PROTO...
set -eu

out=$1
shift
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
source=$out/src/eyelet

for proto in "$@"; do
    package=$(sed -n 's/^package \(.*\);$/\1/p' "$proto")
    mkdir -p "$source/$package"
    protoc "-I$(dirname -- "$proto")" --plugin=/usr/bin/protoc-gen-gogo "--gogo_out=$source/$package" "$proto"
done

export GO111MODULE=off GOPATH="$out:/usr/share/gocode" GOCACHE="$out/cache" GOFLAGS='' CGO_ENABLED=0
for program in server client; do
    mkdir -p "$source/$program"
    cp "$here/$program/main.go" "$source/$program/"
    /usr/bin/go build -o "$out/$program" "eyelet/$program"
done
