/*
 * One connection at a server. Reading stops while too much waits to be written, to be run or to be received, so a peer
 * that asks and never listens fills its own share and nothing else (HOSTILE H104).
 */
#include "rpc/serving.h"

#include <assert.h>
#include <errno.h>

#include "core/bytes.h"
#include "core/error.h"
#include "io/socket.h"
#include "rpc/trace.h"
#include "rpc/workers.h"

#define TURN_FRAMES_MAX 64             /* HOSTILE H015 */
#define TURN_BYTES_MAX (256u << 10)    /* HOSTILE H015 */
#define QUEUE_BYTES_MAX (8u << 20)     /* HOSTILE limit "send queue / connection" */
#define QUEUE_FRAMES_MAX 256u          /* the same */
#define AHEAD_CALLS_MAX 64u            /* calls that wait for a thread; more stay unread, and none is refused for it */
#define AHEAD_BYTES_MAX (256u << 10)   /* the same */
#define STREAM_QUEUE_MAX (256u << 10)  /* a stream sends no more while so much waits to be written */
#define FREE_CALLS_MAX 64u             /* calls kept for use again */
#define UNFLUSHED_MAX_NS EYELET_NS_PER_MS /* an answer waits so long for others, if the next handler is a slow one */

int eyelet_serving_init(struct eyelet_serving *serving, int fd, const struct eyelet_peer *peer,
                        struct eyelet_serving_env *env)
{
    *serving = (struct eyelet_serving){
        .peer = *peer,
        .env = env,
        .can_read = true,
        .can_write = true,
        .give_up_ns = EYELET_NO_DEADLINE,
    };
    return eyelet_connection_init(&serving->connection, fd, EYELET_SESSION_SERVER, &env->limits, env->n_slots,
                                  &env->pool, env->trace);
}

/* --- calls: life -------------------------------------------------------------------------------------------------- */

/* A call for use, in the list of its connection. Return: NULL without memory. */
static struct eyelet_call *call_open(struct eyelet_serving *serving)
{
    struct eyelet_serving_env *env = serving->env;
    struct eyelet_call *call = env->free_calls;

    if (eyelet_timers_reserve(&env->timers, env->n_timers + 1) < 0)
        return NULL;
    if (call != NULL) {
        env->free_calls = call->queue_next;
        env->n_free_calls--;
        call->queue_next = NULL;
    } else if ((call = eyelet_call_new(env->opts.wipe)) == NULL) {
        return NULL;
    }

    env->n_timers++;
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
    env->pool.held -= call->kept;
    env->n_calls--;
    env->n_timers--;

    if (env->n_free_calls >= FREE_CALLS_MAX) {
        eyelet_call_free(call);
        return;
    }
    eyelet_call_reset(call);
    call->queue_next = env->free_calls;
    env->free_calls = call;
    env->n_free_calls++;
}

/* What the call counts in the memory of its connection. */
static void keep(struct eyelet_call *call, size_t len)
{
    call->serving->kept += len - call->kept;
    call->serving->env->pool.held += len - call->kept;
    call->kept = len;
}

static void clear_inbox(struct eyelet_call *call)
{
    struct eyelet_serving *serving = call->serving;
    size_t held = eyelet_inbox_held(&call->inbox);

    if (eyelet_inbox_is_stuffed(&call->inbox, &serving->env->inbox_limits))
        serving->n_stuffed--;
    eyelet_inbox_clear(&call->inbox, serving->env->opts.wipe);
    keep(call, call->kept - held);
}

static void set_timer(struct eyelet_call *call)
{
    uint64_t full_ns = eyelet_inbox_deadline(&call->inbox);

    eyelet_timers_set(&call->serving->env->timers, &call->timer,
                      full_ns < call->deadline_ns ? full_ns : call->deadline_ns);
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

void eyelet_serving_release(struct eyelet_call *call)
{
    bool is_owned = call->is_deferred ? !call->is_completed || !call->is_returned : !call->is_returned;

    if (is_owned || call->is_hook_due || call->is_in_hook)
        return;
    call_close(call);
}

/* The peer waits no longer: its id is free, and the timer is off. */
static void end_live(struct eyelet_call *call)
{
    struct eyelet_serving *serving = call->serving;

    call->is_live = false;
    eyelet_session_finish(&serving->connection.session, call->id);
    eyelet_timers_set(&serving->env->timers, &call->timer, EYELET_NO_DEADLINE);
    clear_inbox(call);
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
        eyelet_serving_release(call);
        return;
    }
    if (call->on_cancel != NULL && !call->is_hook_due) {
        call->is_hook_due = true;
        call->queue_next = env->hooks_due;
        env->hooks_due = call;
    }
    eyelet_workers_notice(env->workers, call);
}

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void begin_waiting(struct eyelet_serving *serving)
{
    if (serving->connection.out.len == 0)
        serving->progress_ns = eyelet_now_ns();
}

