/*
 * The driver: one thread in poll() for all, and the others asleep until it has something for them.
 */
#include "rpc/driving.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>

#include "core/bytes.h"
#include "core/error.h"
#include "io/socket.h"
#include "rpc/wait.h"

#define READS_PER_TURN 16u                           /* of a foreign loop's: then others have theirs */
#define PILED_UP       (EYELET_BUFFER_SPARE_CAP / 2) /* who finds so many bytes was away, and not the peer slow */

/* --- who sleeps --------------------------------------------------------------------------------------------------- */

static bool is_gone(const struct eyelet_client *client, const struct eyelet_waiter *waiter)
{
    return client->is_lost || client->is_closing || waiter->connection_number != client->counters.connections_opened;
}

static bool has_what_it_wants(const struct eyelet_client *client, const struct eyelet_waiter *waiter)
{
    const struct eyelet_pending *pending = waiter->pending;

    switch (waiter->wants) {
    case EYELET_WANTS_END:
        return pending->is_over;
    case EYELET_WANTS_MESSAGE:
        return pending->is_over || pending->inbox.first != NULL;
    case EYELET_WANTS_ROOM:
        return client->connection.out.len <= waiter->limit || pending->is_over || is_gone(client, waiter);
    case EYELET_WANTS_SENT:
        return client->connection.sent >= waiter->limit || pending->is_given_up || is_gone(client, waiter);
    case EYELET_WANTS_CONNECTION:
        return !client->is_lost || client->is_closing || !client->has_driver;
    }
    return true;
}

/* Most wait for the end of a call, and for nothing else. */
static inline bool is_ready(const struct eyelet_client *client, const struct eyelet_waiter *waiter)
{
    return waiter->wants == EYELET_WANTS_END ? waiter->pending->is_over : has_what_it_wants(client, waiter);
}

static bool waits_to_send(const struct eyelet_waiter *waiter)
{
    return waiter->wants == EYELET_WANTS_ROOM || waiter->wants == EYELET_WANTS_SENT;
}

static void link_waiter(struct eyelet_client *client, struct eyelet_waiter *waiter)
{
    waiter->next = NULL;
    waiter->previous = client->last_waiter;
    if (client->last_waiter != NULL)
        client->last_waiter->next = waiter;
    else
        client->first_waiter = waiter;
    client->last_waiter = waiter;
    client->n_wait_sending += waits_to_send(waiter);
    if (waiter->pending != NULL) {
        waiter->next_of_pending = waiter->pending->waiters;
        waiter->pending->waiters = waiter;
    }
}

static void unlink_of_pending(struct eyelet_waiter *waiter)
{
    struct eyelet_waiter **at = &waiter->pending->waiters;

    while (*at != waiter)
        at = &(*at)->next_of_pending;
    *at = waiter->next_of_pending;
}

static void unlink_waiter(struct eyelet_client *client, struct eyelet_waiter *waiter)
{
    if (waiter->previous != NULL)
        waiter->previous->next = waiter->next;
    else
        client->first_waiter = waiter->next;
    if (waiter->next != NULL)
        waiter->next->previous = waiter->previous;
    else
        client->last_waiter = waiter->previous;
    client->n_wait_sending -= waits_to_send(waiter);
    if (waiter->pending != NULL)
        unlink_of_pending(waiter);
    if (client->heir == waiter)
        client->heir = NULL;
}

static void sleep_until(struct eyelet_client *client, struct eyelet_waiter *waiter, uint64_t deadline_ns)
{
    if (eyelet_wait_init(&waiter->cond) < 0)
        return; /* without memory for that, which glibc does not need, this thread goes round and round */
    link_waiter(client, waiter);
    eyelet_wait_until(&waiter->cond, &client->lock, deadline_ns);
    unlink_waiter(client, waiter);
    pthread_cond_destroy(&waiter->cond);
}

void eyelet_client_signal(const struct eyelet_pending *pending, bool is_message)
{
    for (struct eyelet_waiter *waiter = pending->waiters; waiter != NULL; waiter = waiter->next_of_pending)
        if (!is_message || waiter->wants == EYELET_WANTS_MESSAGE)
            pthread_cond_signal(&waiter->cond);
}

void eyelet_client_signal_all(struct eyelet_client *client)
{
    for (struct eyelet_waiter *waiter = client->first_waiter; waiter != NULL; waiter = waiter->next)
        pthread_cond_signal(&waiter->cond);
}

