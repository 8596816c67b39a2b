/*
 * Who is connected, who has something to do, and who has to go.
 */
#include "rpc/guests.h"

#include <assert.h>
#include <errno.h>
#include <stdlib.h>

#include <eyelet/vsock.h>

#include "core/error.h"
#include "io/socket.h"
#include "rpc/served.h"
#include "rpc/writing.h"

#define GUEST_EVENTS        ((uint32_t)EPOLLIN | (uint32_t)EPOLLRDHUP | (uint32_t)EPOLLET)
#define ACCEPTS_PER_LOOK    64
#define ACCEPT_PAUSE_MIN_NS (10 * EYELET_NS_PER_MS)   /* VSOCK: accept, "pauses 10..1000 ms" */
#define ACCEPT_PAUSE_MAX_NS (1000 * EYELET_NS_PER_MS) /* the same */
#define PLACES_MIN          16u
#define ANSWER_AGE_MAX_NS   250000u          /* so long an answer waits for others to leave with it */
#define QUICK_MAX_NS        EYELET_NS_PER_MS /* a handler that is quick, also where others have the CPU for a while; */
#define QUICK_RUNS_MIN      256u             /* after so many in a row the next one of a method will be, too */

static struct eyelet_guest *guest_of(struct eyelet_serving *serving)
{
    return (struct eyelet_guest *)((char *)serving - offsetof(struct eyelet_guest, serving));
}

static void log_guest(struct eyelet_guest *guest, const char *what)
{
    struct eyelet_serving *serving = &guest->serving;
    struct eyelet_log_name name;

    eyelet_log_add(&serving->env->log, &serving->log_rate, eyelet_now_ns(), EYELET_LOG_INFO, "connection from %s %s",
                   eyelet_log_name(&serving->peer, &name), what);
}

/* --- turns -------------------------------------------------------------------------------------------------------- */

static void give_turn(struct eyelet_guests *guests, struct eyelet_guest *guest)
{
    if (guest->has_turn)
        return;
    guest->has_turn = true;
    guest->turn_next = NULL;
    if (guests->turns.first == NULL)
        guests->turns.first = guest;
    else
        guests->turns.last->turn_next = guest;
    guests->turns.last = guest;
}

static struct eyelet_guest *next_turn(struct eyelet_guests *guests)
{
    struct eyelet_guest *guest = guests->turns.first;

    if (guest != NULL) {
        guests->turns.first = guest->turn_next;
        guest->has_turn = false;
    }
    return guest;
}

static void add_caller(struct eyelet_guests *guests, struct eyelet_guest *guest)
{
    if (guest->has_calls || !eyelet_served_has_next(&guest->serving, guests->share))
        return;
    guest->has_calls = true;
    guest->call_next = NULL;
    if (guests->callers.first == NULL)
        guests->callers.first = guest;
    else
        guests->callers.last->call_next = guest;
    guests->callers.last = guest;
}

static struct eyelet_guest *next_caller(struct eyelet_guests *guests)
{
    struct eyelet_guest *guest = guests->callers.first;

    if (guest != NULL) {
        guests->callers.first = guest->call_next;
        guest->has_calls = false;
    }
    return guest;
}

bool eyelet_guests_has_turns(const struct eyelet_guests *guests)
{
    return guests->turns.first != NULL;
}

bool eyelet_guests_has_calls(const struct eyelet_guests *guests)
{
    return guests->callers.first != NULL;
}

/* --- sockets ------------------------------------------------------------------------------------------------------ */

static int control(struct eyelet_guests *guests, int operation, int fd, uint32_t events, uint64_t who)
{
    struct epoll_event event = { .events = events, .data.u64 = who };

    return epoll_ctl(guests->epoll_fd, operation, fd, &event) < 0 ? -errno : 0;
}

int eyelet_guests_watch(struct eyelet_guests *guests, int fd, uint64_t who)
{
    return control(guests, EPOLL_CTL_ADD, fd, EPOLLIN | EPOLLET, who);
}

/* --- places ------------------------------------------------------------------------------------------------------- */

