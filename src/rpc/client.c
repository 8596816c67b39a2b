/*
 * A client's life: opening, connecting again, calls that block or are started, foreign loops, and the end. How calls
 * wait and who reads for them is in driving.c.
 */
#include "rpc/client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>

#include "core/error.h"
#include "io/connect.h"
#include "io/socket.h"
#include "rpc/calling.h"
#include "rpc/driving.h"
#include "rpc/trace.h"
#include "rpc/wait.h"

#define CALLS_MAX_DEFAULT 1024u
#define CALLS_MAX_MAX     65536u

#define RECONNECT_PAUSE_MIN_NS (100 * EYELET_NS_PER_MS)  /* HOSTILE H116: at most 10 attempts per second */
#define RECONNECT_PAUSE_MAX_NS (1000 * EYELET_NS_PER_MS) /* as the connect engine's */

/* --- options ------------------------------------------------------------------------------------------------------ */

static void default_to_u32(uint32_t *value, uint32_t fallback)
{
    if (*value == 0)
        *value = fallback;
}

static void default_to_size(size_t *value, size_t fallback)
{
    if (*value == 0)
        *value = fallback;
}

static enum eyelet_status fill_opts(const struct eyelet_client_opts *opts, struct eyelet_client_opts *ret,
                                    struct eyelet_error *reterr)
{
    struct eyelet_client_opts filled = { 0 };

    if (opts != NULL)
        filled = *opts;
    default_to_u32(&filled.connect_timeout_ms, EYELET_TIMEOUT_MS_DEFAULT);
    default_to_u32(&filled.call_timeout_ms, EYELET_TIMEOUT_MS_DEFAULT);
    default_to_u32(&filled.frame_max, EYELET_FRAME_DATA_MAX_DEFAULT);
    default_to_u32(&filled.calls_max, CALLS_MAX_DEFAULT);
    default_to_u32(&filled.stream_messages_max, EYELET_STREAM_MESSAGES_MAX);
    default_to_size(&filled.stream_bytes_max, EYELET_STREAM_BYTES_MAX);
    default_to_size(&filled.buffer_max, 128u << 20); /* HOSTILE limit "bytes buffered" */
    default_to_size(&filled.decode_max, 16u << 20);  /* HOSTILE limit "decode arena" */
    if (filled.frame_max < EYELET_SESSION_FRAME_MAX_MIN || filled.frame_max > EYELET_FRAME_DATA_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "frame_max of %u is not within %u and %u",
                                filled.frame_max, EYELET_SESSION_FRAME_MAX_MIN, EYELET_FRAME_DATA_MAX);
    if (filled.calls_max > CALLS_MAX_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "calls_max of %u is more than %u", filled.calls_max,
                                CALLS_MAX_MAX);
    if (filled.buffer_max < filled.frame_max)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT,
                                "buffer_max of %zu bytes holds no frame of frame_max, %u", filled.buffer_max,
                                filled.frame_max);
    if (filled.decode_max < EYELET_DECODE_MAX_MIN)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "decode_max of %zu is less than %u", filled.decode_max,
                                EYELET_DECODE_MAX_MIN);
    if (filled.spin_us > EYELET_SPIN_US_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "spin_us of %u is more than %u", filled.spin_us,
                                EYELET_SPIN_US_MAX);
    if (filled.n_interceptors > 0 && filled.interceptors == NULL)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "there are %zu interceptors, and no list of them",
                                filled.n_interceptors);
    *ret = filled;
    return EYELET_OK;
}

/* --- memory, locks, the first connection -------------------------------------------------------------------------- */

/* Return: 0 or -errno, and then there is nothing to destroy. */
static int init_lock(struct eyelet_client *client)
{
    int r;

    r = eyelet_wait_init(&client->left);
    if (r < 0)
        return r;
    r = pthread_mutex_init(&client->lock, NULL);
    if (r != 0)
        pthread_cond_destroy(&client->left);
    return -r;
}

/* Calls in flight, and the question of the keepalive beside them: a power of two. */
static uint32_t n_slots_for(const struct eyelet_client_opts *opts)
{
    uint32_t n_calls = opts->calls_max + (opts->keepalive_ms != 0), n_slots = 1;

    while (n_slots < n_calls)
        n_slots *= 2;
    return n_slots;
}

