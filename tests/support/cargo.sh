#!/bin/sh
#
# Builds a crate from Debian's packages alone, without a network, with messages for .proto files: below OUT/target.
# RUSTFLAGS is the caller's; nothing else that cargo finds in its surroundings is taken.
#
# usage: tests/support/cargo.sh CRATE OUT PROTO[:PROTO...] [ARGUMENT-OF-CARGO-BUILD...]
set -eu

crate=$1 out=$2
CRATE_PROTOS=$3
shift 3
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

# A copy: cargo writes a Cargo.lock beside Cargo.toml, and obeys the nearest .cargo first.
rm -rf "$out/source"
mkdir -p "$out/source/.cargo" "$out/home"
cp -R "$crate/Cargo.toml" "$crate/src" "$out/source/"
cp "$here/protos.rs" "$out/source/build.rs"
cat >"$out/source/.cargo/config.toml" <<END
[source.crates-io]
replace-with = "debian"

[source.debian]
directory = "/usr/share/cargo/registry"
END

export CRATE_PROTOS CARGO_HOME="$out/home" RUSTC=/usr/bin/rustc
unset CARGO_BUILD_TARGET CARGO_TARGET_DIR RUSTC_WRAPPER
cd "$out/source"
exec /usr/bin/cargo build --quiet --offline --target-dir "$out/target" "$@"
