/*
 * From the start of a call to its end, and to who is told of that.
 */
#include "rpc/calling.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "core/bytes.h"
#include "core/error.h"
#include "io/socket.h"
#include "rpc/driving.h"
#include "rpc/interceptors.h"
#include "rpc/trace.h"

/* --- in and out --------------------------------------------------------------------------------------------------- */

void eyelet_client_enter(struct eyelet_client *client)
{
    pthread_mutex_lock(&client->lock);
    client->n_users++;
    client->n_inside++;
}

void eyelet_client_leave(struct eyelet_client *client)
{
    eyelet_connection_keep(&client->connection); /* what was to be sent may go away with this function's caller */
    eyelet_client_tell(client, false);
    if (!client->has_driver || client->is_polling)
        eyelet_client_rest(client);
    client->n_inside--;
    if (client->is_closing)
        pthread_cond_broadcast(&client->left);
    eyelet_client_drop_and_unlock(client);
}

void eyelet_client_drop_and_unlock(struct eyelet_client *client)
{
    bool is_last = --client->n_users == 0;

    pthread_mutex_unlock(&client->lock);
    if (!is_last)
        return;
    pthread_cond_destroy(&client->left);
    pthread_mutex_destroy(&client->lock);
    free(client);
}

/* --- functions of the program's ----------------------------------------------------------------------------------- */

size_t eyelet_client_depth(const struct eyelet_client *client)
{
    pthread_t self = pthread_self();
    size_t depth = 0;

    for (const struct eyelet_telling *telling = client->first_telling; telling != NULL; telling = telling->next)
        depth += pthread_equal(telling->thread, self) != 0;
    return depth;
}

bool eyelet_client_is_called_back(const struct eyelet_client *client)
{
    const struct eyelet_telling *telling = client->first_telling;
    pthread_t self = pthread_self();

    while (telling != NULL && !pthread_equal(telling->thread, self))
        telling = telling->next;
    return telling != NULL;
}

/* Releases the lock for a function of the program's, and takes it back. */
static void begin_telling(struct eyelet_client *client, struct eyelet_telling *telling)
{
    telling->thread = pthread_self();
    telling->next = client->first_telling;
    client->first_telling = telling;
    pthread_mutex_unlock(&client->lock);
}

static void end_telling(struct eyelet_client *client, struct eyelet_telling *telling)
{
    struct eyelet_telling **at = &client->first_telling;

    pthread_mutex_lock(&client->lock);
    while (*at != telling)
        at = &(*at)->next;
    *at = telling->next;
}

void eyelet_client_note_state(struct eyelet_client *client, enum eyelet_client_state state,
                              const struct eyelet_error *why)
{
    if (client->opts.on_state == NULL)
        return;
    if (state == EYELET_CLIENT_LOST)
        client->why = *why;
    if (client->n_states == 2) { /* the program is behind: what came and went meanwhile it need not know */
        client->n_states = 1;
        return;
    }
    client->states[client->n_states++] = state;
}

static void tell_state(struct eyelet_client *client)
{
    enum eyelet_client_state state = client->states[0];
    struct eyelet_error why = client->why;
    struct eyelet_telling telling;

    client->states[0] = client->states[1];
    client->n_states--;
    client->is_telling_state = true;
    begin_telling(client, &telling);
    client->opts.on_state(state, state == EYELET_CLIENT_LOST ? &why : NULL, client->opts.on_state_userdata);
    end_telling(client, &telling);
    client->is_telling_state = false;
}

static void tell_log(struct eyelet_client *client)
{
    struct eyelet_log_line *lines = eyelet_log_take(&client->log);
    struct eyelet_telling telling;

    begin_telling(client, &telling);
    eyelet_log_tell(&client->log, lines);
    end_telling(client, &telling);
}

static void push(struct eyelet_pending_queue *queue, struct eyelet_pending *pending)
{
    pending->next = NULL;
    if (queue->last != NULL)
        queue->last->next = pending;
    else
        queue->first = pending;
    queue->last = pending;
}

