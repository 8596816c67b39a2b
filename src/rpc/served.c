/*
 * The calls of one connection of a server.
 */
#include "rpc/served.h"

#include <assert.h>
#include <errno.h>

#include "core/error.h"
#include "io/socket.h"
#include "rpc/writing.h"

#define FREE_CALLS_MAX 64u   /* calls kept for use again */
#define UNPACK_COST    1024u /* a message of a few fields takes so much beside their bytes */
#define CALL_COST                                                                                                      \
    (sizeof(struct eyelet_call) +                                                                                      \
     EYELET_ARENA_CHUNK_MIN) /* what a call that waits for long takes beside its messages */

/* --- life --------------------------------------------------------------------------------------------------------- */

/* A call for use, in the list of its connection. Return: NULL without memory. */
static struct eyelet_call *call_open(struct eyelet_serving *serving)
{
    struct eyelet_serving_env *env = serving->env;
    struct eyelet_call *call = env->free_calls;

    if (call != NULL) {
        env->free_calls = call->queue_next;
        env->n_free_calls--;
        call->queue_next = NULL;
    } else if ((call = eyelet_call_new(env->opts.wipe)) == NULL) {
        return NULL;
    }

    env->n_calls++;
    call->serving = serving;
    call->next = serving->calls;
    if (call->next != NULL)
        call->next->previous = call;
    serving->calls = call;
    serving->n_calls++;
    return call;
}

static void call_close(struct eyelet_call *call)
{
    struct eyelet_serving *serving = call->serving;
    struct eyelet_serving_env *env = serving->env;

    if (call->previous != NULL)
        call->previous->next = call->next;
    else
        serving->calls = call->next;
    if (call->next != NULL)
        call->next->previous = call->previous;
    serving->n_calls--;
    serving->kept -= call->kept;
    serving->kept_deferred -= call->is_deferred ? call->kept : 0;
    env->pool.held -= call->kept;
    env->leaving -= call->leaving;
    env->n_calls--;

    eyelet_call_reset(call);
    eyelet_buffer_pool_give(&env->pool, &call->room);
    eyelet_buffer_pool_give(&env->pool, &call->frame); /* the last one given is the next one taken: a cache has it */
    if (env->n_free_calls >= FREE_CALLS_MAX) {
        eyelet_call_free(call);
        return;
    }
    call->queue_next = env->free_calls;
    env->free_calls = call;
    env->n_free_calls++;
}

/* What the call counts in the memory of its connection. */
static void keep(struct eyelet_call *call, size_t len)
{
    call->serving->kept += len - call->kept;
    call->serving->kept_deferred += call->is_deferred ? len - call->kept : 0;
    call->serving->env->pool.held += len - call->kept;
    call->kept = len;
}

static void clear_inbox(struct eyelet_call *call)
{
    struct eyelet_serving *serving = call->serving;
    size_t held;

    if (call->inbox.first == NULL)
        return;
    held = eyelet_inbox_held(&call->inbox);
    if (eyelet_inbox_is_stuffed(&call->inbox, &serving->env->inbox_limits))
        serving->n_stuffed--;
    eyelet_inbox_clear(&call->inbox, serving->env->opts.wipe);
    keep(call, call->kept - held);
}

/* When it has to be ended: at its deadline, or before that if its messages wait for too long. */
static uint64_t end_ns_of(const struct eyelet_call *call)
{
    uint64_t full_ns = eyelet_inbox_deadline(&call->inbox);

    return full_ns < call->deadline_ns ? full_ns : call->deadline_ns;
}

/*
 * Most calls are over long before their end, so it is not taken back then: what is kept is a time before which no call
 * has to be ended, and only when that has come all calls are looked at.
 */
static void note_end(struct eyelet_call *call)
{
    struct eyelet_serving *serving = call->serving;
    uint64_t end_ns = end_ns_of(call);

    if (end_ns < serving->calls_end_ns)
        serving->calls_end_ns = end_ns;
}