void eyelet_client_signal_senders(struct eyelet_client *client)
{
    if (client->driver != NULL && waits_to_send(client->driver) && is_ready(client, client->driver))
        eyelet_client_wake_driver(client); /* poll() calls a socket full long after it takes bytes again */
    if (client->n_wait_sending == 0)
        return;
    for (struct eyelet_waiter *waiter = client->first_waiter; waiter != NULL; waiter = waiter->next)
        if (waits_to_send(waiter) && is_ready(client, waiter))
            pthread_cond_signal(&waiter->cond);
}

void eyelet_client_wake_heir(struct eyelet_client *client)
{
    struct eyelet_waiter *heir = client->first_waiter;

    if (client->has_driver || client->heir != NULL)
        return;
    while (heir != NULL && heir->wants != EYELET_WANTS_CONNECTION && is_ready(client, heir))
        heir = heir->next; /* it is on its way out */
    if (heir == NULL)
        return;
    client->heir = heir;
    pthread_cond_signal(&heir->cond);
}

/* --- the loss of the connection ----------------------------------------------------------------------------------- */

void eyelet_client_lose(struct eyelet_client *client, const struct eyelet_error *why)
{
    if (client->is_lost)
        return;
    client->is_lost = true;
    client->lost = *why;
    client->lost.status = EYELET_UNAVAILABLE;
    client->write_error = 0;
    client->asked_ns = 0;
    client->is_cut = false;
    client->keepalive.is_over = true;
    client->counters.connections_open = 0;
    client->connection.fd = eyelet_socket_close(client->connection.fd);
    while (client->first_pending != NULL)
        eyelet_pending_lose(client->first_pending, &client->lost);
    eyelet_client_signal_all(client);
    eyelet_client_note_state(client, EYELET_CLIENT_LOST, &client->lost);
    eyelet_log_add(&client->log, &client->log_rate, eyelet_now_ns(), EYELET_LOG_INFO, "%s: %s", client->address,
                   client->lost.text);
}

static void lose_by_errno(struct eyelet_client *client, int error_number)
{
    struct eyelet_error why;

    eyelet_error_errno(&why, error_number, "connection lost");
    eyelet_client_lose(client, &why);
}

/* It is this side that ends it, for what the peer did or did not do. */
static void break_off(struct eyelet_client *client, const struct eyelet_error *why)
{
    client->counters.connections_broken++;
    eyelet_log_add(&client->log, &client->log_rate, eyelet_now_ns(), EYELET_LOG_WARNING, "%s misbehaves: %s",
                   client->address, why->text);
    eyelet_client_lose(client, why);
}

/* --- what came ---------------------------------------------------------------------------------------------------- */

/*
 * May this reply stay where it is? The driver unpacks its own before it reads again, and those whose ends it will tell
 * of: what is unpacked waits for that no longer than until this thread is out of here.
 */
static bool may_stay(const struct eyelet_client *client, const struct eyelet_pending *pending)
{
    if (pending->done != NULL)
        return !eyelet_client_is_called_back(client);
    return pending->use == EYELET_PENDING_BLOCKS && client->driver != NULL && client->driver->pending == pending;
}

static void fail_for_memory(struct eyelet_pending *pending, size_t len)
{
    eyelet_pending_give_up(pending, EYELET_RESOURCE_EXHAUSTED, "no room for a reply of %zu bytes", len);
    pending->error.may_have_executed = true;
}

/* A Response that is OK. On a stream of replies it has none (WIRE, "Streams"), but one that has is believed. */
static void take_payload(struct eyelet_client *client, struct eyelet_pending *pending, struct eyelet_slice payload,
                         uint64_t now_ns)
{
    bool is_expected = (pending->method->kind & EYELET_SERVER_STREAM) == 0;

    if (may_stay(client, pending)) {
        pending->direct = payload;
        pending->has_direct = true;
    } else if ((is_expected || payload.len > 0) && eyelet_pending_put(pending, payload, now_ns) < 0) {
        fail_for_memory(pending, payload.len);
        return;
    }
    eyelet_pending_finish(pending, EYELET_OK);
}

static void take_reply(struct eyelet_client *client, struct eyelet_pending *pending,
                       const struct eyelet_response *response, uint64_t now_ns)
{
    enum eyelet_status status;

    client->connect_pause_ns = 0;
    pending->is_open = false;                       /* WIRE: "client stops sending" */
    if (pending->use == EYELET_PENDING_KEEPALIVE) { /* a sign of life, whatever it says */
        pending->is_over = true;
        return;
    }
    status = eyelet_response_status(response, &pending->error);
    if (status != EYELET_OK)
        eyelet_pending_finish(pending, status);
    else
        take_payload(client, pending, response->payload, now_ns);
}