/* Makes sure that one is free. Return: 0 or -ENOMEM. */
static int reserve_place(struct eyelet_guests *guests)
{
    uint32_t n = guests->n_places > 0 ? 2 * guests->n_places : PLACES_MIN;
    struct eyelet_place *places;

    if (guests->free_place != 0)
        return 0;
    places = realloc(guests->places, n * sizeof(*places));
    if (places == NULL)
        return -ENOMEM;
    for (uint32_t i = guests->n_places; i < n; i++)
        places[i] = (struct eyelet_place){ .next_free = i + 1 < n ? i + 2 : 0 };
    guests->free_place = guests->n_places + 1;
    guests->places = places;
    guests->n_places = n;
    return 0;
}

static void take_place(struct eyelet_guests *guests, struct eyelet_guest *guest)
{
    struct eyelet_place *place = &guests->places[guests->free_place - 1];

    guest->place = guests->free_place - 1;
    guests->free_place = place->next_free;
    place->guest = guest;
    place->serial = place->serial < UINT32_MAX ? place->serial + 1 : 1;
}

static void leave_place(struct eyelet_guests *guests, const struct eyelet_guest *guest)
{
    struct eyelet_place *place = &guests->places[guest->place];

    place->guest = NULL;
    place->next_free = guests->free_place;
    guests->free_place = guest->place + 1;
}

static uint64_t number_of(const struct eyelet_guests *guests, const struct eyelet_guest *guest)
{
    return (uint64_t)guests->places[guest->place].serial << 32 | guest->place;
}

/* Return: NULL when it has left. */
static struct eyelet_guest *find_guest(const struct eyelet_guests *guests, uint64_t number)
{
    const struct eyelet_place *place = &guests->places[(uint32_t)number];

    return place->serial == number >> 32 ? place->guest : NULL;
}

/* Asks for room to write while something waits for it, and sets the timer anew. Return: 0 or -errno. */
static int await(struct eyelet_guests *guests, struct eyelet_guest *guest)
{
    struct eyelet_serving *serving = &guest->serving;
    uint32_t events = GUEST_EVENTS | (eyelet_serving_wants_write(serving) ? (uint32_t)EPOLLOUT : 0);

    eyelet_timers_set(&guests->env->timers, &guest->timer, eyelet_serving_deadline(serving));
    if (events == guest->events)
        return 0;
    guest->events = events;
    return control(guests, EPOLL_CTL_MOD, serving->connection.fd, events, number_of(guests, guest));
}

/*
 * Is it looked after without that? More of its calls are going to be run, its timer goes off in time for the answers
 * that wait until then, and whoever sends those asks for everything anew.
 */
static bool is_awaited(const struct eyelet_guest *guest)
{
    const struct eyelet_serving *serving = &guest->serving;

    return serving->n_queued > 0 && serving->can_write && serving->unflushed_ns != 0 &&
           eyelet_timer_is_due(&guest->timer, eyelet_serving_flush_deadline(serving));
}

static void free_guest(struct eyelet_guests *guests, struct eyelet_guest *guest)
{
    guests->n_closed--;
    free(guest);
}

/* A guest leaves: from its own turn, so that it is in no ring. It stays in memory as long as calls of it do. */
static void guest_close(struct eyelet_guests *guests, struct eyelet_guest *guest)
{
    struct eyelet_serving *serving = &guest->serving;

    control(guests, EPOLL_CTL_DEL, serving->connection.fd, 0, 0);
    leave_place(guests, guest);
    eyelet_timers_set(&guests->env->timers, &guest->timer, EYELET_NO_DEADLINE);
    if (guest->previous != NULL)
        guest->previous->next = guest->next;
    else
        guests->first = guest->next;
    if (guest->next != NULL)
        guest->next->previous = guest->previous;
    guests->n--;
    guests->n_closed++;
    guest->is_closed = true;
    guests->env->counters.connections_open--;
    log_guest(guest, "has ended");

    eyelet_serving_end(serving, "connection is lost");
    if (serving->n_calls == 0 && !guest->has_calls)
        free_guest(guests, guest);
}

/* --- memory ------------------------------------------------------------------------------------------------------- */

/* Who has most memory that waits for the peer or a thread; NULL when nobody has any. */
static struct eyelet_guest *largest_guest(const struct eyelet_guests *guests)
{
    struct eyelet_guest *largest = NULL;
    size_t most = 0;