static void enqueue(struct eyelet_call *call)
{
    struct eyelet_serving *serving = call->serving;

    call->is_queued = true;
    call->queue_next = NULL;
    if (serving->queue_first == NULL)
        serving->queue_first = call;
    else
        serving->queue_last->queue_next = call;
    serving->queue_last = call;
    serving->n_queued++;
    serving->queued_bytes += call->kept;
}

static void dequeue(struct eyelet_call *call)
{
    struct eyelet_serving *serving = call->serving;
    struct eyelet_call **link = &serving->queue_first, *before = NULL;

    while (*link != call) {
        before = *link;
        link = &before->queue_next;
    }
    *link = call->queue_next;
    if (serving->queue_last == call)
        serving->queue_last = before;
    call->queue_next = NULL;
    call->is_queued = false;
    serving->n_queued--;
    serving->queued_bytes -= call->kept;
}

void eyelet_served_defer(struct eyelet_call *call)
{
    if (call->is_deferred)
        return;
    call->is_deferred = true;
    call->serving->kept_deferred += call->kept;
    if (call->is_live)
        keep(call, CALL_COST + call->frame.cap + call->request_memory.used + call->reply_memory.used +
                       eyelet_inbox_held(&call->inbox));
}

void eyelet_served_release(struct eyelet_call *call)
{
    bool is_owned = call->is_deferred ? !call->is_completed || !call->is_returned : !call->is_returned;

    if (is_owned || call->is_hook_due || call->is_in_hook)
        return;
    call_close(call);
}

/* The peer waits no longer: its id is free, and it has no end to be minded. */
static void end_live(struct eyelet_call *call)
{
    struct eyelet_serving *serving = call->serving;

    call->is_live = false;
    eyelet_session_finish(&serving->connection.session, call->id);
    if (serving->connection.session.n_live == 0)
        serving->calls_end_ns = EYELET_NO_DEADLINE;
    clear_inbox(call);
    call->leaving = call->kept;
    serving->env->leaving += call->leaving;
}

