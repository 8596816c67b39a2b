# What examples/run.sh and tests/run.sh share: words for people, a log for the rest, and Debian packages. Sourced by bash,
# from the root of the tree; the caller sets `program`, its own name.
#
# Progress goes to stderr, so that stdout holds results only.

log=$PWD/build/log/$(basename "$(dirname "$program")")-$(basename "$program" .sh).log

# What it takes to build the library, the generator and the examples.
build_packages=(gcc libc6-dev cmake ninja-build pkg-config protobuf-compiler protobuf-c-compiler libprotobuf-c-dev
    libprotobuf-dev libprotoc-dev libnanopb-dev nanopb nettle-dev)

# say WORD...: one line of progress.
say() {
    printf '%s: %s\n' "$program" "$*" >&2
}

# fail SENTENCE: ends the script with one sentence, below the end of what the failed command said.
fail() {
    if [ -s "$log" ]; then
        tail -n 30 -- "$log" | sed 's/^/    /' >&2
        say "failed: $1; more is in $log"
    else
        say "failed: $1"
    fi
    exit 1
}

# logged COMMAND...: run it with what it says in $log, and nothing of an earlier command.
logged() {
    "$@" >"$log" 2>&1 </dev/null
}

is_installed() {
    dpkg-query --show --showformat='${db:Status-Status}\n' "$1" 2>/dev/null | grep -x installed >/dev/null
}

# as_root COMMAND...: through sudo where we are somebody else.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

apt_get() {
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3 "$@"
}

# apt-get update does not wait for its lock as apt-get install does.
update_package_lists() {
    local try

    for try in {1..60}; do
        if logged apt_get update || ! grep -q 'Could not get lock' "$log"; then
            return
        fi
        sleep 5
    done
}

# need PACKAGE...: install what is missing of these; asks the network only then.
need() {
    local package missing=()

    if ! command -v apt-get >/dev/null; then
        say "this is no Debian: taking it that these packages or their like are here: $*"
        return
    fi

    for package in "$@"; do
        is_installed "$package" || missing+=("$package")
    done
    if [ "${#missing[@]}" -eq 0 ]; then
        return
    fi
    if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null; then
        fail "only root can install ${missing[*]}, and there is no sudo"
    fi

    say "installing ${missing[*]}"
    update_package_lists
    # An old list or a broken foreign source may be good enough: the installation itself decides.
    logged apt_get install --no-install-recommends "${missing[@]}" || fail "cannot install ${missing[*]}"
}

mkdir -p "$(dirname "$log")"
: >"$log"