    for (struct eyelet_guest *guest = guests->first; guest != NULL; guest = guest->next) {
        size_t len = eyelet_serving_stuck(&guest->serving);

        if (len > most) {
            most = len;
            largest = guest;
        }
    }
    return largest;
}

static bool is_memory_short(const struct eyelet_serving_env *env)
{
    return env->pool.held - env->leaving > env->pool.held_max;
}

/*
 * When all together are over their limit, whoever has most of it gives it back, not whoever comes next; and before
 * anybody else takes more. A guest that is closed for it goes in its own turn. What is leaving anyway is nobody's
 * fault.
 */
static void shed_memory(struct eyelet_guests *guests)
{
    struct eyelet_guest *largest;

    while (is_memory_short(guests->env) && (largest = largest_guest(guests)) != NULL) {
        eyelet_serving_shed(&largest->serving, eyelet_now_ns());
        give_turn(guests, largest);
    }
}

/* --- work --------------------------------------------------------------------------------------------------------- */

static void run_turn(struct eyelet_guests *guests, struct eyelet_guest *guest, uint64_t now_ns)
{
    switch (eyelet_serving_take_turn(&guest->serving, now_ns, guests->awake_ns)) {
    case EYELET_SERVING_WAITS:
        if (await(guests, guest) < 0) {
            guest_close(guests, guest);
            break;
        }
        add_caller(guests, guest);
        break;
    case EYELET_SERVING_AGAIN:
        give_turn(guests, guest);
        add_caller(guests, guest);
        break;
    case EYELET_SERVING_OVER:
        guest_close(guests, guest);
        break;
    }
    if (is_memory_short(guests->env))
        shed_memory(guests);
}

/* Those who want more after their turn are behind all others, in the next round. */
void eyelet_guests_run_round(struct eyelet_guests *guests, uint64_t now_ns)
{
    const struct eyelet_guest *last = guests->turns.last;
    struct eyelet_guest *guest;
    bool is_last = guests->turns.first == NULL;

    while (!is_last && (guest = next_turn(guests)) != NULL) {
        is_last = guest == last;
        run_turn(guests, guest, now_ns);
        if (!is_last)
            now_ns = eyelet_now_ns();
    }
}

static struct eyelet_pace *pace_of(struct eyelet_guests *guests, const struct eyelet_method *method)
{
    struct eyelet_pace *pace = &guests->paces[(uintptr_t)method / sizeof(*method) % EYELET_GUESTS_PACES];

    if (pace->method != method)
        *pace = (struct eyelet_pace){ .method = method };
    return pace;
}

/*
 * Answers wait for those behind them, so that a batch of calls is answered with one write; but not for long, and not
 * for the last one of them if its handler may be slow.
 */
static bool must_answers_leave(struct eyelet_guests *guests, const struct eyelet_call *next, uint64_t now_ns)
{
    const struct eyelet_serving *serving = next->serving;

    if (serving->unflushed_ns == 0)
        return false;
    return now_ns >= serving->unflushed_ns + ANSWER_AGE_MAX_NS ||
           (serving->n_queued == 0 && pace_of(guests, next->method)->n_quick < QUICK_RUNS_MIN);
}

/* Answers leave before the next handler runs. */
static void send_answers(struct eyelet_guests *guests, struct eyelet_guest *guest)
{
    eyelet_writing_flush_now(&guest->serving);
    if (await(guests, guest) < 0)
        guest->serving.is_over = true;
}

struct eyelet_call *eyelet_guests_next_call(struct eyelet_guests *guests, uint64_t now_ns)
{
    struct eyelet_guest *guest;
    struct eyelet_call *call;

    while ((guest = next_caller(guests)) != NULL) {
        if (guest->is_closed) {
            if (guest->serving.n_calls == 0)
                free_guest(guests, guest);
            continue;
        }
        call = eyelet_served_next(&guest->serving, guests->share);
        if (call == NULL)
            continue;
        add_caller(guests, guest);
        if (must_answers_leave(guests, call, now_ns))
            send_answers(guests, guest);
        if (eyelet_serving_wants_turn(&guest->serving))
            give_turn(guests, guest);
        return call;
    }
    return NULL;
}

