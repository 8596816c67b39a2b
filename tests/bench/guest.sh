#!/bin/sh
# In the guest: measures what /plan says, on AF_VSOCK loopback. Its lines are "ROUND PEER CELL SIZE AMOUNT"; a peer has
# a server of its own in each round. Behind "said: " come lines with tabs between: "kernel" and its name, and
#
#     ROUND PEER CELL SIZE        then what the client printed, see caller.h, or "failed" and why
#     ROUND PEER server 0         then the server's RSS in KiB and its threads, once it has served all that
#
# What a peer does not have is not mentioned.
port=5005
patience_s=60
tries_max=300
tab=$(printf '\t')
server='' turn='' round='' peer=''

is_there() {
    kill -0 "$server" 2>/dev/null
}

# A client that has nobody to call yet fails at once or tries for itself. One that goes on failing says why later.
start_server() {
    "/${peer}_server" "vsock://any:$port" &
    server=$!
    tries=0
    until [ "$tries" -eq "$tries_max" ] || "/${peer}_client" "vsock://1:$port" exact 64 1 >/tmp/line 2>/tmp/why; do
        is_there || break
        tries=$((tries + 1))
        usleep 10000
    done
}

stop_server() {
    [ -n "$server" ] || return
    if is_there; then
        sleep 2
        memory=$(sed -n 's/^VmRSS:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$server/status")
        threads=$(sed -n 's/^Threads:[^0-9]*//p' "/proc/$server/status")
        say "server${tab}0$tab$memory$tab$threads"
        kill -KILL "$server"
    else
        say "server${tab}0${tab}failed${tab}it is gone"
    fi
    wait "$server" 2>/dev/null
    server=''
}

# say WORD...: of this turn
say() {
    echo "said: $round$tab$peer$tab$*"
}

measure() {
    is_there || { say "$1$tab$2${tab}failed${tab}the server is gone" && return; }
    timeout "$patience_s" "/${peer}_client" "vsock://1:$port" "$1" "$2" "$3" "$server" >/tmp/line 2>/tmp/why </dev/null
    case $? in
    0) say "$1$tab$2$tab$(cat /tmp/line)" ;;
    3) ;;
    *) say "$1$tab$2${tab}failed$tab$(tail -n 1 /tmp/why)" ;;
    esac
}

echo "said: kernel$tab$(uname -sr)"
while read -r next_round next_peer cell size amount; do
    if [ "$next_round $next_peer" != "$turn" ]; then
        stop_server
        round=$next_round peer=$next_peer turn="$next_round $next_peer"
        start_server
    fi
    measure "$cell" "$size" "$amount"
done </plan
stop_server