static struct eyelet_pending *pop(struct eyelet_pending_queue *queue)
{
    struct eyelet_pending *pending = queue->first;

    queue->first = pending->next;
    if (queue->first == NULL)
        queue->last = NULL;
    return pending;
}

/* A reply that could not be unpacked where it lay. */
static void unpack_inbox(struct eyelet_pending *pending)
{
    struct eyelet_client *client = pending->client;
    struct eyelet_telling telling;

    begin_telling(client, &telling);
    eyelet_pending_unpack(pending, &pending->reply);
    end_telling(client, &telling);
    eyelet_pending_clear_inbox(pending);
}

static void tell_end(struct eyelet_client *client)
{
    struct eyelet_pending *pending = pop(&client->ended);
    struct eyelet_telling telling;
    enum eyelet_status status;

    if (pending->inbox.first != NULL)
        unpack_inbox(pending);
    eyelet_pending_conclude(pending, NULL);
    status = pending->status;
    begin_telling(client, &telling);
    pending->tell(pending->done, status, pending->reply, status != EYELET_OK ? &pending->error : NULL,
                  pending->userdata);
    end_telling(client, &telling);
    eyelet_pending_free(pending);
    client->n_users--; /* not the last: this thread is inside */
}

static void tell_one(struct eyelet_client *client)
{
    eyelet_client_pass_on(client); /* it may take long */
    if (eyelet_client_has_state(client))
        tell_state(client);
    else if (client->log.first != NULL)
        tell_log(client);
    else
        tell_end(client);
}

void eyelet_client_tell_news(struct eyelet_client *client, bool is_last)
{
    bool is_outer = !eyelet_client_is_called_back(client);

    while (eyelet_client_has_news(client, is_last || is_outer))
        tell_one(client);
    if (client->leaves_later && is_outer)
        eyelet_client_flush(client); /* calls that were started meanwhile leave together */
}

/* --- memory of started calls -------------------------------------------------------------------------------------- */

struct eyelet_pending *eyelet_pending_new(struct eyelet_client *client)
{
    struct eyelet_pending *pending = client->first_idle;

    if (pending == NULL)
        return malloc(sizeof(*pending));
    client->first_idle = pending->next;
    client->n_idle--;
    return pending;
}

void eyelet_pending_free(struct eyelet_pending *pending)
{
    struct eyelet_client *client = pending->client;

    if (client->is_closing || client->n_idle == EYELET_CLIENT_IDLE_MAX) {
        free(pending);
        return;
    }
    pending->next = client->first_idle;
    client->first_idle = pending;
    client->n_idle++;
}

void eyelet_client_free_idle(struct eyelet_client *client)
{
    while (client->n_idle > 0)
        free(eyelet_pending_new(client));
}

/* --- before a call, and after it ---------------------------------------------------------------------------------- */

static const struct eyelet_call_opts *opts_of(const struct eyelet_calling *what)
{
    static const struct eyelet_call_opts none = { 0 };

    return what != NULL && what->opts != NULL ? what->opts : &none;
}

static uint32_t timeout_of(const struct eyelet_client *client, const struct eyelet_calling *what)
{
    uint32_t timeout_ms = opts_of(what)->timeout_ms;

    if (timeout_ms == 0)
        timeout_ms = client->opts.call_timeout_ms;
    return timeout_ms < EYELET_TIMEOUT_MS_MAX ? timeout_ms : EYELET_TIMEOUT_MS_MAX;
}

