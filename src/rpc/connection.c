/*
 * Bytes between a socket's system calls and a session.
 */
#include "rpc/connection.h"

#include <errno.h>
#include <stdlib.h>

#include "core/bytes.h"
#include "io/socket.h"
#include "rpc/loans.h"
#include "rpc/trace.h"

#define DETACH_MIN   (EYELET_BUFFER_SPARE_CAP / 2) /* a shorter frame is cheaper copied than its memory replaced */
#define LARGE_MIN    EYELET_BUFFER_SPARE_CAP       /* from here on a frame may leave in parts, */
#define SEND_AT_ONCE 425984 /* and each costs both ends a wait: twice of what unix sockets take by default */

static void trace_received(const struct eyelet_frame_head *head, void *userdata)
{
    const struct eyelet_connection *connection = userdata;

    eyelet_trace_frame(connection->trace, connection->fd, false, head);
}

int eyelet_connection_init(struct eyelet_connection *connection, int fd, enum eyelet_session_role role,
                           const struct eyelet_session_limits *limits, uint32_t n_slots,
                           struct eyelet_buffer_pool *pool, const struct eyelet_trace *trace)
{
    struct eyelet_slot *slots;
    int r;

    r = eyelet_socket_set_nonblocking(fd, true);
    if (r < 0)
        return r;
    slots = calloc(n_slots, sizeof(*slots));
    if (slots == NULL)
        return -ENOMEM;

    *connection = (struct eyelet_connection){ .fd = fd, .slots = slots, .pool = pool, .trace = trace };
    eyelet_session_init(&connection->session, role, limits, slots, n_slots);
    if (trace != NULL) {
        connection->session.on_frame = trace_received;
        connection->session.on_frame_userdata = connection;
    }
    return 0;
}

void eyelet_connection_clear(struct eyelet_connection *connection)
{
    connection->fd = eyelet_socket_close(connection->fd);
    eyelet_buffer_clear(&connection->in, connection->pool);
    eyelet_buffer_clear(&connection->out, connection->pool);
    free(connection->slots);
    connection->slots = NULL;
    connection->n_loans = 0;
}

#define HEADS_LEN (2 * EYELET_FRAME_HEADER_LEN) /* around a frame's data: its own head, and room for the next one's */

/*
 * As much room as the unfinished frame needs, but no more than has come of it already, or one spare. If it is not there
 * yet, then with what a head needs at either end: memory for a whole frame like this one, in which nothing is moved.
 */
static size_t room_wanted(const struct eyelet_connection *connection)
{
    size_t have = connection->in.len;
    size_t ahead = have > EYELET_BUFFER_SPARE_CAP / 2 ? have : EYELET_BUFFER_SPARE_CAP / 2;
    size_t missing = eyelet_frame_missing(&connection->session.decoder, have);
    bool is_there = eyelet_buffer_room_len(&connection->in) > missing;

    if (connection->session.decoder.state == EYELET_FRAME_STATE_DATA && missing >= ahead)
        return ahead;
    if (have <= EYELET_BUFFER_SMALL)
        return EYELET_BUFFER_SPARE_CAP - have;
    return is_there ? missing + 1 : missing + HEADS_LEN;
}

/*
 * Room to read into. Memory that lies idle costs nothing more: enough of it for the frame that is coming, or for one
 * like the last. Return: 0 or -ENOMEM.
 */
static int make_room_to_read(struct eyelet_connection *connection)
{
    struct eyelet_buffer *in = &connection->in;
    bool is_in_data = connection->session.decoder.state == EYELET_FRAME_STATE_DATA;
    bool is_new = in->len == 0 && !is_in_data;
    size_t len = is_new ? connection->last_len : 0, wanted = EYELET_BUFFER_SPARE_CAP;

    if (is_in_data)
        len = connection->session.decoder.head.data_len + HEADS_LEN;
    if (len > EYELET_BUFFER_SPARE_CAP)
        eyelet_buffer_borrow(in, connection->pool, len);
    if (!is_new)
        wanted = room_wanted(connection);
    return eyelet_buffer_reserve(in, connection->pool, wanted);
}

/* A server waits for edges, and has to know when there may be more; recv() is the cheaper one. */
static int receive(const struct eyelet_connection *connection, uint8_t *room, size_t cap, size_t *ret_n)
{
    if (connection->session.role == EYELET_SESSION_SERVER)
        return eyelet_socket_recv_edge(connection->fd, room, cap, ret_n);
    return eyelet_socket_recv_some(connection->fd, room, cap, ret_n);
}

