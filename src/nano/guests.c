/*
 * Who is connected. A guest is read only as far as there is room for what it sends, and for what may have to be
 * answered.
 */
#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/epoll.h>

#include <eyelet/vsock.h>

#include "core/error.h"
#include "io/socket.h"
#include "nano/server.h"

#define TURN_FRAMES_MAX     64           /* HOSTILE H015 */
#define TURN_BYTES_MAX      (256u << 10) /* HOSTILE H015 */
#define ACCEPTS_PER_LOOK    16
#define ACCEPT_PAUSE_MIN_NS (10 * EYELET_NS_PER_MS)   /* VSOCK: accept, "pauses 10..1000 ms" */
#define ACCEPT_PAUSE_MAX_NS (1000 * EYELET_NS_PER_MS) /* the same */
#define TOLD_PER_S_MAX      100                       /* HOSTILE R12 */
#define GUEST_EVENTS        ((uint32_t)EPOLLIN | (uint32_t)EPOLLRDHUP | (uint32_t)EPOLLET)

static bool is_open(const struct eyelet_nano_guest *guest)
{
    return guest->line.fd >= 0;
}

/* --- the end of a connection -------------------------------------------------------------------------------------- */

static void count(const struct eyelet_nano_guest *guest, struct eyelet_counters *counters)
{
    const struct eyelet_session_counters *session = &guest->line.session.counters;

    counters->frames_received += session->frames;
    counters->late_frames += session->late_frames;
    counters->protocol_errors += session->protocol_errors;
    counters->bytes_received += guest->line.received;
    counters->bytes_sent += guest->line.sent;
}

static void guest_close(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest)
{
    eyelet_nano_calls_lose(server, guest);
    count(guest, &server->counters);
    eyelet_line_close(&guest->line); /* epoll lets go of it by this */
    server->n_guests--;
    server->counters.connections_open--;
}

/* A peer is refused, or closed for what it did. */
static void tell(struct eyelet_nano_server *server, const struct eyelet_peer *peer, const struct eyelet_error *why,
                 uint64_t now_ns)
{
    if (server->opts.on_broken == NULL)
        return;
    if (now_ns - server->told_since_ns >= EYELET_NS_PER_S) {
        server->told_since_ns = now_ns;
        server->n_told = 0;
    }
    if (server->n_told < TOLD_PER_S_MAX) {
        server->n_told++;
        server->opts.on_broken(peer, why, server->opts.on_broken_userdata);
    } else {
        server->counters.logs_dropped++;
    }
}

static void break_off(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest,
                      const struct eyelet_error *why, uint64_t now_ns)
{
    guest->is_over = true;
    server->counters.connections_broken++;
    tell(server, &guest->peer, why, now_ns);
}

/* --- accepting ---------------------------------------------------------------------------------------------------- */

static uint32_t count_cid(const struct eyelet_nano_server *server, uint32_t cid)
{
    uint32_t n = 0;

    for (uint32_t i = 0; i < server->n_places; i++) {
        const struct eyelet_nano_guest *guest = &server->guests[i];

        n += is_open(guest) && guest->peer.family == EYELET_FAMILY_VSOCK && guest->peer.cid == cid;
    }
    return n;
}

/* Why a peer may not come in; NULL when it may. */
static const char *find_objection(const struct eyelet_nano_server *server, const struct eyelet_peer *peer)
{
    const struct eyelet_nano_server_opts *opts = &server->opts;
    bool is_vsock = peer->family == EYELET_FAMILY_VSOCK;

    if (server->n_guests >= opts->connections_max)
        return "there are connections_max connections";
    if (is_vsock && count_cid(server, peer->cid) >= opts->connections_per_cid_max)
        return "its CID has connections_per_cid_max connections";
    if (is_vsock && opts->is_enclave && (peer->cid == EYELET_VSOCK_CID_LOCAL || peer->cid == server->own_cid))
        return "it comes from this machine, which is an enclave";
    if (opts->accept != NULL && !opts->accept(peer, opts->accept_userdata))
        return "the accept filter said no";
    return NULL;
}

