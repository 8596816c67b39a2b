/*
 * Reading and writing for all calls of a client: by whoever waits for one of them, or by a foreign loop. A program's
 * function is never called from in here but between two rounds of a wait.
 */
#include <errno.h>
#include <poll.h>

#include <eyelet/stream.h>

#include "core/error.h"
#include "io/socket.h"
#include "nano/client.h"

#define READS_PER_TURN 16u    /* of a foreign loop's: then others have theirs */
#define GATHER_NS      50000u /* what follows other things so shortly may leave with them */

/* --- the loss of the connection ----------------------------------------------------------------------------------- */

/* What the line has counted is the client's, before another connection takes its place. */
static void keep_counters(struct eyelet_nano_client *client)
{
    const struct eyelet_session_counters *session = &client->line.session.counters;
    struct eyelet_counters *total = &client->counters;

    total->frames_received += session->frames;
    total->late_frames += session->late_frames;
    total->protocol_errors += session->protocol_errors;
    total->bytes_received += client->line.received;
    total->bytes_sent += client->line.sent;
    total->connections_open = 0;
}

void eyelet_nano_client_lose(struct eyelet_nano_client *client)
{
    if (client->is_lost)
        return;
    client->is_lost = true;
    client->lost.status = EYELET_UNAVAILABLE;
    client->write_error = 0;
    client->is_cut = false;
    client->full = NULL;
    client->n_owed = 0;
    keep_counters(client);
    eyelet_line_close(&client->line);
    while (client->first_live != NULL)
        eyelet_nano_pending_lose(client->first_live);
}

void eyelet_nano_client_break(struct eyelet_nano_client *client)
{
    client->counters.connections_broken++;
    eyelet_nano_client_lose(client);
}

static void lose_by_errno(struct eyelet_nano_client *client, int error_number)
{
    eyelet_error_errno(&client->lost, error_number, "connection lost");
    eyelet_nano_client_lose(client);
}

/* What the peer sent before its end was read before this. */
static void end_by_peer(struct eyelet_nano_client *client)
{
    eyelet_session_describe_end(&client->line.session, eyelet_line_held(&client->line), &client->lost);
    client->lost.error_number = -client->write_error;
    eyelet_nano_client_lose(client);
}

/* --- reading, writing, waiting ------------------------------------------------------------------------------------ */

static bool reads(const struct eyelet_nano_client *client)
{
    return client->full == NULL;
}

/* One read, and what came of it. */
static void read_once(struct eyelet_nano_client *client)
{
    struct eyelet_line *line = &client->line;
    uint64_t before = line->received;
    int r;

    if (client->is_lost || !reads(client) || !(line->is_readable || client->write_error != 0))
        return;
    r = eyelet_line_read(line);
    if (r == EYELET_LINE_ENDED)
        end_by_peer(client);
    else if (r < 0)
        lose_by_errno(client, r);
    else if (line->received != before)
        eyelet_nano_client_hand_out(client);
    else if (client->write_error != 0)
        lose_by_errno(client, client->write_error); /* and all that the peer said before was read */
}

uint64_t eyelet_nano_client_queued(const struct eyelet_nano_client *client)
{
    return client->line.sent + eyelet_line_queued(&client->line);
}

bool eyelet_nano_client_pay(struct eyelet_nano_client *client)
{
    uint32_t n_paid = 0;

    if (client->n_owed == 0)
        return true;
    while (n_paid < client->n_owed && eyelet_line_put_end(&client->line, client->owed[n_paid], eyelet_now_ns()) == 0)
        n_paid++;
    client->n_owed -= n_paid;
    for (uint32_t i = 0; n_paid > 0 && i < client->n_owed; i++)
        client->owed[i] = client->owed[i + n_paid];
    return client->n_owed == 0;
}

void eyelet_nano_client_flush(struct eyelet_nano_client *client)
{
    int r;

    if (client->is_lost)
        return;
    do {
        eyelet_nano_client_pay(client);
        if (client->write_error != 0 || eyelet_line_queued(&client->line) == 0)
            return;
        r = eyelet_line_flush(&client->line, eyelet_now_ns());
    } while (r == 0 && client->n_owed > 0 && client->line.is_writable);
    if (r < 0)
        client->write_error = r; /* what the peer said before is read first */
}

