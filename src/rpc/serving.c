/*
 * One connection at a server. Reading stops while too much waits to be written, to be run or to be received, so a peer
 * that asks and never listens fills its own share and nothing else (HOSTILE H104).
 */
#include "rpc/serving.h"

#include <assert.h>
#include <errno.h>

#include "core/error.h"
#include "io/socket.h"
#include "rpc/served.h"
#include "rpc/writing.h"

#define TURN_FRAMES_MAX  64           /* HOSTILE H015 */
#define TURN_BYTES_MAX   (256u << 10) /* HOSTILE H015 */
#define QUEUE_LEN_MIN    (256u << 10) /* so much may wait, or where less than 1 MiB may be buffered: */
#define QUEUE_PART_MIN   4u           /* such a part of it */
#define QUEUE_FRAMES_MAX 256u         /* HOSTILE limit "send queue / connection", as EYELET_WRITING_QUEUE_MAX */
#define AHEAD_CALLS_MAX  64u          /* calls that wait for a thread; more stay unread, and none is refused for it */
#define AHEAD_BYTES_MAX  (256u << 10) /* the same */
#define UNFLUSHED_MAX_NS EYELET_NS_PER_MS /* an answer waits so long for others, if the next handler is a slow one */

size_t eyelet_serving_queue_max(const struct eyelet_server_opts *opts)
{
    size_t beside = 2 * ((size_t)opts->frame_max + EYELET_CONNECTION_SLACK), min = QUEUE_LEN_MIN;

    if (opts->connection_buffer_max < QUEUE_PART_MIN * (size_t)QUEUE_LEN_MIN)
        min = opts->connection_buffer_max / QUEUE_PART_MIN;
    if (opts->connection_buffer_max < beside + min)
        return min;
    if (opts->connection_buffer_max - beside < EYELET_WRITING_QUEUE_MAX)
        return opts->connection_buffer_max - beside;
    return EYELET_WRITING_QUEUE_MAX;
}

int eyelet_serving_init(struct eyelet_serving *serving, int fd, const struct eyelet_peer *peer,
                        struct eyelet_serving_env *env)
{
    *serving = (struct eyelet_serving){
        .peer = *peer,
        .env = env,
        .can_read = true,
        .can_write = true,
        .calls_end_ns = EYELET_NO_DEADLINE,
        .give_up_ns = EYELET_NO_DEADLINE,
    };
    return eyelet_connection_init(&serving->connection, fd, EYELET_SESSION_SERVER, &env->limits, env->n_slots,
                                  &env->pool, env->trace);
}

/* --- what arrives ------------------------------------------------------------------------------------------------- */

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
        eyelet_spin_found(&serving->env->spin, now_ns);
        eyelet_served_take_call(serving, event, now_ns);
        break;
    case EYELET_SESSION_DATA:
        eyelet_spin_found(&serving->env->spin, now_ns);
        eyelet_served_take_data(serving, event, now_ns);
        break;
    case EYELET_SESSION_REFUSE:
        eyelet_served_take_refusal(serving, event);
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

    return connection->out.len > 0 &&
           (connection->out.len >= serving->env->queue_max || connection->n_queued >= QUEUE_FRAMES_MAX);
}

/*
 * Does what its calls keep leave room for more? If not, nothing is read until some of it is taken; but what a handler
 * waits for may lie behind, and then the largest of the others makes room. Calls that are answered later may keep
 * theirs for long: they have as much for themselves, and new ones are refused when it is used up.
 */
static bool has_memory(const struct eyelet_serving *serving)
{
    return serving->kept - serving->kept_deferred < serving->env->opts.connection_buffer_max;
}

static bool can_make_room(const struct eyelet_serving *serving)
{
    return !has_memory(serving) && serving->n_receiving > 0 && eyelet_served_has_waiting(serving);
}

static void make_room(struct eyelet_serving *serving)
{
    while (can_make_room(serving))
        eyelet_served_shed_largest(serving);
}

/* May another frame be taken? What a handler waits for may lie behind any number of calls that wait for a thread. */
static bool may_take(const struct eyelet_serving *serving)
{
    if (serving->n_calls == 0) /* then there is nobody to wait for */
        return true;
    if (serving->n_stuffed > 0 || !has_memory(serving))
        return false;
    return serving->n_receiving > 0 || (serving->n_queued < AHEAD_CALLS_MAX && serving->queued_bytes < AHEAD_BYTES_MAX);
}

/* Nothing more will come: what is in flight has until then to be answered (HOSTILE H012). */
static void end_reading(struct eyelet_serving *serving, uint64_t now_ns)
{
    serving->can_read = false;
    serving->has_ended = true;
    serving->give_up_ns = eyelet_deadline_after_ms(now_ns, serving->env->opts.grace_ms);
    eyelet_served_end_unfinished(serving);
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
    if (!eyelet_writing_try(serving))
        serving->is_over = true;
    serving->is_full = is_queue_full(serving);
}

