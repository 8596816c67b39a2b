/*
 * The slots: what came is kept in one, waits there for its turn, is run and answered. A handler is not started before
 * its answer has room, so no answer ever waits for a peer.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>

#include "core/bytes.h"
#include "core/error.h"
#include "io/socket.h"
#include "nano/message.h"
#include "nano/server.h"

#define FULL_NS        EYELET_NS_PER_S /* <eyelet/stream.h>, EYELET_STREAM_FULL_MS */
#define REPLY_HEAD_MAX 32u             /* head of a frame and envelope of a reply: 10, and 1 + 5 */

static bool takes_stream(const struct eyelet_nano_call *call)
{
    return (call->method->kind & EYELET_CLIENT_STREAM) != 0;
}

static bool gives_stream(const struct eyelet_nano_call *call)
{
    return (call->method->kind & EYELET_SERVER_STREAM) != 0;
}

/* --- slots -------------------------------------------------------------------------------------------------------- */

/* One more; there are less than calls_max. */
static void add_slot(struct eyelet_nano_server *server)
{
    size_t cap = (size_t)server->opts.frame_max + EYELET_NANO_FRAME_ROOM;
    struct eyelet_nano_call *call = eyelet_storage_take(&server->storage, sizeof(*call));
    uint8_t *bytes = eyelet_storage_take(&server->storage, cap);

    assert(call != NULL && bytes != NULL); /* EYELET_NANO_SERVER_SIZE() */
    eyelet_queue_init(&call->held, bytes, cap, server->opts.wipe);
    call->state = EYELET_NANO_CALL_FREE;
    call->server = server;
    call->next = NULL;
    server->free_slots = call;
}

/* The slot that the next call is going to have: the one that was somebody's last, if there is one. */
static struct eyelet_nano_call *find_free(struct eyelet_nano_server *server)
{
    if (server->free_slots == NULL)
        add_slot(server);
    return server->free_slots;
}

bool eyelet_nano_calls_have_slot(const struct eyelet_nano_server *server, const struct eyelet_nano_guest *guest)
{
    uint32_t n_free = server->opts.calls_max - server->n_calls;
    uint32_t n_others = guest->n_calls > 0 ? server->opts.connections_max - server->n_calling : 0;

    return n_free > n_others; /* one is kept for each of the others that has none yet, or is not there yet */
}

/* Its guest has one call more, which waits for its turn behind the others; it does not wait any more; one less. */
static void enter_guest(struct eyelet_nano_call *call, struct eyelet_nano_guest *guest)
{
    call->guest = guest;
    call->server->n_calling += guest->n_calls == 0;
    guest->n_calls++;
    call->next = NULL;
    call->link = guest->last_link;
    *call->link = call;
    guest->last_link = &call->next;
}

static void end_waiting(struct eyelet_nano_call *call)
{
    *call->link = call->next;
    if (call->next != NULL)
        call->next->link = call->link;
    else
        call->guest->last_link = call->link;
}

static void leave_guest(struct eyelet_nano_call *call)
{
    if (call->state == EYELET_NANO_CALL_WAITS)
        end_waiting(call);
    call->guest->n_calls--;
    call->server->n_calling -= call->guest->n_calls == 0;
    call->guest = NULL;
}

static void call_free(struct eyelet_nano_call *call)
{
    struct eyelet_nano_server *server = call->server;

    if (call->guest != NULL)
        leave_guest(call);
    server->n_calls--;
    server->is_stirred = true;
    eyelet_queue_clear(&call->held);
    if (server->opts.wipe)
        explicit_bzero(&call->failure, sizeof(call->failure));
    call->state = EYELET_NANO_CALL_FREE;
    call->next = server->free_slots;
    server->free_slots = call;
}

/* All calls that are alive: the one that runs, and those that wait, guest by guest. @call NULL begins. */
static struct eyelet_nano_call *next_live(const struct eyelet_nano_server *server, const struct eyelet_nano_call *call)
{
    uint32_t place = 0;

    if (call == NULL && server->running != NULL)
        return server->running;
    if (call != NULL && call != server->running) {
        if (call->next != NULL)
            return call->next;
        place = (uint32_t)(call->guest - server->guests) + 1;
    }
    for (; place < server->n_places; place++) {
        if (server->guests[place].first_waiting != NULL)
            return server->guests[place].first_waiting;
    }
    return NULL;
}