int eyelet_connection_read(struct eyelet_connection *connection)
{
    struct eyelet_buffer *in = &connection->in;
    size_t n;
    int r;

    if (make_room_to_read(connection) < 0)
        return EYELET_CONNECTION_NO_MEMORY;
    r = receive(connection, eyelet_buffer_room(in), eyelet_buffer_room_len(in), &n);
    if (r < 0)
        return r;
    if (n == 0)
        return EYELET_CONNECTION_ENDED;
    eyelet_buffer_add(in, n);
    connection->received += n;
    return r == EYELET_SOCKET_CUT ? EYELET_CONNECTION_CUT : 0;
}

enum eyelet_session_event_kind eyelet_connection_feed(struct eyelet_connection *connection, uint64_t now_ns,
                                                      struct eyelet_session_event *ret)
{
    struct eyelet_slice bytes = eyelet_buffer_bytes(&connection->in);
    enum eyelet_session_event_kind kind;

    kind = eyelet_session_feed(&connection->session, &bytes, now_ns, ret);
    if (kind != EYELET_SESSION_MORE)
        connection->last_len = HEADS_LEN + connection->session.decoder.head.data_len;
    eyelet_buffer_drop(&connection->in, connection->in.len - bytes.len);
    return kind;
}

bool eyelet_connection_detach(struct eyelet_connection *connection, size_t len, struct eyelet_block *ret)
{
    if (len < DETACH_MIN || len < connection->in.cap / 2)
        return false;
    return eyelet_buffer_detach(&connection->in, connection->pool, ret);
}

/* A queue that must grow doubles, as long as it is small: a peer that takes few bytes at a time costs no copying. */
static int make_room_to_queue(struct eyelet_buffer *out, struct eyelet_buffer_pool *pool, size_t len)
{
    size_t ahead;

    if (eyelet_buffer_room_len(out) >= len)
        return 0;
    ahead = out->len < EYELET_CONNECTION_SLACK ? out->len : EYELET_CONNECTION_SLACK;
    return eyelet_buffer_reserve(out, pool, len > ahead ? len : ahead);
}

/* Who sends large frames sends more of them; short ones are taken in larger pieces the sooner the socket is full. */
static void widen(struct eyelet_connection *connection, size_t len)
{
    if (len <= LARGE_MIN || connection->is_wide)
        return;
    connection->is_wide = true;
    eyelet_socket_widen(connection->fd, SEND_AT_ONCE);
}

/* Room for one frame behind what is queued, to be filled before anything else is done; NULL without memory. */
static uint8_t *queue(struct eyelet_connection *connection, size_t len)
{
    uint8_t *room;

    widen(connection, len);
    if (make_room_to_queue(&connection->out, connection->pool, len) < 0)
        return NULL;
    room = eyelet_buffer_room(&connection->out);
    eyelet_buffer_add(&connection->out, len);
    return room;
}

/* The same for a frame that counts: a stream waits for room by itself, but what answers a peer has to be limited. */
static uint8_t *queue_counted(struct eyelet_connection *connection, size_t len)
{
    uint8_t *room = queue(connection, len);

    if (room != NULL) {
        connection->n_queued++;
        connection->n_behind++;
    }
    return room;
}

/*
 * Bytes were sent. Where frames end in @out nobody remembers, but when all that lay there once has left, only those are
 * left that came behind it. A queue that a stream keeps from being empty is so no longer full in the end.
 */
static void note_sent(struct eyelet_connection *connection)
{
    if (connection->sent < connection->mark && connection->out.len > 0)
        return;
    connection->n_queued = connection->out.len > 0 ? connection->n_behind : 0;
    connection->n_behind = 0;
    connection->mark = eyelet_connection_queued(connection);
}

static inline void pack_behind(struct eyelet_connection *connection, const struct eyelet_outgoing *message,
                               uint8_t *room)
{
    size_t at;

    if (message->len == 0)
        return;
    at = message->pack(message, room);
    if (at != SIZE_MAX)
        eyelet_connection_lend(connection, room + at, message->large);
}

