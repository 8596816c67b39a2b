/*
 * A block of memory, piece by piece.
 */
#include "nano/storage.h"

#include <eyelet/nano.h>

struct eyelet_storage eyelet_storage_of(void *memory, size_t size)
{
    size_t lost = (size_t)(-(uintptr_t)memory % EYELET_NANO_ALIGN);

    if (lost > size)
        return (struct eyelet_storage){ 0 };
    return (struct eyelet_storage){ (uint8_t *)memory + lost, size - lost };
}

void *eyelet_storage_take(struct eyelet_storage *storage, size_t size)
{
    size_t lost = -size % EYELET_NANO_ALIGN;
    uint8_t *taken = storage->next;

    if (size > storage->left || lost > storage->left - size)
        return NULL;
    storage->next += size + lost;
    storage->left -= size + lost;
    return taken;
}
