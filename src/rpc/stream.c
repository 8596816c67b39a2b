/*
 * A client's streams: calls in flight whose messages come and go one by one.
 */
#include <eyelet/stream.h>

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include "core/error.h"
#include "io/socket.h"
#include "rpc/calling.h"
#include "rpc/client.h"
#include "rpc/driving.h"

/**
 * struct eyelet_stream - a call of a method with a stream
 * @pending:  the call
 * @has_said_end:  eyelet_stream_end() was called, or there is nothing to send
 */
struct eyelet_stream {
    struct eyelet_pending pending;
    bool has_said_end;
};

const struct eyelet_method *eyelet_stream_method(const struct eyelet_stream *stream)
{
    return stream->pending.method;
}

const struct eyelet_service *eyelet_stream_service(const struct eyelet_stream *stream)
{
    return stream->pending.service;
}

/* --- waiting ------------------------------------------------------------------------------------------------------ */

/* Waits until the stream's deadline, which ends it. */
static void wait_for(struct eyelet_pending *pending, enum eyelet_wants wants, uint64_t limit)
{
    struct eyelet_waiter waiter;

    eyelet_waiter_init(&waiter, pending, wants, limit);
    if (!eyelet_client_wait(pending->client, &waiter, pending->deadline_ns) && !pending->is_over)
        eyelet_pending_expire(pending);
}

/* Does this thread poll by itself, for what the socket does not take now? */
static bool has_loop_of_its_own(const struct eyelet_client *client)
{
    return client->has_loop && pthread_equal(client->loop, pthread_self());
}

/* Nobody may be there to send the rest of what was begun, and the peer would take this side for stalled. */
static void wait_until_sent(struct eyelet_pending *pending, uint64_t position)
{
    if (!has_loop_of_its_own(pending->client))
        wait_for(pending, EYELET_WANTS_SENT, position);
}

/* Every use of a stream begins and ends with these. */
static struct eyelet_client *enter(struct eyelet_stream *stream)
{
    struct eyelet_client *client = stream->pending.client;

    eyelet_client_enter(client);
    if (stream->pending.deadline_ns <= eyelet_now_ns() && !stream->pending.is_over)
        eyelet_pending_expire(&stream->pending);
    return client;
}

/* @error is how the stream ended, if this use is told so. */
static void leave(struct eyelet_stream *stream, bool tells_end, struct eyelet_error *reterr)
{
    struct eyelet_pending *pending = &stream->pending;

    if (tells_end)
        eyelet_pending_conclude(pending, NULL);
    if (tells_end && pending->status != EYELET_OK && reterr != NULL)
        *reterr = pending->error;
    eyelet_client_leave(pending->client);
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

/* Return: false when the call is over. */
static bool begin(struct eyelet_pending *pending, const struct eyelet_calling *what)
{
    struct eyelet_client *client = pending->client;
    struct eyelet_waiter waiter;

    eyelet_waiter_init(&waiter, pending, EYELET_WANTS_ROOM, EYELET_CLIENT_QUEUE_MAX);
    if (!client->is_lost && !eyelet_client_wait(client, &waiter, pending->deadline_ns)) {
        eyelet_pending_fail(pending, EYELET_DEADLINE_EXCEEDED,
                            "deadline of %u ms exceeded while the requests of others were sent", pending->timeout_ms);
        return false;
    }
    if (pending->is_over) /* there was no memory to read meanwhile */
        return false;
    if (client->is_closing)
        eyelet_pending_fail(pending, EYELET_CANCELLED, "the client was closed");
    else if (client->is_lost)
        eyelet_pending_lose(pending, &client->lost);
    if (pending->is_over || !eyelet_pending_queue(pending, what))
        return false;
    wait_until_sent(pending, pending->end);
    return true; /* what has become of it since, its first use will tell */
}

static enum eyelet_status refuse(struct eyelet_stream *stream, const struct eyelet_calling *what,
                                 struct eyelet_error *reterr)
{
    struct eyelet_pending *pending = &stream->pending;
    enum eyelet_status status;

    eyelet_pending_conclude(pending, what);
    status = pending->status;
    if (reterr != NULL)
        *reterr = pending->error;
    eyelet_client_leave(pending->client);
    free(stream);
    return status;
}

enum eyelet_status eyelet_stream_open_with(struct eyelet_client *client, const struct eyelet_calling *what,
                                           struct eyelet_stream **ret, struct eyelet_error *reterr)
{
    struct eyelet_stream *stream = malloc(sizeof(*stream));

    if (stream == NULL)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "no memory for a stream of %s/%s",
                                what->service->name, what->method->name);
    eyelet_pending_init(&stream->pending, client, EYELET_PENDING_STREAMS, what);
    stream->has_said_end = (what->method->kind & EYELET_CLIENT_STREAM) == 0;
    eyelet_client_enter(client);
    if (!eyelet_pending_admit(&stream->pending, what) || !begin(&stream->pending, what))
        return refuse(stream, what, reterr);

    client->n_users++;
    *ret = stream;
    eyelet_client_leave(client);
    return EYELET_OK;
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

/* Why nothing can be sent on a stream that is over; receiving tells about a good end. */
static enum eyelet_status say_over(const struct eyelet_pending *pending, struct eyelet_error *reterr)
{
    if (pending->status != EYELET_OK)
        return pending->status; /* leave() gives the error */
    return eyelet_error_set(reterr, EYELET_OUT_OF_RANGE, "stream of %s/%s at %s: the server has ended it",
                            pending->service->name, pending->method->name, pending->client->address);
}

static enum eyelet_status fail_to_send(const struct eyelet_pending *pending, int r, size_t len,
                                       struct eyelet_error *reterr)
{
    const struct eyelet_client *client = pending->client;

    if (r == -EMSGSIZE)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "message of %zu bytes is longer than frame_max, %u",
                                len, client->opts.frame_max);
    return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "no memory for a message of %zu bytes", len);
}