void eyelet_nano_client_flush_put(struct eyelet_nano_client *client)
{
    uint64_t before_ns = client->put_ns;

    if (client->has_loop) {
        client->put_ns = eyelet_now_ns();
        if (client->put_ns - before_ns < GATHER_NS)
            return;
    }
    eyelet_nano_client_flush(client);
}

short eyelet_nano_client_events(const struct eyelet_nano_client *client)
{
    short events = 0;

    if (client->is_lost)
        return 0;
    if (reads(client))
        events |= POLLIN;
    if (eyelet_line_queued(&client->line) > 0 && client->write_error == 0)
        events |= POLLOUT;
    return events;
}

static void wait_for_peer(struct eyelet_nano_client *client, uint64_t until_ns)
{
    const short is_gone = POLLHUP | POLLERR;
    short events = eyelet_nano_client_events(client), revents = 0;
    int fd = events != 0 ? client->line.fd : -1; /* an end that is not to be read yet is not to be heard all the time */
    int r;

    r = eyelet_socket_wait_until(fd, events, eyelet_earlier_ns(eyelet_nano_client_next_deadline(client), until_ns),
                                 &revents);
    if (r == -ETIMEDOUT)
        return;
    if (r < 0) {
        lose_by_errno(client, r);
        return;
    }
    if ((revents & (POLLIN | is_gone)) != 0)
        client->line.is_readable = true;
    if ((revents & (POLLOUT | is_gone)) != 0)
        client->line.is_writable = true;
    if ((revents & is_gone) != 0)
        client->line.is_ending = true;
}

/* --- time --------------------------------------------------------------------------------------------------------- */

/* A full stream holds up nobody but itself while it is alone. */
static uint64_t full_deadline(const struct eyelet_nano_client *client)
{
    if (client->full == NULL || client->n_unfinished < 2)
        return EYELET_NO_DEADLINE;
    return eyelet_deadline_after_ms(client->full_ns, EYELET_STREAM_FULL_MS);
}

static uint64_t peers_deadline(const struct eyelet_nano_client *client)
{
    if (client->is_lost || !reads(client))
        return EYELET_NO_DEADLINE;
    return eyelet_session_read_deadline(&client->line.session);
}

uint64_t eyelet_nano_client_next_deadline(const struct eyelet_nano_client *client)
{
    uint64_t next_ns = eyelet_earlier_ns(peers_deadline(client), full_deadline(client));

    for (const struct eyelet_nano_pending *live = client->first_live; live != NULL; live = live->next)
        next_ns = eyelet_earlier_ns(next_ns, live->deadline_ns);
    return next_ns;
}

static bool has_message_for(const struct eyelet_nano_client *client, const struct eyelet_nano_stream *stream)
{
    const struct eyelet_session_event *event = &client->event;
    size_t len = event->kind == EYELET_SESSION_DATA ? event->message.len : event->response.payload.len;

    return eyelet_queue_fits(&stream->queue, len);
}

bool eyelet_nano_client_has_work(const struct eyelet_nano_client *client)
{
    if (client->first_ended != NULL && !client->is_telling)
        return true;
    if (client->is_lost)
        return false;
    if (client->full != NULL)
        return has_message_for(client, client->full);
    return client->is_cut || client->write_error != 0;
}

static void expire_full(struct eyelet_nano_client *client)
{
    struct eyelet_nano_pending *pending = &client->full->pending;

    eyelet_error_set(&pending->error, EYELET_RESOURCE_EXHAUSTED,
                     EYELET_NANO_TEXT "%u messages wait, there is no room for another, and none was received for %u ms",
                     EYELET_NANO_TEXT_ARGS(pending), client->full->queue.n, EYELET_STREAM_FULL_MS);
    eyelet_nano_pending_give_up(pending);
}

static void expire_live(struct eyelet_nano_client *client, uint64_t now_ns)
{
    struct eyelet_nano_pending *next;

    client->soonest_ns = EYELET_NO_DEADLINE;
    for (struct eyelet_nano_pending *pending = client->first_live; pending != NULL; pending = next) {
        next = pending->next;
        if (pending->deadline_ns <= now_ns)
            eyelet_nano_pending_expire(pending);
        else
            client->soonest_ns = eyelet_earlier_ns(client->soonest_ns, pending->deadline_ns);
    }
}

void eyelet_nano_client_expire(struct eyelet_nano_client *client, uint64_t now_ns)
{
    if (client->soonest_ns <= now_ns)
        expire_live(client, now_ns);
    if (full_deadline(client) <= now_ns)
        expire_full(client);
}

