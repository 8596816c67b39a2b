/*
 * A session on a socket: reading, queueing, writing. Never blocks; who waits, and for what, is decided above. Client
 * and server use the same.
 */
#ifndef EYELET_RPC_CONNECTION_H
#define EYELET_RPC_CONNECTION_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/session.h"
#include "rpc/buffer.h"

struct eyelet_trace;

#define EYELET_DECODE_MAX_MIN 4096u /* less is no limit but a mistake: an empty message may take this much */

#define EYELET_CONNECTION_ENDED     1 /* of eyelet_connection_read(): the peer ended */
#define EYELET_CONNECTION_NO_MEMORY 2 /* of eyelet_connection_read(): nothing was read, for want of room */
#define EYELET_CONNECTION_CUT       3 /* of eyelet_connection_read(): bytes were read, and there may be more behind */

#define EYELET_CONNECTION_SLACK     (1u << 20) /* memory that a large buffer has at most beside its bytes and one frame */
#define EYELET_CONNECTION_LOANS_MAX 4          /* of messages at once; of more, all is copied */

/**
 * struct eyelet_outgoing - a message to be sent: measured first, then packed straight behind its envelope
 * @message:  what @pack packs
 * @len:      bytes of it
 * @large:    most of them, if these are to be sent from where they lie; or none
 * @pack:     writes @len bytes to @room, but leaves out those of @large; may be NULL when @len is 0. Return: offset of
 *            where they belong; SIZE_MAX when nothing was left out
 */
struct eyelet_outgoing {
    const void *message;
    size_t len;
    struct eyelet_slice large;
    size_t (*pack)(const struct eyelet_outgoing *outgoing, uint8_t *room);
};

/**
 * struct eyelet_loan - bytes of a message that is sent from where it lies
 * @at:     position of the first one, from the start of the connection
 * @bytes:  in the memory of whoever queued them; in the queue there is a hole of this length
 */
struct eyelet_loan {
    uint64_t at;
    struct eyelet_slice bytes;
};

/**
 * struct eyelet_connection - plain members, each written here only unless it says otherwise
 * @fd:        non-blocking; -1 when closed
 * @session:   the protocol
 * @slots:     the session's storage
 * @in, @out:  bytes that were read and not taken; bytes that were queued and not sent
 * @is_wide:   the socket was asked to take large frames
 * @n_loans:   number of @loans
 * @last_len:  of the last frame that came, in bytes: the next one may be like it
 * @pool:      what the buffers share; belongs to the client or server
 * @n_awake:   how many work on it, see eyelet_connection_wake()
 * @sent:      bytes that the kernel took, from the start of the connection
 * @received:  bytes that came
 * @n_queued:  answers that lie in @out, or a few that have left; messages of streams do not count
 * @n_behind:  of those, so many were queued behind @mark
 * @mark:      when so many bytes are sent, all others have left
 * @trace:     see eyelet_connection_init()
 * @loans:     what is not in the holes of @out, in their order; written by loans.c too
 */
struct eyelet_connection {
    int fd;
    struct eyelet_session session;
    struct eyelet_slot *slots;
    struct eyelet_buffer in;
    struct eyelet_buffer out;
    bool is_wide;
    unsigned n_loans;
    struct eyelet_buffer_pool *pool;
    size_t last_len;
    unsigned n_awake;
    uint64_t sent;
    uint64_t received;
    unsigned n_queued;
    unsigned n_behind;
    uint64_t mark;
    const struct eyelet_trace *trace;
    struct eyelet_loan loans[EYELET_CONNECTION_LOANS_MAX];
};

/*
 * eyelet_connection_init() - take over a connected socket
 * @fd:         made non-blocking; closed by eyelet_connection_clear(), and not on failure
 * @n_slots:    a power of two, at least @limits->calls_max
 * @trace:      see below; must outlive the connection; may be NULL
 *
 * Return: 0, -ENOMEM or -errno.
 */
int eyelet_connection_init(struct eyelet_connection *connection, int fd, enum eyelet_session_role role,
                           const struct eyelet_session_limits *limits, uint32_t n_slots,
                           struct eyelet_buffer_pool *pool, const struct eyelet_trace *trace);
void eyelet_connection_clear(struct eyelet_connection *connection);

/*
 * eyelet_connection_read() - one recv(), behind what is there
 *
 * Moves the bytes that earlier events point to.
 *
 * Return: 0; EYELET_CONNECTION_CUT; EYELET_CONNECTION_ENDED; EYELET_CONNECTION_NO_MEMORY, after which the connection is
 * as it was; -EAGAIN when there is nothing now; otherwise -errno: the connection is over.
 */
int eyelet_connection_read(struct eyelet_connection *connection);

/* What eyelet_connection_next() does when there is something to feed the session with; it is not for others. */
enum eyelet_session_event_kind eyelet_connection_feed(struct eyelet_connection *connection, uint64_t now_ns,
                                                      struct eyelet_session_event *ret);

