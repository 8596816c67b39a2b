#!/bin/sh
# In the parent's guest: becomes the enclave with that CID. What it says goes to /tmp/enclave-CID.log.
#
# usage: boot-enclave CID [ARGUMENT-OF-THE-SERVER...]
cid=$1
shift
exec qemu-system-x86_64 -accel kvm -M q35 -cpu host -smp 1 -m 128 -L /firmware -nodefaults -display none -no-reboot \
    -device "vhost-vsock-pci,guest-cid=$cid" -chardev "file,id=log,path=/tmp/enclave-$cid.log,append=on" \
    -serial chardev:log -kernel /enclave/kernel -initrd /enclave/ramdisk \
    -append "console=ttyS0 quiet panic=-1 mitigations=off eyelet.guest -- $*" </dev/null