static bool is_welcome(struct eyelet_nano_server *server, const struct eyelet_peer *peer, uint64_t now_ns)
{
    const char *objection = find_objection(server, peer);

    if (objection == NULL)
        return true;
    server->counters.connections_refused++;
    eyelet_error_set(&server->error, EYELET_PERMISSION_DENIED, "connection is refused: %s", objection);
    tell(server, peer, &server->error, now_ns);
    return false;
}

/* One that somebody had before, or else one more; there are less than connections_max. */
static struct eyelet_nano_guest *find_place(struct eyelet_nano_server *server)
{
    const struct eyelet_nano_server_opts *opts = &server->opts;
    struct eyelet_nano_guest *guest;
    bool is_enough;

    for (uint32_t i = 0; i < server->n_places; i++) {
        if (!is_open(&server->guests[i]))
            return &server->guests[i];
    }
    assert(server->n_places < opts->connections_max);
    guest = &server->guests[server->n_places++];
    memset(guest, 0, sizeof(*guest));
    guest->last_link = &guest->first_waiting;
    is_enough = eyelet_line_init(&guest->line, &server->storage, opts->calls_max, opts->frame_max, opts->wipe);
    assert(is_enough); /* EYELET_NANO_SERVER_SIZE() */
    (void)is_enough;
    return guest;
}

static int control(struct eyelet_nano_server *server, const struct eyelet_nano_guest *guest, int operation)
{
    struct epoll_event event = { .events = guest->events };

    event.data.u64 = (uint64_t)guest->serial << 32 | (uint64_t)(guest - server->guests);
    return epoll_ctl(server->epoll_fd, operation, guest->line.fd, &event) < 0 ? -errno : 0;
}

/* Takes a new guest in. @fd is closed on failure. Return: 0 or -errno. */
static int guest_open(struct eyelet_nano_server *server, int fd, const struct eyelet_peer *peer)
{
    struct eyelet_nano_guest *guest = find_place(server);
    int r;

    r = eyelet_line_open(&guest->line, fd, EYELET_SESSION_SERVER, &server->limits);
    if (r < 0)
        return r;
    guest->peer = *peer;
    guest->serial = guest->serial < UINT32_MAX - 1 ? guest->serial + 1 : 1;
    guest->events = GUEST_EVENTS;
    guest->n_calls = 0;
    guest->has_ended = guest->has_hung_up = guest->is_over = guest->is_paused = false;
    guest->has_more = true;
    guest->give_up_ns = EYELET_NO_DEADLINE;
    r = control(server, guest, EPOLL_CTL_ADD);
    if (r < 0) {
        eyelet_line_close(&guest->line);
        return r;
    }
    server->n_guests++;
    server->counters.connections_open++;
    server->counters.connections_opened++;
    return 0;
}

static void pause_accepting(struct eyelet_nano_server *server, uint64_t now_ns)
{
    uint64_t pause_ns = server->accept_pause_ns == 0 ? ACCEPT_PAUSE_MIN_NS : server->accept_pause_ns * 2;

    if (pause_ns > ACCEPT_PAUSE_MAX_NS)
        pause_ns = ACCEPT_PAUSE_MAX_NS;
    server->accept_pause_ns = pause_ns;
    server->accept_again_ns = now_ns + pause_ns;
}

/* Return: 0 to go on accepting, -EAGAIN when that is all for now, otherwise @r: the listener is dead. */
static int go_on_after(struct eyelet_nano_server *server, int r, uint64_t now_ns)
{
    switch (eyelet_socket_judge_accept(r)) {
    case EYELET_ACCEPT_NOBODY:
        server->can_accept = false;
        return -EAGAIN;
    case EYELET_ACCEPT_PAUSE:
        pause_accepting(server, now_ns);
        return -EAGAIN;
    case EYELET_ACCEPT_GONE:
        return 0;
    case EYELET_ACCEPT_DEAD:
        break;
    }
    return r;
}

