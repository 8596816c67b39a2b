/*
 * The blocking client: one call at a time, each with a deadline over everything it waits for. A call that ran out of
 * time leaves the connection in step: its answer is dropped when it comes.
 */
#include "rpc/client.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/error.h"
#include "io/connect.h"
#include "io/socket.h"
#include "rpc/connection.h"

#define STREAMS 2 /* a power of two; one call is alive at a time */

struct eyelet_client {
    pthread_mutex_t lock;   /* protects @is_in_call, for moments only; nothing is locked inside of it */
    pthread_cond_t is_free; /* on CLOCK_MONOTONIC: callers wait here for each other, until their deadline */
    bool is_in_call;        /* the thread that set it has all that follows to itself */
    struct eyelet_connection connection;
    struct eyelet_buffer_pool pool;
    struct eyelet_client_opts opts;
    char address[EYELET_ADDRESS_TEXT_MAX];
    bool is_lost;
    struct eyelet_error lost; /* why, for this call and all later ones */
};

/* One call on its way. */
struct pending {
    const char *service;
    const char *method;
    uint32_t timeout_ms;
    uint64_t deadline_ns;
    uint32_t id;
    uint64_t end; /* position in the connection behind its last byte */
    size_t len;   /* of its frame */
    eyelet_reply_fn take_reply;
    void *userdata;
    bool is_over;
    enum eyelet_status status;
    struct eyelet_error error;
};

/* --- life --------------------------------------------------------------------------------------------------------- */

static enum eyelet_status fill_opts(const struct eyelet_client_opts *opts, struct eyelet_client_opts *ret,
                                    struct eyelet_error *reterr)
{
    struct eyelet_client_opts filled = { 0 };

    if (opts != NULL)
        filled = *opts;
    if (filled.connect_timeout_ms == 0)
        filled.connect_timeout_ms = EYELET_TIMEOUT_MS_DEFAULT;
    if (filled.call_timeout_ms == 0)
        filled.call_timeout_ms = EYELET_TIMEOUT_MS_DEFAULT;
    if (filled.frame_max == 0)
        filled.frame_max = EYELET_FRAME_DATA_MAX_DEFAULT;
    if (filled.decode_max == 0)
        filled.decode_max = 16u << 20; /* HOSTILE limit "decode arena" */
    if (filled.frame_max < EYELET_SESSION_FRAME_MAX_MIN || filled.frame_max > EYELET_FRAME_DATA_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "frame_max of %u is not within %u and %u",
                                filled.frame_max, EYELET_SESSION_FRAME_MAX_MIN, EYELET_FRAME_DATA_MAX);
    if (filled.decode_max < EYELET_DECODE_MAX_MIN)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "decode_max of %zu is less than %u", filled.decode_max,
                                EYELET_DECODE_MAX_MIN);
    *ret = filled;
    return EYELET_OK;
}

/* Return: 0 or -errno, and then there is nothing to destroy. */
static int init_lock(struct eyelet_client *client)
{
    pthread_condattr_t attr;
    int r;

    r = pthread_condattr_init(&attr);
    if (r != 0)
        return -r;
    r = pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    if (r == 0)
        r = pthread_cond_init(&client->is_free, &attr);
    pthread_condattr_destroy(&attr);
    if (r != 0)
        return -r;

    r = pthread_mutex_init(&client->lock, NULL);
    if (r != 0)
        pthread_cond_destroy(&client->is_free);
    return -r;
}

static void destroy_lock(struct eyelet_client *client)
{
    pthread_mutex_destroy(&client->lock);
    pthread_cond_destroy(&client->is_free);
}

/* A connected client around @fd, which it owns on success. Return: 0 or -errno. */
static int client_new(int fd, const struct eyelet_client_opts *opts, struct eyelet_client **ret)
{
    const struct eyelet_session_limits limits = {
        .frame_max = opts->frame_max,
        .body_rate_min = 64u << 10,                   /* HOSTILE limit "body: minimum rate" */
        .header_timeout_ns = 5000 * EYELET_NS_PER_MS, /* HOSTILE limit "header complete" */
        .body_grace_ns = 5000 * EYELET_NS_PER_MS,     /* HOSTILE limit "body: minimum rate" */
    };
    struct eyelet_client *client = calloc(1, sizeof(*client));
    int r;

    if (client == NULL)
        return -ENOMEM;
    client->opts = *opts;
    client->pool.held_max = SIZE_MAX; /* the frame limit bounds what one connection holds */
    r = init_lock(client);
    if (r < 0)
        goto free_client;
    r = eyelet_connection_init(&client->connection, fd, EYELET_SESSION_CLIENT, &limits, STREAMS, &client->pool);
    if (r < 0)
        goto destroy_lock;
    *ret = client;
    return 0;

destroy_lock:
    destroy_lock(client);
free_client:
    free(client);
    return r;
}