static int queue_message(struct eyelet_pending *pending, const struct eyelet_outgoing *message)
{
    struct eyelet_client *client = pending->client;
    int r;

    r = eyelet_connection_queue_data(&client->connection, pending->id, message);
    if (r == 0)
        eyelet_client_flush(client);
    return r;
}

static enum eyelet_status send_message(struct eyelet_stream *stream, const struct eyelet_outgoing *message,
                                       struct eyelet_error *reterr)
{
    struct eyelet_pending *pending = &stream->pending;
    int r;

    if (!pending->is_over && !stream->has_said_end)
        wait_for(pending, EYELET_WANTS_ROOM, EYELET_CLIENT_AHEAD_MAX);
    if (stream->has_said_end)
        return eyelet_error_set(reterr, EYELET_FAILED_PRECONDITION, "stream of %s/%s at %s: its end was sent before",
                                pending->service->name, pending->method->name, pending->client->address);
    if (pending->is_over)
        return say_over(pending, reterr);

    r = queue_message(pending, message);
    if (r < 0)
        return fail_to_send(pending, r, message->len, reterr);
    pending->traffic.sent_messages++;
    pending->traffic.sent_bytes += message->len;
    wait_until_sent(pending, eyelet_connection_queued(&pending->client->connection));
    return pending->is_given_up || pending->was_lost ? pending->status : EYELET_OK;
}

enum eyelet_status eyelet_stream_send_packed(struct eyelet_stream *stream, const struct eyelet_outgoing *message,
                                             struct eyelet_error *reterr)
{
    struct eyelet_pending *pending = &stream->pending;
    enum eyelet_status status;

    enter(stream);
    status = send_message(stream, message, reterr);
    leave(stream, pending->is_over && status != EYELET_OK && status == pending->status, reterr);
    return status;
}

static enum eyelet_status end(struct eyelet_stream *stream, struct eyelet_error *reterr)
{
    struct eyelet_pending *pending = &stream->pending;

    if (stream->has_said_end)
        return EYELET_OK;
    if (pending->is_over)
        return say_over(pending, reterr);
    if (eyelet_pending_end_sending(pending) < 0)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "stream of %s/%s at %s: no memory for its end",
                                pending->service->name, pending->method->name, pending->client->address);
    stream->has_said_end = true;
    wait_until_sent(pending, eyelet_connection_queued(&pending->client->connection));
    return pending->is_given_up || pending->was_lost ? pending->status : EYELET_OK;
}