void eyelet_pending_init(struct eyelet_pending *pending, struct eyelet_client *client, enum eyelet_pending_use use,
                         const struct eyelet_calling *what)
{
    memset(pending, 0, offsetof(struct eyelet_pending, inbox)); /* in pieces that need no loop */
    pending->inbox = (struct eyelet_inbox){ 0 };
    pending->traffic = (struct eyelet_traffic){ 0 };
    pending->client = client;
    pending->service = what->service;
    pending->method = what->method;
    pending->unpack = what->unpack;
    pending->use = use;
    pending->timeout_ms = timeout_of(client, what);
    pending->start_ns = eyelet_now_ns();
    pending->seen_ns = pending->start_ns;
    pending->deadline_ns = eyelet_deadline_after_ms(pending->start_ns, pending->timeout_ms);
    pending->fd = -1;
}

static struct eyelet_call_info info_of(const struct eyelet_pending *pending, const struct eyelet_calling *what)
{
    return (struct eyelet_call_info){
        .service = pending->service->name,
        .method = pending->method->name,
        .kind = pending->method->kind,
        .peer = pending->has_peer ? &pending->peer : NULL,
        .metadata = opts_of(what)->metadata,
        .n_metadata = opts_of(what)->n_metadata,
        .status = pending->status,
        .error = pending->status != EYELET_OK ? &pending->error : NULL,
        .received_messages = pending->traffic.received_messages,
        .received_bytes = pending->traffic.received_bytes,
        .sent_messages = pending->traffic.sent_messages,
        .sent_bytes = pending->traffic.sent_bytes,
    };
}

static void note_peer(struct eyelet_pending *pending)
{
    pending->has_peer = !pending->client->is_lost;
    pending->peer = pending->client->peer;
}

static enum eyelet_status ask_interceptors(struct eyelet_pending *pending, const struct eyelet_calling *what)
{
    struct eyelet_client *client = pending->client;
    struct eyelet_call_info info;
    struct eyelet_telling telling;
    enum eyelet_status status;

    note_peer(pending);
    info = info_of(pending, what);
    begin_telling(client, &telling);
    status = eyelet_interceptors_ask(client->opts.interceptors, client->opts.n_interceptors, &info, &pending->n_asked,
                                     &pending->error);
    end_telling(client, &telling);
    pending->seen_ns = 0;
    return status;
}

bool eyelet_pending_ask(struct eyelet_pending *pending, const struct eyelet_calling *what)
{
    const struct eyelet_call_opts *opts = opts_of(what);
    enum eyelet_status status = EYELET_OK;

    if (opts->n_metadata > 0)
        status = eyelet_metadata_check(opts->metadata, opts->n_metadata, &pending->error);
    if (status == EYELET_OK && pending->client->opts.n_interceptors > 0)
        status = ask_interceptors(pending, what);
    if (status != EYELET_OK) {
        eyelet_pending_finish(pending, status);
        return false;
    }
    if (pending->client->is_closing) {
        eyelet_pending_fail(pending, EYELET_FAILED_PRECONDITION, "the client is being closed");
        return false;
    }
    return true;
}

void eyelet_pending_tell_hooks(struct eyelet_pending *pending, const struct eyelet_calling *what)
{
    struct eyelet_client *client = pending->client;
    struct eyelet_call_info info;
    struct eyelet_telling telling;

    pending->is_concluded = true;
    if (pending->status != EYELET_OK) {
        client->counters.calls_failed += pending->id != 0;
        eyelet_log_add(&client->log, &client->log_rate, eyelet_now_ns(), EYELET_LOG_DEBUG, "%s/%s at %s: %s: %s",
                       pending->service->name, pending->method->name, client->address,
                       eyelet_status_name(pending->status), pending->error.text);
    }
    if (pending->n_asked == 0 && client->trace == NULL)
        return;
    info = info_of(pending, what);
    info.duration_ns = eyelet_now_ns() - pending->start_ns;
    begin_telling(client, &telling);
    eyelet_interceptors_tell(client->opts.interceptors, pending->n_asked, &info);
    eyelet_trace_call(client->trace, pending->fd, &info);
    end_telling(client, &telling);
}

