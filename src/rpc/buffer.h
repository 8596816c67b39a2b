/*
 * Bytes on their way in or out of a connection: a queue in one piece of memory. A connection holds memory only while
 * bytes wait in it; between two waits it borrows one of the pool's large spares, so that an idle connection costs
 * nothing.
 */
#ifndef EYELET_RPC_BUFFER_H
#define EYELET_RPC_BUFFER_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/slice.h>

#define EYELET_BUFFER_SPARE_CAP   (64u << 10) /* HOSTILE R5: at most so far ahead of the bytes that came */
#define EYELET_BUFFER_SPARES_MAX  8           /* per client or server: half a MiB */
#define EYELET_BUFFER_SPARES_USED 3u          /* by a thread at work: to read into, to unpack into, to write from */
#define EYELET_BUFFER_SMALL       (4u << 10)  /* what is left over and is less than this moves to memory of its size */
#define EYELET_BUFFER_LARGE_N     4u          /* blocks larger than a spare that lie idle, per client or server, */
#define EYELET_BUFFER_LARGE_MAX   (4u << 20)  /* of so many bytes in all, */
#define EYELET_BUFFER_LARGE_MS    1000u       /* for so long: a fresh page costs more than the copy that fills it */

/**
 * struct eyelet_block - memory that is not in a buffer; zeroed is none
 * @data:     its memory, or NULL
 * @cap:      bytes of memory
 * @written:  offset behind which nothing was written that is to be wiped
 */
struct eyelet_block {
    uint8_t *data;
    size_t cap;
    size_t written;
};

/**
 * struct eyelet_buffer - a queue of bytes; zeroed memory is an empty one
 * @data:     its memory, or NULL
 * @start:    offset of the first byte that waits
 * @len:      bytes that wait
 * @cap:      bytes of memory
 * @wiped:    offset before which nothing is left of dropped bytes; at most @start
 * @written:  offset behind which nothing was written, or nothing is left of it
 * @is_lent:  its memory is a large block that lay idle, and was not taken for what waits in it
 */
struct eyelet_buffer {
    uint8_t *data;
    size_t start;
    size_t len;
    size_t cap;
    size_t wiped;
    size_t written;
    bool is_lent;
};

/**
 * struct eyelet_buffer_pool - what all buffers of one client or server share
 * @spares:        memory of EYELET_BUFFER_SPARE_CAP each, lent to whoever is at work
 * @n_spares:      those that are not lent
 * @n_spares_max:  so many are kept, EYELET_BUFFER_SPARES_MAX at most; 0 means 1
 * @large:         blocks that lie idle, the one that came first in front
 * @n_large:       number of those
 * @large_len:     bytes of them
 * @large_ns:      when the last one came
 * @held:          bytes of memory that settled buffers keep
 * @held_max:      limit of @held
 * @wipe:          settled buffers and spares hold nothing but bytes that wait, and memory is overwritten before it is
 *                 freed
 *
 * Zeroed memory with the limits and @wipe filled in.
 */
struct eyelet_buffer_pool {
    uint8_t *spares[EYELET_BUFFER_SPARES_MAX];
    unsigned n_spares;
    unsigned n_spares_max;
    struct eyelet_block large[EYELET_BUFFER_LARGE_N];
    unsigned n_large;
    size_t large_len;
    uint64_t large_ns;
    size_t held;
    size_t held_max;
    bool wipe;
};

/* Frees the spares, and the large blocks. */
void eyelet_buffer_pool_clear(struct eyelet_buffer_pool *pool);

/* What the next two do when there are large blocks; they are not for others. */
uint64_t eyelet_buffer_pool_end_ns(const struct eyelet_buffer_pool *pool);
void eyelet_buffer_pool_end(struct eyelet_buffer_pool *pool, uint64_t now_ns);

/*
 * eyelet_buffer_pool_deadline(), eyelet_buffer_pool_look() - when large blocks have lain idle for long enough, or
 * UINT64_MAX for none; frees them if that is over at @now_ns
 */
static inline uint64_t eyelet_buffer_pool_deadline(const struct eyelet_buffer_pool *pool)
{
    return pool->n_large > 0 ? eyelet_buffer_pool_end_ns(pool) : UINT64_MAX;
}

static inline void eyelet_buffer_pool_look(struct eyelet_buffer_pool *pool, uint64_t now_ns)
{
    if (pool->n_large > 0)
        eyelet_buffer_pool_end(pool, now_ns);
}

/*
 * eyelet_buffer_pool_take() - a large block of @len bytes or up to twice as many that lies idle; without data when none
 * does
 * eyelet_buffer_pool_need() - the same or a new one, or a spare if that does; without data when there is no memory
 */