/* Puts a connection on @fd, which it owns on success. Return: 0 or -errno. */
static int take_connection(struct eyelet_client *client, int fd)
{
    const struct eyelet_session_limits limits = {
        .frame_max = client->opts.frame_max,
        .body_rate_min = 64u << 10,                   /* HOSTILE limit "body: minimum rate" */
        .header_timeout_ns = 5000 * EYELET_NS_PER_MS, /* HOSTILE limit "header complete" */
        .body_grace_ns = 5000 * EYELET_NS_PER_MS,     /* HOSTILE limit "body: minimum rate" */
    };
    int r;

    r = eyelet_connection_init(&client->connection, fd, EYELET_SESSION_CLIENT, &limits, n_slots_for(&client->opts),
                               &client->pool, client->trace);
    if (r < 0)
        return r;
    eyelet_connection_wake(&client->connection);
    if (client->opts.n_interceptors > 0 && eyelet_socket_get_peer(fd, &client->peer) < 0)
        client->peer = (struct eyelet_peer){ .family = client->where.family };
    client->is_lost = false;
    client->keepalive.is_over = true;
    client->counters.connections_opened++;
    client->counters.connections_open = 1;
    return 0;
}

/* What the connection has counted is the client's, before the connection is cleared or another takes its place. */
static void keep_counters(struct eyelet_client *client)
{
    const struct eyelet_session_counters *session = &client->connection.session.counters;
    struct eyelet_counters *total = &client->counters;

    total->frames_received += session->frames;
    total->late_frames += session->late_frames;
    total->protocol_errors += session->protocol_errors;
    total->bytes_received += client->connection.received;
    total->bytes_sent += client->connection.sent;
}

/* Its buffers' memory, and all it knew. */
static void clear_connection(struct eyelet_client *client)
{
    keep_counters(client);
    eyelet_connection_clear(&client->connection);
    client->connection = (struct eyelet_connection){ .fd = -1, .pool = &client->pool };
    eyelet_connection_wake(&client->connection);
}

/* What is stuffed is also over the other limits, so that its time runs. */
static struct eyelet_inbox_limits inbox_limits_for(const struct eyelet_client_opts *opts)
{
    size_t costs_max = (size_t)opts->stream_messages_max * EYELET_INBOX_MESSAGE_COST;
    size_t over = opts->stream_bytes_max < SIZE_MAX - costs_max ? opts->stream_bytes_max + costs_max + 1 : SIZE_MAX;

    return (struct eyelet_inbox_limits){
        .messages_max = opts->stream_messages_max,
        .bytes_max = opts->stream_bytes_max,
        .hard_bytes_max = over > EYELET_CLIENT_INBOX_HARD ? over : EYELET_CLIENT_INBOX_HARD,
    };
}

static void set_up(struct eyelet_client *client, const struct eyelet_client_opts *opts,
                   const struct eyelet_address *where)
{
    client->opts = *opts;
    client->where = *where;
    eyelet_address_format(where, client->address, sizeof(client->address));
    client->trace = eyelet_trace_for("client");
    client->n_users = 1;
    client->calls_end_ns = EYELET_NO_DEADLINE;
    client->pool.held_max = SIZE_MAX; /* the frame limit bounds what one connection holds */
    client->pool.n_spares_max = 2;    /* one to read into, one to write from */
    client->pool.wipe = opts->wipe;
    client->inbox_limits = inbox_limits_for(opts);
    eyelet_spin_init(&client->spin, opts->spin_us);
    client->log.fn = opts->log;
    client->log.userdata = opts->log_userdata;
}

/* A connected client around @fd, which it owns on success. Return: 0 or -errno. */
static int client_new(int fd, const struct eyelet_client_opts *opts, const struct eyelet_address *where,
                      struct eyelet_client **ret)
{
    struct eyelet_client *client = calloc(1, sizeof(*client));
    int r;