void eyelet_pending_drop_messages(struct eyelet_pending *pending)
{
    pending->client->n_held -= eyelet_inbox_held(&pending->inbox);
    eyelet_inbox_clear(&pending->inbox, pending->client->opts.wipe);
}

/* --- how calls end ------------------------------------------------------------------------------------------------ */

static bool is_written(const struct eyelet_pending *pending)
{
    return pending->id != 0 && pending->client->connection.sent >= pending->end;
}

/* The text says which call, where, and why. */
static EYELET_PRINTF(3, 0) void describe(struct eyelet_pending *pending, enum eyelet_status status, const char *format,
                                         va_list args)
{
    struct eyelet_error why;

    eyelet_error_vset(&why, status, format, args);
    eyelet_error_set(&pending->error, status, "call of %s/%s at %s: %s", pending->service->name, pending->method->name,
                     pending->client->address, why.text);
}

/* Must it be ended although no thread may wait for it? */
static bool is_timed(const struct eyelet_pending *pending)
{
    return pending->use != EYELET_PENDING_BLOCKS;
}

static void unlink_pending(struct eyelet_client *client, struct eyelet_pending *pending)
{
    if (pending->previous != NULL)
        pending->previous->next = pending->next;
    else
        client->first_pending = pending->next;
    if (pending->next != NULL)
        pending->next->previous = pending->previous;
    pending->next = NULL;
    pending->previous = NULL;
    client->n_pending--;
    client->counters.calls_open--;
    client->n_timed -= is_timed(pending);
    if (client->n_timed == 0)
        client->calls_end_ns = EYELET_NO_DEADLINE;
}

static void link_pending(struct eyelet_client *client, struct eyelet_pending *pending, uint64_t now_ns)
{
    pending->previous = NULL;
    pending->next = client->first_pending;
    if (client->first_pending != NULL)
        client->first_pending->previous = pending;
    client->first_pending = pending;
    client->n_pending++;
    client->n_timed += is_timed(pending);
    client->counters.calls_open++;
    client->counters.calls_started++;
    if (client->n_pending > 1)
        return;
    client->heard_ns = now_ns; /* from now on silence means something */
    client->asked_ns = 0;
    if (client->opts.keepalive_ms != 0)
        eyelet_client_wake_driver(client); /* it may poll for bytes of a call that is over */
}

/* There may be room in its inbox for good. */
static void unstuff(struct eyelet_pending *pending)
{
    if (!pending->is_stuffed)
        return;
    pending->is_stuffed = false;
    if (--pending->client->n_stuffed == 0)
        eyelet_client_wake_driver(pending->client);
}

/* Its function is to be told, behind those that ended before; if one of their replies is to be unpacked first, so be
 * it. */
static void push_ended(struct eyelet_client *client, struct eyelet_pending *pending)
{
    bool must_wait = pending->has_direct || client->direct.first != NULL;

    push(must_wait ? &client->direct : &client->ended, pending);
    eyelet_client_wake_driver(client); /* to tell of it */
}

void eyelet_pending_finish(struct eyelet_pending *pending, enum eyelet_status status)
{
    struct eyelet_client *client = pending->client;

    assert(!pending->is_over);
    pending->is_over = true;
    pending->status = status;
    if (pending->id != 0)
        unlink_pending(client, pending);
    unstuff(pending);
    if (pending->waiters != NULL)
        eyelet_client_signal(pending, false);
    if (client->is_polling && client->driver != NULL && client->driver->pending == pending)
        eyelet_client_wake_driver(client);
    if (pending->done != NULL)
        push_ended(client, pending);
}

void eyelet_pending_fail(struct eyelet_pending *pending, enum eyelet_status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    describe(pending, status, format, args);
    va_end(args);
    pending->error.may_have_executed = is_written(pending);
    eyelet_pending_finish(pending, status);
}

void eyelet_pending_lose(struct eyelet_pending *pending, const struct eyelet_error *why)
{
    pending->was_lost = true;
    eyelet_pending_fail(pending, why->status, "%s", why->text);
    pending->error.error_number = why->error_number;
}

