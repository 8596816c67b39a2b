#!/bin/sh
# In the parent's guest: the example's service is started as the enclave with CID 16, and called by the example's client
# until it answers.
boot-enclave 16 vsock://any:5005 &
enclave=$!
trap 'kill -KILL $enclave' EXIT

text=$(cat /text)
while kill -0 $enclave 2>/dev/null; do
    if /parent_echo_client vsock://16:5005 "$text" 2>/tmp/why; then
        exit 0
    fi
done
cat /tmp/why
echo 'echo.sh: the enclave ended before it answered'
exit 1