void eyelet_guests_note_run(struct eyelet_guests *guests, const struct eyelet_method *method, uint64_t run_ns)
{
    struct eyelet_pace *pace = pace_of(guests, method);

    if (run_ns >= QUICK_MAX_NS)
        pace->n_quick = 0;
    else if (pace->n_quick < QUICK_RUNS_MIN)
        pace->n_quick++;
}

void eyelet_guests_attend(struct eyelet_guests *guests, struct eyelet_serving *serving)
{
    struct eyelet_guest *guest = guest_of(serving);
    bool may_leave = serving->n_calls == 0 && (serving->has_ended || serving->is_stopping);

    if (guest->is_closed) {
        if (serving->n_calls == 0 && !guest->has_calls)
            free_guest(guests, guest);
        return;
    }
    if (serving->n_queued == 0)
        eyelet_writing_flush_now(serving);
    else
        eyelet_serving_relieve(serving);
    if (!is_awaited(guest) && await(guests, guest) < 0)
        serving->is_over = true;
    if (may_leave || eyelet_serving_wants_turn(serving))
        give_turn(guests, guest);
    add_caller(guests, guest);
    if (is_memory_short(guests->env))
        shed_memory(guests);
}

void eyelet_guests_call_is_over(struct eyelet_guests *guests, struct eyelet_call *call)
{
    struct eyelet_serving *serving = call->serving;

    eyelet_served_release(call);
    eyelet_guests_attend(guests, serving);
}

