/*
 * One call of a client: from its slot to its request, its end, and who is told of that.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/bytes.h"
#include "core/error.h"
#include "io/socket.h"
#include "nano/client.h"
#include "nano/message.h"

static const struct eyelet_call_opts no_opts;

static const struct eyelet_call_opts *opts_of(const struct eyelet_nano_calling *what)
{
    return what->opts != NULL ? what->opts : &no_opts;
}

/* --- slots -------------------------------------------------------------------------------------------------------- */

/* One more, which nobody has had before. Return: NULL when there are as many as there may be. */
static struct eyelet_nano_pending *add_call(struct eyelet_nano_client *client)
{
    if (client->n_calls == client->opts.calls_max)
        return NULL;
    client->n_calls++;
    return eyelet_storage_take(&client->storage, sizeof(struct eyelet_nano_pending));
}

static struct eyelet_nano_pending *add_stream(struct eyelet_nano_client *client)
{
    size_t queue_cap = (size_t)client->opts.frame_max + EYELET_NANO_FRAME_ROOM;
    struct eyelet_nano_stream *stream;
    uint8_t *queue;

    if (client->n_streams == client->opts.streams_max)
        return NULL;
    client->n_streams++;
    stream = eyelet_storage_take(&client->storage, sizeof(*stream));
    queue = eyelet_storage_take(&client->storage, queue_cap);
    if (queue == NULL)
        return NULL;
    eyelet_queue_init(&stream->queue, queue, queue_cap, client->opts.wipe);
    return &stream->pending;
}

/* One that is free and begins to be used, if there is one. */
static struct eyelet_nano_pending *take_slot(struct eyelet_nano_client *client, bool is_stream)
{
    struct eyelet_nano_pending **free_list = is_stream ? &client->free_streams : &client->free_calls;
    struct eyelet_nano_pending *pending = *free_list;

    if (pending == NULL)
        return is_stream ? add_stream(client) : add_call(client);
    *free_list = pending->next;
    return pending;
}

static uint32_t timeout_of(const struct eyelet_nano_client *client, const struct eyelet_nano_calling *what)
{
    uint32_t timeout_ms = opts_of(what)->timeout_ms;

    if (timeout_ms == 0)
        timeout_ms = client->opts.call_timeout_ms;
    return timeout_ms < EYELET_TIMEOUT_MS_MAX ? timeout_ms : EYELET_TIMEOUT_MS_MAX;
}

void eyelet_nano_pending_arm(struct eyelet_nano_pending *pending)
{
    struct eyelet_nano_client *client = pending->client;

    if (client->n_unfinished++ == 1 && client->full != NULL)
        client->full_ns = eyelet_now_ns(); /* nobody has waited for that stream until now */
    pending->id = 0;
    pending->is_over = false;
    pending->was_lost = false;
    pending->error.status = EYELET_OK;
}

static void pending_init(struct eyelet_nano_pending *pending, struct eyelet_nano_client *client,
                         const struct eyelet_nano_calling *what, bool is_stream, uint64_t now_ns)
{
    memset(pending, 0, offsetof(struct eyelet_nano_pending, error)); /* an error is written whole, and is large */
    pending->client = client;
    pending->service = what->service;
    pending->method = what->method;
    pending->is_stream = is_stream;
    pending->timeout_ms = timeout_of(client, what);
    pending->deadline_ns = eyelet_deadline_after_ms(now_ns, pending->timeout_ms);
    eyelet_nano_pending_arm(pending);
}

enum eyelet_status eyelet_nano_client_admit(struct eyelet_nano_client *client, const struct eyelet_nano_calling *what,
                                            bool is_stream, uint64_t now_ns, struct eyelet_nano_pending **ret,
                                            struct eyelet_error *reterr)
{
    struct eyelet_nano_pending *pending;
    enum eyelet_status status;

