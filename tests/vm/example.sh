#!/bin/sh
# In the parent's guest: the example's service is started as the enclave with CID 16, and called by the example's client
# until it answers, with the text in /text if there is one. What the client says comes out behind "said: ". A client that
# has said something was answered: what it finds wrong then stays wrong.
boot-enclave 16 vsock://any:5005 &
enclave=$!

set -- vsock://16:5005
[ ! -e /text ] || set -- "$@" "$(cat /text)"
while kill -0 $enclave 2>/dev/null; do
    /client "$@" >/tmp/said 2>/tmp/why
    status=$?
    sed 's/^/said: /' /tmp/said
    if [ $status -eq 0 ] || [ -s /tmp/said ]; then
        sed 's/^/guest: /' /tmp/why
        kill -KILL $enclave
        exit $status
    fi
    echo "guest: not yet: $(cat /tmp/why)"
done
echo 'guest: the enclave ended before it answered'
exit 1
