/*
 * Bytes on their way in or out of a connection: a queue in one piece of memory. A connection holds memory only while
 * bytes wait in it; between two waits it borrows one of the pool's large spares, so that an idle connection costs
 * nothing.
 */
#ifndef EYELET_RPC_BUFFER_H
#define EYELET_RPC_BUFFER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/slice.h>

#define EYELET_BUFFER_SPARE_CAP  (64u << 10) /* HOSTILE R5: at most so far ahead of the bytes that came */
#define EYELET_BUFFER_SPARES_MAX 8           /* per client or server: half a MiB */
#define EYELET_BUFFER_SMALL      (4u << 10)  /* what is left over and is less than this moves to memory of its size */

/**
 * struct eyelet_buffer - a queue of bytes; zeroed memory is an empty one
 * @data:     its memory, or NULL
 * @start:    offset of the first byte that waits
 * @len:      bytes that wait
 * @cap:      bytes of memory
 * @wiped:    offset before which nothing is left of dropped bytes; at most @start
 * @written:  offset behind which nothing was written, or nothing is left of it
 */
struct eyelet_buffer {
    uint8_t *data;
    size_t start;
    size_t len;
    size_t cap;
    size_t wiped;
    size_t written;
};

/**
 * struct eyelet_buffer_pool - what all buffers of one client or server share
 * @spares:        memory of EYELET_BUFFER_SPARE_CAP each, lent to whoever is at work
 * @n_spares:      those that are not lent
 * @n_spares_max:  so many are kept, EYELET_BUFFER_SPARES_MAX at most; 0 means 1. A connection at work uses two
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
    size_t held;
    size_t held_max;
    bool wipe;
};

/* Frees the spares. */
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
 * To settle is to keep no more memory than the waiting bytes need and to count it in @pool->held. Bytes that were
 * dropped may be read until then, and until the next eyelet_buffer_reserve().
 */
void eyelet_buffer_unsettle(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool);
void eyelet_buffer_settle(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool);

/* Frees an unsettled buffer's memory, or gives it back to the pool. */
void eyelet_buffer_clear(struct eyelet_buffer *buffer, struct eyelet_buffer_pool *pool);

#endif