    status = eyelet_metadata_check(opts_of(what)->metadata, opts_of(what)->n_metadata, reterr);
    if (status != EYELET_OK)
        return status;
    if (client->is_closing)
        return eyelet_error_set(reterr, EYELET_FAILED_PRECONDITION, EYELET_NANO_TEXT "the client is being closed",
                                what->service->name, what->method->name, client->address_text);
    pending = take_slot(client, is_stream);
    if (pending == NULL)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED,
                                EYELET_NANO_TEXT "%u %s, as many as there is room for", what->service->name,
                                what->method->name, client->address_text,
                                is_stream ? client->opts.streams_max : client->opts.calls_max,
                                is_stream ? "streams are open" : "calls are in flight");
    pending_init(pending, client, what, is_stream, now_ns);
    *ret = pending;
    return EYELET_OK;
}

void eyelet_nano_pending_release(struct eyelet_nano_pending *pending)
{
    struct eyelet_nano_client *client = pending->client;
    struct eyelet_nano_pending **free_list = pending->is_stream ? &client->free_streams : &client->free_calls;

    assert(pending->is_over);
    eyelet_nano_pending_conclude(pending);
    if (client->opts.wipe)
        explicit_bzero(&pending->error, sizeof(pending->error));
    pending->next = *free_list;
    *free_list = pending;
}

/* --- in flight ---------------------------------------------------------------------------------------------------- */

static void link_live(struct eyelet_nano_pending *pending)
{
    struct eyelet_nano_client *client = pending->client;

    pending->previous = NULL;
    pending->next = client->first_live;
    if (client->first_live != NULL)
        client->first_live->previous = pending;
    client->first_live = pending;
    if (pending->deadline_ns < client->soonest_ns)
        client->soonest_ns = pending->deadline_ns;
    client->counters.calls_open++;
    client->counters.calls_started++;
}

static void unlink_live(struct eyelet_nano_pending *pending)
{
    struct eyelet_nano_client *client = pending->client;

    if (pending->previous != NULL)
        pending->previous->next = pending->next;
    else
        client->first_live = pending->next;
    if (pending->next != NULL)
        pending->next->previous = pending->previous;
    client->counters.calls_open--;
}

static void push_ended(struct eyelet_nano_pending *pending)
{
    struct eyelet_nano_client *client = pending->client;

    pending->next = NULL;
    if (client->last_ended != NULL)
        client->last_ended->next = pending;
    else
        client->first_ended = pending;
    client->last_ended = pending;
}

/* --- how calls end ------------------------------------------------------------------------------------------------ */

void eyelet_nano_pending_finish(struct eyelet_nano_pending *pending)
{
    struct eyelet_nano_client *client = pending->client;

    assert(!pending->is_over);
    pending->is_over = true;
    client->n_unfinished--;
    if (pending->id != 0)
        unlink_live(pending);
    if (client->full != NULL && &client->full->pending == pending)
        client->full = NULL; /* its message is taken, or nobody's */
    if (pending->done != NULL)
        push_ended(pending);
}

void eyelet_nano_pending_succeed(struct eyelet_nano_pending *pending)
{
    pending->error.status = EYELET_OK;
    eyelet_nano_pending_finish(pending);
}

void eyelet_nano_pending_describe(struct eyelet_nano_pending *pending, enum eyelet_status status, const char *why)
{
    eyelet_error_set(&pending->error, status, EYELET_NANO_TEXT "%s", EYELET_NANO_TEXT_ARGS(pending), why);
}

void eyelet_nano_pending_fail(struct eyelet_nano_pending *pending)
{
    pending->error.may_have_executed = pending->id != 0 && pending->client->line.sent >= pending->end;
    eyelet_nano_pending_finish(pending);
}

void eyelet_nano_pending_lose(struct eyelet_nano_pending *pending)
{
    const struct eyelet_error *lost = &pending->client->lost;

    pending->was_lost = true;
    eyelet_nano_pending_describe(pending, lost->status, lost->text);
    pending->error.error_number = lost->error_number;
    eyelet_nano_pending_fail(pending);
}

/* Takes the request back if that can be done. Return: false when it may be executed, now or later. */
static bool take_back(struct eyelet_nano_pending *pending)
{
    struct eyelet_nano_client *client = pending->client;

    if (pending->id == 0)
        return true;
    if (pending->end != eyelet_nano_client_queued(client) || client->line.sent > pending->end - pending->len)
        return false;
    eyelet_line_take_back(&client->line, pending->len);
    eyelet_session_unsend(&client->line.session, pending->id);
    pending->is_open = false;
    return true;
}