/* Something was queued that nobody has tried to send: until then the buffers stay at hand. */
static void note_unflushed(struct eyelet_serving *serving)
{
    if (serving->unflushed_ns != 0)
        return;
    serving->unflushed_ns = eyelet_now_ns();
    eyelet_connection_wake(&serving->connection);
}

/* Threads that wait to send on a stream go on when there is room again. */
static void notice_room(struct eyelet_serving *serving)
{
    if (!eyelet_serving_has_room(serving))
        return;
    for (struct eyelet_call *call = serving->calls; call != NULL; call = call->next) {
        if (call->wants_room)
            eyelet_workers_notice(serving->env->workers, call);
    }
}

/* Sends what it can. Return: false when nothing can be sent ever again. */
static bool write_some(struct eyelet_serving *serving)
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
        serving->progress_ns = eyelet_now_ns();
        notice_room(serving);
    }
    if (r == -EAGAIN)
        serving->can_write = false;
    return r == 0 || r == -EAGAIN;
}

bool eyelet_serving_flush(struct eyelet_serving *serving)
{
    bool is_good;

    if (serving->is_over)
        return false;
    eyelet_connection_wake(&serving->connection);
    is_good = write_some(serving);
    eyelet_connection_settle(&serving->connection);
    return is_good;
}

void eyelet_serving_flush_now(struct eyelet_serving *serving)
{
    if (!eyelet_serving_flush(serving))
        serving->is_over = true;
}

/* Would @len more bytes, all of them stuck, stay below what may be buffered for this connection? */
static bool has_room(const struct eyelet_serving *serving, size_t len)
{
    const struct eyelet_connection *connection = &serving->connection;
    size_t own = connection->in.len + connection->out.len;
    size_t max = serving->env->opts.connection_buffer_max;

    return own <= max && len <= max - own;
}

/* Queues an error. Without memory for it the connection is over: silence would be worse. */
static void put_failure(struct eyelet_serving *serving, uint32_t id, const struct eyelet_error *error)
{
    eyelet_connection_wake(&serving->connection);
    begin_waiting(serving);
    if (eyelet_connection_queue_failure(&serving->connection, id, error) == 0)
        note_unflushed(serving);
    else
        serving->is_over = true;
    eyelet_connection_settle(&serving->connection);
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

    if (reply->len <= serving->env->opts.frame_max && !has_room(serving, reply->len) &&
        (!write_some(serving) || !has_room(serving, reply->len)))
        return -ENOBUFS;
    begin_waiting(serving);
    if ((call->kind & EYELET_SERVER_STREAM) != 0)
        return eyelet_connection_queue_end(connection, call->id);
    return eyelet_connection_queue_reply(connection, call->id, reply);
}

enum eyelet_status eyelet_serving_answer(struct eyelet_call *call, enum eyelet_status status)
{
    struct eyelet_serving *serving = call->serving;
    int r = 0;

    if (!call->is_live)
        return call->cancelled;

    end_live(call);
    if (status == EYELET_OK) {
        eyelet_connection_wake(&serving->connection);
        r = put_reply(call);
        if (r == 0)
            note_unflushed(serving);
        eyelet_connection_settle(&serving->connection);
    }
    if (r < 0)
        status = describe_unsendable(call, r, call->reply.len);
    if (r == 0 && status == EYELET_OK && (call->kind & EYELET_SERVER_STREAM) == 0) {
        call->info.sent_messages++;
        call->info.sent_bytes += call->reply.len;
    }
    if (status != EYELET_OK) {
        serving->env->counters.calls_failed++;
        put_failure(serving, call->id, &call->failure);
    }
    return status;
}

bool eyelet_serving_has_room(const struct eyelet_serving *serving)
{
    return serving->connection.out.len < STREAM_QUEUE_MAX;
}