/* eyelet_connection_next() - the next event of what was read, as eyelet_session_feed(). */
static inline enum eyelet_session_event_kind eyelet_connection_next(struct eyelet_connection *connection,
                                                                    uint64_t now_ns, struct eyelet_session_event *ret)
{
    if (connection->in.len == 0 && connection->session.reading == EYELET_SESSION_READS_NOTHING)
        return ret->kind = EYELET_SESSION_MORE; /* between two frames, as the session knows */
    return eyelet_connection_feed(connection, now_ns, ret);
}

/*
 * eyelet_connection_detach() - take away the memory that the frame of the last event lies in, if most of it is that
 * frame, of @len bytes of data
 * @ret:  to be ended by eyelet_buffer_pool_give()
 *
 * Return: false when it is to be copied instead.
 */
bool eyelet_connection_detach(struct eyelet_connection *connection, size_t len, struct eyelet_block *ret);

/*
 * Queueing: one frame behind what is queued, to be flushed by the caller. All of them return 0 or -ENOMEM, and what
 * else is said; after a failure nothing is queued. The memory that a message's @large lies in must stay as it is until
 * eyelet_connection_keep(), which should come after the flush.
 *
 * request: starts a call, *ret_id; -EMSGSIZE over the frame limit, -ENOSPC too many calls alive, -EOVERFLOW the ids are
 *          used up
 * reply:   -EMSGSIZE over the frame limit
 * data:    a message on a stream; -EMSGSIZE over the frame limit
 * end:     of this side of a stream
 * failure: a Response with an error
 */
int eyelet_connection_queue_request(struct eyelet_connection *connection, const struct eyelet_outgoing_request *request,
                                    enum eyelet_kind kind, void *owner, const struct eyelet_outgoing *message,
                                    uint32_t *ret_id);
int eyelet_connection_queue_reply(struct eyelet_connection *connection, uint32_t id,
                                  const struct eyelet_outgoing *message);
int eyelet_connection_queue_data(struct eyelet_connection *connection, uint32_t id,
                                 const struct eyelet_outgoing *message);
int eyelet_connection_queue_end(struct eyelet_connection *connection, uint32_t id);
int eyelet_connection_queue_failure(struct eyelet_connection *connection, uint32_t id,
                                    const struct eyelet_error *error);

/* What eyelet_connection_keep() does when there is something; it is not for others. */
void eyelet_connection_keep_loans(struct eyelet_connection *connection);

/*
 * eyelet_connection_keep() - copy what has not left of all that lies in memory of others
 *
 * Cannot fail: the room for it is there since it was queued.
 */
static inline void eyelet_connection_keep(struct eyelet_connection *connection)
{
    if (connection->n_loans > 0)
        eyelet_connection_keep_loans(connection);
}

/*
 * eyelet_connection_unqueue() - take the last @len bytes back, none of which may have been sent
 */
void eyelet_connection_unqueue(struct eyelet_connection *connection, size_t len);

/*
 * eyelet_connection_flush() - send what is queued
 *
 * Return: 0 when all of it is sent; -EAGAIN when the rest must wait; otherwise -errno: nothing more can be sent.
 */
int eyelet_connection_flush(struct eyelet_connection *connection);

/* Bytes queued from the start of the connection, sent or not: the position behind the last queued frame. */
static inline uint64_t eyelet_connection_queued(const struct eyelet_connection *connection)
{
    return connection->sent + connection->out.len;
}

/*
 * eyelet_connection_wake(), eyelet_connection_settle() - begin and end of work on a connection, see buffer.h; both may
 * be nested, also by several threads: the last one to end settles
 */
static inline void eyelet_connection_wake(struct eyelet_connection *connection)
{
    if (connection->n_awake++ > 0)
        return;
    eyelet_buffer_unsettle(&connection->in, connection->pool);
    eyelet_buffer_unsettle(&connection->out, connection->pool);
}

static inline void eyelet_connection_settle(struct eyelet_connection *connection)
{
    assert(connection->n_awake > 0);
    if (--connection->n_awake > 0)
        return;
    eyelet_buffer_settle(&connection->out, connection->pool);
    eyelet_buffer_settle(&connection->in, connection->pool);
}

/* Is a frame's data not whole yet? Then all that was read and not taken belongs to this frame. */
static inline bool eyelet_connection_waits_for_data(const struct eyelet_connection *connection)
{
    const struct eyelet_frame_decoder *decoder = &connection->session.decoder;

    return decoder->state == EYELET_FRAME_STATE_DATA && eyelet_frame_missing(decoder, connection->in.len) > 0;
}

/* Bytes of memory in its buffers. */
static inline size_t eyelet_connection_held(const struct eyelet_connection *connection)
{
    return connection->in.cap + connection->out.cap;
}

#endif