/* Nobody waits for the answer any more: whoever works on it is told, and a call that nobody works on is freed. */
static void cancel(struct eyelet_call *call, enum eyelet_status status, const char *why)
{
    struct eyelet_serving_env *env = call->serving->env;
    bool was_queued = call->is_queued;

    if (was_queued)
        dequeue(call); /* with all that it was queued with */
    end_live(call);
    call->cancelled = status;
    call->why = why;
    env->counters.calls_failed++;
    if (was_queued) {
        call->is_returned = true;
        eyelet_served_release(call);
        return;
    }
    if (call->on_cancel != NULL && !call->is_hook_due) {
        call->is_hook_due = true;
        call->queue_next = env->hooks_due;
        env->hooks_due = call;
    }
    env->threads->notice(env, call);
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static void log_call(struct eyelet_serving *serving, uint32_t id, const struct eyelet_error *error)
{
    struct eyelet_log_name name;

    eyelet_log_add(&serving->env->log, &serving->log_rate, eyelet_now_ns(), EYELET_LOG_DEBUG,
                   "call %u from %s has ended with %s: %s", id, eyelet_log_name(&serving->peer, &name),
                   eyelet_status_name(error->status), error->text);
}

/* What cannot be sent, and why not, becomes the call's failure. */
static enum eyelet_status describe_unsendable(struct eyelet_call *call, int r, size_t len)
{
    const struct eyelet_serving *serving = call->serving;

    switch (-r) {
    case EMSGSIZE:
        return eyelet_call_fail(call, EYELET_RESOURCE_EXHAUSTED,
                                "reply of %zu bytes is longer than the server's limit of a frame, %u", len,
                                serving->env->opts.frame_max);
    case ENOBUFS:
        return eyelet_call_fail(call, EYELET_RESOURCE_EXHAUSTED,
                                "%zu bytes wait to be sent already, there is no room for %zu more",
                                serving->connection.out.len, len);
    default:
        return eyelet_call_fail(call, EYELET_RESOURCE_EXHAUSTED, "no memory for a reply of %zu bytes", len);
    }
}

static int put_reply(struct eyelet_call *call)
{
    struct eyelet_serving *serving = call->serving;
    struct eyelet_connection *connection = &serving->connection;
    const struct eyelet_outgoing *reply = &call->reply;

    if (reply->len <= serving->env->opts.frame_max && !eyelet_writing_fits(serving, reply->len) &&
        (!eyelet_writing_try(serving) || !eyelet_writing_fits(serving, reply->len)))
        return -ENOBUFS;
    if ((call->kind & EYELET_SERVER_STREAM) != 0)
        return eyelet_connection_queue_end(connection, call->id);
    return eyelet_connection_queue_reply(connection, call->id, reply);
}

enum eyelet_status eyelet_served_answer(struct eyelet_call *call, enum eyelet_status status, uint64_t now_ns)
{
    struct eyelet_serving *serving = call->serving;
    int r = 0;

    if (!call->is_live)
        return call->cancelled;

    end_live(call);
    if (status == EYELET_OK) {
        eyelet_writing_begin(serving, now_ns);
        r = put_reply(call);
        eyelet_writing_end(serving, r == 0, now_ns);
    }
    if (r < 0)
        status = describe_unsendable(call, r, call->reply.len);
    if (r == 0 && status == EYELET_OK && (call->kind & EYELET_SERVER_STREAM) == 0) {
        call->info.sent_messages++;
        call->info.sent_bytes += call->reply.len;
    }
    if (status != EYELET_OK) {
        serving->env->counters.calls_failed++;
        log_call(serving, call->id, &call->failure);
        eyelet_writing_fail(serving, call->id, &call->failure);
    }
    return status;
}

int eyelet_served_send(struct eyelet_call *call, const struct eyelet_outgoing *message)
{
    struct eyelet_serving *serving = call->serving;
    uint64_t now_ns = eyelet_now_ns();
    int r;

    assert(call->is_live);
    if (serving->connection.out.len >= EYELET_WRITING_QUEUE_MAX)
        return -EAGAIN;
    eyelet_writing_begin(serving, now_ns);
    r = eyelet_connection_queue_data(&serving->connection, call->id, message);
    eyelet_writing_end(serving, r == 0, now_ns);
    if (r < 0)
        return r;
    call->info.sent_messages++;
    call->info.sent_bytes += message->len;
    return 0;
}

/* --- what arrives ------------------------------------------------------------------------------------------------- */

/* A request that does not become a call, or data for none. A live call of the same id, which a broken peer may name, is
 * not touched. */
static void refuse(struct eyelet_serving *serving, uint32_t id, const struct eyelet_error *error)
{
    bool is_request = serving->connection.session.decoder.head.type == EYELET_FRAME_TYPE_REQUEST;

    serving->env->counters.calls_started += is_request;
    serving->env->counters.calls_failed += is_request;
    log_call(serving, id, error);
    eyelet_writing_fail(serving, id, error);
}

/* The same for one that the session has offered. */
static void decline(struct eyelet_serving *serving, uint32_t id, const struct eyelet_error *error)
{
    eyelet_session_finish(&serving->connection.session, id);
    refuse(serving, id, error);
}

void eyelet_served_fail(struct eyelet_call *call, enum eyelet_status status, const char *why)
{
    struct eyelet_serving *serving = call->serving;
    struct eyelet_error error;

    eyelet_error_set(&error, status, "call of %s/%s: %s", call->info.service, call->info.method, why);
    log_call(serving, call->id, &error);
    eyelet_writing_fail(serving, call->id, &error);
    cancel(call, status, why);
}

static void expire(struct eyelet_call *call, uint64_t now_ns)
{
    if (now_ns >= call->deadline_ns)
        eyelet_served_fail(call, EYELET_DEADLINE_EXCEEDED, "deadline is over");
    else
        eyelet_served_fail(call, EYELET_RESOURCE_EXHAUSTED, "too many messages wait and nobody takes them");
}

void eyelet_served_expire(struct eyelet_serving *serving, uint64_t now_ns)
{
    struct eyelet_call *next;

    if (now_ns < serving->calls_end_ns)
        return;
    serving->calls_end_ns = EYELET_NO_DEADLINE;
    for (struct eyelet_call *call = serving->calls; call != NULL; call = next) {
        next = call->next;
        if (call->is_live && now_ns >= end_ns_of(call))
            expire(call, now_ns);
        else if (call->is_live)
            note_end(call);
    }
}

/*
 * Calls that are answered later may keep as much as a connection may have buffered. A short request is taken all the
 * same: calls_max bounds those.
 */
static bool is_too_much_to_defer(const struct eyelet_serving *serving, size_t len)
{
    size_t max = serving->env->opts.connection_buffer_max;

    return len > EYELET_ARENA_CHUNK_MIN && (serving->kept_deferred > max || len > max - serving->kept_deferred);
}

/* What cancelled calls keep until their owners hear of it may be as much again as may be held, and no more. */
static bool is_too_much_beside_leaving(const struct eyelet_serving *serving, size_t len)
{
    return len > EYELET_ARENA_CHUNK_MIN && serving->env->leaving > serving->env->pool.held_max;
}

/* A large request becomes a message of about its size; without memory for that the arena sees to itself. */
static void lend_room(struct eyelet_call *call, size_t len)
{
    call->room = eyelet_buffer_pool_need(&call->serving->env->pool, len + UNPACK_COST);
    if (call->room.data != NULL)
        eyelet_arena_lend(&call->request_memory, call->room.data, call->room.cap);
}

/* A large request stays where it was received, a small one is copied. Return: 0 or -ENOMEM. */
static int keep_request(struct eyelet_call *call, const struct eyelet_session_event *event)
{
    if (!eyelet_connection_detach(&call->serving->connection, event->frame.len, &call->frame))
        return eyelet_call_keep(call, event->frame, &event->request);
    call->request.payload = event->request.payload;
    call->request.metadata = event->request.metadata;
    if ((call->method->kind & EYELET_CLIENT_STREAM) == 0)
        lend_room(call, event->frame.len);
    return 0;
}

/*
 * Field by field, and each of them, for this memory was another call's before: to clear the whole of it first is a slow
 * instruction for as few bytes as these.
 */
static void describe(struct eyelet_call *call)
{
    struct eyelet_call_info *info = &call->info;

    info->service = call->service->service;
    info->method = call->method->name;
    info->kind = call->kind;
    info->peer = &call->serving->peer;
    info->call = call;
    info->metadata = NULL;
    info->n_metadata = 0;
    info->status = EYELET_OK;
    info->error = NULL;
    info->received_messages = info->received_bytes = 0;
    info->sent_messages = info->sent_bytes = 0;
    info->duration_ns = 0;
}

/* Fills in a call that nobody else knows yet. */
static enum eyelet_status prepare(struct eyelet_call *call, const struct eyelet_session_event *event, uint64_t now_ns,
                                  struct eyelet_error *reterr)
{
    struct eyelet_serving *serving = call->serving;
    const void *method;
    enum eyelet_status status;

    status = eyelet_dispatch_find(serving->env->services, event->request.service, event->request.method, &call->service,
                                  &method, reterr);
    if (status != EYELET_OK)
        return status;
    call->method = method;
    if (serving->n_calls > serving->env->opts.calls_max)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "%u calls are in flight on this connection already",
                                serving->n_calls - 1);
    if (is_too_much_to_defer(serving, event->frame.len))
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "calls in flight on this connection keep %zu bytes",
                                serving->kept_deferred);
    if (is_too_much_beside_leaving(serving, event->frame.len))
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "no memory before calls that were cancelled end");
    if (keep_request(call, event) < 0)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "no memory for a request of %zu bytes",
                                event->frame.len);

    call->kind = call->method->kind;
    call->id = event->id;
    call->has_message = event->has_message;
    call->start_ns = now_ns;
    call->deadline_ns = event->deadline_ns;
    call->decode_max = serving->env->opts.decode_max;
    call->is_inbox_ended = (event->flags & EYELET_FRAME_FLAG_REMOTE_OPEN) == 0;
    describe(call);
    if ((call->kind & EYELET_CLIENT_STREAM) != 0 && call->has_message &&
        eyelet_inbox_put(&call->inbox, call->request.payload, &serving->env->inbox_limits, now_ns) < 0)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "no memory for a message");
    status = eyelet_session_accept(&serving->connection.session, event, call->kind, call, reterr);
    if (status != EYELET_OK)
        eyelet_error_set(reterr, status, "'%s' %s and no stream", call->method->name,
                         call->kind == EYELET_UNARY ? "is unary, it takes one message" : "takes one message");
    return status;
}