void eyelet_nano_pending_end_sending(struct eyelet_nano_pending *pending)
{
    struct eyelet_nano_client *client = pending->client;

    if (!pending->is_open || client->is_lost)
        return;
    pending->is_open = false;
    client->owed[client->n_owed++] = pending->id;
    eyelet_nano_client_flush(client);
}

void eyelet_nano_pending_give_up(struct eyelet_nano_pending *pending)
{
    struct eyelet_nano_client *client = pending->client;

    if (!client->is_lost) {
        pending->error.may_have_executed = !take_back(pending);
        if (pending->error.may_have_executed)
            eyelet_session_finish(&client->line.session, pending->id);
        eyelet_nano_pending_end_sending(pending);
    }
    pending->is_given_up = true;
    if (pending->is_stream)
        eyelet_queue_clear(&eyelet_nano_stream_of(pending)->queue);
    eyelet_nano_pending_finish(pending);
}

void eyelet_nano_pending_expire(struct eyelet_nano_pending *pending)
{
    eyelet_error_set(&pending->error, EYELET_DEADLINE_EXCEEDED, EYELET_NANO_TEXT "deadline of %u ms exceeded",
                     EYELET_NANO_TEXT_ARGS(pending), pending->timeout_ms);
    eyelet_nano_pending_give_up(pending);
}

void eyelet_nano_pending_conclude(struct eyelet_nano_pending *pending)
{
    if (pending->is_concluded)
        return;
    pending->is_concluded = true;
    pending->client->counters.calls_failed += pending->error.status != EYELET_OK && pending->id != 0;
}

enum eyelet_status eyelet_nano_pending_report(struct eyelet_nano_pending *pending, struct eyelet_error *reterr)
{
    eyelet_nano_pending_conclude(pending);
    if (pending->error.status != EYELET_OK && reterr != NULL)
        *reterr = pending->error;
    return pending->error.status;
}

/* --- who is told -------------------------------------------------------------------------------------------------- */

/* Its slot is free before its function is called, which may need one. */
static void tell_first(struct eyelet_nano_client *client)
{
    struct eyelet_nano_pending *pending = client->first_ended;
    enum eyelet_status status = eyelet_nano_pending_report(pending, &client->told);
    eyelet_nano_tell_fn tell = pending->tell;
    void (*done)(void) = pending->done;
    void *reply = pending->reply, *userdata = pending->userdata;

    client->first_ended = pending->next;
    if (client->first_ended == NULL)
        client->last_ended = NULL;
    eyelet_nano_pending_release(pending);
    tell(done, status, status == EYELET_OK ? reply : NULL, status != EYELET_OK ? &client->told : NULL, userdata);
}

void eyelet_nano_client_tell(struct eyelet_nano_client *client)
{
    if (client->is_telling || client->first_ended == NULL)
        return;
    client->is_telling = true;
    while (client->first_ended != NULL)
        tell_first(client);
    client->is_telling = false;
    if (client->opts.wipe)
        explicit_bzero(&client->told, sizeof(client->told));
    eyelet_nano_client_flush(client); /* calls that were started meanwhile leave together */
}

/* --- the request -------------------------------------------------------------------------------------------------- */

static void fail_to_put(struct eyelet_nano_pending *pending, const struct eyelet_nano_calling *what, int r, size_t len)
{
    struct eyelet_nano_client *client = pending->client;

    switch (r) {
    case -ETIMEDOUT:
        eyelet_nano_pending_expire(pending);
        return;
    case -EMSGSIZE:
        eyelet_error_set(&pending->error, EYELET_RESOURCE_EXHAUSTED,
                         EYELET_NANO_TEXT "request of %zu bytes is longer than frame_max, %u",
                         EYELET_NANO_TEXT_ARGS(pending), len, client->opts.frame_max);
        break;
    case -ENOBUFS:
        eyelet_error_set(&pending->error, EYELET_RESOURCE_EXHAUSTED,
                         EYELET_NANO_TEXT "%zu bytes wait to be sent already, and there is no room for %zu more",
                         EYELET_NANO_TEXT_ARGS(pending), eyelet_line_queued(&client->line), len);
        break;
    case -EOVERFLOW:
        eyelet_error_set(&client->event.error, EYELET_UNAVAILABLE, "this connection has made all the calls it can");
        if (client->first_live == NULL) { /* those in flight go on, and no other is made for now */
            client->lost = client->event.error;
            eyelet_nano_client_lose(client);
            eyelet_nano_pending_lose(pending);
            return;
        }
        eyelet_nano_pending_describe(pending, EYELET_UNAVAILABLE, client->event.error.text);
        break;
    default:
        eyelet_error_set(&pending->error, EYELET_INVALID_ARGUMENT, EYELET_NANO_TEXT "request cannot be encoded: %s",
                         EYELET_NANO_TEXT_ARGS(pending),
                         eyelet_message_fault(what->method->request_type, what->message));
        break;
    }
    eyelet_nano_pending_fail(pending);
}

