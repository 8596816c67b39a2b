#!/bin/busybox sh
# The first process of a guest that runs a test: loads what tests/vm/run.py put in, runs /test, says how that ended in
# the words that run.py waits for, and switches the machine off.
/bin/busybox --install -s /bin
export PATH=/bin:/usr/bin:/
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mount -t tmpfs tmpfs /tmp
dmesg -n 1 # the kernel writes between our own words

while read -r module; do
    insmod "/modules/$module" || echo "guest: cannot load $module"
done </modules/order

read -r up _ </proc/uptime
echo "guest: $(uname -sr) is up after $up s"
/test
status=$?
for log in /tmp/enclave-*.log; do
    [ ! -e "$log" ] || sed "s|^|$(basename "$log" .log): |" "$log"
done
read -r up _ </proc/uptime
echo "guest: $up s after its start:"
echo "guest: the test ended with status $status"
usleep 200000 # until the serial line has taken all of it
poweroff -f