enum eyelet_status eyelet_stream_end(struct eyelet_stream *stream, struct eyelet_error *reterr)
{
    struct eyelet_pending *pending = &stream->pending;
    enum eyelet_status status;

    enter(stream);
    status = end(stream, reterr);
    leave(stream, pending->is_over && status != EYELET_OK && status == pending->status, reterr);
    return status;
}

/* --- receiving ---------------------------------------------------------------------------------------------------- */

/* A message that makes no sense ends the stream. */
static void spoil(struct eyelet_pending *pending, const struct eyelet_error *why)
{
    if (!pending->is_over) {
        eyelet_pending_give_up(pending, why->status, "%s", why->text);
    } else {
        eyelet_error_set(&pending->error, why->status, "call of %s/%s at %s: %s", pending->service->name,
                         pending->method->name, pending->client->address, why->text);
        pending->status = why->status;
        eyelet_pending_clear_inbox(pending);
    }
    pending->error.may_have_executed = true;
}

static enum eyelet_got unpack(struct eyelet_pending *pending, struct eyelet_inbox_message *message,
                              ProtobufCMessage **ret)
{
    struct eyelet_client *client = pending->client;
    size_t len = message->len;
    struct eyelet_error why;
    enum eyelet_status status;

    pthread_mutex_unlock(&client->lock);
    status = pending->unpack(pending->method->reply_type, (struct eyelet_slice){ message->data, message->len },
                             client->opts.decode_max, ret, &why);
    eyelet_inbox_free(message, client->opts.wipe);
    pthread_mutex_lock(&client->lock);
    if (status != EYELET_OK) {
        spoil(pending, &why);
        return EYELET_GOT_ERROR;
    }
    pending->traffic.received_messages++;
    pending->traffic.received_bytes += len;
    return EYELET_GOT_MESSAGE;
}

static enum eyelet_got receive(struct eyelet_pending *pending, ProtobufCMessage **ret)
{
    struct eyelet_inbox_message *message;

    wait_for(pending, EYELET_WANTS_MESSAGE, 0);
    message = eyelet_pending_take(pending, eyelet_now_ns());
    if (message != NULL)
        return unpack(pending, message, ret);
    assert(pending->is_over);
    return pending->status == EYELET_OK ? EYELET_GOT_END : EYELET_GOT_ERROR;
}

enum eyelet_got eyelet_stream_recv(struct eyelet_stream *stream, ProtobufCMessage **ret, struct eyelet_error *reterr)
{
    enum eyelet_got got;

    enter(stream);
    got = receive(&stream->pending, ret);
    leave(stream, got != EYELET_GOT_MESSAGE, reterr);
    return got;
}

/* --- looking, and the end ----------------------------------------------------------------------------------------- */

bool eyelet_stream_is_readable(struct eyelet_stream *stream)
{
    bool is_readable;

    enter(stream);
    is_readable = stream->pending.is_over || stream->pending.inbox.first != NULL;
    leave(stream, false, NULL);
    return is_readable;
}

bool eyelet_stream_is_writable(struct eyelet_stream *stream)
{
    struct eyelet_client *client = enter(stream);
    bool is_writable =
        stream->pending.is_over || stream->has_said_end || client->connection.out.len <= EYELET_CLIENT_AHEAD_MAX;

    leave(stream, false, NULL);
    return is_writable;
}

void eyelet_stream_cancel(struct eyelet_stream *stream)
{
    struct eyelet_client *client = stream->pending.client;

    pthread_mutex_lock(&client->lock); /* not inside: it calls nobody back, and need not be waited for */
    if (!stream->pending.is_over)
        eyelet_pending_give_up(&stream->pending, EYELET_CANCELLED, "the stream was cancelled");
    pthread_mutex_unlock(&client->lock);
}

struct eyelet_stream *eyelet_stream_close(struct eyelet_stream *stream)
{
    struct eyelet_client *client;

    if (stream == NULL)
        return NULL;
    client = enter(stream);
    if (!stream->pending.is_over)
        eyelet_pending_give_up(&stream->pending, EYELET_CANCELLED, "the stream was closed");
    eyelet_pending_conclude(&stream->pending, NULL);
    eyelet_pending_clear_inbox(&stream->pending);
    client->n_users--; /* not the last: this thread is inside */
    eyelet_client_leave(client);
    free(stream);
    return NULL;
}