int eyelet_serving_send(struct eyelet_call *call, const struct eyelet_outgoing *message)
{
    struct eyelet_serving *serving = call->serving;
    struct eyelet_connection *connection = &serving->connection;
    int r;

    assert(call->is_live);
    if (connection->out.len >= QUEUE_BYTES_MAX)
        return -EAGAIN;
    eyelet_connection_wake(connection);
    begin_waiting(serving);
    r = eyelet_connection_queue_data(connection, call->id, message);
    if (r == 0) {
        note_unflushed(serving);
        call->info.sent_messages++;
        call->info.sent_bytes += message->len;
    }
    eyelet_connection_settle(connection);
    return r;
}

/* --- what arrives ------------------------------------------------------------------------------------------------- */

static void log_call(struct eyelet_serving *serving, uint32_t id, const struct eyelet_error *error)
{
    struct eyelet_log_name name;

    eyelet_log_add(&serving->env->log, &serving->log_rate, eyelet_now_ns(), EYELET_LOG_DEBUG,
                   "call %u from %s has ended with %s: %s", id, eyelet_log_name(&serving->peer, &name),
                   eyelet_status_name(error->status), error->text);
}

/* A request that does not become a call. A live call of the same id, which a broken peer may name, is not touched. */
static void refuse(struct eyelet_serving *serving, uint32_t id, const struct eyelet_error *error)
{
    serving->env->counters.calls_started++;
    serving->env->counters.calls_failed++;
    log_call(serving, id, error);
    put_failure(serving, id, error);
}

/* The same for one that the session has offered. */
static void decline(struct eyelet_serving *serving, uint32_t id, const struct eyelet_error *error)
{
    eyelet_session_finish(&serving->connection.session, id);
    refuse(serving, id, error);
}

/* A live call that cannot go on for a reason of this side's. */
static void fail_call(struct eyelet_call *call, enum eyelet_status status, const char *why)
{
    struct eyelet_serving *serving = call->serving;
    struct eyelet_error error;

    eyelet_error_set(&error, status, "%s", why);
    log_call(serving, call->id, &error);
    put_failure(serving, call->id, &error);
    cancel(call, status, why);
}

static void *expire_call(struct eyelet_timer *timer, uint64_t now_ns)
{
    struct eyelet_call *call = (struct eyelet_call *)((char *)timer - offsetof(struct eyelet_call, timer));
    struct eyelet_serving *serving = call->serving;

    if (now_ns >= call->deadline_ns)
        fail_call(call, EYELET_DEADLINE_EXCEEDED, "deadline is over");
    else
        fail_call(call, EYELET_RESOURCE_EXHAUSTED, "too many messages wait and nobody takes them");
    return serving;
}

/* Fills in a call that nobody else knows yet. */
static enum eyelet_status prepare(struct eyelet_call *call, const struct eyelet_session_event *event, uint64_t now_ns,
                                  struct eyelet_error *reterr)
{
    struct eyelet_serving *serving = call->serving;
    enum eyelet_status status;

    status = eyelet_dispatch_find(serving->env->services, event->request.service, event->request.method,
                                  &call->service, &call->method, reterr);
    if (status != EYELET_OK)
        return status;
    if (serving->n_calls > serving->env->opts.calls_max)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "%u calls are in flight on this connection already",
                                serving->n_calls - 1);
    if (eyelet_call_keep(call, event->frame, &event->request) < 0)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "no memory for a request of %zu bytes",
                                event->frame.len);

    call->kind = call->method->kind;
    call->id = event->id;
    call->has_message = event->has_message;
    call->start_ns = now_ns;
    call->deadline_ns = event->deadline_ns;
    call->decode_max = serving->env->opts.decode_max;
    call->timer.expire = expire_call;
    call->is_inbox_ended = (event->flags & EYELET_FRAME_FLAG_REMOTE_OPEN) == 0;
    call->info = (struct eyelet_call_info){
        .service = call->service->service->name,
        .method = call->method->name,
        .kind = call->kind,
        .peer = &serving->peer,
        .call = call,
    };
    if ((call->kind & EYELET_CLIENT_STREAM) != 0 && call->has_message &&
        eyelet_inbox_put(&call->inbox, call->request.payload, &serving->env->inbox_limits, now_ns) < 0)
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "no memory for a message");
    status = eyelet_session_accept(&serving->connection.session, event, call->kind, call, reterr);
    if (status != EYELET_OK)
        eyelet_error_set(reterr, status, "'%s' %s and no stream", call->method->name,
                         call->kind == EYELET_UNARY ? "is unary, it takes one message" : "takes one message");
    return status;
}

