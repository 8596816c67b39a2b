/*
 * What leaves a connection of a server.
 */
#include "rpc/writing.h"

#include <errno.h>

#include "io/socket.h"

#define STREAM_QUEUE_MAX (256u << 10) /* a stream sends no more while so much waits to be written */

void eyelet_writing_begin(struct eyelet_serving *serving, uint64_t now_ns)
{
    eyelet_connection_wake(&serving->connection);
    if (serving->connection.out.len == 0)
        serving->progress_ns = now_ns;
}

/* Something was queued that nobody has tried to send: until then the buffers stay at hand. */
static void note_unflushed(struct eyelet_serving *serving, uint64_t now_ns)
{
    if (serving->unflushed_ns != 0)
        return;
    serving->unflushed_ns = now_ns;
    eyelet_connection_wake(&serving->connection);
}

/* Threads that wait to send on a stream go on when there is room again. */
static void notice_room(struct eyelet_serving *serving)
{
    if (serving->n_sending == 0 || !eyelet_writing_has_room(serving))
        return;
    for (struct eyelet_call *call = serving->calls; call != NULL; call = call->next) {
        if (call->wants_room)
            serving->env->threads->notice(serving->env, call);
    }
}

bool eyelet_writing_try_now(struct eyelet_serving *serving)
{
    struct eyelet_connection *connection = &serving->connection;
    uint64_t sent = connection->sent;
    int r = 0;

    if (connection->out.len > 0 && serving->can_write)
        r = eyelet_connection_flush(connection);
    if (serving->unflushed_ns != 0) {
        serving->unflushed_ns = 0;
        eyelet_connection_settle(connection);
    }
    if (connection->sent != sent) {
        if (connection->out.len > 0)
            serving->progress_ns = eyelet_now_ns(); /* else it begins anew with the next frame */
        notice_room(serving);
    }
    if (r == -EAGAIN)
        serving->can_write = false;
    return r == 0 || r == -EAGAIN;
}

/* What is sent from the handler's memory leaves now, or is copied. */
static void part_from_loans(struct eyelet_serving *serving)
{
    if (serving->connection.n_loans == 0)
        return;
    if (!eyelet_writing_try(serving))
        serving->is_over = true;
    eyelet_connection_keep(&serving->connection);
}

void eyelet_writing_end(struct eyelet_serving *serving, bool is_queued, uint64_t now_ns)
{
    if (is_queued)
        note_unflushed(serving, now_ns);
    part_from_loans(serving);
    eyelet_connection_settle(&serving->connection);
}

bool eyelet_writing_flush(struct eyelet_serving *serving)
{
    bool is_good;

    if (serving->is_over)
        return false;
    if (serving->connection.out.len == 0 && serving->unflushed_ns == 0)
        return true;
    eyelet_connection_wake(&serving->connection);
    is_good = eyelet_writing_try(serving);
    eyelet_connection_settle(&serving->connection);
    return is_good;
}

void eyelet_writing_flush_now(struct eyelet_serving *serving)
{
    if (!eyelet_writing_flush(serving))
        serving->is_over = true;
}

bool eyelet_writing_fits(const struct eyelet_serving *serving, size_t len)
{
    const struct eyelet_connection *connection = &serving->connection;
    size_t own = connection->in.len + connection->out.len;
    size_t max = serving->env->opts.connection_buffer_max;

    return own <= max && len <= max - own;
}

void eyelet_writing_fail(struct eyelet_serving *serving, uint32_t id, const struct eyelet_error *error)
{
    uint64_t now_ns = eyelet_now_ns();
    int r;

    eyelet_writing_begin(serving, now_ns);
    r = eyelet_connection_queue_failure(&serving->connection, id, error);
    eyelet_writing_end(serving, r == 0, now_ns);
    if (r < 0)
        serving->is_over = true;
}

bool eyelet_writing_has_room(const struct eyelet_serving *serving)
{
    return serving->connection.out.len < STREAM_QUEUE_MAX;
}
