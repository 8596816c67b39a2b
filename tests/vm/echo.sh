#!/bin/sh
# In the parent's guest: the example's service is started as the enclave with CID 16, and called by the example's client
# until it answers. What the client says comes out behind "echo: ".
boot-enclave 16 vsock://any:5005 &
enclave=$!

text=$(cat /text)
while kill -0 $enclave 2>/dev/null; do
    if /parent_echo_client vsock://16:5005 "$text" >/tmp/said 2>&1; then
        sed 's/^/echo: /' /tmp/said
        kill -KILL $enclave
        exit 0
    fi
    echo "guest: not yet: $(cat /tmp/said)"
done
echo 'guest: the enclave ended before it answered'
exit 1
