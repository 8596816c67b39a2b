/*
 * A client's life in its caller's memory: options, storage, connecting and connecting again, foreign loops, the end.
 */
#include "nano/client.h"

#include <assert.h>
#include <limits.h>
#include <string.h>

#include "core/error.h"
#include "io/connect.h"
#include "io/socket.h"

#define RECONNECT_PAUSE_MIN_NS (100 * EYELET_NS_PER_MS)  /* HOSTILE H116: at most 10 attempts per second */
#define RECONNECT_PAUSE_MAX_NS (1000 * EYELET_NS_PER_MS) /* as the connect engine's */

_Static_assert(sizeof(struct eyelet_nano_client) <= EYELET_NANO_CLIENT_BASE + EYELET_NANO_CONNECTION_BASE,
               "a block holds a client as its macro says");
_Static_assert(sizeof(struct eyelet_nano_pending) <= EYELET_NANO_CALL_BASE, "the same of a call");
_Static_assert(sizeof(struct eyelet_nano_stream) + sizeof(uint32_t) + 2 * EYELET_NANO_ALIGN <= EYELET_NANO_CALL_BASE,
               "the same of a stream, and of the id of one whose end is owed");

/* --- options ------------------------------------------------------------------------------------------------------ */

static void default_to(uint32_t *value, uint32_t fallback)
{
    if (*value == 0)
        *value = fallback;
}

static enum eyelet_status fill_opts(const struct eyelet_nano_client_opts *opts, struct eyelet_nano_client_opts *ret,
                                    struct eyelet_error *reterr)
{
    struct eyelet_nano_client_opts filled = { 0 };

    if (opts != NULL)
        filled = *opts;
    default_to(&filled.connect_timeout_ms, EYELET_TIMEOUT_MS_DEFAULT);
    default_to(&filled.call_timeout_ms, EYELET_TIMEOUT_MS_DEFAULT);
    default_to(&filled.calls_max, EYELET_NANO_CALLS_DEFAULT);
    default_to(&filled.frame_max, EYELET_NANO_FRAME_DEFAULT);
    if (filled.calls_max > EYELET_NANO_CALLS_MAX || filled.streams_max > EYELET_NANO_CALLS_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "calls_max of %u or streams_max of %u is more than %u",
                                filled.calls_max, filled.streams_max, EYELET_NANO_CALLS_MAX);
    if (filled.frame_max < EYELET_NANO_FRAME_MIN || filled.frame_max > EYELET_FRAME_DATA_MAX)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "frame_max of %u is not within %u and %u",
                                filled.frame_max, EYELET_NANO_FRAME_MIN, EYELET_FRAME_DATA_MAX);
    *ret = filled;
    return EYELET_OK;
}

/* --- storage ------------------------------------------------------------------------------------------------------ */

/* Return: NULL when there is not as much memory as the macro says for @opts. */
static struct eyelet_nano_client *carve(const struct eyelet_nano_client_opts *opts, void *memory, size_t size)
{
    struct eyelet_storage storage = eyelet_storage_of(memory, size);
    uint8_t *end = storage.next + storage.left;
    struct eyelet_nano_client *client;

    if (size < EYELET_NANO_CLIENT_SIZE(opts->calls_max, opts->streams_max, opts->frame_max))
        return NULL;
    client = eyelet_storage_take(&storage, sizeof(*client));
    if (client == NULL)
        return NULL;
    memset(client, 0, sizeof(*client));
    client->opts = *opts;
    client->size = (size_t)(end - (uint8_t *)client);
    client->owed = eyelet_storage_take(&storage, opts->streams_max * sizeof(*client->owed));
    if (client->owed == NULL ||
        !eyelet_line_init(&client->line, &storage, opts->calls_max + opts->streams_max, opts->frame_max, opts->wipe))
        return NULL;           /* where the size overflows */
    client->storage = storage; /* enough for all slots, EYELET_NANO_CLIENT_SIZE() */
    return client;
}

