/*
 * Looks for secrets in another process.
 */
#ifndef EYELET_TESTS_KEYS_MEMORY_H
#define EYELET_TESTS_KEYS_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define MEMORY_PIECE 8 /* bytes: enough not to be there by chance */

/**
 * memory_count() - how often are the pieces of this in the memory that a process can write to?
 * @pid:   a child
 * @what:  to be looked for, every MEMORY_PIECE bytes of it by themselves
 * @size:  its bytes, a multiple of that
 *
 * Mappings of more than 16 MiB are left out: a sanitizer's shadow, which nobody can read to its end. Fails the test
 * when nothing can be read.
 */
unsigned memory_count(pid_t pid, const void *what, size_t size);

#endif