static void take_call(struct eyelet_serving *serving, const struct eyelet_session_event *event, uint64_t now_ns)
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
    keep(call, event->frame.len + eyelet_inbox_held(&call->inbox));
    if (eyelet_inbox_is_stuffed(&call->inbox, &serving->env->inbox_limits))
        serving->n_stuffed++;
    set_timer(call);
    enqueue(call);
}

static void take_data(struct eyelet_serving *serving, const struct eyelet_session_event *event, uint64_t now_ns)
{
    const struct eyelet_inbox_limits *limits = &serving->env->inbox_limits;
    struct eyelet_call *call = event->owner;
    size_t before = eyelet_inbox_held(&call->inbox);
    bool was_stuffed = eyelet_inbox_is_stuffed(&call->inbox, limits);

    if (event->is_end)
        call->is_inbox_ended = true;
    if (event->has_message && eyelet_inbox_put(&call->inbox, event->message, limits, now_ns) < 0) {
        fail_call(call, EYELET_RESOURCE_EXHAUSTED, "no memory for a message");
        return;
    }
    if (!was_stuffed && eyelet_inbox_is_stuffed(&call->inbox, limits))
        serving->n_stuffed++;
    if (call->is_queued)
        serving->queued_bytes += eyelet_inbox_held(&call->inbox) - before;
    keep(call, call->kept + eyelet_inbox_held(&call->inbox) - before);
    set_timer(call);
    if (call->wants_message)
        eyelet_workers_notice(serving->env->workers, call);
}

struct eyelet_inbox_message *eyelet_serving_take_message(struct eyelet_call *call)
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
    if (call->is_live)
        set_timer(call);
    return message;
}

/* The peer broke the protocol, or asked for too much: the session has ended the call, if there was one. */
static void take_refusal(struct eyelet_serving *serving, const struct eyelet_session_event *event)
{
    struct eyelet_call *call = event->owner;

    if (call == NULL) {
        refuse(serving, event->id, &event->error);
        return;
    }
    log_call(serving, event->id, &event->error);
    put_failure(serving, event->id, &event->error);
    if (event->error.status == EYELET_RESOURCE_EXHAUSTED)
        cancel(call, EYELET_RESOURCE_EXHAUSTED, "a message was too long");
    else
        cancel(call, EYELET_CANCELLED, "the caller broke the protocol");
}

/* The peer is closed for what it did. */
static void log_broken(struct eyelet_serving *serving, const struct eyelet_error *error)
{
    struct eyelet_log_name name;

    serving->env->counters.connections_broken++;
    eyelet_log_add(&serving->env->log, &serving->log_rate, eyelet_now_ns(), EYELET_LOG_WARNING,
                   "connection from %s is closed: %s", eyelet_log_name(&serving->peer, &name), error->text);
}

static void handle(struct eyelet_serving *serving, const struct eyelet_session_event *event, uint64_t now_ns)
{
    switch (event->kind) {
    case EYELET_SESSION_CALL:
        take_call(serving, event, now_ns);
        break;
    case EYELET_SESSION_DATA:
        take_data(serving, event, now_ns);
        break;
    case EYELET_SESSION_REFUSE:
        take_refusal(serving, event);
        break;
    case EYELET_SESSION_MORE:
        break;
    case EYELET_SESSION_REPLY: /* a client's */
    case EYELET_SESSION_FAILED:
    case EYELET_SESSION_BROKEN:
        log_broken(serving, &event->error);
        serving->is_over = true;
        break;
    }
}

/* --- turns -------------------------------------------------------------------------------------------------------- */

/* A turn's share. */
struct turn {
    unsigned n_frames;
    size_t n_bytes;
};

static bool is_used_up(const struct turn *turn)
{
    return turn->n_frames >= TURN_FRAMES_MAX || turn->n_bytes >= TURN_BYTES_MAX;
}

static bool is_queue_full(const struct eyelet_serving *serving)
{
    const struct eyelet_connection *connection = &serving->connection;

    return connection->out.len >= QUEUE_BYTES_MAX ||
           (connection->out.len > 0 && connection->n_queued >= QUEUE_FRAMES_MAX);
}

/* May another frame be taken? What a handler waits for may lie behind any number of calls that wait for a thread. */
static bool may_take(const struct eyelet_serving *serving)
{
    if (serving->n_stuffed > 0)
        return false;
    return serving->n_receiving > 0 ||
           (serving->n_queued < AHEAD_CALLS_MAX && serving->queued_bytes < AHEAD_BYTES_MAX);
}