/* One accept. Return: as go_on_after(). */
static int accept_one(struct eyelet_nano_server *server, uint64_t now_ns)
{
    struct eyelet_peer peer;
    int fd, r;

    r = eyelet_socket_accept(server->listener.fd, &peer, &fd);
    if (r < 0)
        return go_on_after(server, r, now_ns);

    server->accept_pause_ns = 0;
    if (!is_welcome(server, &peer, now_ns)) {
        eyelet_socket_close(fd);
        return 0;
    }
    (void)guest_open(server, fd, &peer);
    return 0;
}

int eyelet_nano_guests_accept(struct eyelet_nano_server *server, uint64_t now_ns)
{
    if (server->accept_again_ns <= now_ns)
        server->accept_again_ns = EYELET_NO_DEADLINE;
    for (unsigned i = 0; i < ACCEPTS_PER_LOOK; i++) {
        int r;

        if (!server->can_accept || server->accept_again_ns != EYELET_NO_DEADLINE ||
            server->state != EYELET_NANO_SERVER_SERVES)
            return 0;
        r = accept_one(server, now_ns);
        if (r < 0)
            return r == -EAGAIN ? 0 : r;
    }
    return 0;
}

int eyelet_nano_guests_take_connected(struct eyelet_nano_server *server)
{
    struct eyelet_peer peer;
    int fd = server->listener.fd;
    int r = eyelet_socket_get_peer(fd, &peer);

    if (r < 0)
        return r;
    if (!is_welcome(server, &peer, eyelet_now_ns()))
        return 0;
    server->listener.fd = -1; /* the guest's now */
    return guest_open(server, fd, &peer);
}

void eyelet_nano_guests_note(struct eyelet_nano_server *server, uint64_t who, uint32_t events)
{
    struct eyelet_nano_guest *guest = &server->guests[(uint32_t)who];
    struct eyelet_line *line = &guest->line;

    if (!is_open(guest) || guest->serial != who >> 32)
        return;
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        line->is_readable = !guest->has_ended;
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        line->is_ending = true;
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
        line->is_writable = true;
    if ((events & (EPOLLHUP | EPOLLERR)) != 0)
        guest->has_hung_up = true;
}

/* --- turns -------------------------------------------------------------------------------------------------------- */

/* A turn's share. */
struct turn {
    unsigned n_frames;
    uint64_t received;
};

/* Sends, and asks to be told of room while something waits for it. */
static void flush(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, uint64_t now_ns)
{
    uint64_t sent = guest->line.sent;
    uint32_t events;

    if (eyelet_line_flush(&guest->line, now_ns) < 0) {
        guest->is_over = true;
        return;
    }
    server->is_stirred |= guest->line.sent != sent;
    events = GUEST_EVENTS | (eyelet_line_queued(&guest->line) > 0 ? (uint32_t)EPOLLOUT : 0);
    if (events == guest->events)
        return;
    guest->events = events;
    if (control(server, guest, EPOLL_CTL_MOD) < 0)
        guest->is_over = true;
}

/* Is there room for what the next frame may bring? */
static bool may_take(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, uint64_t now_ns)
{
    struct eyelet_frame_head head;

    if (eyelet_nano_calls_room(server, guest) < EYELET_LINE_REFUSAL_MAX) {
        flush(server, guest, now_ns);
        if (guest->is_over || eyelet_nano_calls_room(server, guest) < EYELET_LINE_REFUSAL_MAX)
            return false;
    }
    if (!eyelet_line_peek(&guest->line, &head))
        return true;
    if (head.type == EYELET_FRAME_TYPE_REQUEST)
        return eyelet_nano_calls_have_slot(server, guest) || eyelet_nano_calls_need(server, guest);
    if (head.type == EYELET_FRAME_TYPE_DATA)
        return eyelet_nano_calls_hold(server, guest, &head, now_ns);
    return true;
}

/* Nothing more will come: what is in flight has until then to be answered (HOSTILE H012). */
static void end_reading(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, uint64_t now_ns)
{
    guest->has_ended = true;
    guest->give_up_ns = eyelet_deadline_after_ms(now_ns, server->opts.grace_ms);
    eyelet_nano_calls_end_streams(server, guest, now_ns);
}

