#!/bin/sh
# A plugin of protoc's that keeps the request it is sent.
exec cat >"$CAPTURE_FILE"