/* Nothing more will come: what is in flight has until then to be answered (HOSTILE H012). */
static void end_reading(struct eyelet_serving *serving, uint64_t now_ns)
{
    struct eyelet_call *next;

    serving->can_read = false;
    serving->has_ended = true;
    serving->give_up_ns = eyelet_deadline_after_ms(now_ns, serving->env->opts.grace_ms);
    for (struct eyelet_call *call = serving->calls; call != NULL; call = next) {
        next = call->next;
        if (call->is_live && !call->is_inbox_ended)
            fail_call(call, EYELET_CANCELLED, "the connection ended before the stream did");
    }
}

static void read_some(struct eyelet_serving *serving, struct turn *turn, uint64_t now_ns)
{
    struct eyelet_connection *connection = &serving->connection;
    uint64_t before = connection->received;
    int r = eyelet_connection_read(connection);

    switch (r) {
    case 0:
        if (eyelet_buffer_room_len(&connection->in) > 0)
            serving->can_read = serving->is_ending; /* a short read: if there will be more, epoll says so */
        break;
    case EYELET_CONNECTION_CUT:
        break;
    case EYELET_CONNECTION_ENDED:
        end_reading(serving, now_ns);
        break;
    case -EAGAIN:
        serving->can_read = false;
        break;
    default: /* no memory, either: nobody knows when there will be some */
        serving->is_over = true;
        break;
    }
    turn->n_bytes += (size_t)(connection->received - before);
}

/* Too much is queued: sends, and goes no further unless that helped. */
static void relieve_queue(struct eyelet_serving *serving)
{
    if (!is_queue_full(serving))
        return;
    if (!write_some(serving))
        serving->is_over = true;
    serving->is_full = is_queue_full(serving);
}

void eyelet_serving_relieve(struct eyelet_serving *serving)
{
    eyelet_connection_wake(&serving->connection);
    relieve_queue(serving);
    eyelet_connection_settle(&serving->connection);
}

/* Reads and takes until nothing is left, enough waits, or the share is used up. */
static enum eyelet_serving_turn work(struct eyelet_serving *serving, uint64_t now_ns)
{
    struct turn turn = { 0 };
    struct eyelet_session_event event;

    for (;;) {
        relieve_queue(serving);
        if (serving->is_over)
            return EYELET_SERVING_OVER;
        if (serving->is_full || !may_take(serving))
            return EYELET_SERVING_WAITS;
        if (is_used_up(&turn))
            return EYELET_SERVING_AGAIN;

        if (serving->has_input &&
            eyelet_connection_next(&serving->connection, now_ns, &event) != EYELET_SESSION_MORE) {
            turn.n_frames++;
            handle(serving, &event, now_ns);
            continue;
        }
        serving->has_input = false;
        if (!serving->can_read)
            return EYELET_SERVING_WAITS;
        read_some(serving, &turn, now_ns);
        serving->has_input = true;
    }
}

/* There is no memory for the frame whose data is coming: it is refused and skipped as it comes; nobody else suffers. */
static void refuse_frame(struct eyelet_serving *serving, uint64_t now_ns)
{
    struct eyelet_connection *connection = &serving->connection;
    struct eyelet_session_event event;

    eyelet_session_refuse_data(&connection->session, &event);
    handle(serving, &event, now_ns);
    eyelet_connection_next(connection, now_ns, &event); /* MORE: all that is there belongs to the refused frame */
    assert(event.kind == EYELET_SESSION_MORE);
}

/* What of a buffer counts against the connection's own limit: the spare is lent, so only what lies in it does. */
static size_t own_part(const struct eyelet_buffer *buffer)
{
    return buffer->cap > EYELET_BUFFER_SPARE_CAP ? buffer->cap : buffer->len;
}

static bool is_over_own_limit(const struct eyelet_serving *serving)
{
    const struct eyelet_connection *connection = &serving->connection;

    return eyelet_connection_waits_for_data(connection) &&
           own_part(&connection->in) + own_part(&connection->out) > serving->env->opts.connection_buffer_max;
}