/* Its request takes as much memory as it has bytes, or what it came in. */
static size_t kept_of(const struct eyelet_call *call, size_t len)
{
    return call->frame.cap > len ? call->frame.cap : len;
}

void eyelet_served_take_call(struct eyelet_serving *serving, const struct eyelet_session_event *event, uint64_t now_ns)
{
    struct eyelet_call *call = call_open(serving);
    struct eyelet_error error;
    enum eyelet_status status;

    if (call == NULL) {
        eyelet_error_set(&error, EYELET_RESOURCE_EXHAUSTED, "no memory for a call");
        decline(serving, event->id, &error);
        return;
    }
    status = prepare(call, event, now_ns, &error);
    if (status != EYELET_OK) {
        decline(serving, event->id, &error);
        call_close(call);
        return;
    }

    serving->env->counters.calls_started++;
    call->is_live = true;
    keep(call, kept_of(call, event->frame.len) + eyelet_inbox_held(&call->inbox));
    if (eyelet_inbox_is_stuffed(&call->inbox, &serving->env->inbox_limits))
        serving->n_stuffed++;
    note_end(call);
    enqueue(call);
}

void eyelet_served_take_data(struct eyelet_serving *serving, const struct eyelet_session_event *event, uint64_t now_ns)
{
    const struct eyelet_inbox_limits *limits = &serving->env->inbox_limits;
    struct eyelet_call *call = event->owner;
    size_t before = eyelet_inbox_held(&call->inbox);
    bool was_stuffed = eyelet_inbox_is_stuffed(&call->inbox, limits);

    if (event->is_end)
        call->is_inbox_ended = true;
    if (event->has_message && eyelet_inbox_put(&call->inbox, event->message, limits, now_ns) < 0) {
        eyelet_served_fail(call, EYELET_RESOURCE_EXHAUSTED, "no memory for a message");
        return;
    }
    if (!was_stuffed && eyelet_inbox_is_stuffed(&call->inbox, limits))
        serving->n_stuffed++;
    if (call->is_queued)
        serving->queued_bytes += eyelet_inbox_held(&call->inbox) - before;
    keep(call, call->kept + eyelet_inbox_held(&call->inbox) - before);
    note_end(call);
    if (call->wants_message)
        serving->env->threads->notice(serving->env, call);
}