    if (client == NULL)
        return -ENOMEM;
    set_up(client, opts, where);
    r = init_lock(client);
    if (r < 0)
        goto free_client;
    r = eyelet_wake_open(&client->wake_fd);
    if (r < 0)
        goto destroy_lock;
    r = take_connection(client, fd);
    if (r < 0)
        goto close_wake;
    *ret = client;
    return 0;

close_wake:
    eyelet_socket_close(client->wake_fd);
destroy_lock:
    pthread_mutex_destroy(&client->lock);
    pthread_cond_destroy(&client->left);
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
    unsigned n_attempts;
    uint64_t deadline_ns;
    int fd, r;

    r = eyelet_address_parse(address, &parsed, reterr);
    if (r < 0)
        return eyelet_status_from_errno(r);
    status = fill_opts(opts, &filled, reterr);
    if (status != EYELET_OK)
        return status;
    if (filled.reconnect && parsed.family == EYELET_FAMILY_FD)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "'%s' cannot be connected to a second time", address);

    deadline_ns = eyelet_deadline_after_ms(eyelet_now_ns(), filled.connect_timeout_ms);
    r = eyelet_connect_or_stop(&parsed, deadline_ns, NULL, &n_attempts, &fd, reterr);
    if (r < 0)
        return eyelet_status_from_errno(r);
    r = client_new(fd, &filled, &parsed, &client);
    if (r < 0) {
        eyelet_socket_close(fd);
        return eyelet_error_errno(reterr, r, "cannot make a client for '%s'", address);
    }
    eyelet_client_enter(client);
    client->counters.connections_refused = n_attempts - 1;
    eyelet_log_add(&client->log, &client->log_rate, eyelet_now_ns(), EYELET_LOG_INFO, "%s: connected", client->address);
    eyelet_client_leave(client);
    *ret = client;
    return EYELET_OK;
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

/* From here on every call is over, wherever its thread is. */
static void end_all(struct eyelet_client *client)
{
    client->is_closing = true;
    while (client->first_pending != NULL)
        eyelet_pending_give_up(client->first_pending, EYELET_CANCELLED, "the client was closed");
    eyelet_client_signal_all(client);
    eyelet_wake_send(client->wake_fd); /* the driver, or who waits for its turn to connect */
}

/* Nobody is inside but this thread. What still refers to the client finds a lost connection. */
static void clear(struct eyelet_client *client)
{
    clear_connection(client);
    client->counters.connections_open = 0;
    if (!client->is_lost)
        eyelet_error_set(&client->lost, EYELET_CANCELLED, "the client was closed");
    client->is_lost = true;
    client->n_states = 0;  /* the program knows */
    client->log.fn = NULL; /* what streams and started calls still come to is nobody's to hear */
    eyelet_buffer_pool_clear(&client->pool);
    eyelet_client_free_idle(client);
    client->wake_fd = eyelet_socket_close(client->wake_fd);
}

struct eyelet_client *eyelet_client_close(struct eyelet_client *client)
{
    if (client == NULL)
        return NULL;
    eyelet_client_enter(client);
    end_all(client);
    while (client->n_inside > eyelet_client_depth(client) + 1) /* each function this thread is in, and this one */
        pthread_cond_wait(&client->left, &client->lock);
    eyelet_client_tell(client, true);
    clear(client);
    eyelet_log_clear(&client->log);
    client->n_inside--;
    client->n_users--; /* the program's own */
    eyelet_client_drop_and_unlock(client);
    return NULL;
}

/* --- a connection after the first --------------------------------------------------------------------------------- */

/*
 * Servers that take connections only to close them are not asked more often for that. The caller has the role, and the
 * lock is released for the pause. Return: false when it is not to connect: the turn would come after the deadline.
 */
static bool wait_for_turn(struct eyelet_client *client, uint64_t deadline_ns)
{
    uint64_t now_ns = eyelet_now_ns(), turn_ns = client->connect_not_before_ns, pause_ns = client->connect_pause_ns;

    if (now_ns < turn_ns) {
        if (deadline_ns <= turn_ns)
            return false;
        pthread_mutex_unlock(&client->lock);
        eyelet_socket_wait_or_wake(-1, 0, client->wake_fd, now_ns, turn_ns, NULL);
        pthread_mutex_lock(&client->lock);
        now_ns = eyelet_now_ns();
    }
    pause_ns = pause_ns == 0 ? RECONNECT_PAUSE_MIN_NS : pause_ns * 2;
    client->connect_pause_ns = pause_ns < RECONNECT_PAUSE_MAX_NS ? pause_ns : RECONNECT_PAUSE_MAX_NS;
    client->connect_not_before_ns = now_ns + client->connect_pause_ns;
    return true;
}