enum eyelet_status eyelet_client_open(const char *address, const struct eyelet_client_opts *opts,
                                      struct eyelet_client **ret, struct eyelet_error *reterr)
{
    struct eyelet_client *client;
    struct eyelet_client_opts filled;
    struct eyelet_address parsed;
    enum eyelet_status status;
    uint64_t deadline_ns;
    int fd, r;

    r = eyelet_address_parse(address, &parsed, reterr);
    if (r < 0)
        return eyelet_status_from_errno(r);
    status = fill_opts(opts, &filled, reterr);
    if (status != EYELET_OK)
        return status;

    deadline_ns = eyelet_deadline_after_ms(eyelet_now_ns(), filled.connect_timeout_ms);
    r = eyelet_connect_until(&parsed, deadline_ns, &fd, reterr);
    if (r < 0)
        return eyelet_status_from_errno(r);
    r = client_new(fd, &filled, &client);
    if (r < 0) {
        eyelet_socket_close(fd);
        return eyelet_error_errno(reterr, r, "cannot make a client for '%s'", address);
    }
    eyelet_address_format(&parsed, client->address, sizeof(client->address));
    *ret = client;
    return EYELET_OK;
}

struct eyelet_client *eyelet_client_close(struct eyelet_client *client)
{
    if (client == NULL)
        return NULL;
    eyelet_connection_wake(&client->connection);
    eyelet_connection_clear(&client->connection);
    eyelet_buffer_pool_clear(&client->pool);
    destroy_lock(client);
    free(client);
    return NULL;
}

size_t eyelet_client_decode_max(const struct eyelet_client *client)
{
    return client->opts.decode_max;
}

/* --- how calls end ------------------------------------------------------------------------------------------------ */

static bool is_written(const struct eyelet_client *client, const struct pending *pending)
{
    return pending->id != 0 && client->connection.sent >= pending->end;
}

/* Ends a call on this side; the text says which call, where, and why. */
static EYELET_PRINTF(4, 5) void end_call(const struct eyelet_client *client, struct pending *pending,
                                         enum eyelet_status status, const char *format, ...)
{
    struct eyelet_error why;
    va_list args;

    va_start(args, format);
    eyelet_error_vset(&why, status, format, args);
    va_end(args);
    pending->status = eyelet_error_set(&pending->error, status, "call of %s/%s at %s: %s", pending->service,
                                       pending->method, client->address, why.text);
    pending->error.may_have_executed = is_written(client, pending);
    pending->is_over = true;
}

/* The connection is of no more use: this call ends, and later ones do not begin. */
static void lose_connection(struct eyelet_client *client, const struct eyelet_error *why)
{
    client->is_lost = true;
    client->lost = *why;
    client->connection.fd = eyelet_socket_close(client->connection.fd);
}

static void lose_by_errno(struct eyelet_client *client, int error_number)
{
    struct eyelet_error why;

    eyelet_error_errno(&why, error_number, "connection lost");
    lose_connection(client, &why);
}

static void end_by_loss(struct eyelet_client *client, struct pending *pending)
{
    end_call(client, pending, EYELET_UNAVAILABLE, "%s", client->lost.text);
    pending->error.error_number = client->lost.error_number;
}

static void end_by_reply(struct eyelet_client *client, struct pending *pending, const struct eyelet_response *response)
{
    struct eyelet_error error;

    pending->is_over = true;
    pending->status = eyelet_response_status(response, &pending->error);
    if (pending->status != EYELET_OK)
        return;
    pending->status = pending->take_reply(pending->userdata, response->payload, &error);
    if (pending->status != EYELET_OK)
        end_call(client, pending, pending->status, "%s", error.text);
}

/*
 * Forgets a call that ended without an answer. No byte of a request that was not begun goes out later; one that was begun
 * must be finished, to stay in step: the next call sends the rest, and then the server may run it.
 */
static void give_up(struct eyelet_client *client, struct pending *pending)
{
    struct eyelet_connection *connection = &client->connection;

    eyelet_session_finish(&connection->session, pending->id);
    if (connection->sent <= pending->end - pending->len)
        eyelet_connection_unqueue(connection, pending->len);
    else
        pending->error.may_have_executed = true;
}

/* --- one call ----------------------------------------------------------------------------------------------------- */