struct eyelet_block eyelet_buffer_pool_take(struct eyelet_buffer_pool *pool, size_t len);
struct eyelet_block eyelet_buffer_pool_need(struct eyelet_buffer_pool *pool, size_t len);

/* eyelet_buffer_pool_give() - end a block: it becomes a spare or an idle one, or is freed. */
void eyelet_buffer_pool_give(struct eyelet_buffer_pool *pool, struct eyelet_block *block);

/*
 * eyelet_buffer_borrow() - have memory for @cap bytes in all, if a block of that size lies idle
 *
 * No memory is taken for it, so it may be done for bytes that have not come (HOSTILE R5).
 */
void eyelet_buffer_borrow(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, size_t cap);

/*
 * eyelet_buffer_detach() - take away the memory that the dropped bytes lie in; what waits, which is at most
 * EYELET_BUFFER_SMALL, moves elsewhere
 * @ret:  to be ended by eyelet_buffer_pool_give()
 *
 * Return: false when too much waits, or without memory for it: then nothing has changed.
 */
bool eyelet_buffer_detach(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, struct eyelet_block *ret);

/* The room behind the waiting bytes, and how much of it there is. */
static inline uint8_t *eyelet_buffer_room(struct eyelet_buffer *buffer)
{
    return buffer->data + buffer->start + buffer->len;
}

static inline size_t eyelet_buffer_room_len(const struct eyelet_buffer *buffer)
{
    return buffer->cap - buffer->start - buffer->len;
}

/* What eyelet_buffer_reserve() does when a spare alone is not enough; it is not for others. */
int eyelet_buffer_reserve_more(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, size_t len);

/*
 * eyelet_buffer_reserve() - make room behind the bytes that wait
 * @len:  bytes of room wanted, at least
 *
 * Above EYELET_BUFFER_SPARE_CAP no more memory is taken than is asked for: who adds little by little asks for as much
 * again as there is, or moves all bytes each time.
 *
 * The buffer comes out of its settled state: its memory does not count as held until eyelet_buffer_settle().
 *
 * Return: 0 or -ENOMEM.
 */
static inline int eyelet_buffer_reserve(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, size_t len)
{
    if (eyelet_buffer_room_len(buffer) >= len)
        return 0;
    if (buffer->data != NULL || len > EYELET_BUFFER_SPARE_CAP || pool->n_spares == 0)
        return eyelet_buffer_reserve_more(buffer, pool, len);
    buffer->data = pool->spares[--pool->n_spares];
    buffer->cap = EYELET_BUFFER_SPARE_CAP;
    return 0;
}

/* @len bytes were written into the room. */
static inline void eyelet_buffer_add(struct eyelet_buffer *buffer, size_t len)
{
    assert(len <= eyelet_buffer_room_len(buffer));
    buffer->len += len;
    if (buffer->written < buffer->start + buffer->len)
        buffer->written = buffer->start + buffer->len;
}

/* The last @len bytes are taken back. When none is left the next bytes go to the front. */
static inline void eyelet_buffer_cut(struct eyelet_buffer *buffer, size_t len)
{
    assert(len <= buffer->len);
    buffer->len -= len;
    if (buffer->len > 0)
        return;
    buffer->start = 0;
    buffer->wiped = 0;
}

/* The first @len bytes are done with. */
static inline void eyelet_buffer_drop(struct eyelet_buffer *buffer, size_t len)
{
    buffer->start += len;
    eyelet_buffer_cut(buffer, len);
}

/* The bytes that wait. */
static inline struct eyelet_slice eyelet_buffer_bytes(const struct eyelet_buffer *buffer)
{
    return (struct eyelet_slice){ buffer->len > 0 ? buffer->data + buffer->start : NULL, buffer->len };
}

/* Frees an unsettled buffer's memory, or gives it back to the pool. */
void eyelet_buffer_clear(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool);

/* What eyelet_buffer_settle() does with a buffer in which bytes wait; it is not for others. */
void eyelet_buffer_settle_rest(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool);

/*
 * eyelet_buffer_unsettle(), eyelet_buffer_settle() - begin and end of work on a buffer
 *
 * To settle is to keep no more memory than the waiting bytes need and to count it in @pool->held. Bytes that were
 * dropped may be read until then, and until the next eyelet_buffer_reserve().
 */
static inline void eyelet_buffer_unsettle(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool)
{
    assert(buffer->cap <= pool->held);
    pool->held -= buffer->cap;
}

static inline void eyelet_buffer_settle(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool)
{
    if (buffer->len > 0)
        eyelet_buffer_settle_rest(buffer, pool);
    else if (buffer->data != NULL)
        eyelet_buffer_clear(buffer, pool);
}

#endif
