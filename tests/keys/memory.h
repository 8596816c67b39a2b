/*
 * Looks for secrets in another process.
 */
#ifndef EYELET_TESTS_KEYS_MEMORY_H
#define EYELET_TESTS_KEYS_MEMORY_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/**
 * memory_count() - how often is this in the memory that a process can write to?
 * @pid:   a child
 * @what:  to be looked for
 * @size:  its bytes, at most 64
 *
 * Mappings of more than 16 MiB are left out: a sanitizer's shadow, which nobody can read to its end. Fails the test
 * when nothing can be read.
 */
unsigned memory_count(pid_t pid, const uint8_t *what, size_t size);

#endif
