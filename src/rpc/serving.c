/*
 * The turns of one connection. Reading stops while too much waits to be written, so a peer that asks and never listens
 * fills its own queue and nothing else (HOSTILE H104).
 */
#include "rpc/serving.h"

#include <assert.h>
#include <errno.h>

#include "core/error.h"
#include "io/socket.h"

#define TURN_FRAMES_MAX 64            /* HOSTILE H015 */
#define TURN_BYTES_MAX (256u << 10)   /* HOSTILE H015 */
#define TURN_NS_MAX EYELET_NS_PER_MS  /* and no new call after so long, since handlers run in the turn */
#define QUEUE_BYTES_MAX (8u << 20)    /* HOSTILE limit "send queue / connection" */
#define QUEUE_FRAMES_MAX 256u         /* the same */
#define STREAMS 128                   /* HOSTILE limit "in-flight streams / connection" */

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
    return eyelet_connection_init(&serving->connection, fd, EYELET_SESSION_SERVER, &env->limits, STREAMS, &env->pool);
}

void eyelet_serving_clear(struct eyelet_serving *serving)
{
    eyelet_connection_wake(&serving->connection);
    eyelet_connection_clear(&serving->connection);
}

/* --- answers ------------------------------------------------------------------------------------------------------ */

static void begin_waiting(struct eyelet_serving *serving)
{
    if (serving->connection.out.len == 0)
        serving->progress_ns = eyelet_now_ns();
}

static int answer_failure(struct eyelet_serving *serving, uint32_t id, enum eyelet_status status, const char *text)
{
    begin_waiting(serving);
    return eyelet_connection_queue_failure(&serving->connection, id, status, text);
}

/* Sends what it can. Return: false when nothing can be sent ever again. */
static bool write_some(struct eyelet_serving *serving)
{
    struct eyelet_connection *connection = &serving->connection;
    uint64_t sent = connection->sent;
    int r;

    if (connection->out.len == 0 || !serving->can_write)
        return true;
    r = eyelet_connection_flush(connection);
    if (connection->sent != sent)
        serving->progress_ns = eyelet_now_ns();
    if (r == -EAGAIN)
        serving->can_write = false;
    return r == 0 || r == -EAGAIN;
}

/* Would @len more bytes, all of them stuck, stay below what may be buffered for this connection? */
static bool has_room(const struct eyelet_serving *serving, size_t len)
{
    const struct eyelet_connection *connection = &serving->connection;
    size_t own = connection->in.len + connection->out.len;
    size_t max = serving->env->opts.connection_buffer_max;

    return own <= max && len <= max - own;
}

/* A reply that cannot be sent, and why not. */
static EYELET_PRINTF(3, 4) int answer_exhausted(struct eyelet_serving *serving, uint32_t id, const char *format, ...)
{
    struct eyelet_error error;
    va_list args;

    va_start(args, format);
    eyelet_error_vset(&error, EYELET_RESOURCE_EXHAUSTED, format, args);
    va_end(args);
    return answer_failure(serving, id, error.status, error.text);
}

static int answer_reply(struct eyelet_serving *serving, uint32_t id, const struct eyelet_outgoing *reply)
{
    struct eyelet_connection *connection = &serving->connection;
    uint8_t *room;
    size_t head_len;

    if (eyelet_session_measure_reply(&connection->session, reply->len, &head_len) < 0)
        return answer_exhausted(serving, id, "reply of %zu bytes is longer than the server's limit of a frame, %u",
                                reply->len, serving->env->opts.frame_max);
    if (!has_room(serving, head_len + reply->len) &&
        (!write_some(serving) || !has_room(serving, head_len + reply->len)))
        return answer_exhausted(serving, id, "%zu bytes wait to be sent already, there is no room for %zu more",
                                connection->out.len, head_len + reply->len);

    begin_waiting(serving);
    room = eyelet_connection_queue(connection, head_len + reply->len);
    if (room == NULL)
        return answer_exhausted(serving, id, "no memory for a reply of %zu bytes", reply->len);
    eyelet_session_put_reply(id, reply->len, room, head_len);
    if (reply->len > 0)
        reply->pack(reply->message, room + head_len);
    return 0;
}

static enum eyelet_status find_method(const struct eyelet_serving *serving, const struct eyelet_session_event *event,
                                      struct eyelet_call *call)
{
    enum eyelet_status status;

    status = eyelet_dispatch_find(serving->env->services, event->request.service, event->request.method,
                                  &call->service, &call->method, &call->failure);
    if (status != EYELET_OK)
        return status;
    if ((event->flags & EYELET_FRAME_FLAG_REMOTE_OPEN) != 0)
        return eyelet_call_fail(call, EYELET_INVALID_ARGUMENT, "'%s' is unary and takes no stream", call->method->name);
    return EYELET_OK;
}