int eyelet_pending_end_sending(struct eyelet_pending *pending)
{
    struct eyelet_client *client = pending->client;
    int r;

    if (!pending->is_open || client->is_lost)
        return 0;
    r = eyelet_connection_queue_end(&client->connection, pending->id);
    if (r < 0)
        return r;
    pending->is_open = false;
    eyelet_client_flush(client);
    return 0;
}

/* Takes the request back if that can be done. Return: false when it may be executed, now or later. */
static bool take_back(struct eyelet_pending *pending)
{
    struct eyelet_connection *connection = &pending->client->connection;

    if (pending->id == 0)
        return true;
    if (pending->end != eyelet_connection_queued(connection) || connection->sent > pending->end - pending->len)
        return false;
    eyelet_connection_unqueue(connection, pending->len);
    eyelet_session_unsend(&connection->session, pending->id);
    eyelet_client_signal_senders(pending->client);
    pending->is_open = false;
    return true;
}

void eyelet_pending_give_up(struct eyelet_pending *pending, enum eyelet_status status, const char *format, ...)
{
    struct eyelet_client *client = pending->client;
    va_list args;

    va_start(args, format);
    describe(pending, status, format, args);
    va_end(args);
    if (!client->is_lost) {
        pending->error.may_have_executed = !take_back(pending);
        if (pending->error.may_have_executed)
            eyelet_session_finish(&client->connection.session, pending->id);
        eyelet_pending_end_sending(pending); /* without memory the server's own deadline must do */
    }
    pending->is_given_up = true;
    eyelet_pending_clear_inbox(pending);
    eyelet_pending_finish(pending, status);
}

void eyelet_pending_expire(struct eyelet_pending *pending)
{
    eyelet_pending_give_up(pending, EYELET_DEADLINE_EXCEEDED, "deadline of %u ms exceeded", pending->timeout_ms);
}

/* When it has to be ended, by whoever looks at the clock. */
static uint64_t end_ns_of(const struct eyelet_pending *pending)
{
    uint64_t end_ns = pending->deadline_ns;

    if (!is_timed(pending))
        return EYELET_NO_DEADLINE;
    if (pending->use == EYELET_PENDING_STREAMS && eyelet_inbox_deadline(&pending->inbox) < end_ns)
        end_ns = eyelet_inbox_deadline(&pending->inbox);
    return end_ns;
}

static void note_end(const struct eyelet_pending *pending)
{
    struct eyelet_client *client = pending->client;
    uint64_t end_ns = end_ns_of(pending);

    if (end_ns < client->calls_end_ns)
        client->calls_end_ns = end_ns;
    if (client->is_polling && end_ns < client->poll_until_ns)
        eyelet_client_wake_driver(client);
}

static void end_in_time(struct eyelet_pending *pending, uint64_t now_ns)
{
    if (pending->deadline_ns <= now_ns)
        eyelet_pending_expire(pending);
    else
        eyelet_pending_give_up(pending, EYELET_RESOURCE_EXHAUSTED,
                               "%zu messages of %zu bytes wait, and none was received for %u ms",
                               pending->inbox.n_messages, pending->inbox.n_bytes, EYELET_STREAM_FULL_MS);
}

void eyelet_client_expire(struct eyelet_client *client, uint64_t now_ns)
{
    struct eyelet_pending *next;

    if (now_ns < client->calls_end_ns)
        return;
    client->calls_end_ns = EYELET_NO_DEADLINE;
    for (struct eyelet_pending *pending = client->first_pending; pending != NULL; pending = next) {
        next = pending->next;
        if (end_ns_of(pending) <= now_ns)
            end_in_time(pending, now_ns);
        else
            note_end(pending);
    }
}

/* --- messages ----------------------------------------------------------------------------------------------------- */