/* Is the peer's time over? The log says which time. */
static bool is_late(struct eyelet_serving *serving, uint64_t awake_ns)
{
    struct eyelet_error error;

    if (awake_ns < eyelet_serving_deadline(serving))
        return false;
    if (awake_ns >= serving->give_up_ns)
        return true;
    if (awake_ns >= eyelet_session_read_deadline(&serving->connection.session))
        eyelet_session_describe_timeout(&serving->connection.session, &error);
    else
        eyelet_error_set(&error, EYELET_DEADLINE_EXCEEDED, "peer takes none of %zu bytes that wait for it",
                         serving->connection.out.len);
    log_broken(serving, &error);
    return true;
}

/* With nothing left to do, is there a reason to stay? */
static bool is_done(const struct eyelet_serving *serving)
{
    if (serving->has_hung_up && serving->has_ended)
        return true;
    return serving->n_calls == 0 && serving->connection.out.len == 0 && !serving->can_read && !serving->has_input &&
           (serving->has_ended || serving->is_stopping);
}

/* A turn with its buffers at hand. */
static enum eyelet_serving_turn take_turn(struct eyelet_serving *serving, uint64_t now_ns, uint64_t awake_ns)
{
    enum eyelet_serving_turn turn;
    bool was_full = serving->is_full;

    if (serving->is_over || !write_some(serving) || (serving->has_hung_up && !may_take(serving)))
        return EYELET_SERVING_OVER;
    serving->is_full = is_queue_full(serving);
    if (was_full && !serving->is_full)
        eyelet_session_resume_reading(&serving->connection.session, now_ns);

    turn = work(serving, now_ns);
    if (turn != EYELET_SERVING_OVER && is_over_own_limit(serving))
        refuse_frame(serving, now_ns);
    if (serving->is_over)
        return EYELET_SERVING_OVER;
    if (serving->n_queued == 0 && !write_some(serving))
        return EYELET_SERVING_OVER;
    if (turn == EYELET_SERVING_WAITS && (is_done(serving) || is_late(serving, awake_ns)))
        return EYELET_SERVING_OVER;
    return turn;
}

enum eyelet_serving_turn eyelet_serving_take_turn(struct eyelet_serving *serving, uint64_t now_ns, uint64_t awake_ns)
{
    enum eyelet_serving_turn turn;

    eyelet_connection_wake(&serving->connection);
    turn = take_turn(serving, now_ns, awake_ns);
    eyelet_connection_settle(&serving->connection);
    return turn;
}

bool eyelet_serving_wants_turn(const struct eyelet_serving *serving)
{
    if (serving->is_over)
        return true;
    return (serving->can_read || serving->has_input) && !serving->is_full && may_take(serving);
}

/* --- calls: their turn -------------------------------------------------------------------------------------------- */

bool eyelet_serving_has_call(const struct eyelet_serving *serving, uint32_t share)
{
    return serving->queue_first != NULL && serving->n_running < share && !serving->is_full && !serving->is_over;
}

struct eyelet_call *eyelet_serving_next_call(struct eyelet_serving *serving, uint32_t share)
{
    struct eyelet_call *call = serving->queue_first;