void eyelet_serving_relieve(struct eyelet_serving *serving)
{
    if (!is_queue_full(serving))
        return;
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
        make_room(serving);
        if (serving->is_over)
            return EYELET_SERVING_OVER;
        serving->is_paused = serving->is_full || !may_take(serving);
        if (serving->is_paused)
            return EYELET_SERVING_WAITS;
        if (is_used_up(&turn))
            return EYELET_SERVING_AGAIN;

        if (serving->has_input && eyelet_connection_next(&serving->connection, now_ns, &event) != EYELET_SESSION_MORE) {
            turn.n_frames++;
            handle(serving, &event, now_ns);
            serving->has_input = serving->connection.in.len > 0;
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

/* What of a buffer counts against the connection's own limit: of what is lent only what lies in it does. */
static size_t own_part(const struct eyelet_buffer *buffer)
{
    return buffer->cap > EYELET_BUFFER_SPARE_CAP && !buffer->is_lent ? buffer->cap : buffer->len;
}

static bool is_over_own_limit(const struct eyelet_serving *serving)
{
    const struct eyelet_connection *connection = &serving->connection;

    return eyelet_connection_waits_for_data(connection) &&
           own_part(&connection->in) + own_part(&connection->out) > serving->env->opts.connection_buffer_max;
}

/* Does this side read what the peer sends? What it does not read, the peer cannot be late with. */
static bool is_reading(const struct eyelet_serving *serving)
{
    return !serving->is_full && !serving->has_ended && may_take(serving);
}

/* When the peer has taken nothing for too long. */
static uint64_t stall_deadline(const struct eyelet_serving *serving)
{
    return eyelet_deadline_after_ms(serving->progress_ns, serving->env->opts.write_stall_ms);
}

/* When the peer's time is over, for what it has to send or to take. */
static uint64_t peers_deadline(const struct eyelet_serving *serving)
{
    uint64_t deadline_ns = serving->give_up_ns;

    if (is_reading(serving))
        deadline_ns = eyelet_earlier_ns(deadline_ns, eyelet_session_read_deadline(&serving->connection.session));
    if (serving->connection.out.len > 0)
        deadline_ns = eyelet_earlier_ns(deadline_ns, stall_deadline(serving));
    return deadline_ns;
}

/* Is the peer's time over? The log says which time. */
static bool is_late(struct eyelet_serving *serving, uint64_t awake_ns)
{
    struct eyelet_error error;

    if (awake_ns < peers_deadline(serving))
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

    if (serving->is_over || !eyelet_writing_try(serving) || (serving->has_hung_up && !may_take(serving)))
        return EYELET_SERVING_OVER;
    serving->is_full = is_queue_full(serving);
    if (serving->is_paused && !serving->is_full && may_take(serving)) /* nobody was late by what was not read */
        eyelet_session_resume_reading(&serving->connection.session, now_ns);

    turn = work(serving, now_ns);
    if (turn != EYELET_SERVING_OVER && is_over_own_limit(serving))
        refuse_frame(serving, now_ns);
    if (serving->is_over)
        return EYELET_SERVING_OVER;
    if (serving->n_queued == 0 && !eyelet_writing_try(serving))
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
    return (serving->can_read || serving->has_input) && !serving->is_full &&
           (may_take(serving) || can_make_room(serving));
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

void eyelet_serving_end(struct eyelet_serving *serving, const char *why)
{
    struct eyelet_connection *connection = &serving->connection;

    serving->is_over = true;
    eyelet_served_lose_all(serving, why);
    eyelet_connection_wake(connection);
    if (serving->unflushed_ns != 0) {
        serving->unflushed_ns = 0;
        eyelet_connection_settle(connection);
    }
    eyelet_serving_count(serving, &serving->env->counters);
    eyelet_connection_clear(connection);
    connection->n_awake = 0;
}

void eyelet_serving_stop(struct eyelet_serving *serving)
{
    eyelet_session_stop(&serving->connection.session);
    serving->is_stopping = true;
    serving->can_read = !serving->has_ended;
    eyelet_served_end_endless(serving);
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

void eyelet_serving_shed(struct eyelet_serving *serving, uint64_t now_ns)
{
    struct eyelet_connection *connection = &serving->connection;
    bool is_frame = connection->in.cap >= connection->out.cap && eyelet_connection_waits_for_data(connection);

    eyelet_connection_wake(connection);
    if (eyelet_served_shedable(serving) >= connection->in.cap && eyelet_served_shedable(serving) >= connection->out.cap)
        eyelet_served_shed(serving);
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
    size_t len = eyelet_served_shedable(serving);

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

uint64_t eyelet_serving_flush_deadline(const struct eyelet_serving *serving)
{
    return serving->unflushed_ns != 0 ? serving->unflushed_ns + UNFLUSHED_MAX_NS : EYELET_NO_DEADLINE;
}

uint64_t eyelet_serving_deadline(const struct eyelet_serving *serving)
{
    uint64_t deadline_ns = eyelet_earlier_ns(peers_deadline(serving), serving->calls_end_ns);

    return eyelet_earlier_ns(deadline_ns, eyelet_serving_flush_deadline(serving));
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