/* Return: as eyelet_line_put_request(). */
static int put_request(struct eyelet_nano_pending *pending, const struct eyelet_nano_calling *what,
                       struct eyelet_outgoing_request *request, uint64_t now_ns)
{
    struct eyelet_nano_client *client = pending->client;
    uint64_t before;
    int r;

    if (!eyelet_nano_client_pay(client))
        return -ENOBUFS;
    before = eyelet_nano_client_queued(client);
    request->timeout_ns = (int64_t)(pending->deadline_ns - now_ns);
    r = eyelet_line_put_request(&client->line, request, what->method->kind, what->method->request_type, what->message,
                                pending, now_ns, &pending->id);
    if (r < 0)
        return r;
    pending->end = eyelet_nano_client_queued(client);
    pending->len = (size_t)(pending->end - before);
    pending->connection_number = client->counters.connections_opened;
    pending->is_open = (what->method->kind & EYELET_CLIENT_STREAM) != 0;
    link_live(pending);
    return 0;
}

/* No room: what waits is sent, as far as that goes without waiting, or at all. Return: false when the call is over. */
static bool make_room(struct eyelet_nano_pending *pending)
{
    struct eyelet_nano_client *client = pending->client;

    if (!eyelet_nano_pending_wait(pending, EYELET_NANO_WANTS_ROOM, client->line.sent)) {
        eyelet_error_set(&pending->error, EYELET_DEADLINE_EXCEEDED,
                         EYELET_NANO_TEXT "deadline of %u ms exceeded while the requests of others were sent",
                         EYELET_NANO_TEXT_ARGS(pending), pending->timeout_ms);
        eyelet_nano_pending_fail(pending);
        return false;
    }
    if (client->is_lost) {
        eyelet_nano_pending_lose(pending);
        return false;
    }
    return true;
}

/* Return: as eyelet_line_put_request(), or -ETIMEDOUT. */
static int try_to_put(struct eyelet_nano_pending *pending, const struct eyelet_nano_calling *what,
                      struct eyelet_outgoing_request *request, uint64_t now_ns)
{
    if (now_ns >= pending->deadline_ns)
        return -ETIMEDOUT;
    return put_request(pending, what, request, now_ns);
}

bool eyelet_nano_pending_begin(struct eyelet_nano_pending *pending, const struct eyelet_nano_calling *what,
                               bool may_wait, uint64_t now_ns)
{
    struct eyelet_nano_client *client = pending->client;
    struct eyelet_outgoing_request request = {
        .service = eyelet_slice_of(what->service->name),
        .method = eyelet_slice_of(what->method->name),
        .metadata = opts_of(what)->metadata,
        .n_metadata = opts_of(what)->n_metadata,
    };
    int r;

    r = try_to_put(pending, what, &request, now_ns);
    if (r == -ENOBUFS && !may_wait) {
        eyelet_nano_client_flush(client);
        r = try_to_put(pending, what, &request, now_ns);
    }
    while (r == -ENOBUFS && may_wait) {
        if (!make_room(pending))
            return false;
        r = try_to_put(pending, what, &request, eyelet_now_ns());
    }
    if (r < 0) {
        fail_to_put(pending, what, r, request.payload_len);
        return false;
    }
    if (may_wait)
        eyelet_nano_client_flush(client);
    else if (!client->is_telling) /* else behind the last function that is told */
        eyelet_nano_client_flush_put(client);
    return true;
}