int eyelet_pending_put(struct eyelet_pending *pending, struct eyelet_slice message, uint64_t now_ns)
{
    struct eyelet_client *client = pending->client;
    const struct eyelet_inbox_limits *limits = &client->inbox_limits;
    size_t before = eyelet_inbox_held(&pending->inbox);

    if (client->n_held > client->opts.buffer_max || message.len > client->opts.buffer_max - client->n_held)
        return -ENOBUFS; /* HOSTILE H115 */
    if (eyelet_inbox_put(&pending->inbox, message, limits, now_ns) < 0)
        return -ENOMEM;
    client->n_held += eyelet_inbox_held(&pending->inbox) - before;
    if (pending->use != EYELET_PENDING_STREAMS)
        return 0;
    note_end(pending);
    if (!pending->is_stuffed && eyelet_inbox_is_stuffed(&pending->inbox, limits)) {
        pending->is_stuffed = true;
        pending->client->n_stuffed++;
    }
    return 0;
}

struct eyelet_inbox_message *eyelet_pending_take(struct eyelet_pending *pending, uint64_t now_ns)
{
    const struct eyelet_inbox_limits *limits = &pending->client->inbox_limits;
    size_t before = eyelet_inbox_held(&pending->inbox);
    struct eyelet_inbox_message *message = eyelet_inbox_take(&pending->inbox, limits, now_ns);

    if (message == NULL)
        return NULL;
    pending->client->n_held -= before - eyelet_inbox_held(&pending->inbox);
    if (!eyelet_inbox_is_stuffed(&pending->inbox, limits))
        unstuff(pending);
    if (!pending->is_over)
        note_end(pending);
    return message;
}

static struct eyelet_slice payload_of(const struct eyelet_pending *pending)
{
    if (pending->has_direct)
        return pending->direct;
    assert(pending->inbox.first != NULL);
    return (struct eyelet_slice){ pending->inbox.first->data, pending->inbox.first->len };
}

static EYELET_PRINTF(3, 4) void spoil(struct eyelet_pending *pending, enum eyelet_status status, const char *format,
                                      ...)
{
    va_list args;

    va_start(args, format);
    describe(pending, status, format, args);
    va_end(args);
    pending->status = status;
    pending->error.may_have_executed = true;
}

enum eyelet_status eyelet_pending_unpack(struct eyelet_pending *pending, ProtobufCMessage **ret)
{
    struct eyelet_slice payload;
    struct eyelet_error why;
    enum eyelet_status status;

    if (pending->status != EYELET_OK)
        return pending->status;
    payload = payload_of(pending);
    status = pending->unpack(pending->method->reply_type, payload, pending->client->opts.decode_max, ret, &why);
    if (status != EYELET_OK) {
        spoil(pending, status, "%s", why.text);
        return status;
    }
    pending->traffic.received_messages = 1;
    pending->traffic.received_bytes = payload.len;
    return EYELET_OK;
}

static void push_all(struct eyelet_pending_queue *queue, const struct eyelet_pending_queue *more)
{
    if (queue->last != NULL)
        queue->last->next = more->first;
    else
        queue->first = more->first;
    queue->last = more->last;
}

void eyelet_client_unpack_direct(struct eyelet_client *client)
{
    struct eyelet_pending_queue direct = client->direct;

    client->direct = (struct eyelet_pending_queue){ 0 };
    pthread_mutex_unlock(&client->lock);
    for (struct eyelet_pending *pending = direct.first; pending != NULL; pending = pending->next) {
        if (pending->has_direct)
            eyelet_pending_unpack(pending, &pending->reply);
        pending->has_direct = false;
    }
    pthread_mutex_lock(&client->lock);
    push_all(&client->ended, &direct);
}

/* --- the request -------------------------------------------------------------------------------------------------- */