static void read_some(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, uint64_t now_ns)
{
    int r = eyelet_line_read(&guest->line);

    if (r == EYELET_LINE_ENDED)
        end_reading(server, guest, now_ns);
    else if (r < 0)
        guest->is_over = true;
}

/* Did anything come, or may it have, or must the rest of something? */
static bool has_something(const struct eyelet_nano_guest *guest)
{
    const struct eyelet_line *line = &guest->line;

    return line->is_readable || eyelet_line_held(line) > 0 || line->session.reading != EYELET_SESSION_READS_NOTHING;
}

/* Takes one frame, or reads. Return: false when there is nothing to do but to wait. */
static bool work_once(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, struct turn *turn,
                      uint64_t now_ns)
{
    guest->is_paused = false;
    if (!has_something(guest))
        return false;
    guest->is_paused = !may_take(server, guest, now_ns);
    if (guest->is_over || guest->is_paused)
        return false;
    switch (eyelet_line_next(&guest->line, now_ns, &server->event)) {
    case EYELET_SESSION_MORE:
        break;
    case EYELET_SESSION_CALL:
    case EYELET_SESSION_DATA:
    case EYELET_SESSION_REFUSE:
        turn->n_frames++;
        eyelet_nano_calls_take(server, guest, now_ns);
        eyelet_line_wipe_taken(&guest->line);
        return true;
    case EYELET_SESSION_REPLY: /* a client's */
    case EYELET_SESSION_FAILED:
    case EYELET_SESSION_BROKEN:
        break_off(server, guest, &server->event.error, now_ns);
        return false;
    }
    if (!may_take(server, guest, now_ns)) { /* the head of a frame for which there is no room yet */
        guest->is_paused = true;
        return false;
    }
    if (!guest->line.is_readable)
        return false;
    read_some(server, guest, now_ns);
    return !guest->is_over;
}

static bool is_done(const struct eyelet_nano_server *server, const struct eyelet_nano_guest *guest)
{
    bool may_go = guest->has_ended || server->state == EYELET_NANO_SERVER_DRAINS;

    if (guest->has_hung_up && (guest->has_ended || guest->is_paused))
        return true;
    return may_go && guest->n_calls == 0 && eyelet_line_queued(&guest->line) == 0 && !guest->line.is_readable &&
           !guest->is_paused;
}

/* While there is room that this side has not used the peer is not the one that is late. */
static uint64_t stall_deadline(const struct eyelet_nano_server *server, const struct eyelet_nano_guest *guest)
{
    if (eyelet_line_queued(&guest->line) == 0 || guest->line.is_writable)
        return EYELET_NO_DEADLINE;
    return eyelet_deadline_after_ms(guest->line.progress_ns, server->opts.write_stall_ms);
}

/* What is not read the peer cannot be late with. */
static uint64_t read_deadline(const struct eyelet_nano_guest *guest)
{
    if (guest->is_paused || guest->has_ended)
        return EYELET_NO_DEADLINE;
    return eyelet_session_read_deadline(&guest->line.session);
}

static void close_if_late(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, uint64_t now_ns)
{
    if (now_ns >= guest->give_up_ns) {
        guest->is_over = true;
    } else if (now_ns >= read_deadline(guest)) {
        eyelet_session_describe_timeout(&guest->line.session, &server->error);
        break_off(server, guest, &server->error, now_ns);
    } else if (now_ns >= stall_deadline(server, guest)) {
        eyelet_error_set(&server->error, EYELET_DEADLINE_EXCEEDED, "peer takes none of %zu bytes that wait for it",
                         eyelet_line_queued(&guest->line));
        break_off(server, guest, &server->error, now_ns);
    }
}

static void attend(struct eyelet_nano_server *server, struct eyelet_nano_guest *guest, uint64_t now_ns)
{
    struct turn turn = { .received = guest->line.received };
    bool has_more = true;

    if (guest->is_paused) /* nobody was late by what was not read */
        eyelet_session_resume_reading(&guest->line.session, now_ns);
    while (has_more && turn.n_frames < TURN_FRAMES_MAX && guest->line.received - turn.received < TURN_BYTES_MAX)
        has_more = work_once(server, guest, &turn, now_ns);
    if (!guest->is_over && !has_more)
        close_if_late(server, guest, now_ns);
    if (!guest->is_over && eyelet_line_queued(&guest->line) > 0 && !eyelet_nano_calls_have_next(server))
        flush(server, guest, now_ns);
    if (guest->is_over || (!has_more && is_done(server, guest)))
        guest_close(server, guest);
    else
        guest->has_more = has_more;
}