    if (!eyelet_serving_has_call(serving, share))
        return NULL;
    dequeue(call);
    serving->n_running++;
    return call;
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

static void cancel_calls(struct eyelet_serving *serving, enum eyelet_status status, const char *why, bool is_answered)
{
    struct eyelet_call *next;

    for (struct eyelet_call *call = serving->calls; call != NULL; call = next) {
        next = call->next;
        if (!call->is_live)
            continue;
        if (is_answered)
            fail_call(call, status, why);
        else
            cancel(call, status, why);
    }
}

void eyelet_serving_cancel_all(struct eyelet_serving *serving)
{
    cancel_calls(serving, EYELET_UNAVAILABLE, "server has stopped", true);
}

void eyelet_serving_end(struct eyelet_serving *serving, const char *why)
{
    struct eyelet_connection *connection = &serving->connection;

    serving->is_over = true;
    cancel_calls(serving, EYELET_UNAVAILABLE, why, false);
    eyelet_connection_wake(connection);
    if (serving->unflushed_ns != 0) {
        serving->unflushed_ns = 0;
        eyelet_connection_settle(connection);
    }
    eyelet_serving_count(serving, &serving->env->counters);
    eyelet_connection_clear(connection);
    connection->n_awake = 0;
}

void eyelet_serving_end_endless(struct eyelet_serving *serving)
{
    struct eyelet_call *next;

    for (struct eyelet_call *call = serving->calls; call != NULL; call = next) {
        next = call->next;
        if (call->is_live && call->ends_at_stop)
            fail_call(call, EYELET_UNAVAILABLE, "server is stopping");
    }
}

void eyelet_serving_stop(struct eyelet_serving *serving)
{
    eyelet_session_stop(&serving->connection.session);
    serving->is_stopping = true;
    serving->can_read = !serving->has_ended;
    eyelet_serving_end_endless(serving);
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

/* Calls that wait for a thread, and streams whose messages wait: what they keep is given back. */
static void shed_calls(struct eyelet_serving *serving)
{
    struct eyelet_call *next;

    for (struct eyelet_call *call = serving->calls; call != NULL; call = next) {
        next = call->next;
        if (call->is_live && (call->is_queued || call->inbox.n_messages > 0))
            fail_call(call, EYELET_RESOURCE_EXHAUSTED, "no memory for what waits");
    }
}

static size_t shedable(const struct eyelet_serving *serving)
{
    size_t len = 0;

    for (const struct eyelet_call *call = serving->calls; call != NULL; call = call->next) {
        if (call->is_live && (call->is_queued || call->inbox.n_messages > 0))
            len += call->kept;
    }
    return len;
}

void eyelet_serving_shed(struct eyelet_serving *serving, uint64_t now_ns)
{
    struct eyelet_connection *connection = &serving->connection;
    bool is_frame = connection->in.cap >= connection->out.cap && eyelet_connection_waits_for_data(connection);

    eyelet_connection_wake(connection);
    if (shedable(serving) >= connection->in.cap && shedable(serving) >= connection->out.cap)
        shed_calls(serving);
    else if (is_frame)
        refuse_frame(serving, now_ns);
    else
        serving->is_over = true; /* the answers wait for a peer that does not take them */
    if (serving->is_over) {
        eyelet_buffer_clear(&connection->in, connection->pool);
        eyelet_buffer_clear(&connection->out, connection->pool);
    }
    eyelet_connection_settle(connection);
}

size_t eyelet_serving_stuck(const struct eyelet_serving *serving)
{
    const struct eyelet_connection *connection = &serving->connection;
    size_t len = shedable(serving);

    if (serving->is_over)
        return 0;
    if (connection->out.len > 0 || eyelet_connection_waits_for_data(connection))
        len += eyelet_connection_held(connection);
    return len;
}

/* --- time --------------------------------------------------------------------------------------------------------- */

void eyelet_serving_forgive(struct eyelet_serving *serving, uint64_t absence_ns, uint64_t now_ns)
{
    eyelet_session_forgive(&serving->connection.session, absence_ns, now_ns);
    serving->progress_ns += absence_ns;
    if (serving->progress_ns > now_ns)
        serving->progress_ns = now_ns; /* the wait began while the server was away */
}

bool eyelet_serving_wants_write(const struct eyelet_serving *serving)
{
    return serving->connection.out.len > 0 && !serving->can_write;
}

/* Does this side read what the peer sends? What it does not read, the peer cannot be late with. */
static bool is_reading(const struct eyelet_serving *serving)
{
    return !serving->is_full && !serving->has_ended && may_take(serving);
}

uint64_t eyelet_serving_deadline(const struct eyelet_serving *serving)
{
    uint64_t deadline_ns = serving->give_up_ns, other_ns;

    if (is_reading(serving)) {
        other_ns = eyelet_session_read_deadline(&serving->connection.session);
        deadline_ns = other_ns < deadline_ns ? other_ns : deadline_ns;
    }
    if (serving->connection.out.len > 0) {
        other_ns = eyelet_deadline_after_ms(serving->progress_ns, serving->env->opts.write_stall_ms);
        deadline_ns = other_ns < deadline_ns ? other_ns : deadline_ns;
    }
    if (serving->unflushed_ns != 0 && serving->unflushed_ns + UNFLUSHED_MAX_NS < deadline_ns)
        deadline_ns = serving->unflushed_ns + UNFLUSHED_MAX_NS;
    return deadline_ns;
}

void eyelet_serving_count(const struct eyelet_serving *serving, struct eyelet_counters *counters)
{
    const struct eyelet_session_counters *session = &serving->connection.session.counters;

    counters->frames_received += session->frames;
    counters->late_frames += session->late_frames;
    counters->protocol_errors += session->protocol_errors;
    counters->bytes_received += serving->connection.received;
    counters->bytes_sent += serving->connection.sent;
}