static struct eyelet_nano_call *find_live(const struct eyelet_nano_server *server,
                                          const struct eyelet_nano_guest *guest, uint32_t id)
{
    struct eyelet_nano_call *call = NULL;

    while ((call = next_live(server, call)) != NULL) {
        if (call->guest == guest && call->id == id && !call->is_over)
            break;
    }
    return call;
}

/* --- room --------------------------------------------------------------------------------------------------------- */

/* Bytes of the out buffer that the call's end may take. */
static size_t reserve_for(const struct eyelet_nano_server *server, const struct eyelet_nano_method *method)
{
    size_t len = method->reply_len_max;

    if ((method->kind & EYELET_SERVER_STREAM) != 0)
        return EYELET_NANO_FAILURE_MAX;
    if (len > server->opts.frame_max)
        len = server->opts.frame_max;
    len += REPLY_HEAD_MAX;
    return len > EYELET_NANO_FAILURE_MAX ? len : EYELET_NANO_FAILURE_MAX;
}

size_t eyelet_nano_calls_room(const struct eyelet_nano_server *server, const struct eyelet_nano_guest *guest)
{
    const struct eyelet_nano_call *running = server->running;
    size_t room = eyelet_line_room(&guest->line);

    if (running == NULL || running->guest != guest || running->is_over)
        return room;
    return room > running->reserve ? room - running->reserve : 0;
}

bool eyelet_nano_calls_need(const struct eyelet_nano_server *server, const struct eyelet_nano_guest *guest)
{
    const struct eyelet_nano_call *running = server->running;

    return running != NULL && running->guest == guest && !running->is_over && takes_stream(running) &&
           !running->has_ended && running->held.n == 0;
}

bool eyelet_nano_calls_hold(struct eyelet_nano_server *server, const struct eyelet_nano_guest *guest,
                            const struct eyelet_frame_head *head, uint64_t now_ns)
{
    struct eyelet_nano_call *call = find_live(server, guest, head->stream_id);

    if (call == NULL || !takes_stream(call) || call->has_ended || head->data_len > server->opts.frame_max)
        return true; /* the session says what that is */
    if ((head->flags & EYELET_FRAME_FLAG_NO_DATA) != 0)
        return true; /* no message, or one to be ignored */
    if (eyelet_queue_fits(&call->held, head->data_len) || !eyelet_queue_ever_fits(&call->held, head->data_len))
        return true;
    if (call->full_ns == 0)
        call->full_ns = now_ns;
    return false;
}

/* --- what arrives ------------------------------------------------------------------------------------------------- */

/* There is room for it: see eyelet_nano_calls_take(). */
static void put_failure(struct eyelet_nano_guest *guest, uint32_t id, const struct eyelet_error *error, uint64_t now_ns)
{
    if (eyelet_line_put_failure(&guest->line, id, error, now_ns) < 0)
        guest->is_over = true;
}

/* A request that does not become a call; @error is the event's. */
static void decline(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, uint64_t now_ns)
{
    eyelet_session_finish(&guest->line.session, server->event.id);
    server->counters.calls_failed++;
    put_failure(guest, server->event.id, &server->event.error, now_ns);
}

/* A part of what is copied is one of the copy. */
static void follow(struct eyelet_slice *part, struct eyelet_slice whole, struct eyelet_slice copy)
{
    if (part->len > 0)
        part->data = copy.data + (part->data - whole.data);
}

static void call_open(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, struct eyelet_nano_call *call,
                      const struct eyelet_dispatch_node *node, const struct eyelet_nano_method *method)
{
    const struct eyelet_session_event *event = &server->event;
    struct eyelet_slice copy;
    bool is_kept = eyelet_queue_keep(&call->held, event->frame, &copy);

    assert(is_kept); /* held is longer than a frame */
    (void)is_kept;
    call->request.payload = event->request.payload;
    call->request.metadata = event->request.metadata;
    follow(&call->request.payload, event->frame, copy);
    follow(&call->request.metadata, event->frame, copy);
    if (!event->has_message)
        call->request.payload.len = 0;
    server->free_slots = call->next;
    call->state = EYELET_NANO_CALL_WAITS;
    call->id = event->id;
    call->peer = guest->peer;
    call->node = node;
    call->method = method;
    call->deadline_ns = event->deadline_ns;
    call->full_ns = 0;
    call->reserve = reserve_for(server, method);
    call->has_first = event->has_message;
    call->has_ended = (event->flags & EYELET_FRAME_FLAG_REMOTE_OPEN) == 0;
    call->is_over = false;
    call->failure.status = EYELET_OK;
    call->failure.details_len = 0;
    enter_guest(call, guest);
    server->n_calls++;
}