/* Connects with the lock released. Return: EYELET_OK, or why there is no connection. */
static enum eyelet_status make_connection(struct eyelet_client *client, uint64_t deadline_ns,
                                          struct eyelet_error *reterr)
{
    unsigned n_attempts;
    int fd, r;

    pthread_mutex_unlock(&client->lock);
    r = eyelet_connect_or_stop(&client->where, deadline_ns, &client->wake_fd, &n_attempts, &fd, reterr);
    pthread_mutex_lock(&client->lock);
    client->counters.connections_refused += r < 0 ? n_attempts : n_attempts - 1;
    if (r < 0)
        return eyelet_status_from_errno(r);
    if (client->is_closing) {
        eyelet_socket_close(fd);
        return eyelet_error_set(reterr, EYELET_CANCELLED, "the client was closed");
    }
    clear_connection(client);
    r = take_connection(client, fd);
    if (r == 0)
        return EYELET_OK;
    eyelet_socket_close(fd);
    return eyelet_error_errno(reterr, r, "cannot take the new connection up");
}

static uint64_t connect_deadline(const struct eyelet_client *client, uint64_t deadline_ns)
{
    uint64_t own_ns = eyelet_deadline_after_ms(eyelet_now_ns(), client->opts.connect_timeout_ms);

    return own_ns < deadline_ns ? own_ns : deadline_ns;
}

/* With the role of the driver, so that nobody else does the same. */
static enum eyelet_status connect_again(struct eyelet_client *client, uint64_t deadline_ns, struct eyelet_error *reterr)
{
    enum eyelet_status status;

    client->has_driver = true;
    if (!wait_for_turn(client, deadline_ns)) {
        *reterr = client->lost;
        status = client->lost.status;
    } else if (client->is_closing) {
        status = eyelet_error_set(reterr, EYELET_CANCELLED, "the client was closed");
    } else {
        status = make_connection(client, connect_deadline(client, deadline_ns), reterr);
    }
    client->has_driver = false;
    if (status == EYELET_OK) {
        eyelet_client_note_state(client, EYELET_CLIENT_CONNECTED, NULL);
        eyelet_log_add(&client->log, &client->log_rate, eyelet_now_ns(), EYELET_LOG_INFO, "%s: connected again",
                       client->address);
        eyelet_client_signal_all(client); /* whoever waited for it may go on */
    }
    eyelet_client_pass_on(client);
    eyelet_client_tell(client, false);
    return status;
}

/* Sees to it that there is a connection. Return: EYELET_OK, or why there is none. */
static enum eyelet_status need_connection(struct eyelet_client *client, uint64_t deadline_ns,
                                          struct eyelet_error *reterr)
{
    enum eyelet_status status;

    while (client->is_lost) {
        struct eyelet_waiter waiter;

        eyelet_waiter_init(&waiter, NULL, EYELET_WANTS_CONNECTION, 0);
        if (client->is_closing)
            return eyelet_error_set(reterr, EYELET_CANCELLED, "the client was closed");
        if (!client->has_driver) {
            status = connect_again(client, deadline_ns, reterr);
            if (status != EYELET_OK)
                return status;
        } else if (!eyelet_client_wait(client, &waiter, deadline_ns)) {
            return eyelet_error_set(reterr, EYELET_DEADLINE_EXCEEDED,
                                    "deadline exceeded while another thread was connecting");
        }
    }
    return EYELET_OK;
}

enum eyelet_status eyelet_client_reconnect(struct eyelet_client *client, uint32_t timeout_ms,
                                           struct eyelet_error *reterr)
{
    enum eyelet_status status = EYELET_OK;
    struct eyelet_error error;
    uint64_t deadline_ns;