static void take_message(struct eyelet_client *client, struct eyelet_pending *pending,
                         const struct eyelet_session_event *event, uint64_t now_ns)
{
    client->connect_pause_ns = 0;
    if (event->has_message && eyelet_pending_put(pending, event->message, now_ns) < 0) {
        fail_for_memory(pending, event->message.len);
        return;
    }
    if (event->has_message)
        eyelet_client_signal(pending, true);
    if (!event->is_end)
        return;
    pending->is_open = false;
    eyelet_pending_finish(pending, EYELET_OK);
}

/* What the server made of it is no use here; it may not have ended the call. */
static void take_failure(struct eyelet_pending *pending, const struct eyelet_error *error)
{
    if (pending->use == EYELET_PENDING_KEEPALIVE) {
        pending->is_over = true;
        return;
    }
    eyelet_pending_fail(pending, error->status, "%s", error->text);
    pending->error.may_have_executed = true; /* something was answered, and what has not left yet still will */
    eyelet_pending_end_sending(pending);
}

static void handle_one(struct eyelet_client *client, const struct eyelet_session_event *event, uint64_t now_ns)
{
    switch (event->kind) {
    case EYELET_SESSION_REPLY:
        eyelet_spin_found(&client->spin, now_ns);
        take_reply(client, event->owner, &event->response, now_ns);
        break;
    case EYELET_SESSION_DATA:
        eyelet_spin_found(&client->spin, now_ns);
        take_message(client, event->owner, event, now_ns);
        break;
    case EYELET_SESSION_FAILED:
        take_failure(event->owner, &event->error);
        break;
    case EYELET_SESSION_BROKEN:
        break_off(client, &event->error);
        break;
    case EYELET_SESSION_MORE:
    case EYELET_SESSION_CALL: /* a server's */
    case EYELET_SESSION_REFUSE:
        break;
    }
}

/* Handles what was read, as far as streams have room for it. */
static void handle(struct eyelet_client *client, uint64_t now_ns)
{
    struct eyelet_session_event event;

    while (!client->is_lost && eyelet_client_reads(client) &&
           eyelet_connection_next(&client->connection, now_ns, &event) != EYELET_SESSION_MORE)
        handle_one(client, &event, now_ns);
    client->is_cut = !client->is_lost && !eyelet_client_reads(client);
    if (client->direct.first != NULL)
        eyelet_client_unpack_direct(client);
}

/* --- reading, writing, waiting ------------------------------------------------------------------------------------ */

/* Of the frame that is on its way, if there is no room for it, or of the thread that wants to read. */
static void fail_reading(struct eyelet_client *client)
{
    struct eyelet_pending *own = client->driver != NULL ? client->driver->pending : NULL;
    struct eyelet_session_event event;
    struct eyelet_error why;

    if (eyelet_connection_waits_for_data(&client->connection)) {
        eyelet_session_refuse_data(&client->connection.session, &event);
        handle_one(client, &event, eyelet_now_ns());
    } else if (own != NULL && !own->is_over) { /* it may not have begun yet */
        eyelet_pending_give_up(own, EYELET_RESOURCE_EXHAUSTED, "no memory for the reply");
    } else {
        eyelet_error_set(&why, EYELET_RESOURCE_EXHAUSTED, "connection lost: no memory to read from it");
        eyelet_client_lose(client, &why);
    }
}

/* What the peer sent before its end was read before this. */
static void end_by_peer(struct eyelet_client *client)
{
    struct eyelet_error why;

    eyelet_session_describe_end(&client->connection.session, client->connection.in.len, &why);
    why.error_number = -client->write_error;
    eyelet_client_lose(client, &why);
}

/* @r of a recv() that brought nothing. */
static void take_no_bytes(struct eyelet_client *client, int r)
{
    if (r == EYELET_CONNECTION_ENDED)
        end_by_peer(client);
    else if (r == EYELET_CONNECTION_NO_MEMORY)
        fail_reading(client);
    else if (r == -EAGAIN && client->write_error != 0)
        lose_by_errno(client, client->write_error);
    else if (r != -EAGAIN)
        lose_by_errno(client, r);
}