/* --- connections -------------------------------------------------------------------------------------------------- */

/* Puts the client on @fd, which is closed on failure. Return: 0 or -errno. */
static int take_connection(struct eyelet_nano_client *client, int fd)
{
    const struct eyelet_session_limits limits = {
        .frame_max = client->opts.frame_max,
        .body_rate_min = 64u << 10,                   /* HOSTILE limit "body: minimum rate" */
        .header_timeout_ns = 5000 * EYELET_NS_PER_MS, /* HOSTILE limit "header complete" */
        .body_grace_ns = 5000 * EYELET_NS_PER_MS,     /* HOSTILE limit "body: minimum rate" */
    };
    int r;

    r = eyelet_line_open(&client->line, fd, EYELET_SESSION_CLIENT, &limits);
    if (r < 0)
        return r;
    client->line.is_readable = false; /* a call's answer is waited for first */
    client->is_lost = false;
    client->counters.connections_opened++;
    client->counters.connections_open = 1;
    return 0;
}

static enum eyelet_status make_connection(struct eyelet_nano_client *client, uint64_t deadline_ns,
                                          struct eyelet_error *reterr)
{
    unsigned n_attempts;
    int fd, r;

    r = eyelet_connect_or_stop(&client->address, deadline_ns, NULL, &n_attempts, &fd, reterr);
    client->counters.connections_refused += r < 0 ? n_attempts : n_attempts - 1;
    if (r < 0)
        return eyelet_status_from_errno(r);
    r = take_connection(client, fd);
    if (r < 0)
        return eyelet_error_errno(reterr, r, "cannot take up the connection to '%s'", client->address_text);
    return EYELET_OK;
}

static uint64_t connect_deadline(const struct eyelet_nano_client *client)
{
    return eyelet_deadline_after_ms(eyelet_now_ns(), client->opts.connect_timeout_ms);
}

enum eyelet_status eyelet_nano_client_init(const char *address, const struct eyelet_nano_client_opts *opts,
                                           void *memory, size_t size, struct eyelet_nano_client **ret,
                                           struct eyelet_error *reterr)
{
    struct eyelet_nano_client_opts filled;
    struct eyelet_nano_client *client;
    struct eyelet_address parsed;
    enum eyelet_status status;
    int r;

    r = eyelet_address_parse(address, &parsed, reterr);
    if (r < 0)
        return eyelet_status_from_errno(r);
    status = fill_opts(opts, &filled, reterr);
    if (status != EYELET_OK)
        return status;
    if (filled.reconnect && parsed.family == EYELET_FAMILY_FD)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "'%s' cannot be connected to a second time", address);
    client = carve(&filled, memory, size);
    if (client == NULL)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT,
                                "%zu bytes of memory are less than the %zu of EYELET_NANO_CLIENT_SIZE(%u, %u, %u)",
                                size, EYELET_NANO_CLIENT_SIZE(filled.calls_max, filled.streams_max, filled.frame_max),
                                filled.calls_max, filled.streams_max, filled.frame_max);
    client->address = parsed;
    eyelet_address_format(&parsed, client->address_text, sizeof(client->address_text));
    status = make_connection(client, connect_deadline(client), reterr);
    if (status == EYELET_OK)
        *ret = client;
    return status;
}

/*
 * Servers that take connections only to close them are not asked more often for that. Return: false when it is not to
 * connect: the turn would come after the deadline.
 */
static bool wait_for_turn(struct eyelet_nano_client *client, uint64_t deadline_ns)
{
    uint64_t now_ns = eyelet_now_ns(), turn_ns = client->connect_not_before_ns, pause_ns = client->connect_pause_ns;

    if (now_ns < turn_ns) {
        if (deadline_ns <= turn_ns)
            return false;
        eyelet_socket_wait_until(-1, 0, turn_ns, NULL);
        now_ns = eyelet_now_ns();
    }
    pause_ns = pause_ns == 0 ? RECONNECT_PAUSE_MIN_NS : pause_ns * 2;
    client->connect_pause_ns = pause_ns < RECONNECT_PAUSE_MAX_NS ? pause_ns : RECONNECT_PAUSE_MAX_NS;
    client->connect_not_before_ns = now_ns + client->connect_pause_ns;
    return true;
}