    if (timeout_ms == 0)
        timeout_ms = client->opts.connect_timeout_ms;
    deadline_ns = eyelet_deadline_after_ms(eyelet_now_ns(), timeout_ms);
    eyelet_client_enter(client);
    if (client->is_lost && client->where.family == EYELET_FAMILY_FD)
        status = eyelet_error_set(&error, EYELET_INVALID_ARGUMENT, "'%s' cannot be connected to a second time",
                                  client->address);
    else
        status = need_connection(client, deadline_ns, &error);
    eyelet_client_leave(client);
    if (status != EYELET_OK && reterr != NULL)
        *reterr = error;
    return status;
}

/* --- calls that block --------------------------------------------------------------------------------------------- */

/* Return: false when the call is over without a connection. */
static bool connect_for(struct eyelet_pending *pending)
{
    struct eyelet_client *client = pending->client;
    enum eyelet_status status;
    struct eyelet_error why;

    if (!client->is_lost)
        return true;
    if (!client->opts.reconnect && !client->is_closing) {
        eyelet_pending_lose(pending, &client->lost);
        return false;
    }
    status = need_connection(client, pending->deadline_ns, &why);
    pending->seen_ns = 0;
    if (status == EYELET_OK)
        return true;
    eyelet_pending_fail(pending, status, "%s", why.text);
    pending->error.error_number = why.error_number;
    return false;
}

/* Return: false when the call's deadline came first. */
static bool wait_for(struct eyelet_pending *pending, enum eyelet_wants wants, uint64_t limit)
{
    struct eyelet_waiter waiter;

    eyelet_waiter_init(&waiter, pending, wants, limit);
    return eyelet_client_wait(pending->client, &waiter, pending->deadline_ns);
}

/* Waits until no more than EYELET_CLIENT_QUEUE_MAX is queued. Return: false when the call is over. */
static bool wait_for_room(struct eyelet_pending *pending)
{
    if (pending->client->connection.out.len <= EYELET_CLIENT_QUEUE_MAX)
        return true;
    if (wait_for(pending, EYELET_WANTS_ROOM, EYELET_CLIENT_QUEUE_MAX))
        return !pending->is_over; /* there may have been no memory to read meanwhile */
    eyelet_pending_fail(pending, EYELET_DEADLINE_EXCEEDED,
                        "deadline of %u ms exceeded while the requests of others were sent", pending->timeout_ms);
    return false;
}

/*
 * A server may answer before the request has left whole. The rest must follow, or the peer takes this side for stalled:
 * nobody would send it before the next call. The call has its answer, so it waits for that no longer than its deadline.
 * What another connection sends, which functions of the program's may have made meanwhile, has nothing to do with it.
 */
static void finish_writing(struct eyelet_pending *pending)
{
    const struct eyelet_client *client = pending->client;

    if (pending->end > client->connection.sent && pending->connection_number == client->counters.connections_opened)
        wait_for(pending, EYELET_WANTS_SENT, pending->end);
}

/* The reply, with the lock released; if it lies in the connection's buffer, with the driver's role. */
static void unpack(struct eyelet_pending *pending, ProtobufCMessage **ret)
{
    struct eyelet_client *client = pending->client;

    if (pending->status != EYELET_OK)
        return;
    pthread_mutex_unlock(&client->lock);
    eyelet_pending_unpack(pending, ret);
    pthread_mutex_lock(&client->lock);
    if (pending->has_direct) {
        pending->has_direct = false;
        eyelet_client_release(client);
    }
}

/* One try of the call on the connection that is there. */
static void try_call(struct eyelet_pending *pending, const struct eyelet_calling *what, ProtobufCMessage **ret)
{
    if (!eyelet_pending_queue(pending, what))
        return;
    if (!wait_for(pending, EYELET_WANTS_END, 0))
        eyelet_pending_expire(pending);
    unpack(pending, ret);
    finish_writing(pending);
}

/* A request that did not leave whole was not run: with another connection it may be tried again. */
static bool may_try_again(const struct eyelet_pending *pending)
{
    return pending->client->opts.reconnect && pending->was_lost && !pending->error.may_have_executed &&
           !pending->client->is_closing;
}