static void handle(struct eyelet_client *client, const struct eyelet_session_event *event)
{
    struct pending *pending = event->owner;

    switch (event->kind) {
    case EYELET_SESSION_REPLY:
        end_by_reply(client, pending, &event->response);
        break;
    case EYELET_SESSION_FAILED:
        end_call(client, pending, event->error.status, "%s", event->error.text);
        break;
    case EYELET_SESSION_BROKEN:
        lose_connection(client, &event->error);
        break;
    case EYELET_SESSION_MORE:
    case EYELET_SESSION_CALL: /* a server's */
    case EYELET_SESSION_REFUSE:
        break;
    }
}

/* Handles what was read, until the call is over or there is no more. */
static void handle_all(struct eyelet_client *client, struct pending *pending)
{
    struct eyelet_session_event event;

    while (!pending->is_over && !client->is_lost &&
           eyelet_connection_next(&client->connection, eyelet_now_ns(), &event) != EYELET_SESSION_MORE)
        handle(client, &event);
}

/* @write_error, if any, is what ends the connection once all that the peer had sent is read. */
static void read_once(struct eyelet_client *client, struct pending *pending, int write_error)
{
    struct eyelet_connection *connection = &client->connection;
    struct eyelet_error why;
    int r = eyelet_connection_read(connection);

    if (r == EYELET_CONNECTION_ENDED) {
        eyelet_session_describe_end(&connection->session, connection->in.len, &why);
        why.error_number = -write_error;
        lose_connection(client, &why);
    } else if (r == EYELET_CONNECTION_NO_MEMORY) {
        end_call(client, pending, EYELET_RESOURCE_EXHAUSTED, "no memory for the reply");
        give_up(client, pending);
    } else if (r == -EAGAIN && write_error != 0) {
        lose_by_errno(client, write_error);
    } else if (r < 0 && r != -EAGAIN) {
        lose_by_errno(client, r);
    }
}

/* Sends what is queued. Return: 0, or -errno: the peer takes no more, but may have answered before. */
static int write_some(struct eyelet_client *client)
{
    int r = eyelet_connection_flush(&client->connection);

    return r == -EAGAIN ? 0 : r;
}

/* Waits for the socket, until the call's deadline or the peer's. */
static void wait_for_peer(struct eyelet_client *client, const struct pending *pending)
{
    struct eyelet_connection *connection = &client->connection;
    uint64_t read_ns = eyelet_session_read_deadline(&connection->session);
    bool is_peers = read_ns < pending->deadline_ns;
    short events = POLLIN;
    struct eyelet_error why;
    int r;

    if (connection->out.len > 0)
        events |= POLLOUT;
    r = eyelet_socket_wait_until(connection->fd, events, is_peers ? read_ns : pending->deadline_ns, NULL);
    if (r == -ETIMEDOUT && is_peers) {
        eyelet_session_describe_timeout(&connection->session, &why);
        lose_connection(client, &why);
    } else if (r < 0 && r != -ETIMEDOUT) {
        lose_by_errno(client, r);
    }
}

/* From the queued request to the end of the call. What comes without an end does not outlast the deadline either. */
static void drive(struct eyelet_client *client, struct pending *pending)
{
    int write_error = 0;

    eyelet_session_resume_reading(&client->connection.session, eyelet_now_ns());
    while (!pending->is_over) {
        if (write_error == 0)
            write_error = write_some(client);
        if (write_error == 0)
            wait_for_peer(client, pending);
        if (!client->is_lost)
            read_once(client, pending, write_error);
        handle_all(client, pending);
        if (pending->is_over)
            break;
        if (client->is_lost) {
            end_by_loss(client, pending);
        } else if (eyelet_now_ns() >= pending->deadline_ns) {
            end_call(client, pending, EYELET_DEADLINE_EXCEEDED, "deadline of %u ms exceeded", pending->timeout_ms);
            give_up(client, pending);
        }
    }
}

/*
 * A server may answer before the request has left whole. The rest must follow, or the peer takes this side for stalled:
 * nobody would send it before the next call. The call has its answer, so it waits for that no longer than its deadline.
 */
static void finish_writing(struct eyelet_client *client, const struct pending *pending)
{
    int r = 0;

    while (r == 0 && !client->is_lost && client->connection.out.len > 0) {
        r = eyelet_socket_wait_until(client->connection.fd, POLLOUT, pending->deadline_ns, NULL);
        if (r == 0 && (r = write_some(client)) < 0)
            lose_by_errno(client, r);
    }
}