/* One recv(), and what came of it. Return: bytes that it brought. */
static size_t read_once(struct eyelet_client *client)
{
    uint64_t before = client->connection.received;
    int r;

    if (client->is_lost || !eyelet_client_reads(client))
        return 0;
    r = eyelet_connection_read(&client->connection);
    if (r != 0 && r != EYELET_CONNECTION_CUT) {
        take_no_bytes(client, r);
        return 0;
    }

    client->heard_ns = eyelet_now_ns();
    client->asked_ns = 0;
    handle(client, client->heard_ns);
    return (size_t)(client->connection.received - before);
}

void eyelet_client_wake_driver(struct eyelet_client *client)
{
    if (!client->is_polling || client->is_woken)
        return;
    client->is_woken = true;
    eyelet_wake_send(client->wake_fd);
}

void eyelet_client_send(struct eyelet_client *client)
{
    int r;

    if (client->is_lost || client->write_error != 0)
        return;
    client->leaves_later = false;
    r = eyelet_connection_flush(&client->connection);
    if (r < 0 && r != -EAGAIN) {
        client->write_error = r; /* what the peer said before is read first, by whoever drives */
        eyelet_client_wake_driver(client);
    } else if (r == -EAGAIN && (client->poll_events & POLLOUT) == 0) {
        eyelet_client_wake_driver(client);
    }
    if (client->driver != NULL || client->n_wait_sending > 0)
        eyelet_client_signal_senders(client);
}

static short wanted_events(const struct eyelet_client *client)
{
    short events = 0;

    if (eyelet_client_reads(client))
        events |= POLLIN;
    if (client->connection.out.len > 0 && client->write_error == 0)
        events |= POLLOUT;
    return events;
}

/* Whether the driver looks again and again before it sleeps: not when there is nothing to be read. */
static void begin_spin(struct eyelet_client *client, struct eyelet_spin_look *ret)
{
    *ret = (struct eyelet_spin_look){ 0 };
    if (client->spin.max_ns > 0 && (client->poll_events & POLLIN) != 0)
        eyelet_spin_begin(&client->spin, eyelet_now_ns(), client->poll_until_ns, ret);
}

/* With nothing locked. Return: as eyelet_socket_wait_or_wake(). */
static int spin_and_sleep(int fd, short events, int wake_fd, struct eyelet_spin_look *look, uint64_t now_ns,
                          uint64_t until_ns, short *ret_revents)
{
    int r;

    if (look->until_ns > 0) {
        do {
            r = eyelet_socket_wait_or_wake(fd, events, wake_fd, 0, 0, ret_revents);
            if (r != -ETIMEDOUT)
                return r;
            now_ns = eyelet_now_ns();
        } while (eyelet_spin_goes_on(look, now_ns));
    }
    return eyelet_socket_wait_or_wake(fd, events, wake_fd, now_ns, until_ns, ret_revents);
}

static void end_polling(struct eyelet_client *client, const struct eyelet_spin_look *look)
{
    eyelet_spin_end(&client->spin, look);
    client->is_polling = false;
    if (client->is_woken)
        eyelet_wake_drain(client->wake_fd);
    client->is_woken = false;
}

/* Waits for the socket with nothing locked. @seen_ns as a call's. Return: what poll() says of it. */
static short wait_for_peer(struct eyelet_client *client, uint64_t seen_ns, uint64_t until_ns)
{
    short events = wanted_events(client), revents = 0;
    int fd = events != 0 ? client->connection.fd
                         : -1; /* an end that is not to be read yet must not be heard again and again */
    struct eyelet_spin_look look;
    uint64_t begin_ns;
    int r;

    client->is_polling = true;
    client->poll_events = events;
    client->poll_until_ns = until_ns = eyelet_earlier_ns(eyelet_client_next_deadline(client), until_ns);
    begin_spin(client, &look);
    begin_ns = eyelet_client_reads(client) ? 0 : eyelet_now_ns();
    eyelet_client_rest(client);
    pthread_mutex_unlock(&client->lock);
    r = spin_and_sleep(fd, events, client->wake_fd, &look, seen_ns, until_ns, &revents);
    pthread_mutex_lock(&client->lock);
    end_polling(client, &look);
    if (begin_ns != 0) /* nothing was read on purpose */
        eyelet_session_forgive(&client->connection.session, eyelet_now_ns() - begin_ns, eyelet_now_ns());
    if (r < 0 && r != -ETIMEDOUT)
        lose_by_errno(client, r);
    return r == 0 ? revents : 0;
}