static void trace_sent(const struct eyelet_connection *connection, const uint8_t *frame)
{
    const struct eyelet_frame_head head = {
        .data_len = eyelet_get_be32(frame),
        .stream_id = eyelet_get_be32(frame + 4),
        .type = frame[8],
        .flags = frame[9],
    };

    eyelet_trace_frame(connection->trace, connection->fd, true, &head);
}

static inline int trace_queued(const struct eyelet_connection *connection, const uint8_t *frame)
{
    if (connection->trace != NULL)
        trace_sent(connection, frame);
    return 0;
}

int eyelet_connection_queue_request(struct eyelet_connection *connection, const struct eyelet_outgoing_request *request,
                                    enum eyelet_kind kind, void *owner, const struct eyelet_outgoing *message,
                                    uint32_t *ret_id)
{
    size_t head_len;
    uint8_t *room;
    int r;

    r = eyelet_session_measure_request(&connection->session, request, &head_len);
    if (r < 0)
        return r;
    room = queue_counted(connection, head_len + message->len);
    if (room == NULL)
        return -ENOMEM;
    *ret_id = eyelet_session_start_request(&connection->session, request, kind, owner, room, head_len);
    pack_behind(connection, message, room + head_len);
    return trace_queued(connection, room);
}

int eyelet_connection_queue_reply(struct eyelet_connection *connection, uint32_t id,
                                  const struct eyelet_outgoing *message)
{
    size_t head_len;
    uint8_t *room;
    int r;

    r = eyelet_session_measure_reply(&connection->session, message->len, &head_len);
    if (r < 0)
        return r;
    room = queue_counted(connection, head_len + message->len);
    if (room == NULL)
        return -ENOMEM;
    eyelet_session_put_reply(id, message->len, room, head_len);
    pack_behind(connection, message, room + head_len);
    return trace_queued(connection, room);
}

int eyelet_connection_queue_data(struct eyelet_connection *connection, uint32_t id,
                                 const struct eyelet_outgoing *message)
{
    uint8_t *room;
    int r;

    r = eyelet_session_measure_data(&connection->session, message->len);
    if (r < 0)
        return r;
    room = queue(connection, EYELET_FRAME_HEADER_LEN + message->len);
    if (room == NULL)
        return -ENOMEM;
    eyelet_session_put_data(id, message->len, room);
    pack_behind(connection, message, room + EYELET_FRAME_HEADER_LEN);
    return trace_queued(connection, room);
}

int eyelet_connection_queue_end(struct eyelet_connection *connection, uint32_t id)
{
    uint8_t *room = queue_counted(connection, EYELET_FRAME_HEADER_LEN);

    if (room == NULL)
        return -ENOMEM;
    eyelet_session_put_end(id, room);
    return trace_queued(connection, room);
}

int eyelet_connection_queue_failure(struct eyelet_connection *connection, uint32_t id, const struct eyelet_error *error)
{
    size_t len = eyelet_session_measure_failure(error);
    uint8_t *room = queue_counted(connection, len);

    if (room == NULL)
        return -ENOMEM;
    eyelet_session_put_failure(id, error, room, len);
    return trace_queued(connection, room);
}

void eyelet_connection_unqueue(struct eyelet_connection *connection, size_t len)
{
    eyelet_buffer_cut(&connection->out, len);
    while (connection->n_loans > 0 &&
           connection->loans[connection->n_loans - 1].at >= eyelet_connection_queued(connection))
        connection->n_loans--;
    connection->n_queued -= connection->n_queued > 0;
    connection->n_behind -= connection->n_behind > 0;
}

/* One system call. Return: as eyelet_socket_send_some(). */
static int send_some(const struct eyelet_connection *connection, size_t *ret_n)
{
    struct eyelet_slice queued = eyelet_buffer_bytes(&connection->out);

    if (connection->n_loans > 0)
        return eyelet_connection_send_loans(connection, ret_n);
    return eyelet_socket_send_some(connection->fd, queued.data, queued.len, ret_n);
}

int eyelet_connection_flush(struct eyelet_connection *connection)
{
    while (connection->out.len > 0) {
        size_t n;
        int r;

        r = send_some(connection, &n);
        if (r < 0)
            return r;
        connection->sent += n;
        eyelet_buffer_drop(&connection->out, n);
        if (connection->n_loans > 0)
            eyelet_connection_end_loans(connection);
        note_sent(connection);
    }
    return 0;
}
