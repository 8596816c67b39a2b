/*
 * Bytes on their way in or out of a connection: a queue in one piece of memory. A connection holds memory only while
 * bytes wait in it; between two waits it borrows the pool's one large spare, so that an idle connection costs nothing.
 */
#ifndef EYELET_RPC_BUFFER_H
#define EYELET_RPC_BUFFER_H

#include <stddef.h>
#include <stdint.h>

#include <eyelet/slice.h>

#define EYELET_BUFFER_SPARE_CAP (64u << 10) /* HOSTILE R5: at most so far ahead of the bytes that came */
#define EYELET_BUFFER_SMALL (4u << 10)      /* what is left over and is less than this moves to memory of its size */

/**
 * struct eyelet_buffer - a queue of bytes; zeroed memory is an empty one
 * @data:   its memory, or NULL
 * @start:  offset of the first byte that waits
 * @len:    bytes that wait
 * @cap:    bytes of memory
 */
struct eyelet_buffer {
    uint8_t *data;
    size_t start;
    size_t len;
    size_t cap;
};

/**
 * struct eyelet_buffer_pool - what all buffers of one client or server share
 * @spare:     a buffer of EYELET_BUFFER_SPARE_CAP that is lent to whoever is at work, or empty
 * @held:      bytes of memory that settled buffers keep
 * @held_max:  limit of @held
 */
struct eyelet_buffer_pool {
    struct eyelet_buffer spare;
    size_t held;
    size_t held_max;
};

void eyelet_buffer_pool_clear(struct eyelet_buffer_pool *pool);

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
int eyelet_buffer_reserve(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool, size_t len);

/* The room behind the waiting bytes, and how much of it there is. */
uint8_t *eyelet_buffer_room(struct eyelet_buffer *buffer);
size_t eyelet_buffer_room_len(const struct eyelet_buffer *buffer);

/* @len bytes were written into the room; the first @len bytes are done with; the last @len bytes are taken back. */
void eyelet_buffer_add(struct eyelet_buffer *buffer, size_t len);
void eyelet_buffer_drop(struct eyelet_buffer *buffer, size_t len);
void eyelet_buffer_cut(struct eyelet_buffer *buffer, size_t len);

/* The bytes that wait. */
struct eyelet_slice eyelet_buffer_bytes(const struct eyelet_buffer *buffer);

/*
 * eyelet_buffer_unsettle(), eyelet_buffer_settle() - begin and end of work on a buffer
 *
 * To settle is to keep no more memory than the waiting bytes need and to count it in @pool->held.
 */
void eyelet_buffer_unsettle(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool);
void eyelet_buffer_settle(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool);

/* Frees an unsettled buffer's memory, or gives it back to the pool. */
void eyelet_buffer_clear(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool);

#endif
