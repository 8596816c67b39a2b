/*
 * What the kernel says about a process.
 */
#ifndef EYELET_TESTS_LOAD_PROCESS_H
#define EYELET_TESTS_LOAD_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/* Bytes of memory that are in use, exactly: /proc/PID/smaps_rollup, Rss. */
uint64_t process_memory(pid_t pid);

/* Open descriptors, and threads. */
uint32_t process_fds(pid_t pid);
uint32_t process_threads(pid_t pid);

/* How often its threads were given a processor, all together: context switches, voluntary and not. */
uint64_t process_wakeups(pid_t pid);

#endif
