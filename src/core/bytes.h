/*
 * Bounded takes and puts on borrowed bytes, and big-endian numbers: the only pointer arithmetic of core.
 */
#ifndef EYELET_CORE_BYTES_H
#define EYELET_CORE_BYTES_H

#include <assert.h>
#include <endian.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <eyelet/slice.h>

static inline uint32_t eyelet_get_be32(const uint8_t *bytes)
{
    return (uint32_t)bytes[0] << 24 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[3];
}

static inline void eyelet_put_be32(uint8_t *room, uint32_t value)
{
    value = htobe32(value); /* gcc 12 makes 25 instructions of two numbers that are put byte by byte */
    memcpy(room, &value, sizeof(value));
}

/* The first @len bytes of @slice, which must have them; @slice moves past them. */
static inline struct eyelet_slice eyelet_slice_take(struct eyelet_slice *slice, size_t len)
{
    struct eyelet_slice taken = { slice->data, len };

    assert(len <= slice->len);
    if (len > 0)
        slice->data += len;
    slice->len -= len;
    return taken;
}

/* @len bytes of @slice from @offset on; both must lie inside. */
static inline struct eyelet_slice eyelet_slice_part(struct eyelet_slice slice, size_t offset, size_t len)
{
    assert(offset <= slice.len);
    assert(len <= slice.len - offset);
    return (struct eyelet_slice){ offset > 0 ? slice.data + offset : slice.data, len };
}

static inline struct eyelet_slice eyelet_slice_of(const char *text)
{
    return (struct eyelet_slice){ (const uint8_t *)text, strlen(text) };
}

static inline bool eyelet_slice_equals(struct eyelet_slice slice, const char *text)
{
    size_t len = strlen(text);

    return slice.len == len && (len == 0 || memcmp(slice.data, text, len) == 0);
}

#endif
