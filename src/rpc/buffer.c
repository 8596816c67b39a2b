/*
 * Growable queues of bytes, and the spare that they share.
 */
#include "rpc/buffer.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

void eyelet_buffer_pool_clear(struct eyelet_buffer_pool *pool)
{
    free(pool->spare.data);
    *pool = (struct eyelet_buffer_pool){ .held_max = pool->held_max };
}

/* Moves the waiting bytes into @memory, which becomes the buffer's. */
static void move_to(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, uint8_t *memory, size_t cap)
{
    size_t len = buffer->len;

    if (len > 0)
        memcpy(memory, buffer->data + buffer->start, len);
    eyelet_buffer_clear(buffer, pool);
    *buffer = (struct eyelet_buffer){ .data = memory, .len = len, .cap = cap };
}

static void borrow_spare(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool)
{
    struct eyelet_buffer spare = pool->spare;

    pool->spare = (struct eyelet_buffer){ 0 };
    move_to(buffer, pool, spare.data, spare.cap);
}

static void move_to_front(struct eyelet_buffer *buffer)
{
    if (buffer->start > 0 && buffer->len > 0)
        memmove(buffer->data, buffer->data + buffer->start, buffer->len);
    buffer->start = 0;
}

static int grow(struct eyelet_buffer *buffer, size_t cap)
{
    uint8_t *data;

    move_to_front(buffer);
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
        move_to_front(buffer);
        return 0;
    }
    if (need <= pool->spare.cap && buffer->cap < pool->spare.cap) {
        borrow_spare(buffer, pool);
        return 0;
    }
    return grow(buffer, need < EYELET_BUFFER_SPARE_CAP ? EYELET_BUFFER_SPARE_CAP : need);
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
}

void eyelet_buffer_drop(struct eyelet_buffer *buffer, size_t len)
{
    assert(len <= buffer->len);
    buffer->len -= len;
    buffer->start = buffer->len > 0 ? buffer->start + len : 0;
}

void eyelet_buffer_cut(struct eyelet_buffer *buffer, size_t len)
{
    assert(len <= buffer->len);
    buffer->len -= len;
    if (buffer->len == 0)
        buffer->start = 0;
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
    pool->held += buffer->cap;
}

void eyelet_buffer_clear(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool)
{
    if (buffer->cap == EYELET_BUFFER_SPARE_CAP && pool->spare.data == NULL)
        pool->spare = (struct eyelet_buffer){ .data = buffer->data, .cap = buffer->cap };
    else
        free(buffer->data);
    *buffer = (struct eyelet_buffer){ 0 };
}