struct eyelet_inbox_message *eyelet_served_take_message(struct eyelet_call *call)
{
    struct eyelet_serving *serving = call->serving;
    const struct eyelet_inbox_limits *limits = &serving->env->inbox_limits;
    size_t before = eyelet_inbox_held(&call->inbox);
    bool was_stuffed = eyelet_inbox_is_stuffed(&call->inbox, limits);
    struct eyelet_inbox_message *message;

    message = eyelet_inbox_take(&call->inbox, limits, eyelet_now_ns());
    if (message == NULL)
        return NULL;
    if (was_stuffed && !eyelet_inbox_is_stuffed(&call->inbox, limits))
        serving->n_stuffed--;
    keep(call, call->kept - (before - eyelet_inbox_held(&call->inbox)));
    return message;
}

/* The peer broke the protocol, or asked for too much: the session has ended the call, if there was one. */
void eyelet_served_take_refusal(struct eyelet_serving *serving, const struct eyelet_session_event *event)
{
    struct eyelet_call *call = event->owner;

    if (call == NULL) {
        refuse(serving, event->id, &event->error);
        return;
    }
    log_call(serving, event->id, &event->error);
    eyelet_writing_fail(serving, event->id, &event->error);
    if (event->error.status == EYELET_RESOURCE_EXHAUSTED)
        cancel(call, EYELET_RESOURCE_EXHAUSTED, "a message was too long");
    else
        cancel(call, EYELET_CANCELLED, "the caller broke the protocol");
}

