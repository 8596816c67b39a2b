/*
 * How much of a large payload is copied: the linker puts wrappers in front of memcpy() and memmove(), for the library
 * and the test alike. What protobuf-c and libc copy inside themselves is not seen, nor what realloc() moves, which
 * counts as an allocation.
 *
 * Short copies do not count: a compiler makes some of them without a call.
 */
#ifndef EYELET_TESTS_COPIES_H
#define EYELET_TESTS_COPIES_H

#include <stdint.h>

#define COPIES_LEN_MIN 1024 /* of one that counts */

/* Bytes copied since the program began: by all threads, and by the calling one. */
uint64_t copies_bytes(void);
uint64_t copies_bytes_here(void);

#endif