/* Ends what has run out of time. */
static void look_at_the_clock(struct eyelet_nano_client *client)
{
    uint64_t now_ns = eyelet_now_ns();

    if (peers_deadline(client) <= now_ns) {
        eyelet_session_describe_timeout(&client->line.session, &client->lost);
        eyelet_nano_client_break(client);
    }
    eyelet_nano_client_expire(client, now_ns);
}

/* --- rounds ------------------------------------------------------------------------------------------------------- */

static bool is_ready(const struct eyelet_nano_client *client, const struct eyelet_nano_wait *wait)
{
    struct eyelet_nano_pending *pending = wait->pending;
    bool is_gone = client->is_lost || wait->connection_number != client->counters.connections_opened;

    switch (wait->wants) {
    case EYELET_NANO_WANTS_END:
        return pending->is_over;
    case EYELET_NANO_WANTS_MESSAGE:
        return pending->is_over || eyelet_nano_stream_of(pending)->queue.n > 0;
    case EYELET_NANO_WANTS_ROOM:
        return is_gone || pending->is_over || client->line.sent > wait->limit;
    case EYELET_NANO_WANTS_SENT:
        return is_gone || pending->is_given_up || client->line.sent >= wait->limit;
    }
    return true;
}

static bool is_in_a_frame(const struct eyelet_nano_client *client)
{
    return !client->is_lost && client->line.session.reading != EYELET_SESSION_READS_NOTHING;
}

/* While nobody read, the peer was not slow. */
static void forgive_absence(struct eyelet_nano_client *client, uint64_t now_ns)
{
    if (is_in_a_frame(client))
        eyelet_session_forgive(&client->line.session, now_ns - client->undriven_ns, now_ns);
}

static void note_absence(struct eyelet_nano_client *client)
{
    if (is_in_a_frame(client))
        client->undriven_ns = eyelet_now_ns();
}

/* One round of a wait, over at the latest at @until_ns. */
static void drive(struct eyelet_nano_client *client, const struct eyelet_nano_wait *wait, uint64_t until_ns)
{
    if (is_in_a_frame(client))
        forgive_absence(client, eyelet_now_ns());
    if (client->is_cut)
        eyelet_nano_client_hand_out(client);
    eyelet_nano_client_flush(client);
    if (!client->is_lost && !is_ready(client, wait)) {
        if (!reads(client) || !(client->line.is_readable || client->write_error != 0))
            wait_for_peer(client, until_ns);
        else
            client->line.is_writable = true; /* nobody asked poll(): a peer that never pauses must not stop sending */
        read_once(client);
        eyelet_nano_client_flush(client);
    }
    look_at_the_clock(client);
    note_absence(client);
}

bool eyelet_nano_client_wait(struct eyelet_nano_client *client, struct eyelet_nano_wait *wait, uint64_t deadline_ns)
{
    wait->connection_number = client->counters.connections_opened;
    while (!is_ready(client, wait)) {
        drive(client, wait, deadline_ns);
        eyelet_nano_client_tell(client);
        if (!is_ready(client, wait) && eyelet_now_ns() >= deadline_ns)
            return false;
    }
    return true;
}

bool eyelet_nano_pending_wait(struct eyelet_nano_pending *pending, enum eyelet_nano_wants wants, uint64_t limit)
{
    struct eyelet_nano_wait wait = { .pending = pending, .wants = wants, .limit = limit };

    return eyelet_nano_client_wait(pending->client, &wait, pending->deadline_ns);
}

void eyelet_nano_client_turn(struct eyelet_nano_client *client)
{
    uint64_t now_ns = eyelet_now_ns();
    struct eyelet_line *line = &client->line;

    line->is_readable = line->is_writable = true; /* nobody says which of both it was */
    if (client->is_cut)
        eyelet_nano_client_hand_out(client);
    eyelet_nano_client_flush(client);
    for (unsigned i = 0; i < READS_PER_TURN && line->is_readable && reads(client) && !client->is_lost; i++) {
        read_once(client);
        if (i == 0 && line->is_readable) /* who finds so many bytes was away, and not the peer slow */
            forgive_absence(client, now_ns);
    }
    eyelet_nano_client_flush(client);
    look_at_the_clock(client);
    note_absence(client);
}
