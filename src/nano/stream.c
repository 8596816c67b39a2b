/*
 * A client's streams: calls in flight whose messages come and go one by one.
 */
#include <errno.h>

#include "core/error.h"
#include "io/socket.h"
#include "nano/client.h"
#include "nano/message.h"

_Static_assert(offsetof(struct eyelet_nano_stream, pending) == 0, "a stream's call is its base");

struct eyelet_nano_stream *eyelet_nano_stream_of(struct eyelet_nano_pending *pending)
{
    return (struct eyelet_nano_stream *)pending;
}

/* Waits until the stream's deadline, which ends it. */
static void wait_for(struct eyelet_nano_pending *pending, enum eyelet_nano_wants wants, uint64_t limit)
{
    if (!eyelet_nano_pending_wait(pending, wants, limit) && !pending->is_over)
        eyelet_nano_pending_expire(pending);
}

/* Nobody may be there to send the rest of what was begun, and the peer would take this side for stalled. */
static void wait_until_sent(struct eyelet_nano_pending *pending, uint64_t position)
{
    if (!pending->client->has_loop)
        wait_for(pending, EYELET_NANO_WANTS_SENT, position);
}

/* Every use of a stream begins with this. */
static void look_at_the_clock(struct eyelet_nano_pending *pending)
{
    if (!pending->is_over && pending->deadline_ns <= eyelet_now_ns())
        eyelet_nano_pending_expire(pending);
}

/* --- opening ------------------------------------------------------------------------------------------------------ */

/* Return: false when the call is over. */
static bool begin(struct eyelet_nano_pending *pending, const struct eyelet_nano_calling *what)
{
    if (pending->client->is_lost) {
        eyelet_nano_pending_lose(pending);
        return false;
    }
    if (!eyelet_nano_pending_begin(pending, what, true, eyelet_now_ns()))
        return false;
    wait_until_sent(pending, pending->end);
    return true; /* what has become of it since, its first use will tell */
}

enum eyelet_status eyelet_nano_client_open_stream(struct eyelet_nano_client *client,
                                                  const struct eyelet_nano_service *service,
                                                  const struct eyelet_nano_method *method,
                                                  const struct eyelet_call_opts *opts, const void *request,
                                                  struct eyelet_nano_stream **ret, struct eyelet_error *reterr)
{
    const struct eyelet_nano_calling what = { service, method, opts, request };
    struct eyelet_nano_pending *pending;
    enum eyelet_status status;
    bool has_begun;

    status = eyelet_nano_client_admit(client, &what, true, eyelet_now_ns(), &pending, reterr);
    if (status != EYELET_OK)
        return status;
    eyelet_nano_stream_of(pending)->has_said_end = (method->kind & EYELET_CLIENT_STREAM) == 0;
    has_begun = begin(pending, &what);
    if (has_begun) {
        *ret = eyelet_nano_stream_of(pending);
    } else {
        status = eyelet_nano_pending_report(pending, reterr);
        eyelet_nano_pending_release(pending);
    }
    eyelet_nano_client_tell(client);
    return status;
}

/* --- sending ------------------------------------------------------------------------------------------------------ */

/* Why nothing can be sent on a stream that is over; receiving tells about a good end. */
static enum eyelet_status say_over(struct eyelet_nano_pending *pending, struct eyelet_error *reterr)
{
    if (pending->error.status != EYELET_OK)
        return eyelet_nano_pending_report(pending, reterr);
    return eyelet_error_set(reterr, EYELET_OUT_OF_RANGE, EYELET_NANO_TEXT "the server has ended the stream",
                            EYELET_NANO_TEXT_ARGS(pending));
}

/* What was put has left, or the stream was given up or lost meanwhile. */
static enum eyelet_status say_sent(struct eyelet_nano_pending *pending, struct eyelet_error *reterr)
{
    if (pending->is_given_up || pending->was_lost)
        return eyelet_nano_pending_report(pending, reterr);
    return EYELET_OK;
}

static enum eyelet_status fail_to_send(struct eyelet_nano_pending *pending, int r, const void *message,
                                       struct eyelet_error *reterr)
{
    if (r == -EMSGSIZE)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED,
                                EYELET_NANO_TEXT "message is longer than frame_max, %u", EYELET_NANO_TEXT_ARGS(pending),
                                pending->client->opts.frame_max);
    return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, EYELET_NANO_TEXT "message cannot be encoded: %s",
                            EYELET_NANO_TEXT_ARGS(pending),
                            eyelet_message_fault(pending->method->request_type, message));
}

/* A message, or with NULL the end of this side. Return: as eyelet_line_put_data(). */
static int put(struct eyelet_nano_pending *pending, const void *message)
{
    struct eyelet_nano_client *client = pending->client;
    uint64_t now_ns = eyelet_now_ns();

    if (!eyelet_nano_client_pay(client))
        return -ENOBUFS;
    if (message == NULL)
        return eyelet_line_put_end(&client->line, pending->id, now_ns);
    return eyelet_line_put_data(&client->line, pending->id, pending->method->request_type, message, now_ns);
}

/* The same, with a wait for room. Return: 0, with the stream over or not; -errno. */
static int put_or_wait(struct eyelet_nano_pending *pending, const void *message)
{
    int r = -ENOBUFS;

    while (!pending->is_over && (r = put(pending, message)) == -ENOBUFS)
        wait_for(pending, EYELET_NANO_WANTS_ROOM, pending->client->line.sent);
    return pending->is_over ? 0 : r;
}

