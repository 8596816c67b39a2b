/*
 * Growable queues of bytes, and the spares that they share.
 */
#include "rpc/buffer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void eyelet_buffer_pool_clear(struct eyelet_buffer_pool *pool)
{
    while (pool->n_spares > 0)
        free(pool->spares[--pool->n_spares]);
    pool->held = 0;
}

static bool wants_spare(const struct eyelet_buffer_pool *pool)
{
    unsigned max = pool->n_spares_max > 0 ? pool->n_spares_max : 1;

    return pool->n_spares < max && pool->n_spares < EYELET_BUFFER_SPARES_MAX;
}

/* What was written from @from to @to is to be gone. */
static void wipe(struct eyelet_buffer *buffer, size_t from, size_t to)
{
    if (from < to)
        explicit_bzero(buffer->data + from, to - from);
}

/* Of the bytes that do not wait nothing is left; those that were wiped before are not wiped again. */
static void wipe_around(struct eyelet_buffer *buffer)
{
    size_t end = buffer->start + buffer->len;

    wipe(buffer, buffer->wiped, buffer->start);
    wipe(buffer, end, buffer->written);
    buffer->wiped = buffer->start;
    buffer->written = end;
}

/* Moves the waiting bytes into @memory, which becomes the buffer's. */
static void move_to(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, uint8_t *memory, size_t cap)
{
    size_t len = buffer->len;

    if (len > 0)
        memcpy(memory, buffer->data + buffer->start, len);
    eyelet_buffer_clear(buffer, pool);
    *buffer = (struct eyelet_buffer){ .data = memory, .len = len, .cap = cap, .written = len };
}

static void borrow_spare(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool)
{
    uint8_t *spare = pool->spares[--pool->n_spares];

    move_to(buffer, pool, spare, EYELET_BUFFER_SPARE_CAP);
}

static void move_to_front(struct eyelet_buffer *buffer, const struct eyelet_buffer_pool *pool)
{
    if (buffer->start == 0)
        return;
    memmove(buffer->data, buffer->data + buffer->start, buffer->len);
    buffer->start = 0;
    buffer->wiped = 0;
    if (pool->wipe)
        wipe_around(buffer);
}

/* realloc() would leave a copy behind. */
static int grow_and_wipe(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, size_t cap)
{
    uint8_t *data = malloc(cap);

    if (data == NULL)
        return -ENOMEM;
    move_to(buffer, pool, data, cap);
    return 0;
}

static int grow(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, size_t cap)
{
    uint8_t *data;

    if (pool->wipe)
        return grow_and_wipe(buffer, pool, cap);
    move_to_front(buffer, pool);
    data = realloc(buffer->data, cap);
    if (data == NULL)
        return -ENOMEM;
    buffer->data = data;
    buffer->cap = cap;
    return 0;
}

int eyelet_buffer_reserve(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, size_t len)
{
    size_t need;

    if (eyelet_buffer_room_len(buffer) >= len)
        return 0;
    if (len > SIZE_MAX / 4 - buffer->len)
        return -ENOMEM;

    need = buffer->len + len;
    if (need <= buffer->cap) {
        move_to_front(buffer, pool);
        return 0;
    }
    if (need <= EYELET_BUFFER_SPARE_CAP && pool->n_spares > 0) {
        borrow_spare(buffer, pool);
        return 0;
    }
    return grow(buffer, pool, need < EYELET_BUFFER_SPARE_CAP ? EYELET_BUFFER_SPARE_CAP : need);
}

uint8_t *eyelet_buffer_room(struct eyelet_buffer *buffer)
{
    return buffer->data + buffer->start + buffer->len;
}

size_t eyelet_buffer_room_len(const struct eyelet_buffer *buffer)
{
    return buffer->cap - buffer->start - buffer->len;
}

void eyelet_buffer_add(struct eyelet_buffer *buffer, size_t len)
{
    assert(len <= eyelet_buffer_room_len(buffer));
    buffer->len += len;
    if (buffer->written < buffer->start + buffer->len)
        buffer->written = buffer->start + buffer->len;
}

/* All is taken: the next bytes go to the front. */
static void rewind_empty(struct eyelet_buffer *buffer)
{
    buffer->start = 0;
    buffer->wiped = 0;
}

void eyelet_buffer_drop(struct eyelet_buffer *buffer, size_t len)
{
    assert(len <= buffer->len);
    buffer->len -= len;
    buffer->start += len;
    if (buffer->len == 0)
        rewind_empty(buffer);
}

void eyelet_buffer_cut(struct eyelet_buffer *buffer, size_t len)
{
    assert(len <= buffer->len);
    buffer->len -= len;
    if (buffer->len == 0)
        rewind_empty(buffer);
}

struct eyelet_slice eyelet_buffer_bytes(const struct eyelet_buffer *buffer)
{
    return (struct eyelet_slice){ buffer->len > 0 ? buffer->data + buffer->start : NULL, buffer->len };
}

void eyelet_buffer_unsettle(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool)
{
    assert(buffer->cap <= pool->held);
    pool->held -= buffer->cap;
}

/* Copies a small rest into memory of its size; keeps it where it is when there is no memory for that. */
static void shrink(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool)
{
    size_t cap = buffer->len <= EYELET_BUFFER_SMALL / 16 ? EYELET_BUFFER_SMALL / 16 : EYELET_BUFFER_SMALL;
    uint8_t *memory = malloc(cap);

    if (memory != NULL)
        move_to(buffer, pool, memory, cap);
}

void eyelet_buffer_settle(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool)
{
    if (buffer->len == 0)
        eyelet_buffer_clear(buffer, pool);
    else if (buffer->len <= EYELET_BUFFER_SMALL && buffer->cap > EYELET_BUFFER_SMALL)
        shrink(buffer, pool);
    if (pool->wipe)
        wipe_around(buffer);
    pool->held += buffer->cap;
}

void eyelet_buffer_clear(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool)
{
    if (pool->wipe)
        wipe(buffer, buffer->wiped, buffer->written);
    if (buffer->cap == EYELET_BUFFER_SPARE_CAP && wants_spare(pool))
        pool->spares[pool->n_spares++] = buffer->data;
    else
        free(buffer->data);
    *buffer = (struct eyelet_buffer){ 0 };
}