static void take_call(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, uint64_t now_ns)
{
    struct eyelet_session_event *event = &server->event;
    struct eyelet_nano_call *call = eyelet_nano_calls_have_slot(server, guest) ? find_free(server) : NULL;
    const struct eyelet_dispatch_node *node;
    const struct eyelet_nano_method *method;
    const void *found;
    enum eyelet_status status;

    server->counters.calls_started++;
    status = eyelet_dispatch_find(server->n_nodes > 0 ? &server->nodes[server->n_nodes - 1] : NULL,
                                  event->request.service, event->request.method, &node, &found, &event->error);
    if (status == EYELET_OK && call == NULL) /* a handler waits for what is behind it */
        status = eyelet_error_set(&event->error, EYELET_RESOURCE_EXHAUSTED, "%u calls of this connection wait already",
                                  guest->n_calls);
    if (status == EYELET_OK) {
        method = found;
        status = eyelet_session_accept(&guest->line.session, event, method->kind, call, &event->error);
    }
    if (status != EYELET_OK) {
        decline(server, guest, now_ns);
        return;
    }
    call_open(server, guest, call, node, method);
}

static void take_data(struct eyelet_nano_call *call, const struct eyelet_session_event *event, uint64_t now_ns)
{
    if (event->has_message && !eyelet_queue_push(&call->held, event->message)) {
        eyelet_nano_call_end(call, EYELET_RESOURCE_EXHAUSTED, "a message is longer than what can be held of a stream",
                             now_ns);
        return;
    }
    call->full_ns = 0;
    call->has_ended = event->is_end;
}

/* The call needs no answer any more; its handler, if it runs, will notice. */
static void end(struct eyelet_nano_call *call)
{
    call->server->counters.calls_failed++;
    call->is_over = true;
    if (call->state == EYELET_NANO_CALL_WAITS)
        call_free(call);
}

/* @error goes to the peer; the rest is noted. */
static void take_refusal(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, uint64_t now_ns)
{
    const struct eyelet_session_event *event = &server->event;
    struct eyelet_nano_call *call = event->owner;
    bool is_request = guest->line.session.decoder.head.type == EYELET_FRAME_TYPE_REQUEST;

    put_failure(guest, event->id, &event->error, now_ns);
    if (call == NULL) {
        server->counters.calls_started += is_request;
        server->counters.calls_failed += is_request;
        return;
    }
    call->failure = event->error;
    end(call);
}

void eyelet_nano_calls_take(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, uint64_t now_ns)
{
    switch (server->event.kind) {
    case EYELET_SESSION_CALL:
        take_call(server, guest, now_ns);
        break;
    case EYELET_SESSION_DATA:
        take_data(server->event.owner, &server->event, now_ns);
        break;
    case EYELET_SESSION_REFUSE:
        take_refusal(server, guest, now_ns);
        break;
    case EYELET_SESSION_MORE:
    case EYELET_SESSION_REPLY:
    case EYELET_SESSION_FAILED:
    case EYELET_SESSION_BROKEN:
        assert(false);
        break;
    }
}

/* --- the end of a call before its handler's ----------------------------------------------------------------------- */

void eyelet_nano_call_end(struct eyelet_nano_call *call, enum eyelet_status status, const char *why, uint64_t now_ns)
{
    struct eyelet_error *error = &call->failure;

    eyelet_error_set(error, status, "call of %s/%s: %s", call->node->service, call->method->name, why);
    if (call->guest != NULL && eyelet_session_finish(&call->guest->line.session, call->id))
        put_failure(call->guest, call->id, error, now_ns);
    end(call);
}

/* May it be told that it is over? While its peer takes nothing there may be no room for that. */
static bool has_room_to_fail(const struct eyelet_nano_call *call)
{
    return call->state == EYELET_NANO_CALL_RUNS ||
           eyelet_nano_calls_room(call->server, call->guest) >= EYELET_LINE_REFUSAL_MAX;
}

