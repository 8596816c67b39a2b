/*
 * A block of memory that the caller gave, handed out piece by piece and never taken back. Nothing of it is touched
 * here.
 */
#ifndef EYELET_NANO_STORAGE_H
#define EYELET_NANO_STORAGE_H

#include <stddef.h>
#include <stdint.h>

struct eyelet_storage {
    uint8_t *next;
    size_t left;
};

/* @memory may have any alignment. */
struct eyelet_storage eyelet_storage_of(void *memory, size_t size);

/* @size bytes, aligned for any type and not cleared; NULL when there are no more so many. */
void *eyelet_storage_take(struct eyelet_storage *storage, size_t size);

#endif