void eyelet_nano_guests_attend(struct eyelet_nano_server *server, uint64_t now_ns)
{
    uint32_t turn = server->turn++;

    for (uint32_t i = 0; i < server->n_places; i++) {
        struct eyelet_nano_guest *guest = &server->guests[(turn + i) % server->n_places];

        if (is_open(guest))
            attend(server, guest, now_ns);
    }
}

bool eyelet_nano_guests_have_work(const struct eyelet_nano_server *server)
{
    for (uint32_t i = 0; i < server->n_places; i++) {
        const struct eyelet_nano_guest *guest = &server->guests[i];

        if (is_open(guest) && (guest->has_more || guest->is_over))
            return true;
        if (is_open(guest) && server->is_stirred && (guest->is_paused || is_done(server, guest)))
            return true;
    }
    return server->can_accept && server->accept_again_ns == EYELET_NO_DEADLINE &&
           server->state == EYELET_NANO_SERVER_SERVES;
}

/* --- time --------------------------------------------------------------------------------------------------------- */

uint64_t eyelet_nano_guests_deadline(const struct eyelet_nano_server *server)
{
    uint64_t deadline_ns = server->accept_again_ns;

    for (uint32_t i = 0; i < server->n_places; i++) {
        const struct eyelet_nano_guest *guest = &server->guests[i];

        if (!is_open(guest))
            continue;
        deadline_ns = eyelet_earlier_ns(deadline_ns, guest->give_up_ns);
        deadline_ns = eyelet_earlier_ns(deadline_ns, read_deadline(guest));
        deadline_ns = eyelet_earlier_ns(deadline_ns, stall_deadline(server, guest));
    }
    return deadline_ns;
}

void eyelet_nano_guests_forgive(struct eyelet_nano_server *server, uint64_t absence_ns, uint64_t now_ns)
{
    for (uint32_t i = 0; i < server->n_places; i++) {
        struct eyelet_nano_guest *guest = &server->guests[i];

        if (!is_open(guest))
            continue;
        eyelet_session_forgive(&guest->line.session, absence_ns, now_ns);
        guest->line.progress_ns = eyelet_earlier_ns(guest->line.progress_ns + absence_ns, now_ns);
    }
}

/* --- all of them -------------------------------------------------------------------------------------------------- */

void eyelet_nano_guests_flush(struct eyelet_nano_server *server, uint64_t now_ns)
{
    for (uint32_t i = 0; i < server->n_places; i++) {
        struct eyelet_nano_guest *guest = &server->guests[i];

        if (is_open(guest) && !guest->is_over && eyelet_line_queued(&guest->line) > 0)
            flush(server, guest, now_ns);
    }
}

void eyelet_nano_guests_stop(struct eyelet_nano_server *server)
{
    for (uint32_t i = 0; i < server->n_places; i++) {
        struct eyelet_nano_guest *guest = &server->guests[i];

        if (!is_open(guest))
            continue;
        eyelet_session_stop(&guest->line.session);
        guest->line.is_readable = !guest->has_ended; /* what was sent before is answered */
        guest->has_more = true;
    }
}

void eyelet_nano_guests_close_all(struct eyelet_nano_server *server)
{
    for (uint32_t i = 0; i < server->n_places; i++) {
        if (is_open(&server->guests[i]))
            guest_close(server, &server->guests[i]);
    }
}

void eyelet_nano_server_get_counters(const struct eyelet_nano_server *server, struct eyelet_counters *ret)
{
    *ret = server->counters;
    ret->calls_open = server->n_calls;
    for (uint32_t i = 0; i < server->n_places; i++) {
        if (is_open(&server->guests[i]))
            count(&server->guests[i], ret);
    }
}