/* --- their turn, and their end ------------------------------------------------------------------------------------ */

bool eyelet_served_has_next(const struct eyelet_serving *serving, uint32_t share)
{
    return serving->queue_first != NULL && serving->n_running < share && !serving->is_full && !serving->is_over;
}

struct eyelet_call *eyelet_served_next(struct eyelet_serving *serving, uint32_t share)
{
    struct eyelet_call *call = serving->queue_first;

    if (!eyelet_served_has_next(serving, share))
        return NULL;
    dequeue(call);
    serving->n_running++;
    return call;
}

void eyelet_served_end_unfinished(struct eyelet_serving *serving)
{
    struct eyelet_call *next;

    for (struct eyelet_call *call = serving->calls; call != NULL; call = next) {
        next = call->next;
        if (call->is_live && !call->is_inbox_ended)
            eyelet_served_fail(call, EYELET_CANCELLED, "the connection ended before the stream did");
    }
}

void eyelet_served_cancel_all(struct eyelet_serving *serving)
{
    struct eyelet_call *next;

    for (struct eyelet_call *call = serving->calls; call != NULL; call = next) {
        next = call->next;
        if (call->is_live)
            eyelet_served_fail(call, EYELET_UNAVAILABLE, "server has stopped");
    }
}

void eyelet_served_lose_all(struct eyelet_serving *serving, const char *why)
{
    struct eyelet_call *next;

    for (struct eyelet_call *call = serving->calls; call != NULL; call = next) {
        next = call->next;
        if (call->is_live)
            cancel(call, EYELET_UNAVAILABLE, why);
    }
}

void eyelet_served_end_endless(struct eyelet_serving *serving)
{
    struct eyelet_call *next;

    for (struct eyelet_call *call = serving->calls; call != NULL; call = next) {
        next = call->next;
        if (call->is_live && call->ends_at_stop)
            eyelet_served_fail(call, EYELET_UNAVAILABLE, "server is stopping");
    }
}

/* Does something of it wait, for a thread or in its inbox? What that keeps comes back at once when it is ended. */
static bool is_waiting(const struct eyelet_call *call)
{
    return call->is_live && (call->is_queued || call->inbox.n_messages > 0);
}

static struct eyelet_call *largest_waiting(const struct eyelet_serving *serving)
{
    struct eyelet_call *largest = NULL;

    for (struct eyelet_call *call = serving->calls; call != NULL; call = call->next) {
        if (is_waiting(call) && (largest == NULL || call->kept > largest->kept))
            largest = call;
    }
    return largest;
}

bool eyelet_served_has_waiting(const struct eyelet_serving *serving)
{
    return largest_waiting(serving) != NULL;
}

void eyelet_served_shed_largest(struct eyelet_serving *serving)
{
    eyelet_served_fail(largest_waiting(serving), EYELET_RESOURCE_EXHAUSTED, "too much waits on this connection");
}

/* The same, or what it keeps comes back when its owner completes it. */
static bool is_shedable(const struct eyelet_call *call)
{
    return is_waiting(call) || (call->is_live && call->is_deferred);
}

void eyelet_served_shed(struct eyelet_serving *serving)
{
    struct eyelet_call *next;

    for (struct eyelet_call *call = serving->calls; call != NULL; call = next) {
        next = call->next;
        if (is_shedable(call))
            eyelet_served_fail(call, EYELET_RESOURCE_EXHAUSTED, "no memory for what waits");
    }
}

size_t eyelet_served_shedable(const struct eyelet_serving *serving)
{
    size_t len = 0;

    for (const struct eyelet_call *call = serving->calls; call != NULL; call = call->next) {
        if (is_shedable(call))
            len += call->kept;
    }
    return len;
}