static void fail_to_queue(struct eyelet_pending *pending, int r, size_t len)
{
    struct eyelet_client *client = pending->client;
    struct eyelet_error why;

    switch (r) {
    case -EMSGSIZE:
        eyelet_pending_fail(pending, EYELET_RESOURCE_EXHAUSTED, "request of %zu bytes is longer than frame_max, %u",
                            len, client->opts.frame_max);
        break;
    case -ENOSPC:
        eyelet_pending_fail(pending, EYELET_RESOURCE_EXHAUSTED, "%zu calls are in flight already", client->n_pending);
        break;
    case -EOVERFLOW:
        eyelet_error_set(&why, EYELET_UNAVAILABLE, "this connection has made all the calls it can");
        if (client->n_pending > 0 || client->has_driver) { /* those in flight go on, and no other is made for now */
            eyelet_pending_fail(pending, why.status, "%s", why.text);
            break;
        }
        eyelet_client_lose(client, &why);
        eyelet_pending_lose(pending, &why);
        break;
    default:
        eyelet_pending_fail(pending, EYELET_RESOURCE_EXHAUSTED, "no memory for a request of %zu bytes", len);
        break;
    }
}

static int queue(struct eyelet_pending *pending, const struct eyelet_calling *what, uint64_t now_ns)
{
    struct eyelet_client *client = pending->client;
    const struct eyelet_outgoing_request request = {
        .service = eyelet_slice_of(pending->service->name),
        .method = eyelet_slice_of(pending->method->name),
        .metadata = opts_of(what)->metadata,
        .n_metadata = opts_of(what)->n_metadata,
        .payload_len = what->message.len,
        .timeout_ns = (int64_t)(pending->deadline_ns - now_ns),
    };
    uint64_t before = eyelet_connection_queued(&client->connection);
    int r;

    if (client->n_pending >= client->opts.calls_max)
        return -ENOSPC;
    r = eyelet_connection_queue_request(&client->connection, &request, pending->method->kind, pending, &what->message,
                                        &pending->id);
    if (r < 0)
        return r;
    pending->end = eyelet_connection_queued(&client->connection);
    pending->len = (size_t)(pending->end - before);
    pending->connection_number = client->counters.connections_opened;
    return 0;
}

/* What a call is from the moment its request is queued. */
static void begin(struct eyelet_pending *pending, const struct eyelet_calling *what, uint64_t now_ns)
{
    struct eyelet_client *client = pending->client;

    pending->fd = client->connection.fd;
    pending->is_open = (pending->method->kind & EYELET_CLIENT_STREAM) != 0;
    pending->traffic.sent_messages = !pending->is_open;
    pending->traffic.sent_bytes = what->message.len;
    if (client->opts.n_interceptors > 0)
        note_peer(pending);
    link_pending(client, pending, now_ns);
    note_end(pending);
}

/*
 * What is started in a function of the program's leaves when the outermost of them has returned, or when so much waits
 * that another message in the same piece would save little.
 */
static bool may_leave_later(const struct eyelet_pending *pending)
{
    const struct eyelet_client *client = pending->client;

    return pending->use == EYELET_PENDING_STARTED && client->connection.out.len < EYELET_BUFFER_SPARE_CAP &&
           eyelet_client_is_called_back(client);
}

bool eyelet_pending_queue(struct eyelet_pending *pending, const struct eyelet_calling *what)
{
    struct eyelet_client *client = pending->client;
    uint64_t now_ns = pending->seen_ns != 0 ? pending->seen_ns : eyelet_now_ns();
    int r;

    if (now_ns >= pending->deadline_ns) {
        eyelet_pending_fail(pending, EYELET_DEADLINE_EXCEEDED, "deadline of %u ms exceeded before anything was sent",
                            pending->timeout_ms);
        return false;
    }
    r = queue(pending, what, now_ns);
    if (r < 0) {
        fail_to_queue(pending, r, what->message.len);
        return false;
    }
    begin(pending, what, now_ns);
    if (may_leave_later(pending))
        client->leaves_later = true; /* see eyelet_client_tell() */
    else
        eyelet_client_flush(client);
    return true;
}