void eyelet_guests_note(struct eyelet_guests *guests, uint64_t who, uint32_t events)
{
    struct eyelet_guest *guest = find_guest(guests, who);
    struct eyelet_serving *serving;

    if (guest == NULL)
        return;
    serving = &guest->serving;
    if ((events & (EPOLLIN | EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        serving->can_read = !serving->has_ended;
    if ((events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0)
        serving->is_ending = true;
    if ((events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0)
        serving->can_write = true;
    if ((events & (EPOLLHUP | EPOLLERR)) != 0)
        serving->has_hung_up = true;
    give_turn(guests, guest);
}

/* --- accepting ---------------------------------------------------------------------------------------------------- */

static uint32_t count_cid(const struct eyelet_guests *guests, uint32_t cid)
{
    uint32_t n = 0;

    for (const struct eyelet_guest *guest = guests->first; guest != NULL; guest = guest->next)
        n += guest->serving.peer.family == EYELET_FAMILY_VSOCK && guest->serving.peer.cid == cid;
    return n;
}

/* Why a peer may not come in; NULL when it may. */
static const char *find_objection(const struct eyelet_guests *guests, const struct eyelet_peer *peer)
{
    const struct eyelet_server_opts *opts = &guests->env->opts;
    bool is_vsock = peer->family == EYELET_FAMILY_VSOCK;

    if (guests->is_draining)
        return "server is stopping";
    if (guests->n >= opts->connections_max)
        return "there are connections_max connections";
    if (is_vsock && count_cid(guests, peer->cid) >= opts->connections_per_cid_max)
        return "its CID has connections_per_cid_max connections";
    if (is_vsock && opts->is_enclave && (peer->cid == EYELET_VSOCK_CID_LOCAL || peer->cid == guests->own_cid))
        return "it comes from this machine, which is an enclave";
    return NULL;
}

/* The program's own filter, with nothing locked. */
static bool ask_filter(struct eyelet_guests *guests, const struct eyelet_peer *peer)
{
    const struct eyelet_server_opts *opts = &guests->env->opts;
    bool is_welcome;

    if (opts->accept == NULL)
        return true;
    guests->env->threads->leave(guests->env);
    is_welcome = opts->accept(peer, opts->accept_userdata);
    guests->env->threads->back(guests->env);
    return is_welcome;
}

static bool is_welcome(struct eyelet_guests *guests, const struct eyelet_peer *peer)
{
    const char *objection = find_objection(guests, peer);
    struct eyelet_log_name name;

    if (objection == NULL && !ask_filter(guests, peer))
        objection = "the accept filter said no";
    if (objection == NULL)
        objection = find_objection(guests, peer); /* others may have come while nothing was locked */
    if (objection == NULL)
        return true;

    guests->env->counters.connections_refused++;
    eyelet_log_add(&guests->env->log, NULL, eyelet_now_ns(), EYELET_LOG_WARNING, "connection from %s is refused: %s",
                   eyelet_log_name(peer, &name), objection);
    return false;
}

/* Takes a new guest in. Return: 0 or -errno, and then @fd is still the caller's. */
static int guest_open(struct eyelet_guests *guests, int fd, const struct eyelet_peer *peer)
{
    struct eyelet_serving_env *env = guests->env;
    struct eyelet_guest *guest;
    int r;

    r = eyelet_timers_reserve(&env->timers, guests->n + 1);
    if (r == 0)
        r = reserve_place(guests);
    if (r < 0)
        return r;
    guest = calloc(1, sizeof(*guest));
    if (guest == NULL)
        return -ENOMEM;
    r = eyelet_serving_init(&guest->serving, fd, peer, env);
    if (r < 0) {
        free(guest);
        return r;
    }
    take_place(guests, guest);
    guest->events = GUEST_EVENTS;
    r = control(guests, EPOLL_CTL_ADD, fd, guest->events, number_of(guests, guest));
    if (r < 0) {
        leave_place(guests, guest);
        guest->serving.connection.fd = -1;
        eyelet_serving_end(&guest->serving, "connection could not be watched");
        free(guest);
        return r;
    }

    guest->next = guests->first;
    if (guest->next != NULL)
        guest->next->previous = guest;
    guests->first = guest;
    guests->n++;
    env->counters.connections_opened++;
    env->counters.connections_open++;
    log_guest(guest, "was accepted");
    give_turn(guests, guest);
    return 0;
}

/* Out of descriptors or memory: looks away from the listener for a while instead of spinning on it. */
static void pause_accepting(struct eyelet_guests *guests, uint64_t now_ns, int error_number)
{
    uint64_t pause_ns = guests->accept_pause_ns == 0 ? ACCEPT_PAUSE_MIN_NS : guests->accept_pause_ns * 2;
    struct eyelet_error why;

    if (pause_ns > ACCEPT_PAUSE_MAX_NS)
        pause_ns = ACCEPT_PAUSE_MAX_NS;
    guests->accept_pause_ns = pause_ns;
    guests->accept_again_ns = now_ns + pause_ns;
    eyelet_error_errno(&why, error_number, "cannot accept");
    eyelet_log_add(&guests->env->log, NULL, now_ns, EYELET_LOG_ERROR, "%s", why.text);
}

/* Return: 0 to go on accepting, -EAGAIN when that is all for now, otherwise @r: the listener is dead. */
static int go_on_after(struct eyelet_guests *guests, int r, uint64_t now_ns)
{
    switch (eyelet_socket_judge_accept(r)) {
    case EYELET_ACCEPT_NOBODY:
        guests->can_accept = false;
        return -EAGAIN;
    case EYELET_ACCEPT_PAUSE:
        pause_accepting(guests, now_ns, r);
        return -EAGAIN;
    case EYELET_ACCEPT_GONE:
        return 0;
    case EYELET_ACCEPT_DEAD:
        break;
    }
    return r;
}

/* One accept. Return: as go_on_after(). */
static int accept_one(struct eyelet_guests *guests, uint64_t now_ns)
{
    struct eyelet_peer peer;
    int fd, r;

    r = eyelet_socket_accept(guests->listener.fd, &peer, &fd);
    if (r < 0)
        return go_on_after(guests, r, now_ns);

    guests->accept_pause_ns = 0;
    if (!is_welcome(guests, &peer) || guest_open(guests, fd, &peer) < 0)
        eyelet_socket_close(fd);
    return 0;
}

static bool may_accept(const struct eyelet_guests *guests)
{
    return guests->can_accept && !guests->is_draining && guests->accept_again_ns == EYELET_NO_DEADLINE;
}

static int accept_some(struct eyelet_guests *guests, uint64_t now_ns)
{
    for (unsigned i = 0; i < ACCEPTS_PER_LOOK && may_accept(guests); i++) {
        int r = accept_one(guests, now_ns);

        if (r < 0)
            return r == -EAGAIN ? 0 : r;
    }
    return 0;
}

void eyelet_guests_note_listener(struct eyelet_guests *guests)
{
    guests->can_accept = true;
}

int eyelet_guests_take_connected(struct eyelet_guests *guests)
{
    struct eyelet_peer peer;
    int r = eyelet_socket_get_peer(guests->listener.fd, &peer);

    if (r < 0)
        return r;
    if (!is_welcome(guests, &peer))
        return 0;
    r = guest_open(guests, guests->listener.fd, &peer);
    if (r == 0)
        guests->listener.fd = -1; /* the guest's now */
    return r;
}

/* --- time --------------------------------------------------------------------------------------------------------- */

/* Its time is over, or that of a call: it has a turn, in which it may still show that it is not. */
static void expire(struct eyelet_guests *guests, struct eyelet_timer *timer, uint64_t now_ns)
{
    struct eyelet_guest *guest = (struct eyelet_guest *)((char *)timer - offsetof(struct eyelet_guest, timer));

    eyelet_timers_set(&guests->env->timers, timer, EYELET_NO_DEADLINE);
    eyelet_served_expire(&guest->serving, now_ns);
    give_turn(guests, guest);
}

int eyelet_guests_look(struct eyelet_guests *guests, uint64_t now_ns)
{
    struct eyelet_timers *timers = &guests->env->timers;
    struct eyelet_timer *timer;

    while ((timer = eyelet_timers_first(timers)) != NULL && timer->deadline_ns <= now_ns)
        expire(guests, timer, now_ns);
    if (guests->accept_again_ns <= now_ns)
        guests->accept_again_ns = EYELET_NO_DEADLINE;
    eyelet_buffer_pool_look(&guests->env->pool, now_ns);
    return accept_some(guests, now_ns);
}

uint64_t eyelet_guests_deadline(const struct eyelet_guests *guests)
{
    const struct eyelet_timer *timer = eyelet_timers_first(&guests->env->timers);
    uint64_t deadline_ns = eyelet_buffer_pool_deadline(&guests->env->pool);

    if (may_accept(guests))
        return 0;
    if (guests->accept_again_ns < deadline_ns)
        deadline_ns = guests->accept_again_ns;
    if (timer != NULL && timer->deadline_ns < deadline_ns)
        deadline_ns = timer->deadline_ns;
    return deadline_ns;
}

void eyelet_guests_forgive(struct eyelet_guests *guests, uint64_t absence_ns, uint64_t now_ns)
{
    for (struct eyelet_guest *guest = guests->first; guest != NULL; guest = guest->next) {
        eyelet_serving_forgive(&guest->serving, absence_ns, now_ns);
        if (guest->timer.position != 0)
            eyelet_timers_set(&guests->env->timers, &guest->timer, eyelet_serving_deadline(&guest->serving));
    }
}

/* --- the end ------------------------------------------------------------------------------------------------------ */

void eyelet_guests_drain(struct eyelet_guests *guests)
{
    guests->is_draining = true;
    guests->accept_again_ns = EYELET_NO_DEADLINE;
    if (guests->listener.fd >= 0)
        control(guests, EPOLL_CTL_DEL, guests->listener.fd, 0, 0);
    eyelet_listener_clear(&guests->listener);
    for (struct eyelet_guest *guest = guests->first; guest != NULL; guest = guest->next) {
        eyelet_serving_stop(&guest->serving);
        give_turn(guests, guest);
    }
}

void eyelet_guests_end(struct eyelet_guests *guests)
{
    struct eyelet_guest *next;

    guests->turns.first = NULL;
    for (struct eyelet_guest *guest = guests->first; guest != NULL; guest = next) {
        next = guest->next;
        guest->has_turn = false;
        eyelet_served_cancel_all(&guest->serving);
        eyelet_writing_flush(&guest->serving);
        guest_close(guests, guest);
    }
    while ((next = next_caller(guests)) != NULL) {
        if (next->serving.n_calls == 0)
            free_guest(guests, next);
    }
}

void eyelet_guests_clear(struct eyelet_guests *guests)
{
    assert(guests->n == 0 && guests->n_closed == 0);
    eyelet_listener_clear(&guests->listener);
    free(guests->places);
    guests->places = NULL;
}

void eyelet_guests_count(const struct eyelet_guests *guests, struct eyelet_counters *ret)
{
    *ret = guests->env->counters;
    ret->calls_open = guests->env->n_calls;
    ret->logs_dropped = guests->env->log.n_dropped;
    for (const struct eyelet_guest *guest = guests->first; guest != NULL; guest = guest->next)
        eyelet_serving_count(&guest->serving, ret);
}