/* --- time --------------------------------------------------------------------------------------------------------- */

static bool is_in_a_frame(const struct eyelet_client *client)
{
    return client->connection.session.reading != EYELET_SESSION_READS_NOTHING;
}

static uint64_t keepalive_deadline(const struct eyelet_client *client)
{
    if (client->opts.keepalive_ms == 0 || client->n_pending == 0 || client->is_lost || !eyelet_client_reads(client))
        return EYELET_NO_DEADLINE;
    return eyelet_deadline_after_ms(client->asked_ns != 0 ? client->asked_ns : client->heard_ns,
                                    client->opts.keepalive_ms);
}

static uint64_t peers_deadline(const struct eyelet_client *client)
{
    if (!is_in_a_frame(client) || client->is_lost || !eyelet_client_reads(client))
        return EYELET_NO_DEADLINE;
    return eyelet_session_read_deadline(&client->connection.session);
}

uint64_t eyelet_client_next_deadline(const struct eyelet_client *client)
{
    uint64_t next_ns = eyelet_earlier_ns(client->calls_end_ns, eyelet_buffer_pool_deadline(&client->pool));

    return eyelet_earlier_ns(next_ns, eyelet_earlier_ns(peers_deadline(client), keepalive_deadline(client)));
}

/* Asks the health service; without memory for that, later. */
static void ask_whether_alive(struct eyelet_client *client, uint64_t now_ns)
{
    static const struct eyelet_method method = { .name = "Check", .kind = EYELET_UNARY };
    static const struct eyelet_service service = { .name = "grpc.health.v1.Health",
                                                   .methods = &method,
                                                   .n_methods = 1 };
    static const struct eyelet_outgoing nothing = { 0 };
    const struct eyelet_calling what = { .service = &service, .method = &method };
    const struct eyelet_outgoing_request request = {
        .service = eyelet_slice_of(service.name),
        .method = eyelet_slice_of(method.name),
        .timeout_ns = (int64_t)(client->opts.keepalive_ms * EYELET_NS_PER_MS),
    };
    struct eyelet_pending *pending = &client->keepalive;

    if (!pending->is_over)
        eyelet_session_finish(&client->connection.session, pending->id);
    eyelet_pending_init(pending, client, EYELET_PENDING_KEEPALIVE, &what);
    if (eyelet_connection_queue_request(&client->connection, &request, EYELET_UNARY, pending, &nothing, &pending->id) ==
        0) {
        client->asked_ns = now_ns;
        eyelet_client_flush(client);
    } else {
        pending->is_over = true;
        client->heard_ns = now_ns;
    }
}

static void keep_alive(struct eyelet_client *client, uint64_t now_ns)
{
    struct eyelet_error why;

    if (!eyelet_client_reads(client))
        client->heard_ns = now_ns;
    if (keepalive_deadline(client) > now_ns)
        return;
    if (client->asked_ns == 0) {
        ask_whether_alive(client, now_ns);
        return;
    }
    eyelet_error_set(&why, EYELET_UNAVAILABLE,
                     "connection lost: peer is silent, also for %u ms since its health service was asked",
                     client->opts.keepalive_ms);
    break_off(client, &why);
}

void eyelet_client_look(struct eyelet_client *client, uint64_t now_ns)
{
    eyelet_client_expire(client, now_ns);
    eyelet_buffer_pool_look(&client->pool, now_ns);
    if (client->n_idle > 0 && eyelet_deadline_after_ms(client->heard_ns, EYELET_CLIENT_IDLE_MS) <= now_ns)
        eyelet_client_free_idle(client);
}

/* Ends what has run out of time. */
static void look_at_the_clock(struct eyelet_client *client, uint64_t now_ns)
{
    struct eyelet_error why;

    if (peers_deadline(client) <= now_ns) {
        eyelet_session_describe_timeout(&client->connection.session, &why);
        break_off(client, &why);
    }
    keep_alive(client, now_ns);
    eyelet_client_look(client, now_ns);
}

/* --- the role ----------------------------------------------------------------------------------------------------- */

static void take_role(struct eyelet_client *client, const struct eyelet_waiter *waiter)
{
    assert(!client->has_driver);
    client->has_driver = true;
    client->driver = waiter;
    client->poll_until_ns = 0;
}

static void give_role_back(struct eyelet_client *client)
{
    client->has_driver = false;
    client->driver = NULL;
    if (is_in_a_frame(client))
        client->undriven_ns = eyelet_now_ns();
}