/* A request to its answer. Return: 0, or -ENOMEM when not even an error could be queued. */
static int serve_call(struct eyelet_serving *serving, const struct eyelet_session_event *event)
{
    struct eyelet_serving_env *env = serving->env;
    struct eyelet_call call = {
        .request = &event->request,
        .peer = &serving->peer,
        .deadline_ns = event->deadline_ns,
        .decode_max = env->opts.decode_max,
        .request_memory = &env->request_memory,
        .reply_memory = &env->reply_memory,
    };
    enum eyelet_status status;
    int r;

    status = find_method(serving, event, &call);
    if (status == EYELET_OK)
        status = eyelet_call_run(&call, env->serve);

    eyelet_session_finish(&serving->connection.session, event->id);
    if (status == EYELET_OK)
        r = answer_reply(serving, event->id, &call.reply);
    else
        r = answer_failure(serving, event->id, status, call.failure.text);
    eyelet_arena_reset(&env->request_memory);
    eyelet_arena_reset(&env->reply_memory);
    return r;
}

/* --- turns -------------------------------------------------------------------------------------------------------- */

/* A turn's share, and how the turn ended, if it has. */
struct turn {
    unsigned n_frames;
    size_t n_bytes;
    uint64_t end_ns;
};

static bool is_used_up(const struct turn *turn, uint64_t now_ns)
{
    return turn->n_frames >= TURN_FRAMES_MAX || turn->n_bytes >= TURN_BYTES_MAX || now_ns >= turn->end_ns;
}

static bool is_queue_full(const struct eyelet_serving *serving)
{
    const struct eyelet_connection *connection = &serving->connection;

    return connection->out.len >= QUEUE_BYTES_MAX ||
           (connection->out.len > 0 && connection->n_queued >= QUEUE_FRAMES_MAX);
}

/* Nothing more will come: what is queued has until then to leave (HOSTILE H012). */
static void end_reading(struct eyelet_serving *serving, uint64_t now_ns)
{
    serving->can_read = false;
    serving->has_ended = true;
    serving->give_up_ns = eyelet_deadline_after_ms(now_ns, serving->env->opts.grace_ms);
}

/* Return: false when the connection is over. */
static bool read_some(struct eyelet_serving *serving, struct turn *turn, uint64_t now_ns)
{
    struct eyelet_connection *connection = &serving->connection;
    size_t before = connection->in.len;
    int r = eyelet_connection_read(connection);

    if (r == -EAGAIN) {
        serving->can_read = false;
        return true;
    }
    if (r == EYELET_CONNECTION_ENDED) {
        end_reading(serving, now_ns);
        return true;
    }
    if (r != 0)
        return false; /* no memory, either: nobody knows when there will be some */
    turn->n_bytes += connection->in.len - before;
    if (eyelet_buffer_room_len(&connection->in) > 0)
        serving->can_read = false; /* a short read: most likely there is no more, and if there is, epoll says so */
    return true;
}

/* Return: false when the connection is over. */
static bool handle(struct eyelet_serving *serving, const struct eyelet_session_event *event)
{
    switch (event->kind) {
    case EYELET_SESSION_CALL:
        return serve_call(serving, event) == 0;
    case EYELET_SESSION_REFUSE:
        return answer_failure(serving, event->id, event->error.status, event->error.text) == 0;
    case EYELET_SESSION_MORE:
        return true;
    case EYELET_SESSION_REPLY: /* a client's */
    case EYELET_SESSION_FAILED:
    case EYELET_SESSION_BROKEN:
        break;
    }
    return false;
}

/* Too much is queued: sends, and reads no further unless that helped. Return: false when the connection is over. */
static bool relieve_queue(struct eyelet_serving *serving)
{
    if (!is_queue_full(serving))
        return true;
    if (!write_some(serving))
        return false;
    serving->is_full = is_queue_full(serving);
    return true;
}

/* Reads, runs and queues until nothing is left or the share is used up. */
static enum eyelet_serving_turn work(struct eyelet_serving *serving, uint64_t now_ns)
{
    struct turn turn = { .end_ns = now_ns + TURN_NS_MAX };
    struct eyelet_session_event event;

