/*
 * What leaves a connection of a server: queued frame by frame, and sent when that is due. Protected by the server's
 * lock.
 */
#ifndef EYELET_RPC_WRITING_H
#define EYELET_RPC_WRITING_H

#include "rpc/serving.h"

#define EYELET_WRITING_QUEUE_MAX (8u << 20) /* HOSTILE limit "send queue / connection" */

/*
 * eyelet_writing_begin(), eyelet_writing_end() - around the queueing of a frame
 * @is_queued:  it was; it is sent later, by eyelet_writing_flush(), but for one that is large: that leaves at once, as
 *              far as the socket takes it, and its message may go away
 * @now_ns:     a look at the clock costs as much as the queueing of a short frame, so there is one for both
 */
void eyelet_writing_begin(struct eyelet_serving *serving, uint64_t now_ns);
void eyelet_writing_end(struct eyelet_serving *serving, bool is_queued, uint64_t now_ns);

/* eyelet_writing_fail() - queue an error. Without memory for it the connection is over: silence would be worse. */
void eyelet_writing_fail(struct eyelet_serving *serving, uint32_t id, const struct eyelet_error *error);

/*
 * eyelet_writing_flush() - send what is queued, as far as the socket takes it
 *
 * Return: false when the connection is over. eyelet_writing_flush_now() leaves that for its next turn.
 */
bool eyelet_writing_flush(struct eyelet_serving *serving);
void eyelet_writing_flush_now(struct eyelet_serving *serving);

/* eyelet_writing_try() - the same for a connection that is awake; eyelet_writing_try_now(): with something to do. */
bool eyelet_writing_try_now(struct eyelet_serving *serving);

static inline bool eyelet_writing_try(struct eyelet_serving *serving)
{
    return (serving->connection.out.len == 0 && serving->unflushed_ns == 0) || eyelet_writing_try_now(serving);
}

/* eyelet_writing_has_room() - may a stream send its next message, or does it wait? */
bool eyelet_writing_has_room(const struct eyelet_serving *serving);

/* eyelet_writing_fits() - would @len more bytes, all of them stuck, stay below what may be buffered for it? */
bool eyelet_writing_fits(const struct eyelet_serving *serving, size_t len);

#endif