enum eyelet_status eyelet_nano_client_connect(struct eyelet_nano_client *client, uint64_t deadline_ns,
                                              struct eyelet_error *reterr)
{
    uint64_t own_ns;

    if (client->is_closing)
        return eyelet_error_set(reterr, EYELET_CANCELLED, "the client is being closed");
    if (!wait_for_turn(client, deadline_ns)) {
        if (reterr != NULL)
            *reterr = client->lost;
        return client->lost.status;
    }
    own_ns = connect_deadline(client);
    return make_connection(client, own_ns < deadline_ns ? own_ns : deadline_ns, reterr);
}

enum eyelet_status eyelet_nano_client_reconnect(struct eyelet_nano_client *client, uint32_t timeout_ms,
                                                struct eyelet_error *reterr)
{
    enum eyelet_status status = EYELET_OK;

    if (timeout_ms == 0)
        timeout_ms = client->opts.connect_timeout_ms;
    if (client->is_lost && client->address.family == EYELET_FAMILY_FD)
        return eyelet_error_set(reterr, EYELET_INVALID_ARGUMENT, "'%s' cannot be connected to a second time",
                                client->address_text);
    if (client->is_lost)
        status = eyelet_nano_client_connect(client, eyelet_deadline_after_ms(eyelet_now_ns(), timeout_ms), reterr);
    eyelet_nano_client_tell(client);
    return status;
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

void eyelet_nano_client_clear(struct eyelet_nano_client *client)
{
    if (client == NULL)
        return;
    assert(!client->is_telling);
    client->is_closing = true;
    while (client->first_live != NULL) {
        eyelet_nano_pending_describe(client->first_live, EYELET_CANCELLED, "the client was closed");
        eyelet_nano_pending_give_up(client->first_live);
    }
    eyelet_nano_client_tell(client);
    eyelet_line_close(&client->line);
    if (client->opts.wipe)
        explicit_bzero(client, client->size);
}

/* --- foreign loops ------------------------------------------------------------------------------------------------ */

int eyelet_nano_client_fd(const struct eyelet_nano_client *client)
{
    return client->line.fd;
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
    return left_ms < INT_MAX ? (int)left_ms : INT_MAX;
}

int eyelet_nano_client_timeout_ms(const struct eyelet_nano_client *client)
{
    return eyelet_nano_client_has_work(client) ? 0 : ms_until(eyelet_nano_client_next_deadline(client));
}

enum eyelet_status eyelet_nano_client_process(struct eyelet_nano_client *client, struct eyelet_error *reterr)
{
    enum eyelet_status status = EYELET_OK;

    client->has_loop = true;
    if (!client->is_lost)
        eyelet_nano_client_turn(client);
    if (client->is_lost) {
        status = EYELET_UNAVAILABLE;
        if (reterr != NULL)
            *reterr = client->lost;
    }
    eyelet_nano_client_tell(client);
    return status;
}

/* --- counters ----------------------------------------------------------------------------------------------------- */

void eyelet_nano_client_get_counters(const struct eyelet_nano_client *client, struct eyelet_counters *ret)
{
    const struct eyelet_session_counters *session = &client->line.session.counters;

    *ret = client->counters;
    if (client->is_lost) /* then they are in there already */
        return;
    ret->frames_received += session->frames;
    ret->late_frames += session->late_frames;
    ret->protocol_errors += session->protocol_errors;
    ret->bytes_received += client->line.received;
    ret->bytes_sent += client->line.sent;
}