/* Writes the request into the queue. Return: false when the call is over already. */
static bool queue_request(struct eyelet_client *client, struct pending *pending,
                          const struct eyelet_outgoing_request *request, const struct eyelet_outgoing *message)
{
    struct eyelet_connection *connection = &client->connection;
    size_t head_len;
    uint8_t *room;

    switch (eyelet_session_measure_request(&connection->session, request, &head_len)) {
    case 0:
        break;
    case -EMSGSIZE:
        end_call(client, pending, EYELET_RESOURCE_EXHAUSTED, "request of %zu bytes is longer than frame_max, %u",
                 message->len, client->opts.frame_max);
        return false;
    default: /* the ids are used up */
        end_call(client, pending, EYELET_UNAVAILABLE, "this connection has made all the calls it can: open another");
        return false;
    }

    room = eyelet_connection_queue(connection, head_len + message->len);
    if (room == NULL) {
        end_call(client, pending, EYELET_RESOURCE_EXHAUSTED, "no memory for a request of %zu bytes", message->len);
        return false;
    }
    pending->len = head_len + message->len;
    pending->end = eyelet_connection_queued(connection);
    pending->id = eyelet_session_start_request(&connection->session, request, pending, room, head_len);
    if (message->len > 0)
        message->pack(message->message, room + head_len);
    return true;
}

/* The call, with the client to itself. */
static void make_call(struct eyelet_client *client, struct pending *pending, const struct eyelet_call_opts *opts,
                      const struct eyelet_outgoing *message)
{
    uint64_t now_ns = eyelet_now_ns();
    struct eyelet_outgoing_request request = {
        .service = pending->service,
        .method = pending->method,
        .metadata = opts->metadata,
        .n_metadata = opts->n_metadata,
        .payload_len = message->len,
    };

    if (client->is_lost) {
        end_by_loss(client, pending);
        return;
    }
    if (now_ns >= pending->deadline_ns) {
        end_call(client, pending, EYELET_DEADLINE_EXCEEDED, "deadline of %u ms exceeded before anything was sent",
                 pending->timeout_ms);
        return;
    }
    request.timeout_ns = (int64_t)(pending->deadline_ns - now_ns);

    eyelet_connection_wake(&client->connection);
    if (queue_request(client, pending, &request, message)) {
        drive(client, pending);
        finish_writing(client, pending);
    }
    eyelet_connection_settle(&client->connection);
}

static struct timespec to_timespec(uint64_t time_ns)
{
    return (struct timespec){
        .tv_sec = (time_t)(time_ns / EYELET_NS_PER_S),
        .tv_nsec = (long)(time_ns % EYELET_NS_PER_S),
    };
}

/* Waits until no other thread is in a call. Return: false when the deadline came first. */
static bool enter(struct eyelet_client *client, uint64_t deadline_ns)
{
    struct timespec at = to_timespec(deadline_ns);
    bool is_entered;
    int r = 0;

    pthread_mutex_lock(&client->lock);
    while (client->is_in_call && r == 0)
        r = pthread_cond_timedwait(&client->is_free, &client->lock, &at);
    is_entered = !client->is_in_call;
    client->is_in_call = true;
    pthread_mutex_unlock(&client->lock);
    return is_entered;
}

static void leave(struct eyelet_client *client)
{
    pthread_mutex_lock(&client->lock);
    client->is_in_call = false;
    pthread_cond_signal(&client->is_free);
    pthread_mutex_unlock(&client->lock);
}

static uint32_t call_timeout_ms(const struct eyelet_client *client, const struct eyelet_call_opts *opts)
{
    uint32_t timeout_ms = opts->timeout_ms != 0 ? opts->timeout_ms : client->opts.call_timeout_ms;

    return timeout_ms < EYELET_TIMEOUT_MS_MAX ? timeout_ms : EYELET_TIMEOUT_MS_MAX;
}

enum eyelet_status eyelet_client_call_with(struct eyelet_client *client, const char *service, const char *method,
                                           const struct eyelet_call_opts *opts, const struct eyelet_outgoing *message,
                                           eyelet_reply_fn take_reply, void *userdata, struct eyelet_error *reterr)
{
    static const struct eyelet_call_opts no_opts = { 0 };
    struct pending pending = {
        .service = service,
        .method = method,
        .take_reply = take_reply,
        .userdata = userdata,
    };
    enum eyelet_status status;

    if (opts == NULL)
        opts = &no_opts;
    pending.timeout_ms = call_timeout_ms(client, opts);
    pending.deadline_ns = eyelet_deadline_after_ms(eyelet_now_ns(), pending.timeout_ms);
    status = eyelet_metadata_check(opts->metadata, opts->n_metadata, reterr);
    if (status != EYELET_OK)
        return status;

    if (enter(client, pending.deadline_ns)) {
        make_call(client, &pending, opts, message);
        leave(client);
    } else {
        end_call(client, &pending, EYELET_DEADLINE_EXCEEDED,
                 "deadline of %u ms exceeded while other threads used the client", pending.timeout_ms);
    }
    if (pending.status != EYELET_OK && reterr != NULL)
        *reterr = pending.error;
    return pending.status;
}