static void make_call(struct eyelet_pending *pending, const struct eyelet_calling *what, ProtobufCMessage **ret)
{
    do {
        pending->is_over = false;
        pending->was_lost = false;
        pending->id = 0;
        if (!connect_for(pending) || !wait_for_room(pending))
            return;
        if (pending->client->is_closing)
            eyelet_pending_fail(pending, EYELET_CANCELLED, "the client was closed");
        else if (pending->client->is_lost)
            eyelet_pending_lose(pending, &pending->client->lost);
        else
            try_call(pending, what, ret);
    } while (may_try_again(pending));
}

enum eyelet_status eyelet_client_call_with(struct eyelet_client *client, const struct eyelet_calling *what,
                                           ProtobufCMessage **ret, struct eyelet_error *reterr)
{
    struct eyelet_pending pending;
    enum eyelet_status status;

    eyelet_pending_init(&pending, client, EYELET_PENDING_BLOCKS, what);
    eyelet_client_enter(client);
    if (eyelet_pending_admit(&pending, what))
        make_call(&pending, what, ret);
    eyelet_pending_conclude(&pending, what);
    eyelet_pending_clear_inbox(&pending);
    eyelet_client_leave(client);
    status = pending.status;
    if (status != EYELET_OK && reterr != NULL)
        *reterr = pending.error;
    return status;
}

/* --- calls that are started --------------------------------------------------------------------------------------- */

/* Return: false when the call is over. */
static bool begin_without_waiting(struct eyelet_pending *pending, const struct eyelet_calling *what)
{
    struct eyelet_client *client = pending->client;

    eyelet_client_expire(client, pending->start_ns);
    if (client->is_lost) {
        eyelet_pending_lose(pending, &client->lost);
        return false;
    }
    if (client->connection.out.len > EYELET_CLIENT_QUEUE_MAX) {
        eyelet_pending_fail(pending, EYELET_RESOURCE_EXHAUSTED, "%zu bytes wait to be sent already",
                            client->connection.out.len);
        return false;
    }
    return eyelet_pending_queue(pending, what);
}

/* The failure of a call that did not begin. */
static enum eyelet_status refuse_start(struct eyelet_pending *pending, const struct eyelet_calling *what,
                                       struct eyelet_error *reterr)
{
    struct eyelet_client *client = pending->client;
    enum eyelet_status status;

    eyelet_pending_conclude(pending, what);
    status = pending->status;
    if (reterr != NULL)
        *reterr = pending->error;
    eyelet_pending_free(pending);
    eyelet_client_leave(client);
    return status;
}

enum eyelet_status eyelet_client_start_with(struct eyelet_client *client, const struct eyelet_calling *what,
                                            eyelet_tell_fn tell, void (*done)(void), void *userdata,
                                            struct eyelet_pending **ret, struct eyelet_error *reterr)
{
    struct eyelet_pending *pending;

    if (done == NULL && ret == NULL)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "a call of %s/%s is neither told nor collected",
                                what->service->name, what->method->name);
    eyelet_client_enter(client);
    pending = eyelet_pending_new(client);
    if (pending == NULL) {
        eyelet_client_leave(client);
        return eyelet_error_set(reterr, EYELET_RESOURCE_EXHAUSTED, "no memory for a call of %s/%s", what->service->name,
                                what->method->name);
    }
    eyelet_pending_init(pending, client, EYELET_PENDING_STARTED, what);
    if (!eyelet_pending_admit(pending, what) || !begin_without_waiting(pending, what))
        return refuse_start(pending, what, reterr);

    pending->tell = tell;
    pending->done = done;
    pending->userdata = userdata;
    client->n_users++;
    if (ret != NULL)
        *ret = pending;
    eyelet_client_leave(client);
    return EYELET_OK;
}

enum eyelet_status eyelet_client_collect(struct eyelet_pending *pending, ProtobufCMessage **ret,
                                         struct eyelet_error *reterr)
{
    struct eyelet_client *client;
    enum eyelet_status status;

    if (pending == NULL)
        return eyelet_error_set(reterr, EYELET_FAILED_PRECONDITION, "there is no call to collect");
    client = pending->client;
    eyelet_client_enter(client);
    if (!wait_for(pending, EYELET_WANTS_END, 0))
        eyelet_pending_expire(pending);
    unpack(pending, ret);
    finish_writing(pending);
    eyelet_pending_conclude(pending, NULL);
    eyelet_pending_clear_inbox(pending);
    client->n_users--; /* not the last: this thread is inside */
    status = pending->status;
    if (status != EYELET_OK && reterr != NULL)
        *reterr = pending->error;
    eyelet_pending_free(pending);
    eyelet_client_leave(client);
    return status;
}