static enum eyelet_status send_one(struct eyelet_nano_stream *stream, const void *message, struct eyelet_error *reterr)
{
    struct eyelet_nano_pending *pending = &stream->pending;
    int r;

    r = put_or_wait(pending, message);
    if (pending->is_over)
        return say_over(pending, reterr);
    if (r < 0)
        return fail_to_send(pending, r, message, reterr);
    if (message == NULL) {
        stream->has_said_end = true;
        pending->is_open = false;
    }
    eyelet_nano_client_flush_put(pending->client);
    wait_until_sent(pending, eyelet_nano_client_queued(pending->client));
    return say_sent(pending, reterr);
}

enum eyelet_status eyelet_nano_stream_send(struct eyelet_nano_stream *stream, const void *message,
                                           struct eyelet_error *reterr)
{
    struct eyelet_nano_pending *pending = &stream->pending;
    enum eyelet_status status;

    look_at_the_clock(pending);
    if (stream->has_said_end)
        status = eyelet_error_set(reterr, EYELET_FAILED_PRECONDITION, EYELET_NANO_TEXT "its end was sent before",
                                  EYELET_NANO_TEXT_ARGS(pending));
    else
        status = send_one(stream, message, reterr);
    eyelet_nano_client_tell(pending->client);
    return status;
}

enum eyelet_status eyelet_nano_stream_end(struct eyelet_nano_stream *stream, struct eyelet_error *reterr)
{
    struct eyelet_nano_pending *pending = &stream->pending;
    enum eyelet_status status = EYELET_OK;

    look_at_the_clock(pending);
    if (!stream->has_said_end)
        status = send_one(stream, NULL, reterr);
    eyelet_nano_client_tell(pending->client);
    return status;
}

/* --- receiving ---------------------------------------------------------------------------------------------------- */

/* A message that makes no sense ends the stream. */
static void spoil(struct eyelet_nano_pending *pending, enum eyelet_status status, const char *why)
{
    eyelet_nano_pending_describe(pending, status, why);
    if (pending->is_over)
        eyelet_queue_clear(&eyelet_nano_stream_of(pending)->queue);
    else
        eyelet_nano_pending_give_up(pending);
    pending->error.may_have_executed = true;
}

static enum eyelet_got unpack(struct eyelet_nano_stream *stream, struct eyelet_slice bytes, void *message)
{
    struct eyelet_nano_client *client = stream->pending.client;
    struct eyelet_error *why = &client->event.error;
    enum eyelet_status status;

    status = eyelet_message_decode(stream->pending.method->reply_type, bytes, message,
                                   stream->pending.method->reply_size, why);
    eyelet_queue_pop(&stream->queue);
    if (client->full == stream)
        client->full_ns = eyelet_now_ns();
    if (status == EYELET_OK)
        return EYELET_GOT_MESSAGE;
    spoil(&stream->pending, status, why->text);
    return EYELET_GOT_ERROR;
}

static enum eyelet_got receive(struct eyelet_nano_stream *stream, void *message)
{
    struct eyelet_nano_pending *pending = &stream->pending;
    struct eyelet_slice bytes;

    wait_for(pending, EYELET_NANO_WANTS_MESSAGE, 0);
    if (eyelet_queue_peek(&stream->queue, &bytes))
        return unpack(stream, bytes, message);
    return pending->error.status == EYELET_OK ? EYELET_GOT_END : EYELET_GOT_ERROR;
}

enum eyelet_got eyelet_nano_stream_recv(struct eyelet_nano_stream *stream, void *message, struct eyelet_error *reterr)
{
    enum eyelet_got got;

    look_at_the_clock(&stream->pending);
    got = receive(stream, message);
    if (got != EYELET_GOT_MESSAGE)
        eyelet_nano_pending_report(&stream->pending, reterr);
    eyelet_nano_client_tell(stream->pending.client);
    return got;
}

/* --- looking, and the end ----------------------------------------------------------------------------------------- */

/* A stream whose time is over ends with its next use. */
static bool is_over(const struct eyelet_nano_stream *stream)
{
    return stream->pending.is_over || stream->pending.deadline_ns <= eyelet_now_ns();
}

bool eyelet_nano_stream_is_readable(const struct eyelet_nano_stream *stream)
{
    return stream->queue.n > 0 || is_over(stream);
}

bool eyelet_nano_stream_is_writable(const struct eyelet_nano_stream *stream)
{
    const struct eyelet_nano_client *client = stream->pending.client;

    return stream->has_said_end || is_over(stream) ||
           (client->n_owed == 0 &&
            eyelet_line_room(&client->line) >= EYELET_FRAME_HEADER_LEN + (size_t)client->opts.frame_max);
}

void eyelet_nano_stream_cancel(struct eyelet_nano_stream *stream)
{
    if (stream->pending.is_over)
        return;
    eyelet_nano_pending_describe(&stream->pending, EYELET_CANCELLED, "the stream was cancelled");
    eyelet_nano_pending_give_up(&stream->pending);
}

struct eyelet_nano_stream *eyelet_nano_stream_close(struct eyelet_nano_stream *stream)
{
    struct eyelet_nano_client *client;

    if (stream == NULL)
        return NULL;
    client = stream->pending.client;
    if (!stream->pending.is_over) {
        eyelet_nano_pending_describe(&stream->pending, EYELET_CANCELLED, "the stream was closed");
        eyelet_nano_pending_give_up(&stream->pending);
    }
    eyelet_queue_clear(&stream->queue);
    eyelet_nano_pending_release(&stream->pending);
    eyelet_nano_client_tell(client);
    return NULL;
}