    for (;;) {
        if (!relieve_queue(serving))
            return EYELET_SERVING_OVER;
        if (serving->is_full)
            return EYELET_SERVING_WAITS;
        if (is_used_up(&turn, now_ns))
            return EYELET_SERVING_AGAIN;

        if (eyelet_connection_next(&serving->connection, now_ns, &event) != EYELET_SESSION_MORE) {
            turn.n_frames++;
            if (!handle(serving, &event))
                return EYELET_SERVING_OVER;
            now_ns = eyelet_now_ns();
            continue;
        }
        if (!serving->can_read)
            return EYELET_SERVING_WAITS;
        if (!read_some(serving, &turn, now_ns))
            return EYELET_SERVING_OVER;
    }
}

/* There is no memory for the frame whose data is coming: it is refused and skipped as it comes; nobody else suffers. */
static bool refuse_frame(struct eyelet_serving *serving, uint64_t now_ns)
{
    struct eyelet_connection *connection = &serving->connection;
    struct eyelet_session_event event;
    bool is_good;

    eyelet_session_refuse_data(&connection->session, &event);
    is_good = handle(serving, &event);
    eyelet_connection_next(connection, now_ns, &event); /* MORE: all that is there belongs to the refused frame */
    assert(event.kind == EYELET_SESSION_MORE);
    return is_good;
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

static bool is_late(const struct eyelet_serving *serving, uint64_t awake_ns)
{
    return awake_ns >= eyelet_serving_deadline(serving);
}

/* With nothing left to say, is there a reason to stay? */
static bool is_done(const struct eyelet_serving *serving)
{
    return serving->connection.out.len == 0 && !serving->can_read && (serving->has_ended || serving->is_stopping);
}

/* A turn with its buffers at hand. */
static enum eyelet_serving_turn take_turn(struct eyelet_serving *serving, uint64_t now_ns, uint64_t awake_ns)
{
    enum eyelet_serving_turn turn;
    bool was_full = serving->is_full;

    if (serving->is_over || !write_some(serving))
        return EYELET_SERVING_OVER;
    serving->is_full = is_queue_full(serving);
    if (was_full && !serving->is_full)
        eyelet_session_resume_reading(&serving->connection.session, now_ns);

    turn = work(serving, now_ns);
    if (turn != EYELET_SERVING_OVER && is_over_own_limit(serving) && !refuse_frame(serving, now_ns))
        return EYELET_SERVING_OVER;
    if (!write_some(serving))
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

void eyelet_serving_shed(struct eyelet_serving *serving, uint64_t now_ns)
{
    struct eyelet_connection *connection = &serving->connection;
    bool is_frame = connection->in.cap >= connection->out.cap && eyelet_connection_waits_for_data(connection);

    eyelet_connection_wake(connection);
    if (!is_frame || !refuse_frame(serving, now_ns)) {
        serving->is_over = true; /* the answers wait for a peer that does not take them */
        eyelet_buffer_clear(&connection->in, connection->pool);
        eyelet_buffer_clear(&connection->out, connection->pool);
    }
    eyelet_connection_settle(connection);
}

size_t eyelet_serving_stuck(const struct eyelet_serving *serving)
{
    const struct eyelet_connection *connection = &serving->connection;

    if (connection->out.len == 0 && !eyelet_connection_waits_for_data(connection))
        return 0;
    return eyelet_connection_held(connection);
}

void eyelet_serving_forgive(struct eyelet_serving *serving, uint64_t absence_ns, uint64_t now_ns)
{
    eyelet_session_forgive(&serving->connection.session, absence_ns, now_ns);
    serving->progress_ns += absence_ns;
    if (serving->progress_ns > now_ns)
        serving->progress_ns = now_ns; /* the wait began while the server was away */
}

bool eyelet_serving_wants_read(const struct eyelet_serving *serving)
{
    return !serving->is_full && !serving->has_ended;
}

bool eyelet_serving_wants_write(const struct eyelet_serving *serving)
{
    return serving->connection.out.len > 0;
}

uint64_t eyelet_serving_deadline(const struct eyelet_serving *serving)
{
    uint64_t deadline_ns = serving->give_up_ns, other_ns;

    if (!serving->is_full && !serving->has_ended) {
        other_ns = eyelet_session_read_deadline(&serving->connection.session);
        deadline_ns = other_ns < deadline_ns ? other_ns : deadline_ns;
    }
    if (serving->connection.out.len > 0) {
        other_ns = eyelet_deadline_after_ms(serving->progress_ns, serving->env->opts.write_stall_ms);
        deadline_ns = other_ns < deadline_ns ? other_ns : deadline_ns;
    }
    return deadline_ns;
}

void eyelet_serving_stop(struct eyelet_serving *serving)
{
    eyelet_session_stop(&serving->connection.session);
    serving->is_stopping = true;
    serving->can_read = !serving->has_ended;
}
