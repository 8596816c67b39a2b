/*
 * What one call holds until its handler, or a client's program, takes it: the request's frame, for as long as the call
 * lives, and behind it the messages of a stream. The memory is fixed and the caller's.
 */
#ifndef EYELET_NANO_QUEUE_H
#define EYELET_NANO_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/slice.h>

#define EYELET_QUEUE_PREFIX_LEN 4u /* what a message takes beside itself */

/* The members are the queue's own, but for @n, which may be read. */
struct eyelet_queue {
    uint8_t *bytes;
    size_t cap;
    size_t kept_len; /* bytes at the front that stay */
    size_t start;    /* of the first message's prefix */
    size_t end;      /* behind the last message */
    uint32_t n;      /* messages */
    bool wipe;
};

/* @wipe: overwrite what is taken out and what is cleared. */
void eyelet_queue_init(struct eyelet_queue *queue, uint8_t *bytes, size_t cap, bool wipe);

/* Empties it. */
void eyelet_queue_clear(struct eyelet_queue *queue);

/*
 * eyelet_queue_keep() - copy bytes to the front of an empty queue, where they stay until it is cleared
 * @ret:  the copy
 *
 * Return: false when they do not fit.
 */
bool eyelet_queue_keep(struct eyelet_queue *queue, struct eyelet_slice bytes, struct eyelet_slice *ret);

/* Would a message of @len bytes fit, now or once all others are taken? */
bool eyelet_queue_fits(const struct eyelet_queue *queue, size_t len);
bool eyelet_queue_ever_fits(const struct eyelet_queue *queue, size_t len);

/* Copies a message to the end. Return: false when it does not fit; nothing is changed. */
bool eyelet_queue_push(struct eyelet_queue *queue, struct eyelet_slice message);

/*
 * eyelet_queue_peek(), _pop() - the first message, and to be done with it
 * @ret:  valid until the next pop, push or clear
 *
 * Return: false when there is none. eyelet_queue_pop() needs one.
 */
bool eyelet_queue_peek(const struct eyelet_queue *queue, struct eyelet_slice *ret);
void eyelet_queue_pop(struct eyelet_queue *queue);

#endif