/* The connection of @call is gone. */
static void lose(struct eyelet_nano_call *call)
{
    eyelet_session_finish(&call->guest->line.session, call->id);
    leave_guest(call);
    if (call->is_over)
        return;
    eyelet_error_set(&call->failure, EYELET_UNAVAILABLE, "connection is lost");
    end(call);
}

void eyelet_nano_calls_lose(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest)
{
    while (guest->first_waiting != NULL)
        lose(guest->first_waiting);
    if (server->running != NULL && server->running->guest == guest)
        lose(server->running);
}

void eyelet_nano_calls_end_streams(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, uint64_t now_ns)
{
    struct eyelet_nano_call *next = next_live(server, NULL), *call;

    while ((call = next) != NULL) {
        next = next_live(server, call);
        if (call->guest != guest || !takes_stream(call) || call->has_ended || call->is_over)
            continue;
        if (has_room_to_fail(call))
            eyelet_nano_call_end(call, EYELET_CANCELLED, "the connection ended before the stream did", now_ns);
        else
            guest->is_over = true; /* it neither says what it wants nor takes what it gets */
    }
}

void eyelet_nano_calls_cancel_all(struct eyelet_nano_server *server, uint64_t now_ns)
{
    struct eyelet_nano_call *next = next_live(server, NULL), *call;

    while ((call = next) != NULL) {
        next = next_live(server, call);
        if (call->is_over)
            continue;
        if (!has_room_to_fail(call))
            eyelet_nano_guests_flush(server, now_ns);
        if (has_room_to_fail(call))
            eyelet_nano_call_end(call, EYELET_UNAVAILABLE, "server is stopping", now_ns);
        else
            lose(call); /* the end of the connection, which is next, has to say it */
    }
}

/* --- time --------------------------------------------------------------------------------------------------------- */

static uint64_t deadline_of(const struct eyelet_nano_call *call)
{
    if (call->is_over || !has_room_to_fail(call))
        return EYELET_NO_DEADLINE;
    if (call->full_ns != 0 && call->full_ns + FULL_NS < call->deadline_ns)
        return call->full_ns + FULL_NS;
    return call->deadline_ns;
}

static bool may_be_late(const struct eyelet_nano_call *call, uint64_t now_ns)
{
    return now_ns >= call->deadline_ns || call->full_ns != 0;
}

void eyelet_nano_calls_expire(struct eyelet_nano_server *server, uint64_t now_ns)
{
    struct eyelet_nano_call *next = next_live(server, NULL), *call;

    while ((call = next) != NULL) {
        next = next_live(server, call);
        if (!may_be_late(call, now_ns) || deadline_of(call) > now_ns)
            continue;
        if (now_ns >= call->deadline_ns)
            eyelet_nano_call_end(call, EYELET_DEADLINE_EXCEEDED, "deadline is over", now_ns);
        else
            eyelet_nano_call_end(call, EYELET_RESOURCE_EXHAUSTED, "too many messages wait and nobody takes them",
                                 now_ns);
        server->is_stirred = true;
    }
}

void eyelet_nano_calls_forgive(struct eyelet_nano_server *server, uint64_t absence_ns)
{
    struct eyelet_nano_call *call = NULL;

    while ((call = next_live(server, call)) != NULL) {
        if (call->full_ns != 0)
            call->full_ns += absence_ns;
    }
}

uint64_t eyelet_nano_calls_deadline(const struct eyelet_nano_server *server)
{
    const struct eyelet_nano_call *call = NULL;
    uint64_t deadline_ns = EYELET_NO_DEADLINE;

    while ((call = next_live(server, call)) != NULL) {
        uint64_t own_ns = deadline_of(call);

        deadline_ns = own_ns < deadline_ns ? own_ns : deadline_ns;
    }
    return deadline_ns;
}

/* --- running ------------------------------------------------------------------------------------------------------ */

static uint8_t *reply_of(const struct eyelet_nano_call *call)
{
    return call->server->message + EYELET_NANO_ROUND(call->method->request_size);
}

static enum eyelet_status fail(struct eyelet_nano_call *call, enum eyelet_status status, const char *why)
{
    return eyelet_nano_call_fail(call, status, "%s", why);
}

static enum eyelet_status run(struct eyelet_nano_call *call)
{
    struct eyelet_nano_server *server = call->server;
    const struct eyelet_nano_method *method = call->method;
    void *request = takes_stream(call) ? NULL : server->message;
    void *reply = gives_stream(call) ? NULL : reply_of(call);
    enum eyelet_status status;