void eyelet_client_release(struct eyelet_client *client)
{
    give_role_back(client);
    eyelet_client_pass_on(client);
}

/* While nobody read, the peer was not slow. */
static void forgive_absence(struct eyelet_client *client)
{
    uint64_t now_ns;

    if (!is_in_a_frame(client))
        return;
    now_ns = eyelet_now_ns();
    eyelet_session_forgive(&client->connection.session, now_ns - client->undriven_ns, now_ns);
}

/* The time that its call knows, and will not know any more; a call that does not block has been left alone since. */
static uint64_t forget_time(const struct eyelet_waiter *waiter)
{
    struct eyelet_pending *pending = waiter->pending;
    uint64_t seen_ns;

    if (pending == NULL)
        return 0;
    seen_ns = pending->use == EYELET_PENDING_BLOCKS ? pending->seen_ns : 0;
    pending->seen_ns = 0;
    return seen_ns;
}

/*
 * Is there something to be done before anything is waited for? What was cut off may have ended calls whose functions
 * are to be told; and while those are unpacked, with nothing locked, a stream may have got room for more of it.
 */
static bool has_more_to_do(const struct eyelet_client *client)
{
    return eyelet_client_has_news(client, false) || (client->is_cut && eyelet_client_reads(client));
}

/* One round of the driver. */
static void drive(struct eyelet_client *client, struct eyelet_waiter *waiter, uint64_t until_ns)
{
    uint64_t now_ns, seen_ns = forget_time(waiter);
    short revents = POLLIN;
    size_t n = 0;

    take_role(client, waiter);
    forgive_absence(client);
    if (client->is_cut)
        handle(client, eyelet_now_ns());
    eyelet_client_flush(client);
    if (!is_ready(client, waiter) && !has_more_to_do(client)) {
        if (client->write_error == 0 || !eyelet_client_reads(client))
            revents = wait_for_peer(client, seen_ns, until_ns);
        if (revents & (POLLIN | POLLHUP | POLLERR))
            n = read_once(client);
        eyelet_client_flush(client);
    }
    now_ns = n > 0 ? client->heard_ns : eyelet_now_ns();
    if (now_ns >= client->poll_until_ns || !eyelet_client_reads(client))
        look_at_the_clock(client, now_ns); /* else nothing that was not due when poll() began has become due since */
    if (waiter->pending == NULL || !waiter->pending->has_direct)
        give_role_back(client);
}

static bool wait_long(struct eyelet_client *client, struct eyelet_waiter *waiter, uint64_t deadline_ns)
{
    do {
        if (client->has_driver || client->heir != NULL || waiter->wants == EYELET_WANTS_CONNECTION) {
            eyelet_client_flush(client); /* calls that were started in a function, and are waited for in there */
            if (is_ready(client, waiter))
                break; /* by just that, and nobody would wake it */
            forget_time(waiter);
            sleep_until(client, waiter, deadline_ns);
        } else {
            drive(client, waiter, deadline_ns);
        }
        if (waiter->pending != NULL && waiter->pending->has_direct) {
            client->driver = NULL; /* it waits no more */
            return true;
        }
        eyelet_client_tell(client, false);
    } while (!is_ready(client, waiter) && eyelet_now_ns() < deadline_ns);
    eyelet_client_pass_on(client);
    return is_ready(client, waiter);
}

bool eyelet_client_wait(struct eyelet_client *client, struct eyelet_waiter *waiter, uint64_t deadline_ns)
{
    waiter->connection_number = client->counters.connections_opened;
    return is_ready(client, waiter) || wait_long(client, waiter, deadline_ns);
}

void eyelet_client_turn(struct eyelet_client *client)
{
    uint64_t now_ns = eyelet_now_ns();
    size_t n;

    take_role(client, NULL);
    if (client->is_cut)
        handle(client, eyelet_now_ns());
    eyelet_client_flush(client);
    for (unsigned i = 0; i < READS_PER_TURN; i++) {
        n = read_once(client);
        if (n >= PILED_UP && i == 0 && !client->is_lost && is_in_a_frame(client))
            eyelet_session_forgive(&client->connection.session, now_ns - client->undriven_ns, now_ns);
        if (n < PILED_UP)
            break;
    }
    eyelet_client_flush(client);
    look_at_the_clock(client, eyelet_now_ns());
    eyelet_client_release(client);
}
