/*
 * A block of memory that the caller gave, handed out piece by piece and never taken back.
 */
#ifndef EYELET_NANO_STORAGE_H
#define EYELET_NANO_STORAGE_H

#include <stddef.h>
#include <stdint.h>

#include <eyelet/nano.h>

struct eyelet_storage {
    uint8_t *next;
    size_t left;
};

/* @memory may have any alignment. */
static inline struct eyelet_storage eyelet_storage_of(void *memory, size_t size)
{
    size_t lost = (size_t)(-(uintptr_t)memory % EYELET_NANO_ALIGN);

    if (lost > size)
        return (struct eyelet_storage){ 0 };
    return (struct eyelet_storage){ (uint8_t *)memory + lost, size - lost };
}

/* @size bytes, aligned for any type and not cleared; NULL when there are no more so many. */
static inline void *eyelet_storage_take(struct eyelet_storage *storage, size_t size)
{
    size_t lost = -size % EYELET_NANO_ALIGN;
    uint8_t *taken = storage->next;

    if (size > storage->left || lost > storage->left - size)
        return NULL;
    storage->next += size + lost;
    storage->left -= size + lost;
    return taken;
}

#endif