    server->now_ns = eyelet_now_ns(); /* it may have waited, and deadlines may be short */
    if (server->now_ns >= call->deadline_ns)
        return EYELET_DEADLINE_EXCEEDED; /* answer() finds words for it */
    if (request != NULL && eyelet_message_decode(method->request_type, call->request.payload, request,
                                                 method->request_size, &server->error) != EYELET_OK)
        return eyelet_nano_call_fail(call, server->error.status, "request of %s/%s: %s", call->node->service,
                                     method->name, server->error.text);
    if (reply != NULL)
        eyelet_message_init(method->reply_type, reply, method->reply_size);

    status = method->handle(call, call->node->handlers, request, reply, call->node->userdata);
    eyelet_nano_server_enter(server);
    return status;
}

/* What the handler returned and what it said before, made one. */
static enum eyelet_status settle(struct eyelet_nano_call *call, enum eyelet_status status)
{
    if ((unsigned)status > EYELET_STATUS_MAX)
        return eyelet_nano_call_fail(call, EYELET_UNKNOWN, "handler returned status %d", (int)status);
    if (status == EYELET_OK)
        return call->failure.status; /* OK, unless the handler said that it failed and returned OK all the same */
    if (call->failure.status == EYELET_OK)
        return fail(call, status, eyelet_status_name(status));
    call->failure.status = status; /* the text stays what the handler said */
    return status;
}

static int put_end(struct eyelet_nano_call *call, uint64_t now_ns)
{
    struct eyelet_line *line = &call->guest->line;

    if (gives_stream(call))
        return eyelet_line_put_end(line, call->id, now_ns);
    return eyelet_line_put_reply(line, call->id, call->method->reply_type, reply_of(call), now_ns);
}

static void answer(struct eyelet_nano_call *call, enum eyelet_status status, uint64_t now_ns)
{
    struct eyelet_nano_server *server = call->server;
    int r = 0;

    if (call->is_over || !eyelet_session_finish(&call->guest->line.session, call->id))
        return;
    if (now_ns >= call->deadline_ns)
        status = fail(call, EYELET_DEADLINE_EXCEEDED, "deadline is over");
    if (status == EYELET_OK)
        r = put_end(call, now_ns);
    if (r == -EMSGSIZE)
        status =
            eyelet_nano_call_fail(call, EYELET_RESOURCE_EXHAUSTED,
                                  "reply is longer than the server's limit of a frame, %u", server->opts.frame_max);
    else if (r < 0)
        status = eyelet_nano_call_fail(call, EYELET_INTERNAL, "reply cannot be encoded: %s",
                                       eyelet_message_fault(call->method->reply_type, reply_of(call)));
    if (status == EYELET_OK)
        return;
    server->counters.calls_failed++;
    put_failure(call->guest, call->id, &call->failure, now_ns);
}

/*
 * The oldest call of the next connection that has one; the one that was served last is the last. Connections without
 * room for an answer are passed over, not the calls that are before others.
 */
static struct eyelet_nano_call *find_next(const struct eyelet_nano_server *server)
{
    if (server->running != NULL || server->n_calls == 0)
        return NULL;
    for (uint32_t i = 1; i <= server->n_places; i++) {
        const struct eyelet_nano_guest *guest = &server->guests[(server->served + i) % server->n_places];

        if (guest->first_waiting != NULL && eyelet_line_room(&guest->line) >= guest->first_waiting->reserve)
            return guest->first_waiting;
    }
    return NULL;
}

bool eyelet_nano_calls_have_next(const struct eyelet_nano_server *server)
{
    return find_next(server) != NULL;
}

bool eyelet_nano_calls_run_next(struct eyelet_nano_server *server)
{
    struct eyelet_nano_call *call = find_next(server);
    enum eyelet_status status;

    if (call == NULL)
        return false;
    end_waiting(call);
    server->served = (uint32_t)(call->guest - server->guests);
    server->running = call;
    call->state = EYELET_NANO_CALL_RUNS;
    status = settle(call, run(call));
    answer(call, status, server->now_ns);
    server->running = NULL;
    if (server->opts.wipe)
        explicit_bzero(server->message, server->opts.message_size);
    call_free(call);
    return true;
}
