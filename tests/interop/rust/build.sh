#!/bin/sh
#
# Builds server and client of this folder from Debian's packages alone, without a network.
#
# usage: build.sh OUT PROTO...
set -eu

out=$1
shift
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

# A copy: cargo writes a Cargo.lock beside Cargo.toml, and obeys the nearest .cargo first.
rm -rf "$out/source"
mkdir -p "$out/source/.cargo" "$out/home"
cp -R "$here/Cargo.toml" "$here/build.rs" "$here/src" "$out/source/"
cat >"$out/source/.cargo/config.toml" <<END
[source.crates-io]
replace-with = "debian"

[source.debian]
directory = "/usr/share/cargo/registry"
END

INTEROP_PROTOS=$(IFS=: && printf %s "$*")
export INTEROP_PROTOS CARGO_HOME="$out/home" RUSTC=/usr/bin/rustc
unset RUSTFLAGS CARGO_BUILD_TARGET CARGO_TARGET_DIR RUSTC_WRAPPER
cd "$out/source"
/usr/bin/cargo build --quiet --offline --target-dir "$out/target"
for program in server client; do
    cp "$out/target/debug/$program" "$out/$program"
done
