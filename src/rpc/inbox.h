/*
 * Messages of one stream that arrived and were not taken yet. Who waits for them, and what happens when there are too
 * many, is decided by its owner.
 */
#ifndef EYELET_RPC_INBOX_H
#define EYELET_RPC_INBOX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <eyelet/slice.h>
#include <eyelet/stream.h>

#define EYELET_INBOX_MESSAGE_COST 64u                                         /* it counts beside a message's bytes */
#define EYELET_INBOX_FULL_NS      (EYELET_STREAM_FULL_MS * UINT64_C(1000000)) /* so long may it hold too much */

/**
 * struct eyelet_inbox_message - one message; freed by eyelet_inbox_free()
 */
struct eyelet_inbox_message {
    struct eyelet_inbox_message *next;
    size_t len;
    uint8_t data[];
};

/**
 * struct eyelet_inbox_limits - what an inbox may hold
 * @messages_max, @bytes_max:  more than this may wait for a moment only
 * @hard_bytes_max:            nothing is put into an inbox that holds so much, costs included
 */
struct eyelet_inbox_limits {
    size_t messages_max;
    size_t bytes_max;
    size_t hard_bytes_max;
};

/**
 * struct eyelet_inbox - a queue; zeroed memory is an empty one
 * @n_messages:  that wait
 * @n_bytes:     in them, without costs
 * @over_ns:     since when it has held more than it may and nobody took a message; 0 while it does not
 */
struct eyelet_inbox {
    struct eyelet_inbox_message *first;
    struct eyelet_inbox_message *last;
    size_t n_messages;
    size_t n_bytes;
    uint64_t over_ns;
};

/* eyelet_inbox_put() - copy a message in, the last one. Return: 0; -ENOMEM, also when it is stuffed: look before. */
int eyelet_inbox_put(struct eyelet_inbox *inbox, struct eyelet_slice message, const struct eyelet_inbox_limits *limits,
                     uint64_t now_ns);

/* eyelet_inbox_take() - the first message, which is the caller's from now on; NULL when there is none. */
struct eyelet_inbox_message *eyelet_inbox_take(struct eyelet_inbox *inbox, const struct eyelet_inbox_limits *limits,
                                               uint64_t now_ns);

/* Bytes of memory that it holds. */
static inline size_t eyelet_inbox_held(const struct eyelet_inbox *inbox)
{
    return inbox->n_bytes + inbox->n_messages * EYELET_INBOX_MESSAGE_COST;
}

/* Does it hold so much that nothing may be put in before something is taken? */
static inline bool eyelet_inbox_is_stuffed(const struct eyelet_inbox *inbox, const struct eyelet_inbox_limits *limits)
{
    return eyelet_inbox_held(inbox) >= limits->hard_bytes_max;
}

/* When its stream is to be ended for want of a reader, EYELET_STREAM_FULL_MS after @over_ns; UINT64_MAX for never. */
static inline uint64_t eyelet_inbox_deadline(const struct eyelet_inbox *inbox)
{
    return inbox->over_ns > 0 ? inbox->over_ns + EYELET_INBOX_FULL_NS : UINT64_MAX;
}

/* Frees a message (NULL is allowed), all messages; @wipe overwrites them before. */
void eyelet_inbox_free(struct eyelet_inbox_message *message, bool wipe);
void eyelet_inbox_clear(struct eyelet_inbox *inbox, bool wipe);

#endif
