/*
 * Bytes between a socket's system calls and a session.
 */
#include "rpc/connection.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "io/socket.h"

int eyelet_connection_init(struct eyelet_connection *connection, int fd, enum eyelet_session_role role,
                           const struct eyelet_session_limits *limits, uint32_t n_streams,
                           struct eyelet_buffer_pool *pool)
{
    struct eyelet_stream *streams;
    int r;

    r = eyelet_socket_set_nonblocking(fd, true);
    if (r < 0)
        return r;
    streams = calloc(n_streams, sizeof(*streams));
    if (streams == NULL)
        return -ENOMEM;

    *connection = (struct eyelet_connection){ .fd = fd, .streams = streams, .pool = pool };
    eyelet_session_init(&connection->session, role, limits, streams, n_streams);
    return 0;
}

void eyelet_connection_clear(struct eyelet_connection *connection)
{
    connection->fd = eyelet_socket_close(connection->fd);
    eyelet_buffer_clear(&connection->in, connection->pool);
    eyelet_buffer_clear(&connection->out, connection->pool);
    free(connection->streams);
    connection->streams = NULL;
}

/* As much room as the unfinished frame needs, but no more than has come of it already, or one spare. */
static size_t room_wanted(const struct eyelet_connection *connection)
{
    size_t have = connection->in.len;
    size_t missing = eyelet_frame_missing(&connection->session.decoder, have);
    size_t ahead = have > EYELET_BUFFER_SPARE_CAP / 2 ? have : EYELET_BUFFER_SPARE_CAP / 2;

    if (connection->session.decoder.state != EYELET_FRAME_STATE_DATA || missing < ahead)
        return have <= EYELET_BUFFER_SMALL ? EYELET_BUFFER_SPARE_CAP - have : missing;
    return ahead;
}

int eyelet_connection_read(struct eyelet_connection *connection)
{
    struct eyelet_buffer *in = &connection->in;
    size_t n;
    int r;

    if (eyelet_buffer_reserve(in, connection->pool, room_wanted(connection)) < 0)
        return EYELET_CONNECTION_NO_MEMORY;
    r = eyelet_socket_recv_some(connection->fd, eyelet_buffer_room(in), eyelet_buffer_room_len(in), &n);
    if (r < 0)
        return r;
    if (n == 0)
        return EYELET_CONNECTION_ENDED;
    eyelet_buffer_add(in, n);
    return 0;
}

enum eyelet_session_event_kind eyelet_connection_next(struct eyelet_connection *connection, uint64_t now_ns,
                                                      struct eyelet_session_event *ret)
{
    struct eyelet_slice bytes = eyelet_buffer_bytes(&connection->in);
    enum eyelet_session_event_kind kind = eyelet_session_feed(&connection->session, &bytes, now_ns, ret);

    eyelet_buffer_drop(&connection->in, connection->in.len - bytes.len);
    return kind;
}

/* A queue that must grow doubles: frames are small, and a peer that takes few bytes at a time costs no copying. */
static int make_room(struct eyelet_buffer *out, struct eyelet_buffer_pool *pool, size_t len)
{
    if (eyelet_buffer_room_len(out) >= len)
        return 0;
    return eyelet_buffer_reserve(out, pool, len > out->len ? len : out->len);
}

uint8_t *eyelet_connection_queue(struct eyelet_connection *connection, size_t len)
{
    uint8_t *room;

    if (make_room(&connection->out, connection->pool, len) < 0)
        return NULL;
    if (connection->out.len == 0)
        connection->n_queued = 0;
    room = eyelet_buffer_room(&connection->out);
    eyelet_buffer_add(&connection->out, len);
    connection->n_queued++;
    return room;
}

int eyelet_connection_queue_failure(struct eyelet_connection *connection, uint32_t id, enum eyelet_status status,
                                    const char *text)
{
    size_t len = eyelet_session_measure_failure(status, text);
    uint8_t *room = eyelet_connection_queue(connection, len);

    if (room == NULL)
        return -ENOMEM;
    eyelet_session_put_failure(id, status, text, room, len);
    return 0;
}

void eyelet_connection_unqueue(struct eyelet_connection *connection, size_t len)
{
    eyelet_buffer_cut(&connection->out, len);
    connection->n_queued--;
}

int eyelet_connection_flush(struct eyelet_connection *connection)
{
    while (connection->out.len > 0) {
        struct eyelet_slice bytes = eyelet_buffer_bytes(&connection->out);
        struct iovec iov = { .iov_base = (uint8_t *)bytes.data, .iov_len = bytes.len };
        size_t n;
        int r;

        r = eyelet_socket_send_some(connection->fd, &iov, 1, &n);
        if (r < 0)
            return r;
        connection->sent += n;
        eyelet_buffer_drop(&connection->out, n);
    }
    return 0;
}

uint64_t eyelet_connection_queued(const struct eyelet_connection *connection)
{
    return connection->sent + connection->out.len;
}

void eyelet_connection_wake(struct eyelet_connection *connection)
{
    eyelet_buffer_unsettle(&connection->in, connection->pool);
    eyelet_buffer_unsettle(&connection->out, connection->pool);
}

void eyelet_connection_settle(struct eyelet_connection *connection)
{
    eyelet_buffer_settle(&connection->out, connection->pool);
    eyelet_buffer_settle(&connection->in, connection->pool);
}

bool eyelet_connection_waits_for_data(const struct eyelet_connection *connection)
{
    const struct eyelet_frame_decoder *decoder = &connection->session.decoder;

    return decoder->state == EYELET_FRAME_STATE_DATA && eyelet_frame_missing(decoder, connection->in.len) > 0;
}

size_t eyelet_connection_held(const struct eyelet_connection *connection)
{
    return connection->in.cap + connection->out.cap;
}