void eyelet_pending_cancel(struct eyelet_pending *pending)
{
    struct eyelet_client *client = pending->client;

    pthread_mutex_lock(&client->lock); /* not inside: it calls nobody back, and need not be waited for */
    if (!pending->is_over)
        eyelet_pending_give_up(pending, EYELET_CANCELLED, "the call was cancelled");
    pthread_mutex_unlock(&client->lock);
}

bool eyelet_pending_is_done(const struct eyelet_pending *pending)
{
    struct eyelet_client *client = pending->client;
    bool is_over;

    pthread_mutex_lock(&client->lock);
    is_over = pending->is_over;
    pthread_mutex_unlock(&client->lock);
    return is_over;
}

/* --- foreign loops ------------------------------------------------------------------------------------------------ */

/* To look at a client is not to change it, but for its lock. */
static struct eyelet_client *lock(const struct eyelet_client *client)
{
    struct eyelet_client *locked = (struct eyelet_client *)(uintptr_t)client;

    pthread_mutex_lock(&locked->lock);
    return locked;
}

int eyelet_client_fd(const struct eyelet_client *client)
{
    struct eyelet_client *locked = lock(client);
    int fd = locked->connection.fd;

    pthread_mutex_unlock(&locked->lock);
    return fd;
}

short eyelet_client_events(const struct eyelet_client *client)
{
    struct eyelet_client *locked = lock(client);
    short events = 0;

    if (!locked->is_lost && eyelet_client_reads(locked))
        events |= POLLIN;
    if (!locked->is_lost && locked->connection.out.len > 0 && locked->write_error == 0)
        events |= POLLOUT;
    pthread_mutex_unlock(&locked->lock);
    return events;
}

static bool has_work(const struct eyelet_client *client)
{
    return eyelet_client_has_news(client, true) || client->write_error != 0 ||
           (client->is_cut && eyelet_client_reads(client));
}

static int ms_until(uint64_t deadline_ns)
{
    uint64_t now_ns, left_ms;

    if (deadline_ns == EYELET_NO_DEADLINE)
        return -1;
    now_ns = eyelet_now_ns();
    if (now_ns >= deadline_ns)
        return 0;
    left_ms = (deadline_ns - now_ns - 1) / EYELET_NS_PER_MS + 1;
    return left_ms < INT32_MAX ? (int)left_ms : INT32_MAX;
}

int eyelet_client_timeout_ms(const struct eyelet_client *client)
{
    struct eyelet_client *locked = lock(client);
    int timeout_ms = has_work(locked) ? 0 : ms_until(eyelet_client_next_deadline(locked));

    pthread_mutex_unlock(&locked->lock);
    return timeout_ms;
}

enum eyelet_status eyelet_client_process(struct eyelet_client *client, struct eyelet_error *reterr)
{
    enum eyelet_status status = EYELET_OK;

    eyelet_client_enter(client);
    client->has_loop = true;
    client->loop = pthread_self();
    if (!client->is_lost && !client->has_driver)
        eyelet_client_turn(client);
    else
        eyelet_client_look(client, eyelet_now_ns());
    if (client->is_lost) {
        status = EYELET_UNAVAILABLE;
        if (reterr != NULL)
            *reterr = client->lost;
    }
    eyelet_client_leave(client);
    return status;
}

/* --- counters ----------------------------------------------------------------------------------------------------- */

void eyelet_client_get_counters(const struct eyelet_client *client, struct eyelet_counters *ret)
{
    struct eyelet_client *locked = lock(client);
    const struct eyelet_session_counters *session = &locked->connection.session.counters;

    *ret = locked->counters;
    ret->frames_received += session->frames;
    ret->late_frames += session->late_frames;
    ret->protocol_errors += session->protocol_errors;
    ret->bytes_received += locked->connection.received;
    ret->bytes_sent += locked->connection.sent;
    ret->logs_dropped = locked->log.n_dropped;
    pthread_mutex_unlock(&locked->lock);
}
